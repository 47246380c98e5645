"""Text colours against the grounds they stand on: WCAG 2 AA asks for 4.5, in light and in dark."""

import re

import pytest

from training.pages.render import LIVE_STYLE_FILE, STYLE_FILE

STYLE = STYLE_FILE.read_text(encoding="utf-8")
LIGHT, DARK = (
    dict(re.findall(r"--([a-z0-9]+): (#[0-9a-f]{6})", block))
    for block in re.findall(r":root {(.*?)}", STYLE, re.DOTALL)
)
TEXT, GROUNDS = ("ink", "soft", "blue", "red", "green"), ("page", "card")
SHAPES = ("blue", "bar", "grey")


def _luminance(colour: str) -> float:
    channels = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def _contrast(first: str, second: str) -> float:
    dark, light = sorted((_luminance(first), _luminance(second)))
    return (light + 0.05) / (dark + 0.05)


def test_the_measure_itself() -> None:
    assert _contrast("#000000", "#ffffff") == pytest.approx(21)
    assert _contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("ground", GROUNDS)
@pytest.mark.parametrize("text", TEXT)
@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
def test_text_can_be_read(theme: dict[str, str], text: str, ground: str) -> None:
    assert _contrast(theme[text], theme[ground]) >= 4.5


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
def test_the_dot_and_line_of_charts_stand_out(theme: dict[str, str]) -> None:
    assert _contrast(theme["blue"], theme["card"]) >= 3
    assert _contrast(theme["ink"], theme["bar"]) >= 3


def test_both_themes_name_the_same_colours() -> None:
    assert LIGHT.keys() == DARK.keys()
    assert set(re.findall(r"var\(--([a-z0-9]+)\)", STYLE)) <= LIGHT.keys()


def test_text_has_no_colours_beside_the_variables_and_no_opacity() -> None:
    rules = re.sub(r":root {.*?}", "", STYLE, flags=re.DOTALL)
    assert re.findall(r"#[0-9a-f]{3,6}\b", rules) == ["#fff"]  # the paper
    assert "opacity" not in STYLE
    assert "url(" not in STYLE


@pytest.mark.parametrize("step", range(1, 6))
@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
def test_text_on_the_ramp_can_be_read(theme: dict[str, str], step: int) -> None:
    rule = re.search(
        rf"\.heat-{step} {{ background: var\(--ramp{step}\); color: var\(--(light|dark)\); }}", STYLE
    )
    assert rule is not None
    assert _contrast(theme[rule[1]], theme[f"ramp{step}"]) >= 4.5


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
def test_the_ramp_goes_one_way(theme: dict[str, str]) -> None:
    ramp = [_luminance(theme[f"ramp{step}"]) for step in range(1, 6)]
    assert ramp in (sorted(ramp), sorted(ramp, reverse=True))


def test_every_text_colour_is_among_those_measured() -> None:
    used = set(re.findall(r"(?<![a-z-])color: var\(--([a-z]+)\)", STYLE))
    assert used <= {*TEXT, "light", "dark"}  # the last two stand on the ramp alone


@pytest.mark.parametrize("ground", GROUNDS)
def test_the_colour_of_notices_on_live_pages_can_be_read(ground: str) -> None:
    shades = re.findall(r"--amber: (#[0-9a-f]{6})", LIVE_STYLE_FILE.read_text(encoding="utf-8"))
    for theme, shade in zip((LIGHT, DARK), shades, strict=True):
        assert _contrast(shade, theme[ground]) >= 4.5

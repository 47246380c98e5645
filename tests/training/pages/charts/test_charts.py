"""Each chart against a drawing that was looked at: every byte has to stay, or be looked at again.

After a change that is meant, write the new drawings with
``GOLDEN=write python -m pytest tests/training/pages/charts``.
"""

import os
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from training.evaluation import CalibrationBin
from training.pages import charts
from training.pages.charts import (
    Bar,
    Mark,
    calibration_dots,
    effect_bar,
    forest_bar,
    importance_matrix,
    spark_band,
    waterfall,
)
from training.pages.formats import Formats
from training.statistics import Estimate

GOLDEN = Path(__file__).parent / "golden"
WAVES = [Estimate(value, value - 0.02, value + 0.03, n=100) for value in (0.11, 0.1, 0.12, 0.09)]
BINS = [
    CalibrationBin(share, Estimate(share * 0.9, share * 0.7, share * 1.2, n=400))
    for share in (0.01, 0.05, 0.12, 0.3)
]


def calibration(bins: list[CalibrationBin], title: str = "Forecast and outcome agree") -> str:
    return calibration_dots(
        bins,
        title=title,
        description="1.0% → 0.9%",
        forecast_axis="forecast risk",
        outcome_axis="really left",
        percent=Formats("en").percent,
    )


MARKS = [
    Mark(1, "circle", Estimate(0.41, 0.39, 0.43, n=2882), Estimate(0.27, 0.22, 0.32, n=5000)),
    Mark(2, "diamond", Estimate(0.62, 0.6, 0.64, n=1771), Estimate(0.12, 0.09, 0.15, n=5000)),
    Mark(3, "circle", Estimate(0.95, 0.9, 1.0, n=40), Estimate(0.01, 0.0, 0.05, n=5000)),
]


def matrix(marks: list[Mark], title: str = "Importance and performance") -> str:
    return importance_matrix(
        marks,
        middle=(0.8, 0.13),
        title=title,
        description="1 Wait: 41%, 27%",
        performance_axis="goal met today",
        importance_axis="part of the explanation",
        tinted="work on this first",
        percent=Formats("en").percent,
    )


BARS = [
    Bar("2025 Q3", "230 customers", "−0.9", -0.9, -0.9, Estimate(-0.9, -11.0, 9.0, n=230), "level"),
    Bar(
        "unhappier customers left", "29 customers", "+12.4", -0.9, 11.5, Estimate(12.4, 7.0, 18.0, n=29), "up"
    ),
    Bar(
        "the same customers, changed",
        "147 customers",
        "−8.5",
        11.5,
        3.0,
        Estimate(-8.5, -16, -1, n=147),
        "down",
    ),
    Bar("chance swing", "138 customers", "+0.5", 3.0, 3.5, Estimate(0.5, -3.0, 4.0, n=138), "chance"),
    Bar("others answered", "nobody", "0.0", 3.5, 3.5, Estimate(0.0, 0.0, 0.0, n=0), "open"),
    Bar("2025 Q4", "237 customers", "3.5", 3.5, 3.5, Estimate(3.5, -6.0, 13.0, n=237), "level"),
]


def steps(bars: list[Bar], title: str = "Is the change in NPS real?") -> str:
    return waterfall(bars, name="change-1", title=title, description="2025 Q3: −0.9 (230 customers)")


DRAWINGS = {
    "spark": spark_band(WAVES, "NPS: 11%, 10%, 12%, 9%"),
    "effect": effect_bar(Estimate(8.0, 3.4, 12.7, n=1400), 12.7, is_clear=True),
    "effect_unclear": effect_bar(Estimate(-0.4, -4.0, 3.1, n=900), 12.7, is_clear=False),
    "forest": forest_bar(Estimate(0.27, 0.22, 0.32, n=5000), 0.4),
    "forest_unclear": forest_bar(Estimate(0.02, 0.0, 0.05, n=5000), 0.4, is_unclear=True),
    "calibration": calibration(BINS),
    "matrix": matrix(MARKS),
    "waterfall": steps(BARS),
}


GOLDEN_OF = {
    "spark": "spark_band",
    "effect": "effect_bar",
    "effect_unclear": "effect_bar",
    "forest": "forest_bar",
    "forest_unclear": "forest_bar",
    "calibration": "calibration_dots",
    "matrix": "importance_matrix",
    "waterfall": "waterfall",
}


@pytest.mark.parametrize("name", sorted(DRAWINGS))
def test_drawings_are_the_golden_ones(name: str) -> None:
    path = GOLDEN / f"{name}.svg"
    if os.environ.get("GOLDEN") == "write":
        path.write_text(DRAWINGS[name] + "\n", encoding="utf-8")
    assert path.read_text(encoding="utf-8") == DRAWINGS[name] + "\n"


@pytest.mark.parametrize("name", sorted(DRAWINGS))
def test_drawings_are_xml_without_addresses_styles_or_scripts(name: str) -> None:
    root = ET.fromstring(DRAWINGS[name])
    for node in root.iter():
        assert node.tag not in {"script", "style", "image", "use", "foreignObject"}
        assert not {
            key for key in node.attrib if key.startswith("on") or key in {"href", "style", "fill", "stroke"}
        }


def test_one_wave_is_no_trend() -> None:
    assert spark_band(WAVES[:1], "one") == ""


def test_a_flat_line_without_range_is_drawn_all_the_same() -> None:
    flat = [Estimate(5.0, 5.0, 5.0, n=9)] * 2
    assert ET.fromstring(spark_band(flat, "flat")).find("polyline") is not None


def test_newest_wave_is_marked_at_the_right() -> None:
    root = ET.fromstring(DRAWINGS["spark"])
    line, dot = root.find("polyline"), root.find("circle")
    assert line is not None
    assert dot is not None
    assert line.attrib["points"].split()[-1] == f"{dot.attrib['cx']},{dot.attrib['cy']}"


def test_bar_and_range_are_to_scale() -> None:
    root = ET.fromstring(forest_bar(Estimate(0.2, 0.1, 0.4, n=9), 0.4))
    bar = root.find("rect")
    assert bar is not None
    assert float(bar.attrib["width"]) == pytest.approx(212 / 2)
    line = root.findall("line")[1]
    assert [float(line.attrib[end]) for end in ("x1", "x2")] == pytest.approx([2 + 212 / 4, 214])


def test_what_lies_beyond_the_scale_stays_inside_the_drawing() -> None:
    root = ET.fromstring(forest_bar(Estimate(0.5, -0.5, 2.0, n=9), 0.4))
    assert max(float(line.attrib["x2"]) for line in root.findall("line")) == 214
    assert min(float(line.attrib["x1"]) for line in root.findall("line")) == 2
    empty = ET.fromstring(forest_bar(Estimate(0.0, 0.0, 0.0, n=9), 0.0)).find("rect")
    assert empty is not None
    assert empty.attrib["width"] == "0"


def test_perfect_forecasts_lie_on_the_diagonal() -> None:
    perfect = [CalibrationBin(share, Estimate(share, share, share, n=9)) for share in (0.1, 0.5, 0.9)]
    root = ET.fromstring(calibration(perfect))
    diagonal = root.findall("line")[0]
    x1, y1, x2, y2 = (float(diagonal.attrib[key]) for key in ("x1", "y1", "x2", "y2"))
    for dot in root.findall("circle"):
        along = (float(dot.attrib["cx"]) - x1) / (x2 - x1)
        assert float(dot.attrib["cy"]) == pytest.approx(y1 + along * (y2 - y1), abs=0.2)


def test_texts_are_escaped() -> None:
    hostile = calibration(BINS, title='<script>alert(1)</script>"')
    assert "<script" not in hostile
    assert ET.fromstring(hostile).findtext("title") == '<script>alert(1)</script>"'


def test_marks_of_the_matrix_lie_where_their_values_are() -> None:
    root = ET.fromstring(matrix(MARKS))
    circles = {float(node.attrib["cx"]): float(node.attrib["cy"]) for node in root.iter("circle")}
    assert len(circles) == 2
    left, right = sorted(circles)
    assert circles[left] < circles[right]  # the more important one lies higher
    assert left == pytest.approx(50 + 356 * 0.41, abs=0.1)
    assert len(list(root.iter("polygon"))) == 1
    tint = next(node for node in root.iter("rect") if node.attrib["class"] == "tint")
    assert float(tint.attrib["width"]) == pytest.approx(356 * 0.8, abs=0.1)


def test_hostile_words_in_the_matrix_are_escaped() -> None:
    assert "<script>" not in matrix(MARKS, "<script>alert(1)</script>")


def rows_of(drawing: str) -> tuple[list[ET.Element], list[ET.Element], list[ET.Element]]:
    """Return the bars, the ranges and the joints of a waterfall."""
    root = ET.fromstring(drawing)
    lines = root.findall("line")
    return (
        root.findall("rect"),
        [line for line in lines if line.attrib["class"] == "range"],
        [line for line in lines if line.attrib["class"] == "joint"],
    )


def test_bars_of_a_waterfall_follow_each_other_to_scale() -> None:
    bars, ranges, joints = rows_of(steps(BARS))
    low, high = -11.0, 11.5 + 18.0 - 12.4
    unit = (636 - 304) / (high - low)
    assert float(bars[0].attrib["width"]) == pytest.approx(12.4 * unit, abs=0.1)
    assert float(bars[1].attrib["width"]) == pytest.approx(8.5 * unit, abs=0.1)
    right = [float(bar.attrib["x"]) + float(bar.attrib["width"]) for bar in bars]
    assert right[0] == pytest.approx(right[1], abs=0.2)  # up to a level, and down from it
    assert float(joints[1].attrib["x1"]) == pytest.approx(right[0], abs=0.2)
    assert float(ranges[1].attrib["x2"]) == pytest.approx(636, abs=0.1)
    assert len(joints) == len(BARS) - 1


def test_everything_of_a_waterfall_lies_inside_the_drawing() -> None:
    bars, ranges, joints = rows_of(steps(BARS))
    places = [float(line.attrib[end]) for line in (*ranges, *joints) for end in ("x1", "x2")]
    places += [float(bar.attrib["x"]) for bar in bars]
    assert min(places) == pytest.approx(304, abs=0.1)
    assert max(places) == pytest.approx(636, abs=0.1)


def test_a_part_of_nothing_stays_to_be_seen() -> None:
    bars, _, _ = rows_of(steps(BARS))
    assert float(bars[-1].attrib["width"]) == 1


def test_a_waterfall_without_any_change_is_drawn() -> None:
    flat = Estimate(3.0, 3.0, 3.0, n=9)
    still = [Bar(name, "9", "3", 3.0, 3.0, flat, "level") for name in ("before", "after")]
    assert len(ET.fromstring(steps(still)).findall("circle")) == 2
    assert steps([]) == ""


def test_a_waterfall_says_what_it_shows_and_escapes_it() -> None:
    hostile = replace(BARS[0], label="<b>Q3</b>", text='"><script>')
    root = ET.fromstring(steps([hostile, *BARS[1:]], "<i>real?</i>"))
    assert root.findtext("title") == "<i>real?</i>"
    assert root.findtext("desc") == "2025 Q3: −0.9 (230 customers)"
    assert root.attrib["aria-labelledby"] == "change-1-title change-1-values"
    assert [node.text for node in root.findall("text")][:3] == ["<b>Q3</b>", "230 customers", '"><script>']


def test_every_kind_of_drawing_has_a_golden_one() -> None:
    functions = {name for name in charts.__all__ if name.islower()}
    assert functions == set(GOLDEN_OF.values())
    assert set(DRAWINGS) == set(GOLDEN_OF) == {path.stem for path in GOLDEN.glob("*.svg")}

"""A change as bars laid end to end: start, what was added and taken away, end; ranges beside every value."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from markupsafe import Markup

from training.pages.charts.figures import Ranged
from training.pages.charts.svg import element, join

WIDTH, VALUE, LEFT, RIGHT = 640.0, 288.0, 304.0, 636.0
ROW, BAR, TOP = 34.0, 16.0, 6.0
Tone = Literal["level", "up", "down", "open", "chance"]


@dataclass(frozen=True)
class Bar:
    """Hold one row of the waterfall.

    Attributes
    ----------
    label, note, text
        What it is, how many people are behind it, and its value as it is read.
    begins, ends
        Levels between which it is drawn; equal for a level.
    estimate
        The level, or what the part adds; its range is drawn around the end of the bar.
    tone
        ``level`` for start and end; ``up`` and ``down`` for parts whose range leaves out 0, ``open`` for
        others; ``chance`` for what is no news.
    """

    label: str
    note: str
    text: str
    begins: float
    ends: float
    estimate: Ranged
    tone: Tone


def waterfall(bars: Sequence[Bar], *, name: str, title: str, description: str) -> Markup:
    """Draw the rows from top to bottom, joined by thin lines.

    Parameters
    ----------
    bars
        Start, parts, end.
    name
        Sets the drawing apart from others on the page.
    title, description
        What it shows in one phrase, and all its values in words.

    Returns
    -------
    Markup
        Nothing for no bars.
    """
    if not bars:
        return Markup("")
    levels = [level for bar in bars for level in (bar.begins, bar.ends, *_range(bar))]
    low = min(levels)
    reach = max(levels) - low or 1.0

    def across(level: float) -> float:
        return LEFT + (RIGHT - LEFT) * (level - low) / reach

    height = TOP + ROW * len(bars)
    return element(
        "svg",
        element("title", title, id=f"{name}-title"),
        element("desc", description, id=f"{name}-values"),
        join(
            element(
                "line",
                class_="joint",
                x1=across(bar.ends),
                x2=across(bar.ends),
                y1=_middle(place),
                y2=_middle(place + 1),
            )
            for place, bar in enumerate(bars[:-1])
        ),
        join(_row(bar, _middle(place), across) for place, bar in enumerate(bars)),
        class_="waterfall",
        viewBox=f"0 0 {WIDTH:g} {height:g}",
        role="img",
        aria_labelledby=f"{name}-title {name}-values",
    )


def _range(bar: Bar) -> tuple[float, float]:
    """Return the levels between which the end of a row likely lies."""
    found = bar.estimate
    return bar.ends + found.low - found.value, bar.ends + found.high - found.value


def _middle(place: int) -> float:
    """Return the middle line of a row."""
    return TOP + ROW * place + ROW / 2


def _row(bar: Bar, middle: float, across: Callable[[float], float]) -> Markup:
    """Draw one row: words and value first, so that small screens show them, then the bar with its range."""
    begins, ends = across(bar.begins), across(bar.ends)
    low, high = map(across, _range(bar))
    mark = (
        element("circle", class_="dot", cx=ends, cy=middle, r=5)
        if bar.tone == "level"
        else element(
            "rect",
            class_=f"part {bar.tone}",
            x=min(begins, ends),
            y=middle - BAR / 2,
            width=max(abs(ends - begins), 1.0),
            height=BAR,
            rx=2,
        )
    )
    return (
        element("text", bar.label, class_="label", x=0, y=middle)
        + element("text", bar.note, class_="note", x=0, y=middle + 13)
        + mark
        + element("line", class_="range", x1=low, x2=high, y1=middle, y2=middle)
        + element("text", bar.text, class_="value", x=VALUE, y=middle + 4, text_anchor="end")
    )

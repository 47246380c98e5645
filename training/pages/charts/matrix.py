"""Importance against performance: a numbered mark per driver with both ranges; one field is tinted."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from markupsafe import Markup

from training.pages.charts.axes import axis_names, share_ticks
from training.pages.charts.figures import Ranged
from training.pages.charts.svg import element, join, path

WIDTH, HEIGHT = 420.0, 330.0
LEFT, TOP, SIDE_X, SIDE_Y = 50.0, 10.0, 356.0, 276.0
RADIUS = 9.0


@dataclass(frozen=True)
class Mark:
    """Hold one driver: its number in the list beside, and where it lies.

    Attributes
    ----------
    performance
        Share of those with a value who meet the goal.
    importance
        Part of the explanation.
    """

    number: int
    shape: Literal["circle", "diamond"]
    performance: Ranged
    importance: Ranged


def importance_matrix(
    marks: Sequence[Mark],
    *,
    middle: tuple[float, float],
    title: str,
    description: str,
    performance_axis: str,
    importance_axis: str,
    tinted: str,
    percent: Callable[[float], str],
) -> Markup:
    """Draw the matrix; every value stands in the list beside it as well.

    Parameters
    ----------
    middle
        Performance and importance at the cross-hairs.
    title, description
        What it shows in one phrase, and all its values in words.
    tinted
        Words in the field of important drivers whose goal is seldom met.
    percent
        Writes the value of a tick.
    """
    limit, ticks = _scale(marks)

    def across(value: float) -> float:
        return LEFT + SIDE_X * min(max(value, 0.0), 1.0)

    def up(value: float) -> float:
        return TOP + SIDE_Y * (1 - min(max(value / limit, 0.0), 1.0))

    centre = (across(middle[0]), up(middle[1]))
    return element(
        "svg",
        element("title", title, id="matrix-title"),
        element("desc", description, id="matrix-values"),
        element("rect", class_="tint", x=LEFT, y=TOP, width=centre[0] - LEFT, height=centre[1] - TOP),
        element("rect", class_="frame", x=LEFT, y=TOP, width=SIDE_X, height=SIDE_Y),
        element("line", class_="cross", x1=centre[0], x2=centre[0], y1=TOP, y2=TOP + SIDE_Y),
        element("line", class_="cross", x1=LEFT, x2=LEFT + SIDE_X, y1=centre[1], y2=centre[1]),
        element("text", tinted, class_="field", x=LEFT + 6, y=TOP + 15),
        join(_side(up(tick), percent(tick)) for tick in ticks),
        join(_below(across(tick), percent(tick)) for tick in (0.0, 0.25, 0.5, 0.75, 1.0)),
        join(
            _mark(mark, across(mark.performance.value), up(mark.importance.value), _ends(mark, across, up))
            for mark in reversed(marks)
        ),
        axis_names(
            performance_axis,
            importance_axis,
            middle=(LEFT + SIDE_X / 2, TOP + SIDE_Y / 2),
            bottom=HEIGHT - 4,
        ),
        class_="matrix",
        viewBox=f"0 0 {WIDTH:g} {HEIGHT:g}",
        role="img",
        aria_labelledby="matrix-title matrix-values",
    )


def _scale(marks: Sequence[Mark]) -> tuple[float, list[float]]:
    """Return the importance at the upper edge, and ticks that end at or below it."""
    limit = min(1.0, max([0.02, *(mark.importance.high for mark in marks)]) * 1.08)
    return limit, share_ticks(limit, 5.5)


def _ends(
    mark: Mark, across: Callable[[float], float], up: Callable[[float], float]
) -> tuple[float, float, float, float]:
    """Return the ends of both ranges: left, right, bottom, top."""
    performance, importance = mark.performance, mark.importance
    return across(performance.low), across(performance.high), up(importance.low), up(importance.high)


def _mark(mark: Mark, x: float, y: float, ends: tuple[float, float, float, float]) -> Markup:
    """Draw one driver: ranges, shape, number."""
    left, right, bottom, top = ends
    shape = element("circle", class_="dot", cx=x, cy=y, r=RADIUS)
    if mark.shape == "diamond":
        reach = RADIUS + 2.5
        corners = path([(x, y - reach), (x + reach, y), (x, y + reach), (x - reach, y)])
        shape = element("polygon", class_="sign", points=corners)
    return (
        element("line", class_="range", x1=left, x2=right, y1=y, y2=y)
        + element("line", class_="range", x1=x, x2=x, y1=bottom, y2=top)
        + shape
        + element("text", str(mark.number), class_="number", x=x, y=y + 4, text_anchor="middle")
    )


def _side(y: float, text: str) -> Markup:
    """Write a tick of importance."""
    return element("text", text, class_="tick", x=LEFT - 5, y=y + 4, text_anchor="end")


def _below(x: float, text: str) -> Markup:
    """Write a tick of performance."""
    return element("text", text, class_="tick", x=x, y=TOP + SIDE_Y + 15, text_anchor="middle")

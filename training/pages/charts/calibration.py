"""Forecast against outcome: one dot per tenth of the test rows; on the diagonal both agree."""

from collections.abc import Callable, Sequence

from markupsafe import Markup

from training.pages.charts.axes import axis_names, share_ticks
from training.pages.charts.figures import Compared
from training.pages.charts.svg import element, join

WIDTH, HEIGHT = 250.0, 214.0
LEFT, TOP, SIDE_X, SIDE_Y = 54.0, 8.0, 186.0, 166.0


def calibration_dots(
    bins: Sequence[Compared],
    *,
    title: str,
    description: str,
    forecast_axis: str,
    outcome_axis: str,
    percent: Callable[[float], str],
    axis: tuple[float, float, Sequence[float]] | None = None,
) -> Markup:
    """Draw the calibration plot.

    Parameters
    ----------
    title, description
        What it shows in one phrase, and all its values in words.
    forecast_axis, outcome_axis
        Names of the horizontal and the vertical axis.
    percent
        Writes the value of a tick.
    axis
        Start, end and ticks of both axes; shares from 0 on if absent.
    """
    start, limit, ticks = _scale(bins) if axis is None else axis

    def part(value: float) -> float:
        return min((value - start) / (limit - start), 1.0)

    def across(value: float) -> float:
        return LEFT + SIDE_X * part(value)

    def up(value: float) -> float:
        return TOP + SIDE_Y * (1 - part(value))

    return element(
        "svg",
        element("title", title, id="calibration-title"),
        element("desc", description, id="calibration-values"),
        element("rect", class_="frame", x=LEFT, y=TOP, width=SIDE_X, height=SIDE_Y),
        element("line", class_="diagonal", x1=LEFT, y1=TOP + SIDE_Y, x2=LEFT + SIDE_X, y2=TOP),
        join(_tick(across(tick), up(tick), percent(tick), is_first=tick == start) for tick in ticks),
        join(
            element("line", class_="range", x1=x, x2=x, y1=up(bin_.observed.low), y2=up(bin_.observed.high))
            + element("circle", class_="dot", cx=x, cy=up(bin_.observed.value), r=4)
            for bin_ in bins
            for x in (across(bin_.forecast),)
        ),
        axis_names(
            forecast_axis, outcome_axis, middle=(LEFT + SIDE_X / 2, TOP + SIDE_Y / 2), bottom=HEIGHT - 4
        ),
        class_="calibration",
        viewBox=f"0 0 {WIDTH:g} {HEIGHT:g}",
        role="img",
        aria_labelledby="calibration-title calibration-values",
    )


def _scale(bins: Sequence[Compared]) -> tuple[float, float, list[float]]:
    """Return 0, the largest share on both axes, and ticks that end at or below it."""
    largest = max([0.02, *(max(bin_.forecast, bin_.observed.high) for bin_ in bins)])
    limit = min(1.0, largest * 1.05)
    return 0.0, limit, share_ticks(limit, 4.5)


def _tick(x: float, y: float, text: str, *, is_first: bool) -> Markup:
    """Write the same share at both axes; at the origin once is enough."""
    below = element("text", text, class_="tick", x=x, y=TOP + SIDE_Y + 14, text_anchor="middle")
    beside = element("text", text, class_="tick", x=LEFT - 5, y=y + 4, text_anchor="end")
    return below if is_first else below + beside

"""A difference with its likely range around zero, as it stands in a table row beside the numbers."""

from markupsafe import Markup

from training.pages.charts.figures import Ranged
from training.pages.charts.svg import element

WIDTH, HEIGHT, LEFT, RIGHT = 220.0, 26.0, 6.0, 214.0
ZERO, MIDDLE, CAP, DOT = (LEFT + RIGHT) / 2, HEIGHT / 2, 4.0, 4.5


def effect_bar(estimate: Ranged, scale: float, *, is_clear: bool) -> Markup:
    """Draw zero in the middle, a line over the range, and a dot at the value.

    The drawing is hidden from screen readers: the same numbers stand beside it as text.

    Parameters
    ----------
    scale
        The value at the right edge, and less than nothing by as much at the left one.
    is_clear
        Whether the range leaves out zero.
    """

    def place(value: float) -> float:
        inside = min(max(value / scale, -1.0), 1.0) if scale > 0 else 0.0
        return ZERO + (RIGHT - ZERO) * inside

    low, high = place(estimate.low), place(estimate.high)
    return element(
        "svg",
        element("line", class_="zero", x1=ZERO, x2=ZERO, y1=0, y2=HEIGHT),
        element("line", class_="range", x1=low, x2=high, y1=MIDDLE, y2=MIDDLE),
        element("line", class_="range", x1=low, x2=low, y1=MIDDLE - CAP, y2=MIDDLE + CAP),
        element("line", class_="range", x1=high, x2=high, y1=MIDDLE - CAP, y2=MIDDLE + CAP),
        element(
            "circle",
            class_="bar" if is_clear else "bar unclear",
            cx=place(estimate.value),
            cy=MIDDLE,
            r=DOT,
        ),
        class_="forest",
        viewBox=f"0 0 {WIDTH:g} {HEIGHT:g}",
        aria_hidden="true",
    )

"""A bar with its likely range, as it stands in a table row beside the numbers."""

from markupsafe import Markup

from training.pages.charts.figures import Ranged
from training.pages.charts.svg import element

WIDTH, HEIGHT, ZERO, RIGHT = 220.0, 26.0, 2.0, 214.0
MIDDLE, CAP = HEIGHT / 2, 4.0


def forest_bar(estimate: Ranged, scale: float, *, is_unclear: bool = False) -> Markup:
    """Draw a bar from 0 to the value and a line over its range.

    The drawing is hidden from screen readers: the same numbers stand beside it as text.

    Parameters
    ----------
    scale
        The value at the right edge, the same for all bars of a table; larger values end there.
    """

    def place(value: float) -> float:
        inside = min(max(value / scale, 0.0), 1.0) if scale > 0 else 0.0
        return ZERO + (RIGHT - ZERO) * inside

    low, high = place(estimate.low), place(estimate.high)
    return element(
        "svg",
        element("line", class_="zero", x1=ZERO, x2=ZERO, y1=0, y2=HEIGHT),
        element(
            "rect",
            class_="bar unclear" if is_unclear else "bar",
            x=ZERO,
            y=MIDDLE - 5,
            width=place(estimate.value) - ZERO,
            height=10,
            rx=2,
        ),
        element("line", class_="range", x1=low, x2=high, y1=MIDDLE, y2=MIDDLE),
        element("line", class_="range", x1=low, x2=low, y1=MIDDLE - CAP, y2=MIDDLE + CAP),
        element("line", class_="range", x1=high, x2=high, y1=MIDDLE - CAP, y2=MIDDLE + CAP),
        class_="forest",
        viewBox=f"0 0 {WIDTH:g} {HEIGHT:g}",
        aria_hidden="true",
    )

"""What charts with two axes share: ticks of shares, and the names of the axes."""

import math

from markupsafe import Markup

from training.reports.charts.svg import element

STEPS = (0.01, 0.02, 0.05, 0.1, 0.2, 0.25)


def share_ticks(limit: float, most: float) -> list[float]:
    """Return ticks from 0 on that end at or below a limit, in the finest even step that gives few of them.

    Parameters
    ----------
    most
        So many steps may fit below the limit.

    Examples
    --------
    >>> share_ticks(0.11, 4.5)
    [0.0, 0.05, 0.1]
    """
    step = next((step for step in STEPS if limit / step <= most), STEPS[-1])
    return [step * index for index in range(math.floor(limit / step + 1e-9) + 1)]


def axis_names(across: str, up: str, *, middle: tuple[float, float], bottom: float) -> Markup:
    """Write the names of the horizontal and the vertical axis.

    Parameters
    ----------
    middle
        Middle of the plot, from the left and from the top.
    bottom
        Base line of the lower name.
    """
    return element("text", across, class_="axis", x=middle[0], y=bottom, text_anchor="middle") + element(
        "text", up, class_="axis", transform=f"translate(10 {middle[1]:g}) rotate(-90)", text_anchor="middle"
    )

"""What charts with two axes share: ticks of shares, and the names of the axes."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from markupsafe import Markup

from training.pages.charts.figures import Compared
from training.pages.charts.svg import element

STEPS = (0.01, 0.02, 0.05, 0.1, 0.2, 0.25)
_TICKS = 5


@dataclass(frozen=True)
class Axis:
    """Hold the ends of both axes of a chart, and its ticks."""

    start: float
    end: float
    ticks: tuple[float, ...]


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


def answer_axis(bins: Sequence[Compared]) -> Axis:
    """Return round ends and ticks that hold every dot and its range."""
    if not bins:
        return Axis(0.0, 1.0, (0.0, 1.0))
    lowest = min(min(bin_.forecast, bin_.observed.low) for bin_ in bins)
    highest = max(max(bin_.forecast, bin_.observed.high) for bin_ in bins)
    step = 10.0 ** math.floor(math.log10(max(highest - lowest, 1e-9)))
    step = next(
        step * part for part in (0.2, 0.5, 1.0, 2.0, 5.0) if (highest - lowest) / (step * part) <= _TICKS
    )
    first, last = math.floor(lowest / step), math.ceil(highest / step)
    ticks = tuple(float(tick) for tick in np.round(np.arange(first, last + 1) * step, 10))
    return Axis(ticks[0], ticks[-1], ticks)

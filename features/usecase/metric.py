"""What an answer is worth in the survey metrics that reports speak of: NPS, eNPS, CSAT and CES."""

import math
from typing import Literal

Metric = Literal["nps", "enps", "csat", "ces"]
PROMOTER_FROM, DETRACTOR_TO = 9, 6
_UPPER_THIRD = 2 / 3


def counts_in_points(metric: Metric) -> bool:
    """Tell whether a metric runs from -100 to 100 (NPS, eNPS); the others are shares of good answers.

    Examples
    --------
    >>> counts_in_points("enps"), counts_in_points("ces")
    (True, False)
    """
    return metric in {"nps", "enps"}


def good_from(scale: tuple[float, float]) -> float:
    """Return the lowest rating that counts as good: the upper third of the scale.

    Examples
    --------
    >>> good_from((1, 5)), good_from((1, 7)), good_from((0, 10))
    (4.0, 5.0, 7.0)
    """
    low, high = scale
    return float(math.ceil(low + (high - low) * _UPPER_THIRD - 1e-9))

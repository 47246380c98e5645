"""The measured values that decide which test is used: sizes, spreads and skewness of groups."""

import math
from collections.abc import Sequence
from typing import Final

import numpy as np

from training.statistics.arrays import Floats

LIKE_SIZES: Final = 1.5
LIKE_VARIANCES: Final = 2.0
_COCHRAN: Final = 25.0


def skewness(values: Floats) -> float:
    """Return the third standardised moment; 0 where nothing varies."""
    centred = values - values.mean()
    spread = float(np.mean(centred**2))
    return 0.0 if spread == 0 else float(np.mean(centred**3)) / spread**1.5


def excess_kurtosis(values: Floats) -> float:
    """Return the fourth standardised moment less that of a normal distribution; 0 where nothing varies."""
    centred = values - values.mean()
    spread = float(np.mean(centred**2))
    return 0.0 if spread == 0 else float(np.mean(centred**4)) / spread**2 - 3


def pooled_skewness(groups: Sequence[Floats]) -> float:
    """Return the root mean square of the skewness within groups, weighted by their sizes."""
    sizes = np.array([group.size for group in groups], dtype=np.float64)
    squares = np.array([skewness(group) ** 2 for group in groups])
    return math.sqrt(float(sizes @ squares / sizes.sum()))


def rows_asked(skew: float) -> int:
    """Return how many rows a mean needs before its t interval holds: 25 times the squared skewness.

    Cochran 1977, Sampling Techniques, section 2.15.

    Examples
    --------
    >>> rows_asked(2.0), rows_asked(0.1)
    (100, 1)
    """
    return math.ceil(_COCHRAN * skew**2)


def size_ratio(groups: Sequence[Floats]) -> float:
    """Return how many times larger the largest group is than the smallest."""
    sizes = [group.size for group in groups]
    return max(sizes) / min(sizes)


def variance_ratio(groups: Sequence[Floats]) -> float:
    """Return how many times larger the largest variance is than the smallest; infinite where one is 0."""
    variances = [float(group.var(ddof=1)) for group in groups]
    return math.inf if min(variances) == 0 else max(variances) / min(variances)


def tell_spreads(groups: Sequence[Floats], of_what: str) -> tuple[bool, str]:
    """Return whether a test may take the spreads as equal, and the measured reason in words.

    Equal variances are taken for granted only where it would do no harm if they were not quite so: where
    groups are of like size. A preliminary test of variances is no help (Zimmerman 2004, British Journal of
    Mathematical and Statistical Psychology 57).
    """
    sizes, variances = size_ratio(groups), variance_ratio(groups)
    if sizes > LIKE_SIZES:
        return False, f"groups differ {sizes:.1f}-fold in size, so equal {of_what} cannot be taken on trust"
    if variances > LIKE_VARIANCES:
        return False, f"groups differ {variances:.1f}-fold in {of_what}"
    return True, f"groups are alike in size ({sizes:.1f}-fold) and in {of_what} ({variances:.1f}-fold)"

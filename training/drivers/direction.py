"""Direction: whether higher values of a driver's main feature go with a higher or a lower risk."""

from typing import Literal

import numpy as np
from scipy.stats import rankdata

from training.statistics import Floats

Direction = Literal["higher", "lower", "mixed", "groups"]

CLEAR_CORRELATION = 0.3
"""Below this rank correlation a direction is called mixed: a U-shape or noise has no single direction."""


def direction_of(values: Floats, contributions: Floats) -> Direction:
    """Tell which values go with a higher risk.

    Parameters
    ----------
    values
        The driver's main feature per row; NaN = missing, such rows are left out.
    contributions
        The driver's signed attribution per row.

    Returns
    -------
    str
        ``higher`` when higher values go with a higher risk, ``lower`` when lower ones do, else ``mixed``.

    Examples
    --------
    >>> direction_of(np.array([1.0, 2.0, 3.0]), np.array([-0.2, 0.1, 0.4]))
    'higher'
    """
    known = np.isfinite(values)
    correlation = _rank_correlation(values[known], contributions[known])
    if abs(correlation) < CLEAR_CORRELATION:
        return "mixed"
    return "higher" if correlation > 0 else "lower"


def _rank_correlation(first: Floats, second: Floats) -> float:
    """Return Spearman's correlation, 0 where one side does not vary."""
    if len(first) < 2:
        return 0.0
    ranks_first, ranks_second = rankdata(first), rankdata(second)
    spread = float(ranks_first.std() * ranks_second.std())
    if spread == 0.0:
        return 0.0
    covariance = np.mean((ranks_first - ranks_first.mean()) * (ranks_second - ranks_second.mean()))
    return float(covariance) / spread

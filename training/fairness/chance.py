"""How far a difference is beyond chance."""

import numpy as np
from scipy import stats

from training.statistics import Floats


def p_value(value: float, draws: Floats, expected: float = 0.0) -> float:
    """Return how surprising a figure is if ``expected`` were true: two-sided, normal, spread of the draws.

    A figure without spread or without draws cannot surprise: 1.
    """
    known = draws[np.isfinite(draws)]
    spread = float(known.std(ddof=1)) if len(known) > 1 else 0.0
    if not spread > 0 or not np.isfinite(value):
        return 1.0
    return float(2 * stats.norm.sf(abs(value - expected) / spread))

"""Which of many differences are more than chance."""

from collections.abc import Sequence

import numpy as np
from scipy import stats

from training.statistics import LEVEL, Floats


def p_value(value: float, draws: Floats, expected: float = 0.0) -> float:
    """Return how surprising a figure is if ``expected`` were true: two-sided, normal, spread of the draws.

    A figure without spread or without draws cannot surprise: 1.
    """
    known = draws[np.isfinite(draws)]
    spread = float(known.std(ddof=1)) if len(known) > 1 else 0.0
    if not spread > 0 or not np.isfinite(value):
        return 1.0
    return float(2 * stats.norm.sf(abs(value - expected) / spread))


def beyond_chance(p_values: Sequence[float]) -> tuple[bool, ...]:
    """Tell which of a family are clear (Holm 1979): a false one among all of them in 5 of 100 families.

    Examples
    --------
    >>> beyond_chance([0.001, 0.02, 0.04])
    (True, True, True)
    >>> beyond_chance([0.02, 0.5, 0.04])
    (False, False, False)
    """
    order = np.argsort(p_values, kind="stable")
    is_clear = np.zeros(len(order), dtype=np.bool_)
    for place, number in enumerate(order):
        if p_values[number] > (1 - LEVEL) / (len(order) - place):
            break
        is_clear[number] = True
    return tuple(bool(clear) for clear in is_clear)

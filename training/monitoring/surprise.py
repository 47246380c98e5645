"""How surprising a figure is beside what was promised: two estimates of different rows with ranges."""

import math

from scipy import stats

from training.statistics import LEVEL, Estimate

_Z = float(stats.norm.ppf((1 + LEVEL) / 2))


def p_of_fall(now: Estimate, promised: Estimate, allowance: float = 0.0) -> float:
    """Return how surprising a figure is if it has fallen by no more than an allowance: one-sided.

    Both ranges count with the end that faces the other estimate, so that lopsided ones are not taken for
    symmetric (Zou and Donner 2008, "Construction of confidence limits about effect measures", Statistics in
    Medicine 27).

    Parameters
    ----------
    now, promised
        Independent estimates.
    allowance
        A fall that does not matter, at least 0.

    Examples
    --------
    >>> promised = Estimate(0.75, 0.72, 0.78, n=900)
    >>> round(p_of_fall(Estimate(0.70, 0.66, 0.74, n=500), promised), 4)
    0.025
    >>> round(p_of_fall(Estimate(0.76, 0.72, 0.80, n=500), promised), 2)
    0.65
    """
    error = math.hypot(now.high - now.value, promised.value - promised.low) / _Z
    return _p_beyond(promised.value - now.value, allowance, error)


def p_of_change(now: Estimate, usual: Estimate, allowance: float = 0.0) -> float:
    """Return how surprising a figure is if it has changed by no more than an allowance: two-sided.

    Parameters
    ----------
    now, usual
        Independent estimates.
    allowance
        A change in either direction that does not matter, at least 0.

    Examples
    --------
    >>> usual = Estimate(0.00, -0.01, 0.01, n=900)
    >>> round(p_of_change(Estimate(0.02, 0.0, 0.04, n=300), usual), 2)
    0.08
    >>> round(p_of_change(Estimate(0.02, 0.0, 0.04, n=300), usual, allowance=0.02), 2)
    0.5
    """
    moved = now.value - usual.value
    if moved < 0:
        error = math.hypot(now.high - now.value, usual.value - usual.low) / _Z
    else:
        error = math.hypot(now.value - now.low, usual.high - usual.value) / _Z
    beyond, other = (_p_beyond(abs(moved), edge, error) for edge in (allowance, -allowance))
    return min(1.0, beyond + other)


def _p_beyond(moved: float, allowance: float, error: float) -> float:
    """Return the chance of such a move from the edge of what is allowed; 1 where there is no spread."""
    if not math.isfinite(moved) or not error > 0 or not math.isfinite(error):
        return 1.0
    return float(stats.norm.sf((moved - allowance) / error))

"""Many tests at once: which of a family of hypotheses fall."""

import numpy as np
import numpy.typing as npt

from training.statistics.arrays import Bools, Floats
from training.statistics.estimate import LEVEL


def holm(p_values: npt.ArrayLike, level: float = 1 - LEVEL) -> Bools:
    """Return which hypotheses fall if none may fall wrongly in more than ``level`` of cases (Holm 1979).

    The smallest p-value is held against the level shared by all, the next against that shared by the rest,
    and so on to the first that stands. NaN, for what was not tested, never falls and is no member of the
    family.

    Parameters
    ----------
    p_values
        ``[k]``; may be empty.
    level
        In how many families one may fall wrongly, between 0 and 1.

    Returns
    -------
    ndarray
        ``[k]`` whether each falls.

    Raises
    ------
    ValueError
        If a p-value lies outside 0..1 or there is more than one dimension.

    Examples
    --------
    >>> holm([0.001, 0.04, 0.03, float("nan")]).tolist()
    [True, False, False, False]
    """
    found, is_tested = _tested(p_values)
    tested = found[is_tested]
    order = np.argsort(tested, kind="stable")
    falls = tested[order] <= level / np.arange(tested.size, 0, -1)
    rejected = np.zeros(found.size, dtype=np.bool_)
    rejected[np.flatnonzero(is_tested)[order]] = np.logical_and.accumulate(falls)
    return rejected


def holm_p_values(p_values: npt.ArrayLike) -> Floats:
    """Return p-values that may each be held against the level of the whole family (Holm 1979).

    As statsmodels' ``multipletests``, which clears the memory of the whole process at every call.

    Parameters
    ----------
    p_values
        ``[k]``; NaN stays NaN and is no member of the family.

    Raises
    ------
    ValueError
        If a p-value lies outside 0..1 or there is more than one dimension.

    Examples
    --------
    >>> holm_p_values([0.01, float("nan"), 0.04]).tolist()
    [0.02, nan, 0.04]
    """
    found, is_tested = _tested(p_values)
    tested = found[is_tested]
    order = np.argsort(tested, kind="stable")
    raised = np.maximum.accumulate(tested[order] * np.arange(tested.size, 0, -1))
    adjusted = found.copy()
    adjusted[np.flatnonzero(is_tested)[order]] = np.minimum(raised, 1.0)
    return adjusted


def _tested(p_values: npt.ArrayLike) -> tuple[Floats, Bools]:
    """Return p-values and which of them are some."""
    found = np.asarray(p_values, dtype=np.float64)
    is_tested = ~np.isnan(found)
    tested = found[is_tested]
    if found.ndim != 1 or (tested.size and not 0 <= tested.min() <= tested.max() <= 1):
        message = f"p-values of the shape {found.shape} were passed; one dimension within 0..1 is needed"
        raise ValueError(message)
    return found, is_tested

"""Many tests at once: which of a family of hypotheses fall."""

import numpy as np
import numpy.typing as npt

from training.statistics.arrays import Bools
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
    found = np.asarray(p_values, dtype=np.float64)
    is_tested = ~np.isnan(found)
    tested = found[is_tested]
    if found.ndim != 1 or (tested.size and not 0 <= tested.min() <= tested.max() <= 1):
        message = f"p-values of the shape {found.shape} were passed; one dimension within 0..1 is needed"
        raise ValueError(message)
    order = np.argsort(tested, kind="stable")
    falls = tested[order] <= level / np.arange(tested.size, 0, -1)
    rejected = np.zeros(found.size, dtype=np.bool_)
    rejected[np.flatnonzero(is_tested)[order]] = np.logical_and.accumulate(falls)
    return rejected

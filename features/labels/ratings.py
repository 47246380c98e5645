"""Answers from 0 to 10 as NPS groups."""

import numpy as np
import numpy.typing as npt

_FIRST_PASSIVE, _FIRST_PROMOTER = 7, 9


def group_nps(answers: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Return 0 for detractors (0 to 6), 1 for passives (7, 8), 2 for promoters (9, 10); NaN stays missing.

    Examples
    --------
    >>> group_nps(np.array([0.0, 6.0, 7.0, 8.0, 9.0, 10.0, np.nan]))
    array([ 0.,  0.,  1.,  1.,  2.,  2., nan])
    """
    groups = (answers >= _FIRST_PASSIVE).astype(np.float64) + (answers >= _FIRST_PROMOTER)
    return np.where(np.isnan(answers), np.nan, groups)

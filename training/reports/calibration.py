"""The dots of the calibration plot: what was forecast against what happened, in bins of equal size."""

import numpy as np
import numpy.typing as npt

from training.reports.inputs import CalibrationBin
from training.statistics import N_BINS, as_column, share


def calibration_bins(
    probabilities: npt.ArrayLike, outcomes: npt.ArrayLike, bin_count: int = N_BINS
) -> tuple[CalibrationBin, ...]:
    """Cut test rows into bins of equal size by forecast.

    Parameters
    ----------
    probabilities, outcomes
        Forecast and outcome (0 or 1) per test row with a known outcome.

    Returns
    -------
    tuple of CalibrationBin
        From the lowest forecasts to the highest; observed shares with Wilson's interval. Fewer bins than
        asked where there are fewer rows.

    Examples
    --------
    >>> calibration_bins([0.1, 0.3, 0.7, 0.9], [0, 0, 1, 1], bin_count=2)[1].observed.value
    1.0
    """
    forecasts = as_column("probabilities", probabilities)
    happened = as_column("outcomes", outcomes, forecasts.size)
    order = np.argsort(forecasts, kind="stable")
    parts = np.array_split(order, min(bin_count, forecasts.size))
    return tuple(
        CalibrationBin(float(forecasts[rows].mean()), share(float(happened[rows].sum()), rows.size))
        for rows in parts
    )

"""How well a ranking does if its probabilities are right: known before any outcome is."""

import numpy as np

from training.statistics.arrays import Floats
from training.statistics.ranking import RankedMass, Ranking


def expected_auc(chance: Floats, forecast: Floats, weights: Floats) -> Floats:
    """Return the area under the ROC curve that is to be expected of a ranking.

    Each row counts as one with the event with its chance, and as one without it with the rest: the area under
    the ROC curve of rows that stand there twice (confidence-based performance estimation; NannyML,
    "Confidence-based performance estimation (CBPE)", nannyml.readthedocs.io, and Białek et al. 2024,
    "Estimating model performance under covariate shift without labels", arXiv 2401.08348).

    Parameters
    ----------
    chance
        ``[n]``, or ``[draws, n]`` for several opinions on it, 0 to 1.
    forecast
        ``[n]`` what the rows are ranked by; ties count half.
    weights
        ``[draws, n]`` weights of the rows.

    Returns
    -------
    ndarray
        ``[draws]``; NaN where no row can have the event, or none can be without it.

    Examples
    --------
    >>> sure, unsure = np.array([0.0, 1.0]), np.array([0.5, 0.5])
    >>> expected_auc(np.stack([sure, unsure]), sure, np.ones((2, 2))).tolist()
    [1.0, 0.5]
    """
    ranking = Ranking.of(np.zeros(forecast.size), forecast)
    ranked = weights[:, ranking.order]
    rows = ranking.weigh_amount(ranked, np.ones(forecast.size))
    events = ranking.weigh_amount(ranked, chance[..., ranking.order])
    return RankedMass(rows, events, events).auc()

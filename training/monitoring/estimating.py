"""How well a model ranks, estimated from its forecasts alone, before any outcome is known.

It sees that other people are scored than before, and nothing of a world that changed: if the same people
behave otherwise than those whom the model learned from, the forecasts do not show it.
"""

import numpy as np
import numpy.typing as npt

from training.evaluation import Evaluation
from training.monitoring.recalibrating import Recalibration
from training.statistics import EntityDraws, Estimate, Floats, expected_auc, from_draws

N_DRAWS = 200
FEWEST_ROWS = 30


def estimate_auc(
    probability: Floats,
    judged: Evaluation,
    *,
    weight: npt.ArrayLike | None = None,
    entity: npt.ArrayLike | None = None,
    seed: int = 0,
) -> Estimate | None:
    """Return the area under the ROC curve that rows will turn out to have if what was learned still holds.

    See :func:`training.statistics.expected_auc`. Forecasts are read as the rows kept back in training say
    (:class:`~training.monitoring.recalibrating.Recalibration`): those that are too extreme would promise too
    much. The range holds two doubts, drawn together: other people might have been in the batch, and the
    calibration is known from so many rows only.

    Parameters
    ----------
    probability
        ``[n]`` forecasts.
    judged
        Figures of rows kept back in training, at the same horizon.
    weight, entity
        As for :func:`training.evaluation.evaluate`.
    seed
        Equal seeds give equal ranges.

    Returns
    -------
    Estimate or None
        None for fewer than 30 rows, or where all forecasts are alike.
    """
    if probability.size < FEWEST_ROWS or np.ptp(probability) == 0:
        return None
    opinions = Recalibration.of(judged, n_draws=N_DRAWS, seed=seed)
    draws = EntityDraws.of(probability.size, entity=entity, weight=weight, n_draws=N_DRAWS, seed=seed)
    own = expected_auc(opinions.read(probability, slice(1)), probability, draws.weight[None])
    found, first = [], 1
    for weights in draws.blocks():
        which = slice(first, first + len(weights))
        found.append(expected_auc(opinions.read(probability, which), probability, weights))
        first += len(weights)
    return from_draws(float(own[0]), np.concatenate(found), probability.size)

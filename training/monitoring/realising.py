"""How well a model did: its forecasts of rows it had not learned from, beside the outcomes known by now."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from training.evaluation.ratings import Ranks, correlate_ranks
from training.statistics import Bools, EntityDraws, Estimate, Floats, Ranking, from_draws

N_DRAWS = 200
FEWEST_OF_A_KIND = 10
FEWEST_ANSWERS = 30
_ALL, _TOP_TENTH = np.array([0.0, 1.0]), np.array([0.0, 0.1])


@dataclass(frozen=True)
class Realised:
    """Hold what came true of forecasts.

    Attributes
    ----------
    order
        Area under the ROC curve, or rank correlation of answers.
    gap
        Mean forecast minus observed share, or minus the mean answer.
    gap_top_tenth
        The same in the tenth with the highest forecasts; None for answers.
    mean_forecast, mean_forecast_top_tenth
        What was forecast on average, over all and in that tenth.
    """

    order: Estimate
    gap: Estimate
    gap_top_tenth: Estimate | None
    mean_forecast: float
    mean_forecast_top_tenth: float | None


def realise_event(
    forecast: Floats, outcome: Floats, entity: NDArray[np.object_], weight: Floats, *, seed: int = 0
) -> Realised | None:
    """Judge forecasts of an event.

    Parameters
    ----------
    forecast, outcome
        ``[n]`` probabilities, and labels 0 or 1; NaN where the label is not known.
    entity, weight
        As for :func:`training.evaluation.evaluate`; ranges resample entities.
    seed
        Where the random numbers of the resamples start.

    Returns
    -------
    Realised or None
        None with fewer than ten known rows with the event, or without it: too few to speak of.
    """
    known = np.isfinite(outcome)
    n_events, n_known = int(outcome[known].sum()), int(known.sum())
    if min(n_events, n_known - n_events) < FEWEST_OF_A_KIND:
        return None
    draws = _draws(known, entity, weight, seed)
    ranking = Ranking.of(outcome[known], forecast[known])

    def measure(weights: Floats) -> Floats:
        mass = ranking.weigh(weights)
        means = np.diff(mass.at(mass.expected, _TOP_TENTH), axis=1) / (0.1 * mass.rows[:, -1:])
        all_means = mass.expected[:, -1:] / mass.rows[:, -1:]
        return np.hstack([mass.auc()[:, None], mass.gap(_ALL), mass.gap(_TOP_TENTH), all_means, means])

    own, drawn = _measure(draws.ordered(ranking.order), measure)
    order, gap, top = (from_draws(float(own[place]), drawn[:, place], n_known) for place in range(3))
    return Realised(order, gap, top, float(own[3]), float(own[4]))


def realise_answers(
    forecast: Floats, answer: Floats, entity: NDArray[np.object_], weight: Floats, *, seed: int = 0
) -> Realised | None:
    """Judge forecasts of answers, each in its own unit; NaN where nobody answered.

    Returns
    -------
    Realised or None
        None with fewer than 30 answers.
    """
    known = np.isfinite(answer)
    n_known = int(known.sum())
    if n_known < FEWEST_ANSWERS:
        return None
    draws = _draws(known, entity, weight, seed)
    ranks = Ranks.of(answer[known]), Ranks.of(forecast[known])
    error = forecast[known] - answer[known]

    def measure(weights: Floats) -> Floats:
        return np.column_stack([correlate_ranks(ranks, weights), weights @ error / weights.sum(axis=1)])

    own, drawn = _measure(draws, measure)
    order, gap = (from_draws(float(own[place]), drawn[:, place], n_known) for place in range(2))
    return Realised(order, gap, None, float(np.average(forecast[known], weights=draws.weight)), None)


def _draws(known: Bools, entity: NDArray[np.object_], weight: Floats, seed: int) -> EntityDraws:
    """Return the resamples of the known rows."""
    names = entity[known].astype(str)
    return EntityDraws.of(int(known.sum()), entity=names, weight=weight[known], n_draws=N_DRAWS, seed=seed)


def _measure(draws: EntityDraws, measure: Callable[[Floats], Floats]) -> tuple[Floats, Floats]:
    """Return the figures on the rows themselves, and on each resample."""
    return measure(draws.weight[None])[0], draws.apply(measure)

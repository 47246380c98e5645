"""Fit a rating model to answers; whoever did not answer is left out here and scored all the same."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from features.errors import TooFewEventsError
from training.encoding import Encoded
from training.models.blend import Blend
from training.models.facts import FitFacts
from training.models.fit_binary import Groups, Numbers, to_column, to_labels, to_weights
from training.models.fit_members import fit_blend
from training.models.hazard import HazardModel, cumulative_log_odds
from training.models.levels import Levels, RatingKind
from training.models.odds import Floats, to_probability
from training.models.periods import PeriodTable
from training.models.rating import COVERAGES, RatingModel, conformity, to_shares
from training.models.recipe import DEFAULT_RECIPE, Recipe

MIN_ANSWERS = 30


@dataclass(frozen=True)
class RatingFit:
    """Hold a fitted rating model.

    Attributes
    ----------
    is_answered
        Which rows had an answer, shape (rows,).
    out_of_fold
        Probability of each level from fits that did not see the row, shape (answered rows, levels).
    """

    model: RatingModel
    facts: FitFacts
    is_answered: NDArray[np.bool_]
    out_of_fold: Floats


def fit_rating(
    encoded: Encoded,
    target: Numbers,
    kind: RatingKind,
    scale: tuple[float, float] | None = None,
    groups: Groups = None,
    recipe: Recipe = DEFAULT_RECIPE,
    seed: int = 0,
    *,
    weight: Numbers | None = None,
    horizon: str = "outcome",
) -> RatingFit:
    """Fit the blend of a recipe to the levels of an answer, and the reach of its intervals out of fold.

    Parameters
    ----------
    encoded
        Training rows.
    target
        The answer of each row; NaN where nobody answered.
    kind
        ``ordinal`` (a rating is a level), ``numeric`` (up to 20 bins) or ``nps_group`` (0..6, 7..8, 9..10).
    scale
        Lowest and best answer; those that were given if absent.
    groups
        Entity of each row; its rows stay on one side of every inner fold.
    recipe
        Which members, and how.
    seed
        Same data and seed give the same bytes.
    weight
        Weight of each row; 1 if absent.
    horizon
        What the answer is awaited within, e.g. ``180d``.

    Raises
    ------
    TooFewEventsError
        If fewer than 30 entities answered, or all answers are on one level.
    ContractError
        If columns do not fit the rows.
    """
    answers = to_column("target", target, len(encoded))
    weights, entities = to_weights(weight, len(encoded)), to_labels(groups, len(encoded))
    is_answered = np.isfinite(answers) & (weights > 0)
    _demand_answers(entities, is_answered, recipe)
    answers, weights = answers[is_answered], weights[is_answered]
    levels = Levels.fit(answers, kind, scale)
    table = climb(encoded.take(is_answered), levels, answers, weights)
    people = np.unique(entities[is_answered], return_inverse=True)[1].astype(np.int64)
    fit = fit_blend(table, people, people, replace(recipe, min_events=1), seed)
    out_of_fold = to_shares(to_probability(cumulative_log_odds(fit.out_of_fold)))
    hazard = HazardModel(Blend(0.0, fit.members), tuple(fit.intercepts.tolist()), _steps(levels))
    reaches = fit_reaches(conformity(levels, out_of_fold, answers), weights)
    return RatingFit(RatingModel(hazard, levels, reaches, horizon), fit.facts, is_answered, out_of_fold)


def climb(encoded: Encoded, levels: Levels, answers: Floats, weight: Floats) -> PeriodTable:
    """Return answers as climbs through the levels: at risk up to the own level, the event is to stop there.

    Parameters
    ----------
    encoded, answers, weight
        Rows with an answer.
    levels
        What is climbed.
    """
    place = levels.place(answers).astype(np.float64)
    stops = (place < len(levels.cuts)).astype(np.float64)
    table = PeriodTable.cut(encoded.matrix, encoded.n_codes, place, stops, _steps(levels))
    # Whoever stops early has a low answer: what may only raise the answer may only lower the risk of a stop.
    return replace(table.weigh(weight), directions=tuple(-direction for direction in encoded.directions))


def fit_reaches(scores: Floats, weight: Floats) -> tuple[float, ...]:
    """Return for each coverage the smallest reach that covers so many of the rows, and of one more to come.

    Examples
    --------
    >>> fit_reaches(np.arange(1, 100) / 100, np.ones(99))
    (0.5, 0.8, 0.9, 0.95)
    """
    order = np.argsort(scores, kind="stable")
    covered = np.cumsum(weight[order]) / (weight.sum() + weight.mean())
    found = np.append(scores[order], 1.0)
    return tuple(float(found[np.searchsorted(covered, coverage - 1e-12)]) for coverage in COVERAGES)


def _steps(levels: Levels) -> tuple[int, ...]:
    """Return the horizons of the hazard engine: one after each level but the last."""
    return tuple(range(1, len(levels.levels)))


def _demand_answers(entities: NDArray[np.int64], is_answered: NDArray[np.bool_], recipe: Recipe) -> None:
    """Demand answers of enough different people."""
    needed = max(MIN_ANSWERS, recipe.min_events)
    n_people, n_answered = len(np.unique(entities)), len(np.unique(entities[is_answered]))
    if n_answered < needed:
        problem = f"{n_answered} of {n_people} entities answered, a model takes {needed}"
        raise TooFewEventsError("target", problem, "add history, ask more people, or lengthen the window")

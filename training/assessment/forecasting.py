"""Forecast rows that no part of a fit has seen, beside what simple rules would have said."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import Self

import numpy as np
from numpy.typing import NDArray

from features.errors import TooFewEventsError
from features.progress import Report, silent
from training.assessment.cohort import CohortForecasts, forecast_cohort
from training.assessment.splitting import Split, is_new_entity, split_rows
from training.baselines import fit_answer_baselines, fit_baselines, spread_points
from training.evaluation import AnswerForecasts, horizon_labels, ranked_probability_scores
from training.fitting import FittedModel, fit_rows
from training.models import RatingModel
from training.models.recipe import DEFAULT_RECIPE, Recipe
from training.rows import Bools, Floats, FollowUp, LabelOutcome, TrainingRows
from training.thinning import thin_rows


@dataclass(frozen=True)
class Forecasts:
    """Hold forecasts for rows that no part of the fit had seen.

    Attributes
    ----------
    positions
        Which rows were forecast.
    is_new_entity
        Whether the entity was kept out of training altogether.
    probabilities
        Shape (forecast rows, horizons).
    baselines
        By name the forecasts of simple rules at the primary horizon, shape (forecast rows,).
    competing
        Probabilities of a competing exit, shape (forecast rows, horizons); NaN where they were not modelled.
    """

    positions: NDArray[np.intp]
    is_new_entity: Bools
    probabilities: Floats
    baselines: Mapping[str, Floats]
    competing: Floats

    @classmethod
    def join(cls, parts: Sequence["Forecasts"]) -> Self:
        """Put the forecasts of several splits one after another; rules that all of them have are kept."""
        names = set.intersection(*(set(part.baselines) for part in parts))
        return cls(
            positions=np.concatenate([part.positions for part in parts]),
            is_new_entity=np.concatenate([part.is_new_entity for part in parts]),
            probabilities=np.concatenate([part.probabilities for part in parts]),
            baselines={
                name: np.concatenate([part.baselines[name] for part in parts]) for name in sorted(names)
            },
            competing=np.concatenate([part.competing for part in parts]),
        )


@dataclass(frozen=True)
class RatingForecasts:
    """Hold forecasts of answers for rows that no part of the fit had seen.

    Attributes
    ----------
    positions, is_new_entity
        As for :class:`Forecasts`.
    target
        What the answers count as, shape (forecast rows,).
    answers
        What was forecast.
    baselines
        By name the forecasts of simple rules.
    cohort
        Forecasts of the same rows and of those that nobody answered beside them.
    """

    positions: NDArray[np.intp]
    is_new_entity: Bools
    target: Floats
    answers: AnswerForecasts
    baselines: Mapping[str, AnswerForecasts]
    cohort: CohortForecasts

    @classmethod
    def join(cls, parts: Sequence["RatingForecasts"]) -> Self:
        """Put the forecasts of several splits one after another."""
        names = set.intersection(*(set(part.baselines) for part in parts))
        plain = {
            field.name: np.concatenate([getattr(part, field.name) for part in parts])
            for field in fields(cls)[:3]
        }
        return cls(
            **plain,
            answers=AnswerForecasts.join([part.answers for part in parts]),
            baselines={
                name: AnswerForecasts.join([part.baselines[name] for part in parts]) for name in sorted(names)
            },
            cohort=CohortForecasts.join([part.cohort for part in parts]),
        )


def forecast_rows(
    rows: TrainingRows,
    recipe: Recipe = DEFAULT_RECIPE,
    seed: int = 0,
    report: Report = silent,
    splits: Sequence[Split] | None = None,
) -> Forecasts | RatingForecasts:
    """Fit the recipe on one side of every split and forecast the other.

    An early origin with too little to learn from is left out; later ones know more.

    Parameters
    ----------
    splits
        Those of the rows (:func:`split_rows`), or some of them.

    Raises
    ------
    TooFewEventsError
        If there is too little to learn from at every origin, or in any fold.
    """
    probabilities: list[Forecasts] = []
    answers: list[RatingForecasts] = []
    too_few: TooFewEventsError | None = None
    for split in split_rows(rows, seed) if splits is None else splits:
        report(f"fitting on {split.name}")
        try:
            fitted = fit_rows(split.learned, recipe, seed)
        except TooFewEventsError as error:
            if split.origin is None:
                raise
            too_few = error
            report(f"left out: {error.problem}")
            continue
        if isinstance(fitted.model, RatingModel):
            answers.append(_forecast_answers(fitted, fitted.model, rows, split))
        else:
            thinned = replace(split, learned=thin_rows(split.learned, recipe.most_rows, seed))
            probabilities.append(
                Forecasts(
                    positions=split.positions,
                    is_new_entity=is_new_entity(rows, split),
                    probabilities=fitted.probabilities(rows.take(split.positions)),
                    baselines=_baselines(fitted, thinned, rows.take(split.positions)),
                    competing=fitted.competing_probabilities(rows.take(split.positions)),
                )
            )
    if too_few is not None and not answers and not probabilities:
        raise too_few
    return RatingForecasts.join(answers) if answers else Forecasts.join(probabilities)


def _baselines(fitted: FittedModel, split: Split, tested: TrainingRows) -> dict[str, Floats]:
    """Forecast with the prior, the last survey score and a plain logistic regression, where possible."""
    learned, labels = _settled(split)
    encode = fitted.encoder.encode
    try:
        rules = fit_baselines(
            encode(learned.columns).matrix, tuple(learned.catalogue), labels, learned.weight
        )
    except TooFewEventsError:
        return {}
    matrix = encode(tested.columns).matrix
    return {name: rule(matrix) for name, rule in rules.items()}


def _settled(split: Split) -> tuple[TrainingRows, Floats]:
    """Return the learned rows whose label at the primary horizon is known, and the label."""
    outcome = split.learned.outcome
    if isinstance(outcome, LabelOutcome):
        return split.learned, outcome.target
    if split.origin is None:
        message = "time to event is forecast from origins"
        raise ValueError(message)
    labels, is_known = horizon_labels(
        outcome.days,
        outcome.event,
        split.origin.known_days(outcome.snapshot_date, outcome.primary.gap_days),
        outcome.primary.length.days,
    )
    return split.learned.take(is_known), labels[is_known]


def forecast_answers(fitted: FittedModel, model: RatingModel, tested: TrainingRows) -> AnswerForecasts:
    """Forecast the answers of rows that have one; ``model`` is that of the fit."""
    matrix = fitted.encoder.encode(tested.columns).matrix
    place = model.levels.place(_label(tested).target)
    low, high = model.interval(matrix)
    return AnswerForecasts(
        model.expected(matrix),
        low,
        high,
        ranked_probability_scores(model.probabilities(matrix), model.levels.values, place),
        _good_errors(model, matrix, place),
    )


def _forecast_answers(
    fitted: FittedModel, model: RatingModel, rows: TrainingRows, split: Split
) -> RatingForecasts:
    """Forecast answers with the model and with simple rules."""
    learned, tested = split.learned, rows.take(split.positions)
    answers, known = _label(tested), _label(learned)
    matrix = fitted.encoder.encode(tested.columns).matrix
    place, target = model.levels.place(answers.target), model.levels.worth(answers.target)
    learned_matrix, worth = fitted.encoder.encode(learned.columns).matrix, model.levels.worth(known.target)
    rules = fit_answer_baselines(
        learned_matrix,
        tuple(learned.catalogue),
        worth,
        learned.weight,
        question=known.question,
        worth=model.levels.worth,
    )
    values, baselines = model.levels.values, {}
    for name, rule in rules.items():
        points = rule(matrix)
        errors = worth - rule(learned_matrix)
        shares = spread_points(points, errors, learned.weight, values)
        scores = ranked_probability_scores(shares, values, place)
        baselines[name] = replace(AnswerForecasts.of_points(points, target), rps=scores)
    return RatingForecasts(
        positions=split.positions,
        is_new_entity=is_new_entity(rows, split),
        target=target,
        answers=forecast_answers(fitted, model, tested),
        baselines=baselines,
        cohort=_forecast_cohort(fitted, model, rows, split),
    )


def _forecast_cohort(
    fitted: FittedModel, model: RatingModel, rows: TrainingRows, split: Split
) -> CohortForecasts:
    """Forecast those who answered and those who did not."""
    positions = np.concatenate([split.positions, split.silent])
    everybody = rows.take(positions)
    matrix = fitted.encoder.encode(everybody.columns).matrix
    return forecast_cohort(model, matrix, _label(everybody), positions)


def _good_errors(model: RatingModel, matrix: Floats, place: NDArray[np.intp]) -> Floats:
    """Return the probability of a good answer minus whether it was one."""
    good, n_bad = model.good_share(matrix), model.levels.n_bad
    if good is None or n_bad is None:
        return np.full(len(matrix), np.nan)
    return good - (place >= n_bad)


def _label(rows: TrainingRows) -> LabelOutcome:
    """Return the labels of rows that have some."""
    if isinstance(rows.outcome, FollowUp):
        message = "time to event has no answers"
        raise TypeError(message)
    return rows.outcome

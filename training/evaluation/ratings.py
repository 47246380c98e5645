"""Judge forecasts of ratings and amounts: error, order, distribution, and the promise of the intervals."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Self

import numpy as np
import numpy.typing as npt

from features.errors import TooFewEventsError
from training.evaluation.rating_record import RatingBin, RatingComparison, RatingEvaluation
from training.statistics import (
    N_BINS,
    EntityDraws,
    Floats,
    as_column,
    as_weight,
    bootstrap_mean,
    from_draws,
)

MIN_ANSWERS = 30
_MEANS = ("mean_answer", "mae", "mse", "rps", "bias", "coverage", "width", "good_bias")


@dataclass(frozen=True)
class AnswerForecasts:
    """Hold forecasts of answers, each ``[n]``.

    Parameters
    ----------
    value
        Expected answer.
    low, high
        Ends of the 90 % interval; NaN for a rule without one.
    rps
        Ranked probability score of each row (:func:`ranked_probability_scores`).
    good_error
        Probability of a good answer minus whether it was one; NaN where no answer is good in itself.
    """

    value: Floats
    low: Floats
    high: Floats
    rps: Floats
    good_error: Floats

    @classmethod
    def of_points(cls, value: Floats, target: Floats) -> Self:
        """Return the forecasts of a rule that names one value; its score is its absolute error."""
        nothing = np.full(value.shape, np.nan)
        return cls(value, nothing, nothing, np.abs(value - target), nothing)

    @classmethod
    def join(cls, parts: Sequence["AnswerForecasts"]) -> Self:
        """Put forecasts for different rows one after another."""
        return cls(*(np.concatenate([getattr(part, field.name) for part in parts]) for field in fields(cls)))

    def take(self, chosen: npt.NDArray[np.bool_] | npt.NDArray[np.intp]) -> "AnswerForecasts":
        """Return the forecasts for some of the rows."""
        return AnswerForecasts(*(getattr(self, field.name)[chosen] for field in fields(self)))


def ranked_probability_scores(
    probabilities: Floats, values: Floats, place: npt.NDArray[np.intp]
) -> npt.NDArray[np.float64]:
    """Return the ranked probability score of each row, in the unit of the answer (Epstein 1969).

    It is the area between the forecast and the observed distribution, squared; that of a forecast which names
    one value is its absolute error.

    Parameters
    ----------
    probabilities
        ``[n, k]`` forecast of each level.
    values
        ``[k]`` what the levels count as, rising.
    place
        ``[n]`` level of each answer.

    Examples
    --------
    >>> ranked_probability_scores(np.array([[0.5, 0.5, 0.0]]), np.array([1.0, 2.0, 3.0]), np.array([1]))
    array([0.25])
    """
    at_most = np.cumsum(probabilities, axis=1)[:, :-1]
    is_at_most = place[:, None] <= np.arange(len(values) - 1)
    return np.asarray((at_most - is_at_most) ** 2 @ np.diff(values), dtype=np.float64)


def evaluate_ratings(
    target: npt.ArrayLike,
    forecasts: AnswerForecasts,
    *,
    weight: npt.ArrayLike | None = None,
    entity: npt.ArrayLike | None = None,
    baselines: Mapping[str, AnswerForecasts] | None = None,
    n_silent: int = 0,
    n_draws: int = 500,
    seed: int = 0,
) -> RatingEvaluation:
    """Judge forecasts on answers that no part of the model has seen.

    Parameters
    ----------
    target
        ``[n]`` answers, in the unit of the forecasts.
    forecasts
        Forecasts of the same rows.
    weight
        ``[n]`` row weights; ones when absent.
    entity
        ``[n]`` who each row belongs to; intervals resample entities. Each row is its own when absent.
    baselines
        Forecasts of simpler rules for the same rows, by name.
    n_silent
        Rows that the caller left out since nobody answered; only reported.
    n_draws, seed
        Resamples behind each interval. Equal seeds give equal intervals.

    Raises
    ------
    TooFewEventsError
        If there are fewer than 30 answers.
    ValueError
        If columns differ in length.

    Examples
    --------
    >>> answers = np.tile([1.0, 2.0, 3.0, 4.0], 10)
    >>> zero = 0 * answers
    >>> found = evaluate_ratings(answers, AnswerForecasts(answers, answers - 1, answers + 1, zero, zero))
    >>> found.mae.value, round(found.rank_correlation.value, 3), found.coverage.value
    (0.0, 1.0, 1.0)
    """
    answers = as_column("target", target)
    if answers.size < MIN_ANSWERS:
        problem = f"{answers.size} test rows have an answer, judging takes {MIN_ANSWERS}"
        raise TooFewEventsError("target", problem, "add history, or ask more people")
    weights = as_weight(weight, answers.size)
    draws = EntityDraws.of(answers.size, entity=entity, weight=weights, n_draws=n_draws, seed=seed)
    own, drawn = _figures(answers, forecasts, draws)
    n = answers.size
    figures = {name: from_draws(own[name][0], drawn[name], n) for name in own}
    compared = {}
    for name, rule in (baselines or {}).items():
        its_own, its_drawn = _figures(answers, rule, draws)
        compared[name] = RatingComparison(
            **{
                figure: from_draws(own[figure][0] - its_own[figure][0], drawn[figure] - its_drawn[figure], n)
                for figure in ("mae", "rmse", "rps")
            }
        )
    return RatingEvaluation(
        n_rows=n,
        n_entities=draws.n_entities,
        n_silent=n_silent,
        **figures,
        bins=_bins(answers, forecasts.value, weights, entity, seed),
        baselines=compared,
    )


def _figures(
    answers: Floats, forecasts: AnswerForecasts, draws: EntityDraws
) -> tuple[dict[str, Floats], dict[str, Floats]]:
    """Return every figure on the rows themselves, and on each resample."""
    error = forecasts.value - answers
    is_covered = (forecasts.low <= answers) & (answers <= forecasts.high)
    has_interval = not np.isnan(forecasts.low).any()
    terms = np.column_stack(
        [
            answers,
            np.abs(error),
            error**2,
            forecasts.rps,
            error,
            is_covered if has_interval else np.full(answers.size, np.nan),
            forecasts.high - forecasts.low,
            forecasts.good_error,
        ]
    )
    ranks = Ranks.of(answers), Ranks.of(forecasts.value)

    def measure(weights: Floats) -> dict[str, Floats]:
        means = weights @ terms / weights.sum(axis=1, keepdims=True)
        found = {name: means[:, place] for place, name in enumerate(_MEANS)}
        found["rmse"] = np.sqrt(found.pop("mse"))
        return found | {"rank_correlation": correlate_ranks(ranks, weights)}

    own = measure(draws.weight[None])
    blocks = [measure(weights) for weights in draws.blocks()]
    return own, {name: np.concatenate([block[name] for block in blocks]) for name in own}


@dataclass(frozen=True)
class Ranks:
    """Hold the order of a column, so that ranks under any weights are two sums away."""

    order: npt.NDArray[np.intp]
    first_rows: npt.NDArray[np.intp]
    tie: npt.NDArray[np.intp]

    @classmethod
    def of(cls, column: Floats) -> Self:
        """Sort a column."""
        order = np.argsort(column, kind="stable")
        is_new = np.append(True, np.diff(column[order]) > 0)
        tie = np.empty(column.size, dtype=np.intp)
        tie[order] = np.cumsum(is_new) - 1
        return cls(order, np.flatnonzero(is_new), tie)

    def under(self, weights: Floats) -> Floats:
        """Return the middle rank of each row under some weightings, ``[draws, n]``."""
        mass = np.add.reduceat(weights[:, self.order], self.first_rows, axis=1)
        middle = np.cumsum(mass, axis=1) - mass / 2
        ranks: Floats = middle[:, self.tie]
        return ranks


def correlate_ranks(ranks: tuple[Ranks, Ranks], weights: Floats) -> Floats:
    """Return Spearman's rank correlation under some weightings; NaN where one side does not vary."""
    share = weights / weights.sum(axis=1, keepdims=True)
    first, second = (column.under(weights) for column in ranks)
    first = first - (share * first).sum(axis=1, keepdims=True)
    second = second - (share * second).sum(axis=1, keepdims=True)
    spread = (share * first**2).sum(axis=1) * (share * second**2).sum(axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        found: Floats = (share * first * second).sum(axis=1) / np.sqrt(spread)
    return np.where(spread > 0, found, np.nan)


def _bins(
    answers: Floats, forecast: Floats, weight: Floats, entity: npt.ArrayLike | None, seed: int
) -> tuple[RatingBin, ...]:
    """Cut the rows into tenths by forecast, lowest first; mean forecast and mean answer of each."""
    order = np.argsort(forecast, kind="stable")
    names = np.arange(answers.size) if entity is None else np.asarray(entity)
    return tuple(
        RatingBin(
            float(np.average(forecast[part], weights=weight[part])),
            bootstrap_mean(answers[part], entity=names[part], weight=weight[part], n_draws=200, seed=seed),
        )
        for part in np.array_split(order, N_BINS)
        if part.size and weight[part].sum() > 0
    )

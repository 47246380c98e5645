"""The value of everybody where some stay silent: corrected, bounded, and the worst that silence can hide.

Answers count as they are. A silent row counts as what is forecast for it, plus the error that the forecast
makes on those who answered and are like the silent: each weighted by its odds of silence. That is the doubly
robust estimator (Robins, Rotnitzky and Zhao 1994; weights brought to their sum as by Hájek): right where
either the forecast or the odds are, as long as silence depends on nothing but what both know.
"""

import math
from dataclasses import dataclass
from typing import Literal, Self

import numpy as np
import numpy.typing as npt

from training.statistics.arrays import Floats, as_column
from training.statistics.estimate import Estimate, from_draws
from training.statistics.resampling import EntityDraws

MAX_WEIGHT = 10.0
MAX_ODDS = 1000.0
Side = Literal["low", "high"]


@dataclass(frozen=True)
class AskedRows:
    """Hold rows of which some answered, answers in the order of the error of their forecast.

    Parameters
    ----------
    outcome
        ``[n]`` what each answer counts as; NaN where nobody answered.
    forecast
        ``[n]`` what was forecast by a model that had not seen the row.
    odds
        ``[n]`` odds of silence, ``(1 - p) / p`` of the chance ``p`` to answer; see :func:`trim_odds`.
    draws
        Resamples of the entities.
    """

    outcome: Floats
    forecast: Floats
    odds: Floats
    draws: EntityDraws

    @classmethod
    def of(
        cls,
        outcome: npt.ArrayLike,
        forecast: npt.ArrayLike,
        odds: npt.ArrayLike,
        *,
        entity: npt.ArrayLike | None = None,
        weight: npt.ArrayLike | None = None,
        n_draws: int = 500,
        seed: int = 0,
    ) -> Self:
        """Sort the rows by the error of the forecast, silent rows last.

        Raises
        ------
        ValueError
            If columns differ in length, or nobody answered.
        """
        answers = np.asarray(outcome, dtype=np.float64)
        columns = as_column("forecast", forecast, answers.size), as_column("odds", odds, answers.size)
        if not np.isfinite(answers).any():
            message = f"none of {answers.size} rows has an answer"
            raise ValueError(message)
        order = np.argsort(answers - columns[0], kind="stable")
        draws = EntityDraws.of(answers.size, entity=entity, weight=weight, n_draws=n_draws, seed=seed)
        return cls(answers[order], columns[0][order], columns[1][order], draws.ordered(order))

    @property
    def n_answered(self) -> int:
        """Return how many rows have an answer: the first ones."""
        return int(np.isfinite(self.outcome).sum())

    @property
    def effective_answers(self) -> float:
        """Return how many equal answers are worth as much as the weighted ones (Kish 1965).

        Silent rows lean on those who answered in proportion to the odds of silence.
        """
        weight = self._weights(self.draws.weight[None])[0]
        return float(weight.sum() ** 2 / (weight**2).sum())

    def answered(self) -> Estimate:
        """Return the mean of those who answered, as if nobody were silent."""
        n_answered, answers = self.n_answered, self.outcome[: self.n_answered]

        def measure(weights: Floats) -> Floats:
            given = weights[:, :n_answered]
            with np.errstate(invalid="ignore"):
                found: Floats = given @ answers / given.sum(axis=1)
            return found

        value = float(measure(self.draws.weight[None])[0])
        return from_draws(value, self.draws.apply(measure), n_answered)

    def corrected(self) -> Estimate:
        """Return the mean over everybody, right where silence depends on what forecast or odds know."""
        return self.bound(1.0, "low")

    def bound(self, odds_ratio: float, side: Side) -> Estimate:
        """Return the lowest or highest value if silence also depends on the answer itself.

        The marginal sensitivity model (Tan 2006; Zhao, Small and Bhattacharya 2019): what nobody knows, the
        answer included, multiplies the odds of silence of a row by at most ``odds_ratio`` and at least its
        inverse. The extreme weights are one factor up to some error of the forecast and the inverse beyond,
        so all of them are tried.

        Parameters
        ----------
        odds_ratio
            At least 1, where it is the corrected value.
        side
            Which end.
        """
        value = float(self._extreme(self.draws.weight[None], odds_ratio, side)[0])
        drawn = self.draws.apply(lambda weights: self._extreme(weights, odds_ratio, side))
        return from_draws(value, drawn, self.outcome.size)

    def worst_case(self, lowest: float, best: float) -> tuple[float, float]:
        """Return the value if all who are silent gave the lowest answer, and the best one (Manski 1989)."""
        weight, known = self.draws.weight, np.isfinite(self.outcome)
        given = float(weight[known] @ self.outcome[known])
        silent, total = float(weight[~known].sum()), float(weight.sum())
        return (given + silent * lowest) / total, (given + silent * best) / total

    def tipping_odds(self, value: float) -> float:
        """Return the smallest odds ratio whose bound reaches a value; infinity where 1000 does not do.

        Parameters
        ----------
        value
            For instance the mean of those who answered: how strong would a hidden cause of silence have to
            be so that no correction is left?
        """
        here = self.draws.weight[None]
        start = float(self._extreme(here, 1.0, "low")[0])
        side: Side = "low" if value < start else "high"

        def is_reached(odds_ratio: float) -> bool:
            found = float(self._extreme(here, odds_ratio, side)[0])
            return found <= value if side == "low" else found >= value

        if not is_reached(MAX_ODDS):
            return math.inf
        low, high = 0.0, math.log(MAX_ODDS)
        for _ in range(40):
            middle = (low + high) / 2
            low, high = (low, middle) if is_reached(math.exp(middle)) else (middle, high)
        return math.exp(high)

    def _weights(self, weights: Floats) -> Floats:
        """Return how much silent rows lean on each answer, ``[draws, answers]``."""
        found: Floats = weights[:, : self.n_answered] * self.odds[: self.n_answered]
        return found

    def _extreme(self, weights: Floats, odds_ratio: float, side: Side) -> Floats:
        """Return the bound under some row weights, ``[draws]``."""
        n_answered = self.n_answered
        answers, forecasts = self.outcome[:n_answered], self.forecast[n_answered:]
        errors = answers - self.forecast[:n_answered]
        given, silent = weights[:, :n_answered], weights[:, n_answered:]
        leaning = self._weights(weights)
        first, rest = (odds_ratio, 1 / odds_ratio) if side == "low" else (1 / odds_ratio, odds_ratio)
        mass, error = np.cumsum(leaning, axis=1), np.cumsum(leaning * errors, axis=1)
        masses = first * mass + rest * (mass[:, -1:] - mass)
        with np.errstate(invalid="ignore", divide="ignore"):
            tried = (first * error + rest * (error[:, -1:] - error)) / masses
        shift = np.fmin.reduce(tried, axis=1) if side == "low" else np.fmax.reduce(tried, axis=1)
        total = given @ answers + silent @ forecasts + silent.sum(axis=1) * shift
        found: Floats = total / weights.sum(axis=1)
        return found


def trim_odds(
    chance: npt.ArrayLike, is_answered: npt.NDArray[np.bool_], max_weight: float = MAX_WEIGHT
) -> tuple[Floats, int]:
    """Return the odds of silence, and how many answers would have weighed more than ten others.

    Few answers of people who hardly ever answer would else decide about all who are silent; the cap trades a
    little bias for that (Cole and Hernán 2008).

    Parameters
    ----------
    chance
        ``[n]`` chance to answer, above 0 and at most 1.
    is_answered
        ``[n]`` who did.

    Examples
    --------
    >>> trim_odds([0.5, 0.5, 0.8], np.array([True, False, True]))
    (array([1.  , 1.  , 0.25]), 0)
    """
    found = as_column("chance", chance)
    odds = (1.0 - found) / found
    top = max_weight * float(odds[is_answered].mean())
    return np.minimum(odds, top), int(np.sum(odds[is_answered] > top))

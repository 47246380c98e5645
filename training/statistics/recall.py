"""Answer lag: scores by the days between experience and answer, and how the memory of it fades."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from training.statistics.arrays import Floats, Ints, as_column
from training.statistics.estimate import LEVEL, Estimate, from_draws
from training.statistics.levels import Level, SurveyMetric, measure_level
from training.statistics.resampling import EntityDraws

DecayShape = Literal["none", "linear", "exponential"]

BAND_EDGES = (0, 1, 3, 7, 14, 30, 90)
_N_HALF_LIVES = 60
_FEWEST_LAGS = 3


@dataclass(frozen=True)
class LagBand:
    """Hold the level of answers given from ``first_day`` until before ``end_day`` after the experience.

    ``end_day`` is infinite for the last band.
    """

    first_day: float
    end_day: float
    level: Level


@dataclass(frozen=True)
class RecallDecay:
    """Hold how a score moves with the days between experience and answer.

    Attributes
    ----------
    shape
        ``none``: no decay found; ``exponential``: an approach to a lasting score, whose half-life the answers
        tell apart from a straight line; ``linear``: they do not.
    p_value
        Of no decay of any half-life.
    slope_per_day
        Straight-line change of the score per day, with its 95 % range; ``n`` answers.
    half_life_days
        Days after which half of the way is gone; None where no decay was found; the upper end may be
        infinite.
    fresh
        Score of an answer on the day itself; None where no decay was found.
    settled
        Score that is approached; None unless ``exponential``.
    """

    shape: DecayShape
    p_value: float
    slope_per_day: Estimate
    half_life_days: Estimate | None = None
    fresh: Estimate | None = None
    settled: Estimate | None = None


@dataclass(frozen=True)
class _Lags:
    """Hold answers in the order of their lag, and the curves that scores may follow.

    Attributes
    ----------
    worth
        ``[n]`` what each answer counts as.
    starts
        ``[lags]`` first answer of each lag.
    half_lives
        ``[curves]`` in days, rising; the last is infinite: a straight line.
    curves
        ``[lags, curves]`` share of the way that is left; the days themselves for the straight line.
    """

    worth: Floats
    starts: Ints
    half_lives: Floats
    curves: Floats

    @classmethod
    def of(cls, worth: Floats, days: Floats) -> "_Lags":
        """Return answers that lie in the order of their days."""
        lags, starts = np.unique(days, return_index=True)
        longest = float(lags[-1])
        shortest = max(float(lags[lags > 0][0]) / 4, longest / 500)
        half_lives = np.geomspace(shortest, 4 * longest, _N_HALF_LIVES)
        curves = np.exp2(-lags[:, None] / half_lives)
        return cls(worth, starts, np.append(half_lives, np.inf), np.column_stack([curves, lags]))

    def by_lag(self, weights: Floats) -> Floats:
        """Return sums over the answers of each lag, ``[draws, lags]``."""
        found: Floats = np.add.reduceat(weights, self.starts, axis=1)
        return found

    def fit(self, weights: Floats) -> Floats:
        """Return half-life, fresh and settled score of the best curve, slope of the line: ``[draws, 4]``."""
        given, scored = self.by_lag(weights), self.by_lag(weights * self.worth)
        total, score = given.sum(axis=1, keepdims=True), scored.sum(axis=1, keepdims=True)
        centre = given @ self.curves / total
        spread = given @ self.curves**2 - total * centre**2
        shared = scored @ self.curves - score * centre
        rise = shared / np.where(spread > 0, spread, np.inf)
        gain = rise * shared
        best, draws = gain.argmax(axis=1), np.arange(len(gain))
        end = (score / total - rise * centre)[draws, best]
        is_line = best == self.half_lives.size - 1
        fresh = np.where(is_line, end, end + rise[draws, best])
        return np.column_stack([self._half_life(gain, best), fresh, end, rise[:, -1]])

    def _half_life(self, gain: Floats, best: Ints) -> Floats:
        """Return the half-life between curves, by a parabola through the best and its neighbours."""
        draws, last = np.arange(len(gain)), self.half_lives.size - 2
        middle = np.clip(best, 1, last - 1)
        below, here, above = (gain[draws, middle + step] for step in (-1, 0, 1))
        bend = below - 2 * here + above
        is_inside = (best == middle) & (bend < 0)
        step = np.where(is_inside, 0.5 * (below - above) / np.where(is_inside, bend, 1.0), 0.0)
        ratio = self.half_lives[1] / self.half_lives[0]
        found: Floats = self.half_lives[best] * ratio**step
        return found

    def p_value(self, people: Ints, n_draws: int, seed: int) -> float:
        """Return how often as strong a curve appears when the signs of people's parts are tossed."""
        counts = np.ones((1, self.worth.size))
        centred = self.curves - self.by_lag(counts) @ self.curves / self.worth.size
        sizes = np.diff(np.append(self.starts, self.worth.size))
        rows = np.repeat(centred, sizes, axis=0) * (self.worth - self.worth.mean())[:, None]
        order = np.argsort(people, kind="stable")
        first = np.flatnonzero(np.diff(people[order], prepend=-1))
        parts = np.add.reduceat(rows[order], first, axis=0)
        error = np.sqrt((parts**2).sum(axis=0))
        parts = parts / np.where(error > 0, error, np.inf)
        signs = np.random.default_rng(seed).choice([-1.0, 1.0], size=(n_draws, len(parts)))
        drawn, found = np.abs(signs @ parts).max(axis=1), np.abs(parts.sum(axis=0)).max()
        return float((1 + (drawn >= found).sum()) / (1 + n_draws))


def measure_lag_bands(
    metric: SurveyMetric,
    ratings: npt.ArrayLike,
    lag_days: npt.ArrayLike,
    *,
    edges: Sequence[float] = BAND_EDGES,
    minimum_answers: int = 5,
) -> tuple[LagBand, ...]:
    """Return a metric by the days between experience and answer.

    Parameters
    ----------
    ratings, lag_days
        ``[n]`` what was answered (NaN: skipped), and how many days after the experience.
    edges
        First day of each band, rising; the last band has no end. Answers before the first are left out.
    minimum_answers
        A band with fewer answers is left out.

    Examples
    --------
    >>> bands = measure_lag_bands(SurveyMetric.of("nps"), [10] * 6 + [3] * 6, [0] * 6 + [20] * 6)
    >>> [(band.first_day, band.end_day, band.level.estimate.value) for band in bands]
    [(0, 1, 100.0), (14, 30, -100.0)]
    """
    days, given = _known(metric, ratings, lag_days)
    ends = [*edges[1:], np.inf]
    bands = ((first, end, (days >= first) & (days < end)) for first, end in zip(edges, ends, strict=True))
    return tuple(
        LagBand(first, end, measure_level(metric, given[rows]))
        for first, end, rows in bands
        if rows.sum() >= minimum_answers
    )


def find_recall_decay(
    metric: SurveyMetric,
    ratings: npt.ArrayLike,
    lag_days: npt.ArrayLike,
    *,
    people: npt.ArrayLike | None = None,
    n_draws: int = 500,
    seed: int = 0,
) -> RecallDecay:
    """Return how a score moves with the days between experience and answer.

    The curve is ``settled + (fresh - settled) * 2 ** (-days / half_life)``, by least squares over a grid of
    half-lives with the straight line as their limit. Whether there is any is tested over all of them at
    once: the largest score statistic, against draws that toss the sign of each person's part. Ranges resample
    people. It is an association: people who answer late may differ from those who answer at once.

    Parameters
    ----------
    ratings, lag_days
        ``[n]`` what was answered (NaN: skipped), and how many days after the experience.
    people
        ``[n]`` who answered; each answer is of somebody else when absent.

    Raises
    ------
    ValueError
        If columns differ in length, a lag is negative, or there are fewer than three different lags.
    """
    days, given = _known(metric, ratings, lag_days)
    worth = metric.worth(given)
    order = np.argsort(days, kind="stable")
    known = np.isfinite(np.asarray(ratings, dtype=np.float64))
    entity = None if people is None else np.asarray(people)[known][order]
    if np.unique(days).size < _FEWEST_LAGS:
        message = f"answers have {np.unique(days).size} different lags; a decay needs {_FEWEST_LAGS} or more"
        raise ValueError(message)
    lags = _Lags.of(worth[order], days[order])
    draws = EntityDraws.of(worth.size, entity=entity, n_draws=n_draws, seed=seed)
    drawn, found = draws.apply(lags.fit), lags.fit(draws.weight[None])[0]
    half_life, fresh, settled, slope = (
        _estimate(value, column, worth.size) for value, column in zip(found, drawn.T, strict=True)
    )
    p_value = lags.p_value(draws.codes, 2 * n_draws, seed)
    if p_value >= 1 - LEVEL:
        return RecallDecay("none", p_value, slope)
    if half_life.high > days.max():
        return RecallDecay("linear", p_value, slope, half_life, fresh)
    return RecallDecay("exponential", p_value, slope, half_life, fresh, settled)


def _known(metric: SurveyMetric, ratings: npt.ArrayLike, lag_days: npt.ArrayLike) -> tuple[Floats, Floats]:
    """Return lag and rating of every answer that has a rating."""
    given = np.asarray(ratings, dtype=np.float64)
    known = np.isfinite(given)
    lags = np.asarray(lag_days, dtype=np.float64)
    if given.shape != lags.shape:
        message = f"there are {given.size} ratings and {lags.size} lags; give the days of each rating"
        raise ValueError(message)
    days = as_column(f"lag of {metric.kind}", lags[known])
    if days.min() < 0:
        message = f"an answer lies {-days.min():g} days before its experience; lags are >= 0"
        raise ValueError(message)
    return days, given[known]


def _estimate(value: float, draws: Floats, n: int) -> Estimate:
    """Return the percentile interval of draws, of which some may be infinite."""
    if np.isfinite(draws).all():
        return from_draws(value, draws, n)
    low, high = np.quantile(draws, [(1 - LEVEL) / 2, (1 + LEVEL) / 2], method="nearest")
    return Estimate.around(value, low, high, n)

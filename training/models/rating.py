"""What somebody would answer: a distribution over ordered levels, its mean, an interval, exact reasons."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

import numpy as np

from training.models.binary import MODEL_FILE, Attributions
from training.models.blend import Blend
from training.models.hazard import HazardModel
from training.models.levels import Levels
from training.models.odds import Floats, softplus, to_probability
from training.models.periods import repeat_periods
from training.models.records import read_record, to_bytes
from training.models.walk import walk

COVERAGES = (0.5, 0.8, 0.9, 0.95)


@dataclass(frozen=True)
class RatingModel:
    """Give the distribution of an answer over its levels.

    It is a continuation-ratio model (Fienberg 1980; Agresti 2010): climbing the levels one by one, the hazard
    is the chance to stop at a level once it is reached. The engine of time to event does the rest, with the
    level as time: ``P(answer <= level)`` cannot fall, and an answer on the last level "survives".

    Parameters
    ----------
    hazard
        Stops at each level but the last; its horizon k is level k.
    levels
        The levels.
    corrections
        For each of :data:`COVERAGES` how far from the middle of the forecast distribution an interval has to
        reach, 0..1: with a perfect model the coverage itself.
    horizon
        What the answer is awaited within, e.g. ``180d``; ``outcome`` for a flat table.
    """

    hazard: HazardModel
    levels: Levels
    corrections: tuple[float, ...]
    horizon: str = "outcome"

    @property
    def horizon_names(self) -> tuple[str, ...]:
        """Return the one name of what is forecast."""
        return (self.horizon,)

    @property
    def output_names(self) -> tuple[str, ...]:
        """Return the names of the columns of a forecast: answer, ends of its interval, levels."""
        return ("value", "low", "high", *self.level_names)

    @property
    def level_names(self) -> tuple[str, ...]:
        """Return the names of the levels that can be spoken of; the bins of an amount have none."""
        return () if self.levels.kind == "numeric" else self.levels.names

    def probabilities(self, matrix: Floats) -> Floats:
        """Return the probability of each level, shape (rows, levels); a row adds up to 1.

        Parameters
        ----------
        matrix
            Rows as the encoder gives them, shape (rows, features).
        """
        return to_shares(self.hazard.probabilities(matrix))

    def expected(self, matrix: Floats) -> Floats:
        """Return the mean of the distribution, shape (rows,): a rating, an amount, or points of NPS."""
        values = self.levels.values
        mean: Floats = values[-1] - _row_sums(self.hazard.probabilities(matrix) * np.diff(values))
        return mean

    def good_share(self, matrix: Floats) -> Floats | None:
        """Return the probability of a good answer, shape (rows,); None where no level is good in itself."""
        if self.levels.n_bad is None:
            return None
        share: Floats = 1.0 - self.hazard.probabilities(matrix)[:, self.levels.n_bad - 1]
        return share

    def variance(self, matrix: Floats) -> Floats:
        """Return the variance of the distribution, shape (rows,)."""
        values = self.levels.values
        off: Floats = (values[None, :] - self.expected(matrix)[:, None]) ** 2
        return _row_sums(self.probabilities(matrix) * off)

    def interval(self, matrix: Floats, coverage: float = 0.9) -> tuple[Floats, Floats]:
        """Return low and high ends between which the answer falls in this share of cases, shape (rows,) each.

        The ends are quantiles of the forecast distribution, set out of fold so that the promise holds also
        where the model is wrong; see :func:`conformity`. Ratings get whole levels.

        Parameters
        ----------
        matrix
            Rows as the encoder gives them.
        coverage
            One of :data:`COVERAGES`.

        Raises
        ------
        ValueError
            If the coverage is none of those that were fitted.
        """
        if coverage not in COVERAGES:
            message = f"coverage {coverage:g} was not fitted; there are {', '.join(map(str, COVERAGES))}"
            raise ValueError(message)
        reach = self.corrections[COVERAGES.index(coverage)]
        return spread(self.levels, self.probabilities(matrix), reach)

    def attributions(self, matrix: Floats, horizon_index: int = 0) -> Attributions:
        """Return exact reasons for the expected answer, in its own unit: points of rating, of NPS, or amount.

        The log-odds of stopping at each level are split exactly by the members. The way from the base to the
        row is walked in a straight line through all of them at once, and what the expected answer gains on
        each stretch goes to the features in proportion to their share of it (Aumann and Shapley 1974), as for
        the risk up to a horizon. The mean is split rather than the chance of a low answer: it needs no cut,
        and a share of it is in the unit that people know.

        Parameters
        ----------
        matrix
            Rows as the encoder gives them.
        horizon_index
            Must be 0: there is one forecast.

        Returns
        -------
        Attributions
            ``log_odds`` holds the expected answer here.

        Raises
        ------
        IndexError
            If ``horizon_index`` is not 0.
        """
        if horizon_index != 0:
            message = f"horizon {horizon_index} of a model with one forecast"
            raise IndexError(message)
        n_steps, n_features = len(self.hazard.horizons), matrix.shape[1]
        base, shares = self.hazard.blend.attributions(repeat_periods(matrix, n_steps))
        by_step = shares.reshape(n_steps, len(matrix), shares.shape[1])
        starts = np.array(self.hazard.intercepts)[:, None] + base + by_step[:, :, n_features:].sum(axis=2)
        return walk_answers(starts, by_step[:, :, :n_features], self.levels.values)

    def attributions_of(self, row: list[float], horizon_index: int = 0) -> tuple[float, Floats]:
        """Return base and contributions of one row; see :meth:`attributions`."""
        found = self.attributions(np.array([row]), horizon_index)
        return float(found.base[0]), found.contributions[0]

    def to_files(self) -> dict[str, bytes]:
        """Return all files of the model by name: JSON and LightGBM text only."""
        record: dict[str, Any] = {
            "kind": "rating",
            "horizon": self.horizon,
            "corrections": list(self.corrections),
            "intercepts": list(self.hazard.intercepts),
            **self.levels.to_json(),
        }
        return self.hazard.blend.to_files() | {MODEL_FILE: to_bytes(record)}

    @classmethod
    def from_files(cls, contents: Mapping[str, bytes]) -> Self:
        """Read what :meth:`to_files` wrote.

        Raises
        ------
        BundleError
            If a file is missing, altered or of another kind.
        """
        record = read_record(contents, MODEL_FILE, "rating")
        levels = Levels.from_record(record)
        corrections, intercepts = record.floats("corrections"), record.floats("intercepts")
        if len(corrections) != len(COVERAGES) or np.any((corrections < 0) | (corrections > 1)):
            raise record.fail("corrections", f"a list of {len(COVERAGES)} numbers from 0 to 1")
        if len(intercepts) != len(levels.cuts):
            raise record.fail("intercepts", f"a list of {len(levels.cuts)} numbers")
        steps = tuple(range(1, len(levels.levels)))
        hazard = HazardModel(Blend.from_files(contents), tuple(intercepts.tolist()), steps)
        return cls(hazard, levels, tuple(corrections.tolist()), record.text("horizon"))


def to_shares(cumulative: Floats) -> Floats:
    """Turn ``P(answer <= level)`` of all levels but the last into the probability of each level.

    Examples
    --------
    >>> to_shares(np.array([[0.25, 0.75]])).tolist()
    [[0.25, 0.5, 0.25]]
    """
    n_rows = len(cumulative)
    ends = np.column_stack([np.zeros(n_rows), cumulative, np.ones(n_rows)])
    shares: Floats = np.diff(ends, axis=1)
    return shares


def conformity(levels: Levels, probabilities: Floats, answers: Any) -> Floats:
    """Return how far from the middle of its forecast distribution each answer lies: 0 = median, 1 = end.

    The score of distributional conformal prediction, ``|2 F(answer) - 1|`` (Chernozhukov, Wüthrich and Zhu
    2021): an interval out to its 90 % quantile over rows that the model had not seen covers 90 % of new ones,
    whatever the model (cross-conformal; Vovk 2015). A level counts from its middle, a place inside a bin in
    proportion.

    Parameters
    ----------
    levels, probabilities
        The levels, and their forecast probabilities, shape (rows, levels).
    answers
        Known answers, shape (rows,).
    """
    rows, place = np.arange(len(probabilities)), levels.place(answers)
    below = np.cumsum(probabilities, axis=1)[rows, place] - probabilities[rows, place]
    inside = np.full(len(rows), 0.5)
    if levels.kind == "numeric":
        low = np.array([level.low for level in levels.levels])[place]
        width = np.array([level.high for level in levels.levels])[place] - low
        found = np.asarray(answers, dtype=np.float64)
        inside = np.divide(found - low, width, out=inside, where=width > 0).clip(0.0, 1.0)
    position = below + probabilities[rows, place] * inside
    score: Floats = np.abs(2.0 * position - 1.0)
    return score


def spread(levels: Levels, probabilities: Floats, reach: float) -> tuple[Floats, Floats]:
    """Return the ends of all answers whose :func:`conformity` is at most ``reach``, shape (rows,) each."""
    at_most = np.cumsum(probabilities, axis=1)
    wanted = (1.0 - reach) / 2.0, (1.0 + reach) / 2.0
    if levels.kind == "numeric":
        low, high = (_quantile(levels, probabilities, at_most, share) for share in wanted)
        return low, high
    middle = at_most - probabilities / 2.0
    is_inside = (middle >= wanted[0]) & (middle <= wanted[1])
    median = np.argmax(at_most >= 0.5, axis=1)
    is_inside[np.arange(len(median)), median] = True
    lows, highs = (
        np.array([level.low for level in levels.levels]),
        np.array([level.high for level in levels.levels]),
    )
    last = len(lows) - 1 - np.argmax(is_inside[:, ::-1], axis=1)
    return lows[np.argmax(is_inside, axis=1)], highs[last]


def _quantile(levels: Levels, probabilities: Floats, at_most: Floats, share: float) -> Floats:
    """Return where the distribution, even inside each bin, reaches a share."""
    rows = np.arange(len(probabilities))
    place = np.minimum((at_most < share).sum(axis=1), len(levels.levels) - 1)
    low = np.array([level.low for level in levels.levels])[place]
    high = np.array([level.high for level in levels.levels])[place]
    mass = probabilities[rows, place]
    rest = share - (at_most[rows, place] - mass)
    inside = np.divide(rest, mass, out=np.full(len(rows), 0.5), where=mass > 0).clip(0.0, 1.0)
    found: Floats = low + inside * (high - low)
    return found


def walk_answers(starts: Floats, shares: Floats, values: Floats) -> Attributions:
    """Split the expected answer along the straight path; as :func:`training.models.hazard.walk_straight`.

    Parameters
    ----------
    starts
        Log-odds of stopping at each level at the base, shape (steps, rows).
    shares
        What each feature adds there, shape (steps, rows, features).
    values
        What the levels count as.
    """
    return walk(
        starts,
        shares,
        lambda log_odds: _mean_at(log_odds, values),
        lambda log_odds: _slopes_at(log_odds, values),
    )


def _mean_at(log_odds: Floats, values: Floats) -> Floats:
    """Return the expected answer for log-odds of stopping at each level, shape (steps, rows)."""
    above = np.exp(-np.cumsum(softplus(log_odds), axis=0))
    mean: Floats = values[0] + np.cumsum(np.diff(values)[:, None] * above, axis=0)[-1]
    return mean


def _slopes_at(log_odds: Floats, values: Floats) -> Floats:
    """Return the slope of the expected answer in the log-odds of stopping at each level."""
    above = np.diff(values)[:, None] * np.exp(-np.cumsum(softplus(log_odds), axis=0))
    from_here = np.cumsum(above[::-1], axis=0)[::-1]
    slopes: Floats = -to_probability(log_odds) * from_here
    return slopes


def _row_sums(table: Floats) -> Floats:
    """Add up each row from left to right, so that the rounding does not depend on the number of rows."""
    sums: Floats = np.cumsum(table, axis=1)[:, -1]
    return sums

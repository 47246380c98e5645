"""Change points: waves at which a metric moved to a new level and stayed there."""

import math
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from scipy import stats

from training.statistics.arrays import Floats, Ints
from training.statistics.estimate import LEVEL, Estimate
from training.statistics.wave_values import WaveValues

WAVES_A_SIDE = 2


@dataclass(frozen=True)
class ChangePoint:
    """Hold one lasting step of a metric.

    Attributes
    ----------
    wave
        Number of the first wave on the new level, counted from 0.
    earliest, latest
        95 % range of that number.
    step
        New level minus old one with its 95 % range, as if the place were known; ``step.n`` waves.
    p_value
        How often a level that stays looks like this step.
    """

    wave: int
    earliest: int
    latest: int
    step: Estimate
    p_value: float


@dataclass(frozen=True)
class ChangePoints:
    """Hold what was found in a series.

    Attributes
    ----------
    found
        Steps that stand, oldest first; empty: no step is clear, which is an answer.
    p_value
        Of no step at all; NaN where there are too few waves.
    n_waves, n_waves_needed
        How many there are, and the fewest that can show a step: two on each side.
    """

    found: tuple[ChangePoint, ...]
    p_value: float
    n_waves: int
    n_waves_needed: int


@dataclass(frozen=True)
class _Stretch:
    """Hold neighbouring waves between which a step is sought."""

    value: Floats
    weight: Floats
    noise: Floats

    @classmethod
    def of(cls, series: WaveValues, noise: Floats, first: int, end: int) -> "_Stretch":
        """Cut waves out of a series; what chance does to them comes along, ``[draws, waves]``."""
        weight = 1 / np.diag(series.covariance)[first:end]
        return cls(series.value[first:end], weight, noise[:, first:end])

    @property
    def places(self) -> Ints:
        """Return where the new level may begin."""
        return np.arange(WAVES_A_SIDE, self.value.size - WAVES_A_SIDE + 1)

    def levels(self, place: int) -> tuple[float, float]:
        """Return the mean before and from a place on."""
        before, after = slice(None, place), slice(place, None)
        return (
            float(np.average(self.value[before], weights=self.weight[before])),
            float(np.average(self.value[after], weights=self.weight[after])),
        )

    def gains(self, series: Floats) -> Floats:
        """Return by how much a step at each place lessens the weighted squares, ``[draws, places]``."""
        left = np.cumsum(self.weight)[self.places - 1]
        right = self.weight.sum() - left
        sums = np.cumsum(series * self.weight, axis=1)
        before = sums[:, self.places - 1]
        difference = (sums[:, -1:] - before) / right - before / left
        found: Floats = difference**2 * left * right / (left + right)
        return found

    def relative_gains(self, series: Floats) -> Floats:
        """Return the gains in units of how much neighbouring waves differ, ``[draws, places]``.

        Neighbours across the place itself are left out. Other steps of the series touch few neighbours, so
        they do not hide this one as they would in the squares around one level.
        """
        variance = 1 / self.weight
        jumps = np.diff(series, axis=1) ** 2 / (variance[1:] + variance[:-1])
        others = jumps.sum(axis=1, keepdims=True) - jumps[:, self.places - 1]
        gains, unrest = self.gains(series), others / (self.value.size - 2)
        found: Floats = np.divide(gains, unrest, out=np.where(gains > 0, np.inf, 0.0), where=unrest > 0)
        return found

    def p_value(self) -> float:
        """Return how often waves on one level show as much of a step.

        Two questions, the less certain answer counts. Is it more than sampling does (errors of the waves)? Is
        it more than neighbouring waves differ anyway?
        """
        counts = [
            (gains(self.noise).max(axis=1) >= gains(self.value[None]).max()).sum()
            for gains in (self.gains, self.relative_gains)
        ]
        return float((1 + max(counts)) / (1 + self.noise.shape[0]))

    def unrest(self, place: int) -> float:
        """Return how many times the variance is that of sampling, at least 1."""
        before, after = self.levels(place)
        fitted = np.where(np.arange(self.value.size) < place, before, after)
        freedom = max(self.value.size - 2, 1)
        return max(1.0, float(self.weight @ (self.value - fitted) ** 2) / freedom)

    def range_of_place(self, place: int) -> tuple[int, int]:
        """Return the places that the likelihood cannot tell from the best one.

        A place stays where a step there would, in one of twenty draws or more, let another place look better
        by as much as it does here (a likelihood ratio test of each place, turned round).
        """
        gains = self.gains(self.value[None])[0]
        lag = gains.max() - gains
        kept = [place]
        noise = self.noise * math.sqrt(self.unrest(place))
        for number, tried in enumerate(self.places):
            before, after = self.levels(int(tried))
            drawn = self.gains(noise + np.where(np.arange(self.value.size) < tried, before, after))
            if np.mean(drawn.max(axis=1) - drawn[:, number] >= lag[number]) > 1 - LEVEL:
                kept.append(int(tried))
        return min(kept), max(kept)


def find_change_points(series: WaveValues, *, n_draws: int = 2000, seed: int = 0) -> ChangePoints:
    """Return the waves at which a metric moved to another level and stayed there.

    Places are those with the least weighted squares (dynamic programming, ruptures), each level of at least
    two waves. One step more is believed as long as some stretch between steps shows one that neither sampling
    nor the usual unrest of the waves explains: the largest F over all places, held against draws of pure
    noise with the covariance of the waves (as the sequential test of Bai and Perron 1998), its level shared
    by all stretches. A steady trend looks like steps; ask for it first.

    Examples
    --------
    >>> series = WaveValues.of([20, 22, 19, 21, 31, 30, 32, 29], [2] * 8, [400] * 8)
    >>> point = find_change_points(series).found[0]
    >>> print(point.wave, point.earliest, point.latest, point.step)
    4 4 4 10.000 (7.228 to 12.772)
    """
    n_waves = series.value.size
    needed = 2 * WAVES_A_SIDE
    if n_waves < needed:
        return ChangePoints((), math.nan, n_waves, needed)
    noise = series.noise(n_draws, seed)
    bounds = [0, n_waves]
    first_p_value = p_value = _next_p_value(series, noise, bounds)
    while p_value < 1 - LEVEL:
        bounds = _best_bounds(series, len(bounds) - 1)
        p_value = _next_p_value(series, noise, bounds)
    around = zip(bounds, bounds[1:], bounds[2:], strict=False)
    found = tuple(_point(series, noise, *three) for three in around)
    return ChangePoints(found, first_p_value, n_waves, needed)


def _next_p_value(series: WaveValues, noise: Floats, bounds: list[int]) -> float:
    """Return the p-value of no further step in any stretch, 1 where all are too short (Bonferroni)."""
    wide = [(first, end) for first, end in pairwise(bounds) if end - first >= 2 * WAVES_A_SIDE]
    found = [_Stretch.of(series, noise, first, end).p_value() for first, end in wide]
    return min(1.0, min(found) * len(wide)) if found else 1.0


def _best_bounds(series: WaveValues, n_steps: int) -> list[int]:
    """Return where stretches begin and end for a number of steps, by least weighted squares."""
    import ruptures

    root = 1 / series.standard_error
    search = ruptures.Dynp(model="linear", min_size=WAVES_A_SIDE, jump=1)
    ends: list[int] = search.fit(np.column_stack([root * series.value, root])).predict(n_steps)
    return [0, *ends]


def _point(series: WaveValues, noise: Floats, first: int, place: int, end: int) -> ChangePoint:
    """Return the step at ``place`` between its neighbours."""
    stretch = _Stretch.of(series, noise, first, end)
    earliest, latest = stretch.range_of_place(place - first)
    before, after = stretch.levels(place - first)
    weight = np.where(np.arange(first, end) < place, -1.0, 1.0) * stretch.weight
    weight /= np.where(weight < 0, -weight[weight < 0].sum(), weight[weight > 0].sum())
    squared = float(weight @ series.covariance[first:end, first:end] @ weight)
    half = float(stats.norm.ppf((1 + LEVEL) / 2)) * math.sqrt(squared * stretch.unrest(place - first))
    step = after - before
    estimate = Estimate(step, step - half, step + half, end - first)
    return ChangePoint(place, first + earliest, first + latest, estimate, stretch.p_value())

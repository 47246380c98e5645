"""When a touchpoint comes best: the band of days after an earlier one in which a later outcome is best.

Every band between quantiles of the lag is compared with all other lags; the best of so many always looks
good. So the largest statistic is held against the largest ones that chance gives: what is left of the outcome
after all that is held equal is dealt out anew among entities (Freedman and Lane 1983), the search is
repeated, and a band counts only if hardly any of these searches did better. The ends of the band are
uncertain, too: their ranges hold every end with which the fit is not clearly worse (Hansen 2000, "Sample
splitting and threshold estimation": 7.35 is his 95 % point).
"""

from dataclasses import dataclass
from typing import Final

import numpy as np

from training.statistics import Bools, Estimate, Floats, Ints
from training.statistics.controls import Control, orthonormal, write_bent, write_context
from training.statistics.leave_out import EntityRows

FEWEST_INSIDE: Final = 30
LEAST_INSIDE: Final = 0.05
FEWEST_ROWS: Final = 200
_EDGES: Final = 40
_HANSEN: Final = 7.35
_ROWS_PER_COLUMN: Final = 5
_ENOUGH: Final = 20


@dataclass(frozen=True)
class Band:
    """Hold the best band of lags.

    Attributes
    ----------
    low, high
        First and last lag of the band in days, each with its range; ``n`` = rows.
    difference
        Mean outcome inside less that outside, all held equal, with its range. As the band was searched for,
        it is on the large side.
    p_value
        How often a search among rows dealt out by chance did as well.
    is_early, is_open
        Whether the band begins with the smallest lag that was seen, and whether it reaches to the largest.
    n_inside
        Rows inside.
    """

    low: Estimate
    high: Estimate
    difference: Estimate
    p_value: float
    is_early: bool
    is_open: bool
    n_inside: int


@dataclass(frozen=True)
class _Bands:
    """Hold candidate bands over rows sorted by lag: positions ``[begin, end)``, and their lengths.

    Attributes
    ----------
    begin, end
        ``[w]`` positions.
    sizes
        ``[w]`` length of each mark of a band after what is held equal was taken out.
    """

    begin: Ints
    end: Ints
    sizes: Floats

    def score(self, rest: Floats) -> Floats:
        """Return the statistic of each band, ``[..., w]``, for residuals ``[..., n]``."""
        sums = np.concatenate([np.zeros((*rest.shape[:-1], 1)), np.cumsum(rest, axis=-1)], axis=-1)
        scale = np.sqrt((rest**2).mean(axis=-1, keepdims=True))
        return np.asarray((sums[..., self.end] - sums[..., self.begin]) / (self.sizes * scale))


def find_band(
    lag_days: Floats,
    outcome: Floats,
    *,
    context: list[Control],
    beside: list[Control],
    entity: Ints,
    n_draws: int = 999,
    seed: int = 0,
) -> Band | None:
    """Return the band of lags with the best outcome, and how likely chance is to find one as good.

    Parameters
    ----------
    lag_days
        ``[n]`` days from the earlier touchpoint to the one whose time is asked about.
    outcome
        ``[n]`` larger is better.
    context, beside
        What is held equal, with and without products of pairs; ``[n]`` each.
    entity
        ``[n]`` whose row it is; rows of one stay together when they are dealt out.
    n_draws, seed
        How many searches chance gets at most, and where its random numbers start.

    Returns
    -------
    Band or None
        None where rows are too few, or lags or outcomes do not differ enough to search.
    """
    order = np.lexsort((outcome, entity, lag_days))
    lags, whose = lag_days[order], entity[order]
    if lags.size < FEWEST_ROWS:
        return None
    basis = _hold_equal(context, beside, order)
    bands = _list_bands(lags, basis)
    rest = outcome[order] - basis @ (basis.T @ outcome[order])
    if bands is None or float((rest**2).mean()) < 1e-12:
        return None
    scores = bands.score(rest)
    best = int(np.argmax(scores))
    chance = _Chance(rest, basis, bands, EntityRows.of(whose), n_draws, seed)
    near = (scores[best] ** 2 - np.sign(scores) * scores**2) <= _HANSEN
    inside = slice(int(bands.begin[best]), int(bands.end[best]))
    return Band(
        low=_range(lags[bands.begin], near, best, lags.size),
        high=_range(lags[bands.end - 1], near, best, lags.size),
        difference=_compare(rest, basis, inside, whose),
        p_value=chance.p_value(float(scores[best])),
        is_early=bool(bands.begin[best] == 0),
        is_open=bool(bands.end[best] == lags.size),
        n_inside=inside.stop - inside.start,
    )


def _hold_equal(context: list[Control], beside: list[Control], order: Ints) -> Floats:
    """Return an orthonormal basis of what is held equal; with few rows without products."""
    n_rows = order.size
    base = [Control(each.name, each.values[order], each.is_category) for each in context]
    more = [Control(each.name, each.values[order], each.is_category) for each in beside]
    bent = [write_bent(each, 5) for each in more]
    basis = orthonormal(np.hstack([write_context(base, n_rows), *bent]))
    if basis.shape[1] <= n_rows / _ROWS_PER_COLUMN:
        return basis
    plain = [write_bent(each, 3) for each in (*base, *more)]
    return orthonormal(np.hstack([np.ones((n_rows, 1)), *plain]))


def _list_bands(lags: Floats, basis: Floats) -> _Bands | None:
    """Return the bands between quantiles of sorted lags that hold enough rows and leave enough outside."""
    wanted = np.unique(np.quantile(lags, np.linspace(0, 1, _EDGES + 1), method="lower"))
    edges = np.append(np.searchsorted(lags, wanted, side="left")[:-1], lags.size)
    begin, end = (side.reshape(-1) for side in np.meshgrid(edges, edges, indexing="ij"))
    fewest = max(FEWEST_INSIDE, int(np.ceil(LEAST_INSIDE * lags.size)))
    fits = (end - begin >= fewest) & (lags.size - (end - begin) >= fewest)
    begin, end = begin[fits], end[fits]
    if not begin.size:
        return None
    sums = np.vstack([np.zeros(basis.shape[1]), np.cumsum(basis, axis=0)])
    explained = ((sums[end] - sums[begin]) ** 2).sum(axis=1)
    left = (end - begin) - explained
    varies = left > LEAST_INSIDE * (end - begin) * (1 - (end - begin) / lags.size)
    if not varies.any():
        return None
    return _Bands(begin[varies], end[varies], np.sqrt(left[varies]))


@dataclass(frozen=True)
class _Chance:
    """Repeat the search among residuals that are dealt out anew."""

    rest: Floats
    basis: Floats
    bands: _Bands
    entities: EntityRows
    n_draws: int
    seed: int

    def p_value(self, found: float) -> float:
        """Return how likely chance is to find a band as good.

        The searches end once :data:`_ENOUGH` of them did as well: what is far from clear needs no more
        (Besag and Clifford 1991, "Sequential Monte Carlo p-values").
        """
        random, done, better = np.random.default_rng(self.seed), 0, 0
        block = max(1, min(50, 400_000 // self.rest.size))
        while done < self.n_draws:
            best = self._search(random, min(block, self.n_draws - done))
            as_good = better + np.cumsum(best >= found - 1e-12)
            if as_good[-1] >= _ENOUGH:
                return _ENOUGH / (done + 1 + int(np.argmax(as_good >= _ENOUGH)))
            done, better = done + best.size, int(as_good[-1])
        return (1 + better) / (1 + self.n_draws)

    def _search(self, random: np.random.Generator, n_draws: int) -> Floats:
        """Return the best statistic of some searches.

        Entities with equally many rows change places, each with all of its rows.
        """
        dealt = np.empty((n_draws, self.rest.size))
        for draw in dealt:
            for rows in self.entities.blocks:
                draw[rows] = self.rest[rows[random.permutation(len(rows))]]
        freed = dealt - (dealt @ self.basis) @ self.basis.T
        return np.asarray(self.bands.score(freed).max(axis=-1))


def _range(ends: Floats, near: Bools, best: int, n_rows: int) -> Estimate:
    """Return the end of the best band with the range of the ends that fit nearly as well.

    Only quantiles of the lag were tried, so the range reaches to the next one on either side.
    """
    tried = np.unique(ends)
    first, last = np.searchsorted(tried, [ends[near].min(), ends[near].max()])
    low, high = tried[max(0, first - 1)], tried[min(tried.size - 1, last + 1)]
    return Estimate.around(float(ends[best]), float(low), float(high), n_rows)


def _compare(rest: Floats, basis: Floats, inside: slice, entity: Ints) -> Estimate:
    """Return the mean difference inside less outside with all held equal, with errors by entity."""
    mark = np.zeros(rest.size)
    mark[inside] = 1.0
    freed = mark - basis @ (basis.T @ mark)
    weight = float(freed @ freed)
    value = float(freed @ rest) / weight
    entities = EntityRows.of(entity)
    whole = np.column_stack([basis, freed / np.sqrt(weight)])
    left = entities.leave_out(rest - value * freed, whole)
    scores = entities.add_up((freed * left)[:, None])
    half = 1.96 * float(np.sqrt((scores**2).sum())) / weight
    return Estimate(value, value - half, value + half, rest.size)

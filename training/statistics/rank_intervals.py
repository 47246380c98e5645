"""Intervals for ranks: how high and how low each of several estimates may stand.

Percentiles of bootstrapped ranks do not cover (0.35-0.99 of joint truths in simulation). These intervals come
from tests of all pairwise differences, with step-down critical values: Mogstad, Romano, Shaikh and Wilhelm,
Inference for Ranks, Review of Economic Studies 2023, doi 10.1093/restud/rdad006.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np
import numpy.typing as npt

from training.statistics.arrays import Bools, Floats, Ints, as_column
from training.statistics.estimate import LEVEL


@dataclass(frozen=True)
class RankIntervals:
    """Hold the range of ranks of each of ``p`` things; 1 is the most important.

    Parameters
    ----------
    estimate
        ``[p]`` what is ranked, largest first.
    low, high
        ``[p]`` best and worst rank that the data allow.
    is_open
        ``[p, p]`` whether the order of two things is open: not told by the tests of both. Two whose ranges
        share a rank between them may still be told apart.
    """

    estimate: Floats
    low: Ints
    high: Ints
    is_open: Bools

    @property
    def order(self) -> Ints:
        """Return the positions from the largest estimate to the smallest."""
        return np.argsort(-self.estimate, kind="stable")

    def tie_groups(self) -> tuple[tuple[int, ...], ...]:
        """Return the positions in groups whose inner order is open, largest estimates first.

        A group begins where one is clearly below all that stand before it.
        """
        groups: list[list[int]] = []
        for place, position in enumerate(self.order.tolist()):
            if place == 0 or self.low[position] == place + 1:
                groups.append([])
            groups[-1].append(position)
        return tuple(map(tuple, groups))


def rank_intervals(
    estimate: npt.ArrayLike,
    covariance: Floats,
    *,
    is_signed: bool = False,
    is_joint: bool = False,
    n_draws: int = 1000,
    seed: int = 0,
) -> RankIntervals:
    """Return the range of ranks that 95 % confidence leaves to each estimate.

    Parameters
    ----------
    estimate
        ``[p]`` signed estimates.
    covariance
        ``[p, p]`` of them, as a sandwich or refits give it.
    is_signed
        Rank the estimates themselves; else their absolute values, which are the importances of drivers.
    is_joint
        All ranges hold the truth together in 95 % of cases; else each one by itself does.
    n_draws, seed
        Draws from the normal distribution of the estimates that critical values are read from.

    Raises
    ------
    ValueError
        If the covariance has another shape or holds a value that is not finite.

    Examples
    --------
    >>> found = rank_intervals([0.9, 0.2, 0.25], 0.01**2 * np.eye(3))
    >>> found.low.tolist(), found.high.tolist(), found.tie_groups()
    ([1, 3, 2], [1, 3, 2], ((0,), (2,), (1,)))
    """
    signed = as_column("estimate", estimate)
    ranked, deviations = _draw(signed, covariance, is_signed=is_signed, n_draws=n_draws, seed=seed)
    better, worse = (_reject_all if is_joint else _reject_each)(ranked, deviations)
    is_told = better | worse
    return RankIntervals(
        estimate=ranked,
        low=1 + better.sum(axis=1),
        high=signed.size - worse.sum(axis=1),
        is_open=~(is_told & is_told.T) & ~np.eye(signed.size, dtype=np.bool_),
    )


def _draw(
    signed: Floats, covariance: Floats, *, is_signed: bool, n_draws: int, seed: int
) -> tuple[Floats, Floats]:
    """Return what is ranked, and how far it is off in each draw, shape (p, draws)."""
    shape = (signed.size, signed.size)
    if covariance.shape != shape or not np.isfinite(covariance).all():
        message = f"covariance has the shape {covariance.shape}; finite values of {shape} are needed"
        raise ValueError(message)
    values, vectors = np.linalg.eigh((covariance + covariance.T) / 2)
    root = vectors * np.sqrt(np.maximum(values, 0.0))
    noise = root @ np.random.default_rng(seed).standard_normal((n_draws, signed.size)).T
    if is_signed:
        return signed, noise
    return np.abs(signed), np.abs(signed[:, None] + noise) - np.abs(signed)[:, None]


def _reject_each(ranked: Floats, deviations: Floats) -> tuple[Bools, Bools]:
    """Test, for each thing by itself, which others are clearly above it and which clearly below.

    Each side has half of the level, so that the range of one thing holds with 95 %.
    """
    size = ranked.size
    above, below = np.zeros((size, size), dtype=np.bool_), np.zeros((size, size), dtype=np.bool_)
    tail = (1 + LEVEL) / 2
    for one in range(size):
        noise, gaps = _compare(ranked, deviations, one)
        others = np.arange(size) != one
        above[one] = _step_down(partial(_largest, noise), gaps, others, tail)
        below[one] = _step_down(partial(_largest, -noise), -gaps, others, tail)
    return above, below


def _largest(noise: Floats, active: Bools) -> Floats:
    """Return the largest noise of some in each draw."""
    return np.asarray(noise[active].max(axis=0))


def _reject_all(ranked: Floats, deviations: Floats) -> tuple[Bools, Bools]:
    """Test all ordered pairs in one family; both sides of all ranges come from the same rejections."""
    size = ranked.size

    def largest(active: Bools) -> Floats:
        # Thing by thing: the noise of all pairs of some hundred things at once would fill gigabytes.
        found = np.full(deviations.shape[1], -np.inf)
        for one in np.flatnonzero(active.any(axis=1)).tolist():
            noise, _ = _compare(ranked, deviations, one)
            np.maximum(found, _largest(noise, active[one]), out=found)
        return found

    gaps = np.stack([_compare(ranked, deviations, one)[1] for one in range(size)])
    above = _step_down(largest, gaps, ~np.eye(size, dtype=np.bool_), LEVEL)
    return above, above.T


def _compare(ranked: Floats, deviations: Floats, one: int) -> tuple[Floats, Floats]:
    """Return how far all stand above one, in standard deviations: in each draw by chance, and found.

    A difference without any noise is certain.
    """
    noise, gaps = deviations - deviations[one], ranked - ranked[one]
    spread = noise.std(axis=1)
    is_noisy = spread > 0
    scale = np.where(is_noisy, spread, 1.0)
    certain = np.where(gaps == 0, 0.0, np.copysign(np.inf, gaps))
    return noise / scale[:, None], np.where(is_noisy, gaps / scale, certain)


def _step_down(largest: Callable[[Bools], Floats], gaps: Floats, family: Bools, quantile: float) -> Bools:
    """Return which gaps of a family are clearly above 0 (Romano and Wolf 2005).

    What was rejected leaves the family, which lowers the critical value for the rest, until nothing more
    goes.

    Parameters
    ----------
    largest
        Gives for some of the family the largest noise in each draw.
    """
    active, rejected = family.copy(), np.zeros_like(family)
    while active.any():
        found = active & (gaps > float(np.quantile(largest(active), quantile)))
        if not found.any():
            break
        rejected |= found
        active &= ~found
    return rejected

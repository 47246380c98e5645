"""Intervals for ranks: how high and how low each of several estimates may stand.

Percentiles of bootstrapped ranks do not cover (0.35-0.99 of joint truths in simulation). These intervals come
from tests of all pairwise differences, with step-down critical values: Mogstad, Romano, Shaikh and Wilhelm,
Inference for Ranks, Review of Economic Studies 2023, doi 10.1093/restud/rdad006.
"""

from dataclasses import dataclass

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
    """

    estimate: Floats
    low: Ints
    high: Ints

    @property
    def order(self) -> Ints:
        """Return the positions from the largest estimate to the smallest."""
        return np.argsort(-self.estimate, kind="stable")

    def may_be_among(self, first: int) -> Bools:
        """Tell which may be among the ``first`` most important."""
        return np.asarray(self.low <= first)

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
    if signed.size == 1:
        return RankIntervals(ranked, np.ones(1, np.int64), np.ones(1, np.int64))
    is_below = _reject_all(ranked, deviations) if is_joint else _reject_each(ranked, deviations)
    better, worse = is_below
    return RankIntervals(ranked, 1 + better.sum(axis=1), signed.size - worse.sum(axis=1))


def _draw(
    signed: Floats, covariance: Floats, *, is_signed: bool, n_draws: int, seed: int
) -> tuple[Floats, Floats]:
    """Return what is ranked, and how far it is off in each draw, shape (draws, p)."""
    shape = (signed.size, signed.size)
    if covariance.shape != shape or not np.isfinite(covariance).all():
        message = f"covariance has the shape {covariance.shape}; finite values of {shape} are needed"
        raise ValueError(message)
    values, vectors = np.linalg.eigh((covariance + covariance.T) / 2)
    root = vectors * np.sqrt(np.maximum(values, 0.0))
    noise = np.random.default_rng(seed).standard_normal((n_draws, signed.size)) @ root.T
    if is_signed:
        return signed, noise
    return np.abs(signed), np.abs(signed + noise) - np.abs(signed)


def _reject_each(ranked: Floats, deviations: Floats) -> tuple[Bools, Bools]:
    """Test, for each thing by itself, which others are clearly above it and which clearly below.

    Each side has half of the level, so that the range of one thing holds with 95 %.
    """
    size = ranked.size
    above, below = np.zeros((size, size), dtype=np.bool_), np.zeros((size, size), dtype=np.bool_)
    tail = (1 + LEVEL) / 2
    for one in range(size):
        noise, gaps = _studentise(deviations - deviations[:, [one]], ranked - ranked[one])
        others = np.arange(size) != one
        above[one] = _step_down(noise, gaps, others, tail)
        below[one] = _step_down(-noise, -gaps, others, tail)
    return above, below


def _reject_all(ranked: Floats, deviations: Floats) -> tuple[Bools, Bools]:
    """Test all ordered pairs in one family; both sides of all ranges come from the same rejections."""
    size, n_draws = ranked.size, len(deviations)
    differences = (deviations[:, None, :] - deviations[:, :, None]).reshape(n_draws, -1)
    noise, gaps = _studentise(differences, (ranked[None, :] - ranked[:, None]).reshape(-1))
    pairs = ~np.eye(size, dtype=np.bool_).reshape(-1)
    above = _step_down(noise, gaps, pairs, LEVEL).reshape(size, size)
    return above, above.T


def _studentise(noise: Floats, gaps: Floats) -> tuple[Floats, Floats]:
    """Divide by the standard deviation over draws; a difference without any noise is certain."""
    spread = noise.std(axis=0)
    is_noisy = spread > 0
    scale = np.where(is_noisy, spread, 1.0)
    certain = np.where(gaps == 0, 0.0, np.copysign(np.inf, gaps))
    return noise / scale, np.where(is_noisy, gaps / scale, certain)


def _step_down(noise: Floats, gaps: Floats, family: Bools, quantile: float) -> Bools:
    """Return which gaps of a family are clearly above 0 (Romano and Wolf 2005).

    What was rejected leaves the family, which lowers the critical value for the rest, until nothing more
    goes.
    """
    active, rejected = family.copy(), np.zeros_like(family)
    while active.any():
        critical = float(np.quantile(noise[:, active].max(axis=1), quantile))
        found = active & (gaps > critical)
        if not found.any():
            break
        rejected |= found
        active &= ~found
    return rejected

"""Importance against performance: how sure it is in which of four fields something lies.

The middles are means over all things and are drawn anew with everything else; close importances are first
shrunk towards their mean (empirical Bayes), since the spread that noise adds would be stated as certainty: of
"fix first" said with .97 only .71 were right without it.
"""

from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
import numpy.typing as npt

from training.statistics.arrays import Floats, as_column

Quadrant = Literal["fix first", "keep up", "watch", "leave"]

QUADRANTS: Final[tuple[Quadrant, ...]] = ("fix first", "keep up", "watch", "leave")
OPEN_BELOW: Final = 0.8
_LEAST_SPREAD: Final = 1e-6


@dataclass(frozen=True)
class QuadrantShares:
    """Hold, for each of ``p`` things, the probability of each field.

    Parameters
    ----------
    probability
        ``[p, 4]`` in the order of :data:`QUADRANTS`: important and weak, important and strong, unimportant
        and weak, unimportant and strong.
    """

    probability: Floats

    @property
    def answers(self) -> tuple[Quadrant | None, ...]:
        """Return the field of each thing, None while no field has a probability of .8: "open"."""
        best = self.probability.argmax(axis=1)
        return tuple(
            QUADRANTS[place] if chance[place] >= OPEN_BELOW else None
            for place, chance in zip(best.tolist(), self.probability, strict=True)
        )


def quadrant_shares(
    estimate: npt.ArrayLike,
    covariance: Floats,
    performance: Floats,
    *,
    goal: float | None = None,
    n_draws: int = 2000,
    seed: int = 0,
) -> QuadrantShares:
    """Return how sure the place of each thing is.

    Parameters
    ----------
    estimate
        ``[p]`` signed importances, as regression or attribution gives them.
    covariance
        ``[p, p]`` of them.
    performance
        ``[draws, p]`` bootstrap draws of how well each does today, higher is better.
    goal
        Performance from which on a thing counts as strong; the mean over all things if absent.
    n_draws, seed
        Draws of importances; each meets one draw of the performances.

    Raises
    ------
    ValueError
        If shapes do not fit together.
    """
    signed = as_column("estimate", estimate)
    size = signed.size
    if covariance.shape != (size, size) or performance.ndim != 2 or performance.shape[1] != size:
        message = (
            f"covariance {covariance.shape} and performance {performance.shape} do not fit {size} things"
        )
        raise ValueError(message)
    random = np.random.default_rng(seed)
    centre, spread = shrink(signed, covariance)
    values, vectors = np.linalg.eigh(spread)
    noise = random.standard_normal((n_draws, size)) @ (vectors * np.sqrt(np.maximum(values, 0.0))).T
    importance = np.abs(centre + noise)
    drawn = performance[random.integers(0, len(performance), n_draws)]
    is_important = importance >= importance.mean(axis=1, keepdims=True)
    is_strong = drawn >= (drawn.mean(axis=1, keepdims=True) if goal is None else goal)
    fields = (
        is_important & ~is_strong,
        is_important & is_strong,
        ~is_important & ~is_strong,
        ~is_important & is_strong,
    )
    return QuadrantShares(np.column_stack([field.mean(axis=0) for field in fields]))


def shrink(estimate: Floats, covariance: Floats) -> tuple[Floats, Floats]:
    """Return mean and covariance of the truth, given estimates that scatter about it.

    The spread of the truth is that of the estimates without the part that noise explains (Morris 1983).

    Examples
    --------
    >>> centre, spread = shrink(np.array([1.0, 3.0]), np.zeros((2, 2)))
    >>> centre.tolist(), float(np.abs(spread).max()) < 1e-12
    ([1.0, 3.0], True)
    """
    size = estimate.size
    mean = estimate.mean()
    between = 0.0
    if size > 1:
        by_noise = (np.trace(covariance) - covariance.sum() / size) / (size - 1)
        between = float(((estimate - mean) ** 2).sum() / (size - 1) - by_noise)
    variance = max(between, _LEAST_SPREAD)
    prior = variance * np.eye(size)
    gain = np.linalg.solve(prior + covariance, prior).T
    spread = prior - gain @ prior
    return mean + gain @ (estimate - mean), (spread + spread.T) / 2

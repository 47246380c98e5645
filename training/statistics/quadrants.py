"""Importance against performance: how sure it is in which of four fields something lies.

The middles are means over all things and are drawn anew with everything else; close importances are first
shrunk towards their mean, since the spread that noise adds would be stated as certainty: of "fix first" said
with .97 only .71 were right without it. By how much is itself uncertain with ten things, so it is drawn as
well: with one best guess, statements on close importances from 300 rows are off by .041 on average, so by
.013.
"""

from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
import numpy.typing as npt

from training.statistics.arrays import Floats, as_column

Quadrant = Literal["fix first", "keep up", "watch", "leave"]

QUADRANTS: Final[tuple[Quadrant, ...]] = ("fix first", "keep up", "watch", "leave")
OPEN_BELOW: Final = 0.8
_N_SHARES: Final = 100
_LEAST_NOISE: Final = 1e-12  # of the squared estimates: what is certain is divided by as well


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
    importance = np.abs(draw_truths(signed, covariance, n_draws, random))
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


def draw_truths(
    estimate: npt.ArrayLike, covariance: Floats, n_draws: int, random: np.random.Generator
) -> Floats:
    """Return draws of what is true, ``[draws, p]``, given estimates that scatter about it.

    The truths are taken to scatter about a mean. The share of noise in the variance of an estimate may be
    anything from 0 to 1 before the data speak (uniform shrinkage prior, Daniels 1999, Canadian Journal of
    Statistics 27), the mean anything at all.

    Parameters
    ----------
    estimate
        ``[p]`` signed estimates.
    covariance
        ``[p, p]`` of them.
    n_draws, random
        How many draws, and where their chance comes from.

    Examples
    --------
    >>> drawn = draw_truths([1.0, 3.0], np.zeros((2, 2)), 5, np.random.default_rng(0))
    >>> drawn.round(3)[0].tolist()
    [1.0, 3.0]
    """
    signed = as_column("estimate", estimate)
    variances, vectors = np.linalg.eigh((covariance + covariance.T) / 2)
    noise = np.maximum(variances, _LEAST_NOISE * float((signed**2).sum() or 1.0))
    rotated, ones = vectors.T @ signed, vectors.sum(axis=0)
    truth_variances, chances, means = _weigh(rotated, ones, noise)
    drawn = random.choice(chances.size, size=n_draws, p=chances)
    between = truth_variances[drawn, None]
    precision = ones**2 / (between + noise)
    mean = means[drawn] + random.standard_normal(n_draws) / np.sqrt(precision.sum(axis=1))
    left = between * noise / (between + noise)
    centre = left * (rotated / noise + mean[:, None] * ones / between)
    return np.asarray((centre + np.sqrt(left) * random.standard_normal(centre.shape)) @ vectors.T)


def _weigh(rotated: Floats, ones: Floats, noise: Floats) -> tuple[Floats, Floats, Floats]:
    """Return variances of the truth, how likely each is, and the mean of the truths for each.

    All in the axes in which the noise is independent.

    Parameters
    ----------
    rotated
        ``[p]`` estimates in these axes.
    ones
        ``[p]`` a mean of 1 in these axes.
    noise
        ``[p]`` variance of the noise along each.
    """
    roots = (np.arange(_N_SHARES) + 0.5) / _N_SHARES  # squares: small shares of noise are told apart as well
    shares = roots**2
    typical = (noise.sum() - (ones**2 * noise).sum() / ones.size) / max(1, ones.size - 1)
    between = np.maximum(typical, noise.min()) * (1 - shares) / shares
    precision = 1.0 / (between[:, None] + noise)
    mass = (precision * ones**2).sum(axis=1)
    means = (precision * ones * rotated).sum(axis=1) / mass
    distance = (precision * (rotated - means[:, None] * ones) ** 2).sum(axis=1)
    likely = 0.5 * (np.log(precision).sum(axis=1) - np.log(mass) - distance) + np.log(roots)
    chances = np.exp(likely - likely.max())
    return between, chances / chances.sum(), means

"""Bootstrap by entity: all rows of an entity are drawn together, as counts instead of copies of rows."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Self

import numpy as np
import numpy.typing as npt

from training.statistics.arrays import Floats, Ints, as_column, as_weight
from training.statistics.estimate import Estimate, from_draws

_CELLS_PER_BLOCK = 1_000_000


@dataclass(frozen=True)
class EntityDraws:
    """Resample entities with replacement; each draw is a weight per row.

    Rows with the same entities and the same seed get the same draws, whatever their order: the figures of two
    models on the same rows are paired by that alone.

    Parameters
    ----------
    codes
        ``[n]`` number of each row's entity, ``0..n_entities - 1``.
    weight
        ``[n]`` weight of each row in the data itself.
    n_draws, seed
        How many resamples, and where the random numbers start.
    """

    codes: Ints
    weight: Floats
    n_draws: int
    seed: int

    @classmethod
    def of(
        cls,
        n_rows: int,
        *,
        entity: npt.ArrayLike | None = None,
        weight: npt.ArrayLike | None = None,
        n_draws: int = 500,
        seed: int = 0,
    ) -> Self:
        """Prepare the draws for rows of the named entities; without ``entity`` each row is one of its own.

        Raises
        ------
        ValueError
            If the columns differ in length or a weight is negative.
        """
        return cls(_codes(entity, n_rows), as_weight(weight, n_rows), n_draws, seed)

    @property
    def n_entities(self) -> int:
        """Return how many entities there are to draw from."""
        return int(self.codes.max()) + 1

    def ordered(self, order: Ints) -> "EntityDraws":
        """Return the same draws for rows in another order."""
        return EntityDraws(self.codes[order], self.weight[order], self.n_draws, self.seed)

    def blocks(self) -> Iterator[Floats]:
        """Yield the row weights of some draws at a time, ``[draws, n]``, so that memory stays small."""
        random = np.random.default_rng(self.seed)
        step = max(1, _CELLS_PER_BLOCK // self.codes.size)
        for first in range(0, self.n_draws, step):
            counts = np.stack([self._draw(random) for _ in range(min(step, self.n_draws - first))])
            yield counts[:, self.codes] * self.weight

    def _draw(self, random: np.random.Generator) -> Floats:
        """Return how often each entity was drawn in one resample."""
        drawn = random.integers(0, self.n_entities, self.n_entities)
        return np.bincount(drawn, minlength=self.n_entities).astype(np.float64)

    def apply(self, statistic: Callable[[Floats], Floats]) -> Floats:
        """Return ``statistic`` on every draw.

        Parameters
        ----------
        statistic
            Maps row weights ``[draws, n]`` to figures ``[draws]`` or ``[draws, k]``.

        Returns
        -------
        ndarray
            ``[n_draws]`` or ``[n_draws, k]``.
        """
        return np.concatenate([statistic(weights) for weights in self.blocks()])


def bootstrap_mean(
    values: npt.ArrayLike,
    *,
    entity: npt.ArrayLike | None = None,
    weight: npt.ArrayLike | None = None,
    n_draws: int = 500,
    seed: int = 0,
) -> Estimate:
    """Return a (weighted) mean with its percentile interval by entity.

    Examples
    --------
    >>> estimate = bootstrap_mean([1.0, 2.0, 3.0, 4.0], entity=["a", "a", "b", "b"], seed=1)
    >>> estimate.value, estimate.low, estimate.high
    (2.5, 1.5, 3.5)
    """
    column = as_column("values", values)
    draws = EntityDraws.of(column.size, entity=entity, weight=weight, n_draws=n_draws, seed=seed)
    value = float(np.average(column, weights=draws.weight))
    with np.errstate(invalid="ignore"):
        means = draws.apply(lambda weights: np.asarray(weights @ column / weights.sum(axis=1)))
    return from_draws(value, means, column.size)


def _codes(entity: npt.ArrayLike | None, n_rows: int) -> Ints:
    """Return the number of each row's entity in sorted order."""
    if entity is None:
        return np.arange(n_rows)
    found = np.asarray(entity)
    if found.shape != (n_rows,):
        message = f"entity has the shape {found.shape} where {(n_rows,)} is needed"
        raise ValueError(message)
    codes: Ints = np.unique(found, return_inverse=True)[1].astype(np.int64)
    return codes

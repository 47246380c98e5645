"""Second moments of columns, by blocks of whole entities: bootstrap without touching the rows again."""

from dataclasses import dataclass
from typing import Final, Self

import numpy as np

from training.statistics.arrays import Floats, Ints
from training.statistics.resampling import EntityDraws

MOST_BLOCKS: Final = 2_000
"""From so many blocks on, resampled blocks spread as resampled entities do (ratio .99 in simulation)."""
_LEAST_VARIANCE: Final = 1e-12


@dataclass(frozen=True)
class BlockMoments:
    """Hold sums of products of columns, one matrix per block of entities.

    Parameters
    ----------
    sums
        ``[blocks, q + 1, q + 1]``; the first row and column belong to a column of ones.
    """

    sums: Floats

    @classmethod
    def of(cls, columns: Floats, draws: EntityDraws, most_blocks: int = MOST_BLOCKS) -> Self:
        """Add up the rows of each block.

        Parameters
        ----------
        columns
            ``[n, q]`` finite; better centred, for sums of squares of large numbers lose digits.
        draws
            Whose row it is, the weights of the rows and the seed by which entities are dealt out to blocks.
        most_blocks
            With more entities than that, several share a block.
        """
        design = np.column_stack([np.ones(len(columns)), columns])
        block = _deal(draws, most_blocks)
        order = np.argsort(block, kind="stable")
        starts = np.searchsorted(block[order], np.arange(1, int(block.max()) + 1))
        parts = zip(np.split(design[order], starts), np.split(draws.weight[order], starts), strict=True)
        return cls(np.stack([(rows * weight[:, None]).T @ rows for rows, weight in parts]))

    @property
    def total(self) -> Floats:
        """Return the moments of all rows, ``[q + 1, q + 1]``."""
        return np.asarray(self.sums.sum(axis=0))

    def resample(self, n_draws: int, seed: int) -> Floats:
        """Return the moments of resamples of the blocks, ``[n_draws, q + 1, q + 1]``."""
        blocks = EntityDraws.of(len(self.sums), n_draws=n_draws, seed=seed)
        flat = self.sums.reshape(len(self.sums), -1)
        return blocks.apply(lambda counts: counts @ flat).reshape(n_draws, *self.sums.shape[1:])


def _deal(draws: EntityDraws, most_blocks: int) -> Ints:
    """Return the block of each row: its entity, or one of so many equal parts of the entities."""
    if draws.n_entities <= most_blocks:
        return draws.codes
    places = np.random.default_rng(draws.seed).permutation(draws.n_entities)
    dealt: Ints = places[draws.codes] % most_blocks
    return dealt


def correlations(moments: Floats) -> Floats:
    """Return the correlations that moments tell.

    Parameters
    ----------
    moments
        ``[..., q + 1, q + 1]`` as :class:`BlockMoments` gives them.

    Returns
    -------
    ndarray
        ``[..., q, q]``; a column that does not vary correlates with nothing. NaN where all weights are 0.

    Examples
    --------
    >>> rows = np.array([[1.0, 0.0], [-1.0, 0.0], [1.0, 0.0]])
    >>> correlations(BlockMoments.of(rows, EntityDraws.of(3)).total).tolist()
    [[1.0, 0.0], [0.0, 1.0]]
    """
    total = moments[..., :1, :1]
    mass = np.where(total > 0, total, np.nan)
    means = moments[..., :1, 1:] / mass
    covariance = moments[..., 1:, 1:] / mass - np.swapaxes(means, -1, -2) * means
    variance = np.diagonal(covariance, axis1=-2, axis2=-1)
    size = np.diagonal(moments, axis1=-2, axis2=-1)[..., 1:] / mass[..., 0]
    varies = variance > _LEAST_VARIANCE * size
    scale = np.sqrt(np.where(varies, variance, 1.0))
    both = varies[..., :, None] & varies[..., None, :]
    between = np.where(both, covariance / (scale[..., :, None] * scale[..., None, :]), 0.0)
    found: Floats = np.where(np.eye(between.shape[-1], dtype=np.bool_), 1.0, between)
    return np.where(total > 0, found, np.nan)

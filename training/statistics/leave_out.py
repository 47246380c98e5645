"""Residuals of rows whose entity was left out of the fit: what errors are made of that do not flatter."""

from dataclasses import dataclass
from typing import Self

import numpy as np

from training.statistics.arrays import Floats, Ints

_RIDGE = 1e-10
"""Added where rows are fitted exactly: their residual is nothing but rounding errors then."""


@dataclass(frozen=True)
class EntityRows:
    """Hold which rows belong to one entity, entities with equally many rows together.

    Attributes
    ----------
    blocks
        Positions ``[entities, rows of each]``, one array for each number of rows.
    """

    blocks: tuple[Ints, ...]

    @classmethod
    def of(cls, entity: Ints) -> Self:
        """Group rows by the number of their entity.

        Examples
        --------
        >>> [block.tolist() for block in EntityRows.of(np.array([2, 0, 2, 1])).blocks]
        [[[1], [3]], [[0, 2]]]
        """
        counts = np.unique(entity, return_counts=True)[1]
        starts = np.cumsum(counts) - counts
        order = np.argsort(entity, kind="stable")
        return cls(
            tuple(order[starts[counts == size][:, None] + np.arange(size)] for size in np.unique(counts))
        )

    def __len__(self) -> int:
        """Return the number of entities."""
        return sum(len(block) for block in self.blocks)

    def leave_out(self, residual: Floats, basis: Floats) -> Floats:
        """Return what would be left of each row, had its entity not been in the fit.

        Parameters
        ----------
        residual
            ``[n]`` what is left after the fit of all rows.
        basis
            ``[n, k]`` orthonormal columns of that fit.

        Notes
        -----
        ``(I - H_g)^-1 e_g`` with the block ``H_g`` of the hat matrix (MacKinnon and White 1985 for single
        rows; Bell and McCaffrey 2002 for clusters). The leverage of single rows is not enough: what hardly
        changes within an entity has a multiple of it.
        """
        left = np.empty_like(residual)
        for rows in self.blocks:
            left[rows] = _leave_out(residual[rows], basis[rows])
        return left

    def add_up(self, scores: Floats) -> Floats:
        """Return the sum ``[entities, k]`` of rows ``[n, k]`` of each entity."""
        return np.vstack([scores[rows].sum(axis=1) for rows in self.blocks])


def _leave_out(residual: Floats, near: Floats) -> Floats:
    """Return the residuals ``[g, m]`` of entities of ``m`` rows with basis rows ``[g, m, k]``."""
    n_rows, n_columns = near.shape[1:]
    if n_rows == 1:
        return np.asarray(residual / (1.0 - (near**2).sum(axis=2) + _RIDGE))
    if n_rows <= n_columns:
        inside = (1.0 + _RIDGE) * np.eye(n_rows) - near @ near.transpose(0, 2, 1)
        return np.asarray(np.linalg.solve(inside, residual[:, :, None])[:, :, 0], dtype=np.float64)
    inside = (1.0 + _RIDGE) * np.eye(n_columns) - near.transpose(0, 2, 1) @ near
    pulled = near.transpose(0, 2, 1) @ residual[:, :, None]
    return np.asarray(residual + (near @ np.linalg.solve(inside, pulled))[:, :, 0])

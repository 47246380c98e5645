"""Look for groups of whom shown shares tell what every single one of them said."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_array

from training.disclosure.attack.sizes import MOST_WHOLE
from training.disclosure.cells import Key
from training.disclosure.released import Released
from training.disclosure.shares import ShownShare

_SOLVED, _NONE_FITS = 0, 2
_ROUNDING = 1e-6


class HomogeneousFindings(NamedTuple):
    """Hold how many shown groups must have said all the same, and how many could not be judged."""

    shown: int
    untested: int


def find_homogeneous(
    released: Released,
    wave: str,
    is_yes: Sequence[bool],
    shares: Mapping[tuple[str, Key], ShownShare],
    *,
    seconds: float = 60.0,
) -> HomogeneousFindings:
    """Count shown groups, of one answer in truth, of which the shares allow no other.

    Parameters
    ----------
    released, wave, is_yes
        As in :func:`~training.disclosure.show_shares`.
    shares
        What is told of each shown cell.
    seconds
        Longest time of one program.
    """
    cells = [one.cell for one in released.cells if one.cell.wave == wave and one.state == "shown"]
    answer = np.array(is_yes, dtype=np.int64)
    rows = np.zeros((len(cells), len(is_yes)), dtype=np.int64)
    for at, cell in enumerate(cells):
        rows[at, cell.members] = 1
    matrix, people = np.unique(rows, axis=1, return_counts=True)
    size, count = rows.sum(axis=1), rows @ answer
    least, most = (
        np.array([shares[cell.table, cell.key].counts(int(n)) for cell, n in zip(cells, size, strict=True)])
        .reshape(-1, 2)
        .T
    )
    shown = untested = 0
    is_open = (count == 0) | (count == size)
    for at in range(len(cells)):
        if not is_open[at]:
            continue
        other = LinearConstraint(matrix[at], *((1, np.inf) if count[at] == 0 else (-np.inf, size[at] - 1)))
        found = milp(
            np.where(count == 0, -1.0, 1.0)[is_open] @ matrix[is_open],
            integrality=np.full(people.size, int(people.size <= MOST_WHOLE)),
            bounds=Bounds(0, people),
            constraints=[LinearConstraint(csr_array(matrix), least, most), other],
            options={"time_limit": seconds},
        )
        shown += found.status == _NONE_FITS
        untested += found.status not in {_SOLVED, _NONE_FITS}
        is_open[at] = False
        if found.x is not None:
            is_open &= np.abs(matrix @ found.x - count) < 1 - _ROUNDING
    return HomogeneousFindings(int(shown), int(untested))

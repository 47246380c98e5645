"""The groups of one wave as 0/1 vectors; people in exactly the same groups are one column."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from scipy.sparse import csr_array

from training.disclosure.cells import Cell
from training.statistics import Bools, Floats, Ints


@dataclass(frozen=True)
class Groups:
    """Hold the different groups behind many cells: the same people are one group, and one decision.

    Attributes
    ----------
    cells
        The cells, in the order of :attr:`Cell.order`.
    of_cell
        Shape (cells,): the group of each cell.
    member
        Shape (groups, alike): whether people who are alike are in the group. People are alike if they are in
        exactly the same groups: no sum over groups can tell them apart.
    people
        Shape (alike,): how many people are alike.
    """

    cells: tuple[Cell, ...]
    of_cell: Ints
    member: Bools
    people: Ints

    @classmethod
    def of(cls, cells: Sequence[Cell], n_people: int) -> "Groups":
        """Gather the groups of cells of one wave; neither their order nor that of people plays a part."""
        ordered = tuple(sorted(cells, key=lambda cell: (cell.order, cell.kind, cell.members.tobytes())))
        places: dict[bytes, int] = {}
        of_cell = [places.setdefault(cell.members.tobytes(), len(places)) for cell in ordered]
        inside = np.zeros((len(places), n_people), dtype=np.bool_)
        for cell, place in zip(ordered, of_cell, strict=True):
            inside[place, cell.members] = True
        member, people = _merge_alike(inside)
        return cls(ordered, np.array(of_cell, dtype=np.int64), member, people)

    @cached_property
    def size(self) -> Ints:
        """Return the number of people of each group."""
        return np.rint(self.member.astype(np.float64) @ self.people).astype(np.int64)

    @cached_property
    def depth(self) -> Ints:
        """Return the fewest labels that name each group."""
        depth = np.full(len(self.member), np.iinfo(np.int64).max)
        np.minimum.at(depth, self.of_cell, [cell.depth for cell in self.cells])
        return depth

    @cached_property
    def shared(self) -> Ints:
        """Return shape (groups, groups): how many people two groups have in common."""
        return np.rint(multiply(self.member, self.people)).astype(np.int64)

    def neighbours(self) -> dict[int, set[int]]:
        """Return by group the others in the same row or column of a table."""
        lines: dict[tuple[object, ...], set[int]] = defaultdict(set)
        of_group: dict[int, list[tuple[object, ...]]] = defaultdict(list)
        for cell, place in zip(self.cells, self.of_cell.tolist(), strict=True):
            for at, name in enumerate(cell.key):
                if name is not None:
                    line = (cell.table, cell.kind, cell.depth, at, cell.key[:at] + cell.key[at + 1 :])
                    lines[line].add(place)
                    of_group[place].append(line)
        return {
            place: set().union(*(lines[line] for line in of_group[place])) - {place}
            for place in range(len(self.member))
        }

    @cached_property
    def coordinates(self) -> Floats:
        """Return shape (groups, rank): the groups as vectors of a space that is no larger than it must be.

        Sums and differences of groups are 0 here exactly if they are 0 over people. The eigenvectors of their
        products with each other give the space; products of 0/1 vectors are whole numbers, so that what is no
        dimension stands apart from what is one by many digits.
        """
        strength, vectors = np.linalg.eigh(multiply(self.member, np.ones_like(self.people)))
        kept = strength > 1e-9 * max(1.0, float(strength[-1]))
        return np.asarray(vectors[:, kept] * np.sqrt(strength[kept]), dtype=np.float64)


def multiply(member: Bools, weight: Ints) -> Floats:
    """Return shape (groups, groups): the weight of what two groups have in common; most entries are zeros."""
    rows = csr_array(member.astype(np.float64))
    found: Any = (rows * weight[None, :]) @ rows.T
    return np.asarray(found.toarray(), dtype=np.float64)


def _merge_alike(inside: Bools) -> tuple[Bools, Ints]:
    """Return the different columns, in an order of their own, and how often each comes."""
    packed = np.packbits(inside, axis=0)
    patterns: dict[bytes, list[int]] = {}
    for person, pattern in enumerate(np.ascontiguousarray(packed.T)):
        patterns.setdefault(pattern.tobytes(), []).append(person)
    found = sorted((pattern, members) for pattern, members in patterns.items() if any(pattern))
    first = [members[0] for _, members in found]
    return inside[:, first], np.array([len(members) for _, members in found], dtype=np.int64)

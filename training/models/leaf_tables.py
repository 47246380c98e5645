"""Reasons of single rows looked up: what each patch of leaves gives to each feature, by the kind of row.

A row's path-dependent TreeSHAP values (Lundberg et al. 2020) are sums over the leaves, and what a leaf gives
depends only on which features meet the conditions on the way to it. So it can be worked out before any row is
seen, as Fast TreeSHAP v2 does (Yang 2021). Here neighbouring leaves share a table
(:mod:`training.models.leaf_patches`), and the tables of all trees are asked at once.

What a leaf of value ``v`` gives to feature ``j`` of its ``d`` features is

    ``v (o_j - z_j) * sum over sets S of the others of |S|! (d - 1 - |S|)! / d! * prod_S o * prod_rest z``

with ``o`` 1 where the row meets the conditions on a feature and else 0, and ``z`` the share of training rows
that meet them. The sum is the integral over ``t`` from 0 to 1 of the product of ``z (1 - t) + o t`` over the
other features, which Gauss and Legendre give exactly with ``d / 2`` nodes.
"""

import math
from collections.abc import Iterable, Sequence
from itertools import accumulate
from typing import NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from training.models.gauss import gauss_nodes
from training.models.leaf_patches import Leaf, Patch, Slots, gather_patches
from training.models.odds import Floats
from training.models.slot_reader import ALWAYS, SlotReader
from training.models.tree_texts import TreeText, read_trees

Places = NDArray[np.intp]

_MOST_COLUMNS = 10  # on the way to one leaf: tables double with each
_MOST_LEAVES = 512  # of one tree
_MOST_NUMBERS = 1_500_000  # 12 MB in all tables
_ANY = np.array([True])
_TINY = 1e-300  # keeps a share of 0 from dividing 0 by 0


class _Step(NamedTuple):
    """Say by how much the place in the table moves where a slot reads more than a cut."""

    slot: int
    cut: float
    amount: int


class _Steps(NamedTuple):
    """Hold the steps of some patches, one after another."""

    places: Places
    cuts: Floats
    amounts: Places
    starts: Places

    @classmethod
    def join(cls, by_patch: Sequence[Sequence[_Step]], reader: SlotReader) -> Self:
        """Put the steps of patches together; each has at least one."""
        steps = [step for its in by_patch for step in its]
        lengths = [len(its) for its in by_patch]
        return cls(
            np.array([reader.place_of[step.slot] for step in steps], dtype=np.intp),
            np.array([step.cut for step in steps], dtype=np.float64),
            np.array([step.amount for step in steps], dtype=np.intp),
            np.array([0, *accumulate(lengths)][:-1], dtype=np.intp),
        )

    def add(self, read: Floats) -> Places:
        """Return the sum of the steps of each patch for what the slots read."""
        moved: Places = (read[self.places] > self.cuts) * self.amounts
        return np.add.reduceat(moved, self.starts)


class _Cells(NamedTuple):
    """Say which numbers of the table are added up, and to what.

    Attributes
    ----------
    patches, offsets
        Patch of each number, and how far from the place of the patch it stands.
    sums
        Which sum it belongs to: first those of the patches that no period moves, then those of each period.
    """

    patches: Places
    offsets: Places
    sums: Places


class LeafTables:
    """Hold the tables of some models that read the same columns.

    Parameters
    ----------
    patches
        Patches of leaves, each with the factor of its model's log-odds.
    slots
        What the patches read.
    n_columns
        Columns of a row, the period included.
    has_periods
        Whether the last column is the period, for several of which a row is asked at once.
    """

    def __init__(
        self, patches: Sequence[tuple[float, Patch]], slots: Slots, n_columns: int, *, has_periods: bool
    ) -> None:
        self._reader, self._n_columns = SlotReader(slots), n_columns
        self._columns = [patch.columns for _, patch in patches]
        starts = [0, *accumulate(patch.size for _, patch in patches)]
        self._table = np.zeros(starts[-1])
        steps, period_steps = [], []
        for (factor, patch), start in zip(patches, starts, strict=False):
            table = self._table[start : start + patch.size].reshape(-1, len(patch.columns))
            found = _fill(table, patch, slots, factor)
            of_period = [has_periods and slots.columns[step.slot] == n_columns - 1 for step in found]
            its = [step for step, is_out in zip(found, of_period, strict=True) if not is_out]
            steps.append([_Step(ALWAYS, 0.0, start), *its])
            its = [step for step, is_in in zip(found, of_period, strict=True) if is_in]
            period_steps.append([_Step(ALWAYS, 0.0, 0), *its])
        self._is_moving = [len(its) > 1 for its in period_steps]
        self._steps = _Steps.join(steps, self._reader)
        self._period_steps = _Steps.join(period_steps, self._reader)
        self._cells: dict[tuple[float, ...], _Cells] = {}

    @property
    def n_bytes(self) -> int:
        """Return the size of the tables and of what leads into them."""
        parts = [*self._steps, *self._period_steps, *(part for its in self._cells.values() for part in its)]
        return self._table.nbytes + sum(part.nbytes for part in parts)

    def contributions(self, row: list[float], periods: tuple[float, ...]) -> Floats:
        """Return what each column adds to the weighted log-odds, shape (periods, columns).

        Parameters
        ----------
        row
            Values of the features, NaN where missing.
        periods
            Values of the last column; none where all columns are features.

        Raises
        ------
        ValueError
            If the row has another number of columns than the trees.
        """
        whole = [*row, math.nan] if periods else row
        if len(whole) != self._n_columns:
            message = f"a row has {len(whole)} columns, the trees were made with {self._n_columns}"
            raise ValueError(message)
        cells = self._cells.get(periods) or self._cells_of(periods)
        places = self._steps.add(self._reader.read(whole))
        found = self._table[places[cells.patches] + cells.offsets]
        sums = np.bincount(cells.sums, found, (len(periods) + 1) * self._n_columns)
        by_period = np.asarray(sums, dtype=np.float64).reshape(-1, self._n_columns)
        return by_period[1:] + by_period[0] if periods else by_period

    def _cells_of(self, periods: tuple[float, ...]) -> _Cells:
        """Return what is added up for some periods; they are few, and always the same."""
        unknown = [math.nan] * (self._n_columns - 1)
        moved = [self._period_steps.add(self._reader.read([*unknown, period])).tolist() for period in periods]
        cells = []
        for patch, (columns, is_moving) in enumerate(zip(self._columns, self._is_moving, strict=True)):
            of_periods = [(block, shift[patch]) for block, shift in enumerate(moved, 1)]
            shifts = of_periods if is_moving else [(0, 0)]
            cells += [
                (patch, shift + place, block * self._n_columns + column)
                for block, shift in shifts
                for place, column in enumerate(columns)
            ]
        found = _Cells(*np.ascontiguousarray(np.array(cells, dtype=np.intp).T))
        self._cells[periods] = found
        return found


def build_tables(
    models: Iterable[tuple[str, float]], *, has_periods: bool
) -> tuple[LeafTables | None, tuple[bool, ...]]:
    """Work out the tables of the models that they fit.

    Parameters
    ----------
    models
        Texts in LightGBM's own format that read the same columns, each with the factor of its log-odds.
    has_periods
        Whether the last column is the period.

    Returns
    -------
    tuple
        Tables, or None where no model has any, and which models are in them. Left out are models that have
        large trees, or leaves with more than 10 features on the way, or that take the tables beyond 12 MB.
    """
    slots, n_columns = Slots(), 0
    taken: list[tuple[float, Patch]] = []
    is_taken: list[bool] = []
    for text, factor in models:
        model = read_trees(text)
        patches = [] if model is None else _patches_of(model.trees, slots)
        size = sum(patch.size for _, patch in taken) + sum(patch.size for patch in patches)
        is_taken.append(bool(patches) and size <= _MOST_NUMBERS)
        if model is not None and is_taken[-1]:
            n_columns = model.n_columns
            taken += [(factor, patch) for patch in patches]
    tables = LeafTables(taken, slots, n_columns, has_periods=has_periods) if taken else None
    return tables, tuple(is_taken)


def _patches_of(trees: Sequence[TreeText], slots: Slots) -> list[Patch]:
    """Return the patches of all trees; none where they are too large for tables."""
    if any(len(tree.values) > _MOST_LEAVES for tree in trees):
        return []
    patches = [patch for tree in trees for patch in gather_patches(tree, slots)]
    most = max((len(leaf.shares) for patch in patches for leaf in patch.leaves), default=0)
    return patches if most <= _MOST_COLUMNS else []


def _fill(table: Floats, patch: Patch, slots: Slots, factor: float) -> list[_Step]:
    """Write the table of a patch, shape (states, columns); return what leads to a state.

    A state is a kind of row, told by the leaves that each slot leaves within reach. That of the last column
    counts fastest, so that what a row gets in its periods stands side by side.
    """
    n_states, n_columns = patch.n_states, len(patch.columns)
    by_leaf = [dict.fromkeys(leaf.shares, _ANY) for leaf in patch.leaves]
    numbers = np.arange(n_states)
    steps: list[_Step] = []
    stride = 1
    for slot, way in sorted(patch.ways.items(), key=lambda one: -slots.columns[one[0]]):
        kinds = list(dict.fromkeys(way.reached))
        kind_of, column = numbers // stride % len(kinds), slots.columns[slot]
        for place, met in enumerate(by_leaf):
            if column in met:
                met[column] = met[column] & np.array([bool(kind >> place & 1) for kind in kinds])[kind_of]
        places = [n_columns * stride * kinds.index(reached) for reached in way.reached]
        ends = zip(way.cuts, places, places[1:], strict=False)
        steps += [_Step(slot, cut, after - before) for cut, before, after in ends if after != before]
        stride *= len(kinds)
    for leaf, met in zip(patch.leaves, by_leaf, strict=True):
        columns = [patch.columns.index(column) for column in leaf.shares]
        table[:, columns] += factor * _gifts(leaf, np.array(list(met.values()))).T
    return steps


def _gifts(leaf: Leaf, met: NDArray[np.bool_]) -> Floats:
    """Return what a leaf gives to its features, shape (features, states), by whether conditions are met."""
    shares = np.maximum(list(leaf.shares.values()), _TINY)[:, None]
    nodes, weights = gauss_nodes((len(met) + 1) // 2)
    nodes = nodes[:, None, None]
    factors = shares * (1 - nodes) + met * nodes
    of_others = np.einsum("q,qds->ds", weights, factors.prod(axis=1, keepdims=True) / factors)
    gifts: Floats = leaf.value * (met - shares) * of_others
    return gifts

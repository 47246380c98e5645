"""Neighbouring leaves of a tree, gathered as long as one table for them is no larger than one for each.

What a leaf gives to the features depends only on which of the conditions on the way to it a row meets. Leaves
next to each other share most conditions: one table for both is often no larger than two, and half the work.
"""

import sys
from dataclasses import dataclass, field
from math import inf, nextafter, prod
from typing import NamedTuple

import numpy as np

from training.models.tree_texts import TreeText

# Above all that is compared: of an infinite threshold, missing values alone are on the right.
LARGEST = sys.float_info.max
ZERO = float(np.float32(1e-35))
# A table of so many numbers costs less than the work of a further look-up.
_SMALL = 4000


@dataclass
class Slots:
    """Number the different ways in which the trees read a column.

    Attributes
    ----------
    numbers
        Slot by column, what counts as missing, and whether that goes left.
    categories
        Slot by column and codes that go left; it reads 0 for these codes and 1 for all others.
    columns
        Column by slot.
    """

    numbers: dict[tuple[int, int, bool], int] = field(default_factory=dict)
    categories: dict[tuple[int, frozenset[int]], int] = field(default_factory=dict)
    columns: list[int] = field(default_factory=list)

    def find(self, tree: TreeText, node: int) -> tuple[int, float]:
        """Return the slot that a node reads and the number above which a value goes right."""
        column, codes = tree.features[node], tree.set_at(node)
        if codes is not None:
            slot, threshold = self.categories.setdefault((column, codes), len(self.columns)), 0.5
        else:
            key = (column, *tree.missing_at(node))
            slot = self.numbers.setdefault(key, len(self.columns))
            threshold = _cut_at(tree.thresholds[node])
        if slot == len(self.columns):
            self.columns.append(column)
        return slot, threshold


def _cut_at(threshold: float) -> float:
    """Return the number above which values go right: LightGBM takes for zero what is as small as ``ZERO``."""
    if -ZERO <= threshold < 0.0:
        return nextafter(-ZERO, -inf)
    return ZERO if 0.0 <= threshold < ZERO else min(threshold, LARGEST)


class Leaf(NamedTuple):
    """Hold the value of a leaf, and by column the share of training rows that meet its conditions."""

    value: float
    shares: dict[int, float]


class Way(NamedTuple):
    """Tell by the value of a slot which leaves can be reached.

    Attributes
    ----------
    cuts
        Rising; a value belongs to the stretch whose number is how many cuts lie below it.
    reached
        By stretch, the leaves as bits; all others are out of reach.
    """

    cuts: tuple[float, ...]
    reached: tuple[int, ...]


@dataclass(frozen=True)
class Patch:
    """Hold neighbouring leaves, and what leads to them by slot."""

    leaves: tuple[Leaf, ...]
    ways: dict[int, Way]
    columns: tuple[int, ...]

    @property
    def n_states(self) -> int:
        """Return how many kinds of rows the patch can tell apart."""
        return prod(len(set(way.reached)) for way in self.ways.values())

    @property
    def size(self) -> int:
        """Return how many numbers its table has."""
        return self.n_states * len(self.columns)


def gather_patches(tree: TreeText, slots: Slots) -> list[Patch]:
    """Return the patches of a tree; none where it never splits."""
    closed: list[Patch] = []
    if tree.features:
        top = _gather(tree, 0, slots, {}, {}, closed)
        closed += [top] if top is not None else []
    return closed


def _gather(
    tree: TreeText,
    place: int,
    slots: Slots,
    stretches: dict[int, tuple[float, float]],
    shares: dict[int, float],
    closed: list[Patch],
) -> Patch | None:
    """Return one patch of all leaves below a node, or None and close those that do not fit together.

    ``stretches`` are, by slot, above what and up to what a value has come so far.
    """
    if place < 0:
        return _leaf_patch(Leaf(tree.values[~place], shares), stretches, slots)
    slot, threshold = slots.find(tree, place)
    low, high = stretches.get(slot, (-inf, inf))
    column = tree.features[place]
    parts = []
    for child, stretch in (
        (tree.lefts[place], (low, min(high, threshold))),
        (tree.rights[place], (max(low, threshold), high)),
    ):
        share = shares.get(column, 1.0) * tree.rows_at(child) / tree.rows_at(place)
        parts.append(
            _gather(tree, child, slots, {**stretches, slot: stretch}, {**shares, column: share}, closed)
        )
    open_parts = [part for part in parts if part is not None]
    if len(open_parts) == 2:
        joined = _join(*open_parts)
        if joined.size <= max(_SMALL, sum(part.size for part in open_parts)):
            return joined
    closed += open_parts
    return None


def _leaf_patch(leaf: Leaf, stretches: dict[int, tuple[float, float]], slots: Slots) -> Patch:
    """Return a patch of one leaf."""
    ways = {}
    for slot, (low, high) in stretches.items():
        cuts = tuple(sorted({low, high} - {-inf, inf}))
        ends = zip((-inf, *cuts), (*cuts, inf), strict=True)
        ways[slot] = Way(cuts, tuple(int(start >= low and end <= high) for start, end in ends))
    return Patch((leaf,), ways, tuple(sorted({slots.columns[slot] for slot in ways})))


def _join(first: Patch, second: Patch) -> Patch:
    """Return one patch of the leaves of two."""
    n_first, n_second = len(first.leaves), len(second.leaves)
    anyhow = Way((), ((1 << n_first) - 1,)), Way((), ((1 << n_second) - 1,))
    ways = {
        slot: _join_ways(first.ways.get(slot, anyhow[0]), second.ways.get(slot, anyhow[1]), n_first)
        for slot in first.ways | second.ways
    }
    columns = tuple(sorted({*first.columns, *second.columns}))
    return Patch(first.leaves + second.leaves, ways, columns)


def _join_ways(first: Way, second: Way, n_first: int) -> Way:
    """Return what can be reached of both; the bits of the second come after those of the first."""
    cuts = tuple(sorted({*first.cuts, *second.cuts}))
    reached, i, j = [], 0, 0
    for cut in (*cuts, None):
        reached.append(first.reached[i] | second.reached[j] << n_first)
        i += cut is not None and i < len(first.cuts) and first.cuts[i] == cut
        j += cut is not None and j < len(second.cuts) and second.cuts[j] == cut
    return Way(cuts, tuple(reached))

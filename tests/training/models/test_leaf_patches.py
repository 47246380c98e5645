from itertools import product
from math import inf

import pytest

from training.models import leaf_patches
from training.models.leaf_patches import LARGEST, ZERO, Slots, gather_patches
from training.models.tree_texts import TreeText

LEFT, NAN, CATEGORY = 2, 8, 1


def make_tree(**changes):
    """Return a tree of three nodes: column 0 at 1; left of it column 1 at 5; right of it column 0 at 3."""
    fields = {
        "features": [0, 1, 0],
        "thresholds": [1.0, 5.0, 3.0],
        "decisions": [NAN, NAN | LEFT, NAN],
        "lefts": [1, -1, -3],
        "rights": [2, -2, -4],
        "node_rows": [100.0, 40.0, 60.0],
        "values": [0.1, 0.2, 0.3, 0.4],
        "leaf_rows": [10.0, 30.0, 45.0, 15.0],
        "sets": [],
    }
    return TreeText(**fields | changes)


def reached_of(patch, slots, values):
    """Return the values of the leaves whose conditions a row meets."""
    bits = (1 << len(patch.leaves)) - 1
    for slot, way in patch.ways.items():
        bits &= way.reached[sum(values[slots.columns[slot]] > cut for cut in way.cuts)]
    return [leaf.value for place, leaf in enumerate(patch.leaves) if bits >> place & 1]


@pytest.mark.parametrize("small", [0, 1000])
def test_every_row_reaches_the_leaf_that_the_tree_leads_to(monkeypatch, small):
    monkeypatch.setattr(leaf_patches, "_SMALL", small)
    slots = Slots()
    patches = gather_patches(make_tree(), slots)
    for first, second in product([0.0, 1.0, 1.5, 3.0, 9.0], [4.0, 5.0, 6.0]):
        expected = (0.1 if second <= 5 else 0.2) if first <= 1 else 0.3 if first <= 3 else 0.4
        found = [value for patch in patches for value in reached_of(patch, slots, (first, second))]
        assert found == [expected]


def test_a_small_tree_is_one_patch():
    slots = Slots()
    (patch,) = gather_patches(make_tree(), slots)
    assert [leaf.value for leaf in patch.leaves] == [0.1, 0.2, 0.3, 0.4]
    assert patch.columns == (0, 1)
    assert patch.n_states == 3 * 2
    assert patch.size == 12
    assert slots.columns == [0, 1]


def test_shares_are_multiplied_along_the_way():
    (patch,) = gather_patches(make_tree(), Slots())
    assert [leaf.shares for leaf in patch.leaves] == [
        {0: 0.4, 1: 0.25},
        {0: 0.4, 1: 0.75},
        {0: pytest.approx(0.6 * 0.75)},
        {0: pytest.approx(0.6 * 0.25)},
    ]


def test_leaves_stay_alone_where_one_table_would_be_larger(monkeypatch):
    monkeypatch.setattr(leaf_patches, "_SMALL", 0)
    patches = gather_patches(make_tree(), Slots())
    assert sorted(len(patch.leaves) for patch in patches) == [2, 2]
    assert sum(patch.size for patch in patches) < 12


def test_kinds_that_reach_the_same_leaves_are_one():
    tree = make_tree(
        features=[0, 0], thresholds=[1.0, 3.0], decisions=[NAN, NAN], lefts=[-1, -2], rights=[1, -3],
        node_rows=[90.0, 60.0],
    )  # fmt: skip
    slots = Slots()
    (patch,) = gather_patches(tree, slots)
    assert patch.n_states == 3
    assert patch.ways[0].cuts == (1.0, 3.0)
    assert patch.ways[0].reached == (0b001, 0b010, 0b100)


def test_a_column_read_in_two_ways_has_two_slots():
    slots = Slots()
    tree = make_tree(decisions=[NAN, NAN, NAN | LEFT])
    (patch,) = gather_patches(tree, slots)
    assert slots.numbers == {(0, 2, False): 0, (1, 2, False): 1, (0, 2, True): 2}
    assert slots.columns == [0, 1, 0]
    assert patch.columns == (0, 1)


def test_sets_of_codes_are_slots_of_their_own():
    slots = Slots()
    sets = [frozenset({1, 3}), frozenset({40})]
    tree = make_tree(decisions=[CATEGORY, NAN, CATEGORY], thresholds=[0.0, 5.0, 1.0], sets=sets)
    gather_patches(tree, slots)
    assert slots.categories == {(0, sets[0]): 0, (0, sets[1]): 2}
    assert slots.find(tree, 0) == (0, 0.5)


@pytest.mark.parametrize(
    ("threshold", "right", "left"),
    [
        (0.0, [2e-35], [ZERO, 0.0, -ZERO]),
        (ZERO, [2e-35], [ZERO, 0.0, -ZERO]),
        (-ZERO, [ZERO, 0.0, -ZERO], [-2e-35]),
        (-1e-36, [ZERO, 0.0, -ZERO], [-2e-35]),
        (0.5, [0.6], [0.5, 0.0]),
        (inf, [inf], [LARGEST, 0.0]),
    ],
)
def test_what_is_next_to_nothing_counts_as_zero(threshold, right, left):
    _, cut = Slots().find(make_tree(thresholds=[threshold, 5.0, 3.0]), 0)
    assert all(value > cut for value in right)
    assert not any(value > cut for value in left)


def test_a_tree_that_never_splits_has_no_patch():
    assert gather_patches(make_tree(features=[], values=[0.3]), Slots()) == []

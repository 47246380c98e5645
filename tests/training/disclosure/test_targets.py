import numpy as np

from tests.training.disclosure.disclosure_world import make_cut
from training.disclosure import Table
from training.disclosure.groups import Groups
from training.disclosure.targets import list_targets


def sums_of(tables, n_people, minimum=5):
    """Return by target the people it speaks of, with sign."""
    groups = Groups.of([cell for table in tables for cell in table.cells()], n_people)
    return groups, list_targets(groups, minimum) @ groups.member


def test_small_groups_and_their_unions_are_targets():
    groups, found = sums_of([make_cut({"a": 2, "b": 1, "c": 20})], 23)
    spoken = sorted(int(np.abs(row) @ groups.people) for row in found)
    assert spoken == [1, 2, 3, 3]  # the rest of the total beside the large group is 3 as well


def test_a_union_that_tells_each_of_its_groups_is_a_target_though_it_is_large():
    groups, found = sums_of([make_cut({"a": 2, "b": 1, "c": 1, "d": 2, "e": 20})], 26)
    assert 6 in {int(np.abs(row) @ groups.people) for row in found}


def test_the_drop_of_one_person_is_a_target():
    everybody = Table("all", "w1", {"unit": ["a"] * 20})
    without = Table("without", "w1", {"unit": ["a"] * 20}, base=[False] + [True] * 19)
    groups, found = sums_of([everybody, without], 20)
    assert [int(np.abs(row) @ groups.people) for row in found] == [1]


def test_groups_that_swap_two_people_are_a_target():
    one = Table("one", "w1", {"unit": ["a"] * 20}, base=[True] * 19 + [False])
    other = Table("other", "w1", {"unit": ["a"] * 20}, base=[False] + [True] * 19)
    _, found = sums_of([one, other], 20)
    assert [sorted(row[row != 0].tolist()) for row in found] == [[-1.0, 1.0]]


def test_large_groups_apart_are_none():
    assert len(sums_of([make_cut({"a": 10, "b": 20})], 30)[1]) == 0

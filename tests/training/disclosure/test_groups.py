import numpy as np

from tests.training.disclosure.disclosure_world import draw_tables, make_cut
from training.disclosure import Table
from training.disclosure.groups import Groups


def groups_of(tables, n_people):
    return Groups.of([cell for table in tables for cell in table.cells()], n_people)


def test_cells_of_the_same_people_are_one_group():
    groups = groups_of([make_cut({"a": 3, "b": 4}), make_cut({"x": 3, "y": 4}, name="by site")], 7)
    assert len(groups.cells) == 6
    assert sorted(groups.size.tolist()) == [3, 4, 7]


def test_people_in_the_same_groups_are_one_column():
    groups = groups_of([make_cut({"a": 3, "b": 4})], 7)
    assert sorted(groups.people.tolist()) == [3, 4]


def test_people_in_no_group_are_no_column():
    table = Table("t", "w1", {"unit": ["a", "b", "a"]}, base=[True, False, True])
    assert groups_of([table], 3).people.tolist() == [2]


def test_neither_the_order_of_cells_nor_that_of_people_plays_a_part():
    rng = np.random.default_rng(1)
    cells = [cell for table in draw_tables(rng, 60, [4, 3, 2]) for cell in table.cells()]
    one, other = Groups.of(cells, 60), Groups.of(cells[::-1], 60)
    assert one.cells == other.cells
    assert np.array_equal(one.member, other.member)
    assert np.array_equal(one.people, other.people)


def test_coordinates_keep_what_adds_up_and_what_does_not():
    rng = np.random.default_rng(2)
    groups = groups_of(draw_tables(rng, 80, [4, 3, 3]), 80)
    vectors, member = groups.coordinates, groups.member.astype(float)
    assert vectors.shape[1] == np.linalg.matrix_rank(member)
    np.testing.assert_allclose(vectors @ vectors.T, member @ member.T, atol=1e-8)


def test_shared_counts_people_in_common():
    rng = np.random.default_rng(3)
    tables = draw_tables(rng, 50, [3, 3])
    groups = groups_of(tables, 50)
    members = [set(cell.members.tolist()) for cell in groups.cells]
    shared = groups.shared
    for one, first in enumerate(groups.of_cell):
        for other, second in enumerate(groups.of_cell):
            assert shared[first, second] == len(members[one] & members[other])


def test_neighbours_stand_in_the_same_row_or_column():
    groups = groups_of([Table("t", "w1", {"u": ["a", "a", "b", "b"], "s": ["x", "y", "x", "y"]})], 4)
    place = {cell.key: at for cell, at in zip(groups.cells, groups.of_cell.tolist(), strict=True)}
    near = groups.neighbours()
    assert near[place["a", "x"]] == {place["a", "y"], place["b", "x"]}
    assert near[place["a", None]] == {place["b", None]}
    assert near[place[None, None]] == set()


def test_a_group_of_several_cells_has_the_depth_of_the_first():
    groups = groups_of([Table("t", "w1", {"u": ["a", "a"], "s": ["x", "x"]})], 2)
    assert groups.depth.tolist() == [0]

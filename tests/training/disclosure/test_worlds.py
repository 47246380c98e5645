import numpy as np
import pytest

from training.disclosure import Limits, ReleaseRefusedError
from training.disclosure.worlds import Worlds

# A total, and four parts of it.
MEMBER = np.array([[1, 1, 1, 1], [1, 0, 0, 0], [0, 1, 0, 0], [0, 0, 1, 0], [0, 0, 0, 1]], dtype=bool)


def narrow(people, shown, limits=None):
    worlds = Worlds(MEMBER, np.array(people), limits or Limits())
    return worlds.narrow(np.isin(np.arange(5), shown)).tolist()


def test_two_hidden_parts_of_a_small_rest_are_told_too_closely():
    assert narrow([2, 2, 20, 20], [0, 3, 4]) == [1, 2]


def test_two_hidden_parts_of_a_large_rest_are_not():
    assert narrow([2, 3, 20, 20], [0, 3, 4]) == []
    assert narrow([2, 20, 20, 20], [0, 3, 4]) == []


def test_the_width_is_three_people_and_no_less():
    """Two hidden groups of n together are 1 to n - 1 each: four numbers of people lie three apart."""
    assert narrow([1, 3, 9, 9], [0, 3, 4]) == [1, 2]
    assert narrow([1, 4, 9, 9], [0, 3, 4]) == []


def test_a_computed_group_is_told_too_closely_at_any_size():
    assert narrow([30, 20, 20, 20], [0, 2, 3, 4]) == [1]


def test_without_a_total_a_hidden_group_has_no_upper_end():
    assert narrow([1, 5, 9, 9], [3, 4]) == []


def test_nothing_shown_and_nothing_hidden_are_safe():
    assert narrow([1, 1, 1, 1], []) == []
    assert narrow([1, 1, 1, 1], [0, 1, 2, 3, 4]) == []


def test_worlds_found_before_are_not_used_where_they_do_not_fit():
    worlds = Worlds(MEMBER, np.array([2, 9, 9, 9]), Limits())
    assert worlds.narrow(np.array([True, False, False, True, True])).tolist() == []
    assert worlds.narrow(np.array([True, False, True, True, True])).tolist() == [1]


def test_in_a_large_firm_worlds_are_looked_for_near_hidden_groups():
    """Of 3,000 kinds of people half may move; a computed group is seen, and a safe one is still safe."""
    rng = np.random.default_rng(1)
    halves = rng.random((6, 3000)) < 0.5
    member = np.concatenate([np.ones((1, 3000), dtype=bool), halves, ~halves[:1]])
    worlds = Worlds(member, np.ones(3000, dtype=np.int64), Limits())
    assert worlds.narrow(~np.isin(np.arange(8), [1, 2, 7])).tolist() == []
    assert worlds.narrow(~np.isin(np.arange(8), [1, 2])).tolist() == [1]


def test_a_program_without_time_is_a_failure_and_not_a_yes():
    rng = np.random.default_rng(0)
    member = rng.random((60, 400)) < 0.3
    worlds = Worlds(member, rng.integers(1, 4, 400), Limits(seconds=0.0))
    with pytest.raises(ReleaseRefusedError, match="a linear program failed"):
        worlds.narrow(np.arange(60) < 40)

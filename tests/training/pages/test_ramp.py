"""Colours of groups: worse ones stronger, the average in the middle, chance not made to look like much."""

import pytest

from training.pages import place_on_ramp


def test_the_furthest_group_gets_the_end_of_the_ramp():
    assert place_on_ramp([-0.4, -0.2, 0.0, 0.2, 0.4], 0.1, is_bad=True) == [1, 2, 3, 4, 5]
    assert place_on_ramp([-0.4, -0.2, 0.0, 0.2, 0.4], 0.1, is_bad=False) == [5, 4, 3, 2, 1]


def test_small_differences_get_the_colour_of_the_average():
    assert place_on_ramp([-0.01, 0.01], 0.1, is_bad=True) == [3, 3]


@pytest.mark.parametrize("away", [[], [0.0], [0.0, 0.0]])
def test_where_nothing_differs_all_is_average(away):
    assert place_on_ramp(away, 0.0, is_bad=True) == [3] * len(away)


def test_one_group_alone_on_one_side_leaves_the_other_end_free():
    assert place_on_ramp([0.3, 0.0], 0.1, is_bad=True) == [5, 3]

import pytest
from hypothesis import given, settings

from tests.features.closeness import assert_naive
from tests.features.event_worlds import EVERYTHING, dense_world, fold, questions, worlds


@settings(max_examples=30)  # many more in tests/long/test_event_features.py
@given(worlds(), questions())
def test_ten_measures_and_three_shares_are_those_of_the_definitions(world, measures):
    assert_naive(fold(world, measures), world.views, measures)


@pytest.mark.parametrize(("seed", "id_column"), [(1, None), (2, "id"), (3, "id")])
def test_all_that_can_be_asked_of_a_dense_world_is_that_of_the_definitions(seed, id_column):
    world = dense_world(seed, id_column=id_column)
    assert_naive(fold(world, EVERYTHING), world.views, EVERYTHING)

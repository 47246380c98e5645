from hypothesis import given, settings

from tests.features.closeness import assert_naive
from tests.features.event_worlds import EVERYTHING, fold, questions, worlds


@settings(max_examples=100)
@given(worlds(), questions())
def test_ten_measures_and_three_shares_are_those_of_the_definitions(world, measures):
    assert_naive(fold(world, measures), world.views, measures)


@settings(max_examples=2)
@given(worlds())
def test_all_that_can_be_asked_at_once_is_that_of_the_definitions(world):
    assert_naive(fold(world, EVERYTHING), world.views, EVERYTHING)

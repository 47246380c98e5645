"""The order of events and rows says nothing, and what comes twice counts twice."""

from dataclasses import replace

from hypothesis import strategies as st

from tests.features.closeness import SUMMED, allowance, assert_near, assert_same_features
from tests.features.event_worlds import ONE_OF_EACH, fold, worlds
from tests.properties import law

DOUBLED = frozenset({"count", "sum", "count_slope", "count_delta"})


@law(12, worlds(), st.data())
def test_the_order_of_the_events_changes_nothing_but_the_rounding_of_sums(world, data):
    shuffled = replace(world, events=data.draw(st.permutations(world.events)))
    assert_same_features(fold(shuffled, ONE_OF_EACH), fold(world, ONE_OF_EACH), world.views, ONE_OF_EACH)


@law(12, worlds(), st.data())
def test_events_that_come_twice_count_twice_and_are_first_and_last_as_before(world, data):
    doubled = replace(world, events=data.draw(st.permutations([*world.events, *world.events])))
    once, twice = fold(world, ONE_OF_EACH), fold(doubled, ONE_OF_EACH)
    for measure in ONE_OF_EACH:
        if measure.function == "std":  # divides by n - 1
            continue
        times = 2 if measure.function in DOUBLED else 1
        cells = zip(once.column(measure.name), twice.column(measure.name), doubled.views, strict=True)
        for single, double, view in cells:
            expected = single.as_py() if times == 1 or not single.is_valid else times * single.as_py()
            is_exact = measure.function not in {*SUMMED, "count_slope"}
            allowed = 0.0 if is_exact else 2 * allowance(view, measure)
            assert_near(double.as_py(), expected, allowed, measure.name)


@law(12, worlds(), st.data())
def test_rows_that_come_twice_and_in_another_order_hold_the_same_values(world, data):
    places = data.draw(st.permutations([*range(len(world.rows)), *range(len(world.rows))]))
    asked = replace(world, rows=[world.rows[place] for place in places])
    found, expected = fold(asked, ONE_OF_EACH), fold(world, ONE_OF_EACH)
    assert found.equals(expected.take(places))

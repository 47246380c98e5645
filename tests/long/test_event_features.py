"""The laws of features of events on many more and bigger worlds than every run can try."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.features.closeness import assert_naive, assert_same_features
from tests.features.event_worlds import (
    EVERYTHING,
    ONE_OF_EACH,
    dense_world,
    fold,
    fold_table,
    questions,
    worlds,
    worlds_with_news,
)
from tests.features.naive import view_rows
from tests.features.sources.test_honesty import assert_later_rows_change_nothing, drawn_news
from tests.features.test_many_late_events import MEASURES, draw_late_events, list_rows
from tests.features.test_time import THIRDS, assert_news_change_nothing

pytestmark = pytest.mark.long


@settings(max_examples=500)
@given(worlds_with_news(), st.sampled_from(THIRDS))
def test_news_never_change_a_row_of_a_small_world(drawn, measures):
    assert_news_change_nothing(*drawn, measures)


@settings(max_examples=1500)
@given(worlds_with_news(max_events=60))
def test_news_never_change_a_row(drawn):
    assert_news_change_nothing(*drawn, ONE_OF_EACH)


@settings(max_examples=750)
@given(worlds(max_events=80), questions(25, 6))
def test_many_measures_are_those_of_the_definitions(world, measures):
    assert_naive(fold(world, measures), world.views, measures)


@pytest.mark.parametrize("seed", range(10, 40))
def test_all_that_can_be_asked_of_a_dense_world_is_that_of_the_definitions(seed):
    world = dense_world(seed, 100 * (seed % 4 + 1), id_column="id" if seed % 3 else None)
    assert_naive(fold(world, EVERYTHING), world.views, EVERYTHING)


@settings(max_examples=500)
@given(worlds(max_events=80), st.data())
def test_the_order_of_the_events_changes_nothing_but_the_rounding_of_sums(world, data):
    shuffled = replace(world, events=data.draw(st.permutations(world.events)))
    assert_same_features(fold(shuffled, ONE_OF_EACH), fold(world, ONE_OF_EACH), world.views, ONE_OF_EACH)


@pytest.mark.parametrize("order", ["none", "entity_id", "event_time", "known_at"])
def test_half_a_million_late_events_of_one_entity_all_wait_for_their_time(order):
    events, rows = draw_late_events(500_000, seed=11), list_rows(15)
    ordered = events if order == "none" else events.sort_by(order)
    views = list(view_rows(ordered.to_pylist(), rows, "id"))
    assert_naive(fold_table(ordered, rows, MEASURES, "id"), views, MEASURES)


@settings(max_examples=500)
@drawn_news
def test_rows_known_after_a_snapshot_never_change_it(tmp_path_factory, had, heard, more, later, shuffling):
    folder = tmp_path_factory.mktemp("honest")
    assert_later_rows_change_nothing(folder, had, heard, more, later, shuffling)

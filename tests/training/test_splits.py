from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from features.errors import TooFewEventsError
from features.labels import labels_as_known
from features.timeline import Duration, Horizon
from training.splits import days_observed, is_held_out, merge_duplicates, rolling_origins, stratified_folds
from training.statistics import Floats, Ints

MONTHS = tuple(date(2024 + month // 12, month % 12 + 1, 1) for month in range(24))
QUARTER = Horizon(Duration(90), gap_days=7)


def _make_groups(seed: int, n: int = 300) -> tuple[Floats, Ints]:
    random = np.random.default_rng(seed)
    return (random.random(n) < 0.3).astype(float), random.integers(0, n // 3, n)


class TestStratifiedFolds:
    @pytest.mark.parametrize("seed", range(5))
    def test_no_group_stands_on_two_sides(self, seed):
        target, groups = _make_groups(seed)
        folds = stratified_folds(target, groups, seed=seed)
        assert all(len(set(folds[groups == group])) == 1 for group in set(groups.tolist()))

    @pytest.mark.parametrize("seed", range(5))
    def test_rows_and_positives_are_even(self, seed):
        target, groups = _make_groups(seed, 600)
        folds = stratified_folds(target, groups, seed=seed)
        assert np.ptp(np.bincount(folds)) <= 4
        assert np.ptp(np.bincount(folds, weights=target)) <= 2

    def test_single_rows_differ_by_one_at_most(self):
        target = np.repeat([0.0, 1.0], [83, 21])
        folds = stratified_folds(target, n_folds=5)
        assert np.ptp(np.bincount(folds)) <= 1
        assert np.ptp(np.bincount(folds, weights=target)) <= 1

    def test_one_large_group_is_balanced_by_small_ones(self):
        groups = np.concatenate([np.zeros(40, int), np.arange(1, 161)])
        folds = stratified_folds(np.tile([0, 1, 0, 0], 50), groups)
        assert np.bincount(folds).tolist() == [40] * 5

    @settings(max_examples=40, deadline=None)
    @given(st.integers(0, 1000), st.randoms(use_true_random=False))
    def test_order_of_rows_does_not_move_a_group(self, seed, random):
        target, groups = _make_groups(seed, 60)
        order = list(range(60))
        random.shuffle(order)
        folds = stratified_folds(target, groups, n_folds=3, seed=1)
        shuffled = stratified_folds(target[order], groups[order], n_folds=3, seed=1)
        np.testing.assert_array_equal(folds[order], shuffled)

    def test_the_seed_deals_otherwise(self):
        target, groups = _make_groups(3)
        first, again, other = (stratified_folds(target, groups, seed=seed) for seed in (1, 1, 2))
        np.testing.assert_array_equal(first, again)
        assert (first != other).any()

    def test_too_few_of_a_class_is_said(self):
        with pytest.raises(TooFewEventsError, match="the rarer class has 2 rows"):
            stratified_folds([1, 1, 0, 0, 0, 0, 0, 0])

    def test_too_few_groups_is_said(self):
        with pytest.raises(TooFewEventsError, match="there are 2 groups for 3 folds"):
            stratified_folds([1, 0] * 10, ["a"] * 10 + ["b"] * 10, n_folds=3)

    def test_groups_of_another_length_are_refused(self):
        with pytest.raises(ValueError, match=r"groups have the shape \(1,\) where \(2,\) is needed"):
            stratified_folds([0, 1], ["a"], n_folds=1)


class TestMergeDuplicates:
    def test_copies_get_one_group_missing_values_included(self):
        rows = np.array([[1.0, np.nan], [0.0, 2.0], [1.0, -np.nan], [-0.0, 2.0], [3.0, 3.0]])
        assert merge_duplicates(rows, largest_share=0.5).tolist() == [0, 1, 0, 1, 4]

    def test_groups_grow_together_along_chains(self):
        rows = [[1], [2], [2], [3], [3], [4]]
        groups = ["a", "a", "b", "b", "c", "d"]
        assert merge_duplicates(rows, groups, largest_share=1).tolist() == [0, 0, 0, 0, 0, 5]

    def test_without_copies_the_groups_stay(self):
        assert merge_duplicates([[1], [2], [3]], ["b", "a", "b"], largest_share=1).tolist() == [0, 1, 0]

    def test_rows_of_few_levels_are_no_copies(self):
        rows = np.tile([[0.0], [1.0]], (50, 1))
        assert merge_duplicates(rows).tolist() == list(range(100))

    @settings(max_examples=40, deadline=None)
    @given(st.lists(st.tuples(st.integers(0, 40), st.integers(0, 40)), min_size=30, max_size=60))
    def test_neither_copy_nor_group_stands_on_two_sides(self, rows):
        contents, groups = np.array([[content] for content, _ in rows]), [group for _, group in rows]
        merged = merge_duplicates(contents, groups, largest_share=1)
        for key in (contents.ravel(), np.array(groups)):
            assert all(len(set(merged[key == value].tolist())) == 1 for value in set(key.tolist()))


class TestHeldOut:
    def test_about_a_fifth_of_the_entities(self):
        assert is_held_out(np.arange(20_000)).mean() == pytest.approx(0.2, abs=0.01)

    def test_an_entity_is_in_or_out_at_all_snapshots_and_beside_any_others(self):
        few, many = is_held_out(["c7", "c8", "c7"]), is_held_out([f"c{number}" for number in range(50)])
        assert few.tolist() == [many[7], many[8], many[7]]

    def test_share_and_seed_matter(self):
        entity = np.arange(500)
        assert not is_held_out(entity, 0.0).any()
        assert is_held_out(entity, 1.0).all()
        assert (is_held_out(entity, seed=1) != is_held_out(entity)).any()


class TestRollingOrigins:
    def test_the_newest_snapshots_whose_primary_horizon_is_over(self):
        origins = rolling_origins(MONTHS, QUARTER, date(2026, 1, 1))
        assert [origin.snapshot_date for origin in origins] == list(MONTHS[18:21])
        assert origins[0].training_dates == MONTHS[:18]

    def test_one_day_short_is_not_over(self):
        last = MONTHS[20]
        assert rolling_origins(MONTHS, QUARTER, QUARTER.end(last))[-1].snapshot_date == last
        assert (
            rolling_origins(MONTHS, QUARTER, QUARTER.end(last) - timedelta(days=1))[-1].snapshot_date < last
        )

    def test_short_histories_give_fewer(self):
        assert len(rolling_origins(MONTHS[:3], Horizon(Duration(10)), date(2024, 3, 12))) == 2

    def test_order_and_repeats_of_dates_do_not_matter(self):
        assert rolling_origins(MONTHS[::-1] * 2, QUARTER, date(2026, 1, 1)) == rolling_origins(
            MONTHS, QUARTER, date(2026, 1, 1)
        )

    @pytest.mark.parametrize("dates", [MONTHS[:1], MONTHS[:2]])
    def test_nothing_to_learn_from_is_one_line(self, dates):
        with pytest.raises(TooFewEventsError, match=r"snapshots: none of \d has .* on 2024-03-01; begin"):
            rolling_origins(dates, QUARTER, date(2024, 3, 1))

    @settings(max_examples=60, deadline=None)
    @given(st.integers(0, 60), st.integers(1, 200), st.integers(0, 40), st.integers(0, 2**32 - 1))
    def test_no_label_of_training_looks_past_the_origin(self, gap_days, horizon_days, delay_days, seed):
        primary = Horizon(Duration(horizon_days), gap_days)
        observed_until = date(2026, 3, 1)
        random = np.random.default_rng(seed)
        snapshot = np.repeat(np.array(MONTHS, dtype="datetime64[D]"), 20)
        entity = np.tile(np.arange(20), len(MONTHS))
        end = days_observed(snapshot, gap_days, observed_until)
        days = np.minimum(random.uniform(0, 600, snapshot.size), end)
        event = (days < end).astype(np.int8)
        reported = np.where(event == 1, days + delay_days, np.nan)
        for origin in rolling_origins(MONTHS, primary, observed_until):
            rows = origin.training_rows(snapshot, entity)
            known_days = origin.known_days(snapshot[rows], gap_days)
            known, happened = labels_as_known(days[rows], event[rows], reported[rows], known_days)
            begins = snapshot[rows] + np.timedelta64(gap_days, "D")
            last_day = begins + np.ceil(known).astype("timedelta64[D]")
            assert (last_day[known > 0] <= np.datetime64(origin.snapshot_date)).all()
            assert (reported[rows][happened == 1] <= known_days[happened == 1]).all()
            test_begins = np.datetime64(origin.snapshot_date) + np.timedelta64(gap_days, "D")
            assert (last_day[known > 0] <= test_begins).all()

    def test_held_out_entities_are_judged_and_never_learned_from(self):
        snapshot, entity = np.repeat(np.array(MONTHS), 50), np.tile(np.arange(50), len(MONTHS))
        origin = rolling_origins(MONTHS, QUARTER, date(2026, 1, 1))[-1]
        learned, judged = origin.training_rows(snapshot, entity), origin.test_rows(snapshot)
        assert not is_held_out(entity)[learned].any()
        assert is_held_out(entity)[judged].any()
        assert judged.sum() == 50
        assert not (learned & judged).any()
        assert set(snapshot[learned]) == set(origin.training_dates)

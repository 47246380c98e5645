"""Bins of few rows are joined: what is left adds up to what there was."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from training.evaluation import CalibrationBin, RatingBin, join_small_bins
from training.statistics import Estimate, share


def bins_of(*parts: tuple[int, int]) -> list[CalibrationBin]:
    """Return bins with so many events among so many rows, forecasts rising."""
    return [CalibrationBin(0.1 * place, share(*counts)) for place, counts in enumerate(parts, start=1)]


COUNTS = st.lists(
    st.integers(1, 60).flatmap(lambda rows: st.tuples(st.integers(0, rows), st.just(rows))), max_size=10
)


@given(parts=COUNTS, fewest=st.integers(1, 100))
def test_rows_and_events_stay_and_no_bin_is_small(parts, fewest):
    joined = join_small_bins(bins_of(*parts), fewest)
    n_rows = sum(rows for _, rows in parts)
    if n_rows < fewest:
        assert joined == ()
        return
    assert min(one.observed.n for one in joined) >= fewest
    assert sum(one.observed.n for one in joined) == n_rows
    events = math.fsum(one.observed.value * one.observed.n for one in joined)
    assert events == pytest.approx(sum(events for events, _ in parts))
    forecasts = [one.forecast for one in joined]
    assert forecasts == sorted(forecasts)
    assert all(one.observed.low <= one.observed.value <= one.observed.high for one in joined)


def test_large_bins_stay_as_they_are():
    bins = bins_of((1, 30), (2, 40), (9, 30))
    assert join_small_bins(bins, 30) == tuple(bins)


def test_a_single_row_goes_to_its_neighbour_above_and_at_the_end_below():
    first, last = join_small_bins(bins_of((0, 1), (10, 99), (40, 80), (1, 1)), 25)
    assert (first.observed.n, last.observed.n) == (100, 81)
    assert first.observed.value == pytest.approx(0.10)
    assert first.forecast == pytest.approx((0.1 + 0.2 * 99) / 100)
    assert last.observed.value == pytest.approx(41 / 81)


def test_the_joined_range_is_about_that_of_all_rows():
    (joined,) = join_small_bins(bins_of((20, 100), (20, 100)), 150)
    whole = share(40, 200)
    assert joined.observed.low == pytest.approx(whole.low, abs=0.01)
    assert joined.observed.high == pytest.approx(whole.high, abs=0.01)


def test_mean_answers_are_joined_alike():
    bins = [RatingBin(3.0, Estimate(2.0, 1.0, 3.0, 4)), RatingBin(4.0, Estimate(4.0, 3.9, 4.1, 36))]
    (joined,) = join_small_bins(bins, 25)
    assert isinstance(joined, RatingBin)
    assert (joined.forecast, joined.observed.value, joined.observed.n) == pytest.approx((3.9, 3.8, 40))

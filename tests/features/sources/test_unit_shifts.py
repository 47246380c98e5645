"""Changes of unit are found on their day; what business does to numbers is none."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import beta

from features.sources.unit_shifts import Series, find_shifts
from tests.features.sources.numbers_over_time import (
    CLEAN,
    PLANTED,
    SWITCH,
    TRUTH,
    draw_clean,
    draw_days,
    draw_planted,
    to_series,
)

LONG_SEEDS = 400


@pytest.mark.parametrize("kind", CLEAN)
@pytest.mark.parametrize("seed", range(6))
def test_what_business_does_is_no_change_of_unit(kind, seed):
    assert find_shifts(draw_clean(kind, seed)) == []


@pytest.mark.parametrize("kind", PLANTED)
@pytest.mark.parametrize("seed", [0, 1, 2])
def test_a_planted_change_is_found_once_with_its_factor_and_day(kind, seed):
    series, first_day = draw_planted(kind, seed)
    (shift,) = find_shifts(series)
    factor, is_whole = TRUTH[kind]
    assert shift.factor == pytest.approx(factor)
    assert (shift.share == 1) is is_whole
    if is_whole and kind != "zeros beside hours":  # a first day of zeros alone says nothing
        assert shift.day == first_day
    else:
        assert first_day <= shift.day <= first_day + 5
    assert (shift.new > shift.old) is (factor > 1)


@pytest.mark.long
def test_in_less_than_one_of_a_hundred_companies_anything_is_said_without_reason():
    """One seed is a company with one column of every kind; the bound is that of Clopper and Pearson, 95 %."""
    alarms = [
        seed for seed in range(LONG_SEEDS) if any(find_shifts(draw_clean(kind, seed)) for kind in CLEAN)
    ]
    bound = beta.ppf(0.95, len(alarms) + 1, LONG_SEEDS - len(alarms))
    assert bound < 0.01, alarms


@pytest.mark.long
@pytest.mark.parametrize("kind", PLANTED)
def test_nearly_every_planted_change_is_found(kind):
    found = []
    for seed in range(200):
        series, first_day = draw_planted(kind, seed, (600, 2_000, 6_000)[seed % 3])
        shifts = find_shifts(series)
        found.append(
            len(shifts) == 1
            and shifts[0].factor == pytest.approx(TRUTH[kind][0])
            and 0 <= shifts[0].day - first_day <= 10
        )
    assert np.mean(found) >= 0.9


def test_a_unit_that_comes_back_is_told_twice():
    dice = np.random.default_rng(5)
    days = draw_days(dice, 4_000, "steady")
    hours = np.exp(dice.normal(2, 0.8, len(days))) * np.where((days >= 200) & (days < 400), 60, 1)
    shifts = find_shifts(to_series(days, hours))
    assert [(shift.day, shift.factor) for shift in shifts] == [(200, 60.0), (400, 1 / 60)]


def test_scales_are_named_where_they_are_known_ones():
    series, _ = draw_planted("1-5 to a slider", 1)
    assert find_shifts(series)[0].scales == ((1.0, 5.0), (0.0, 100.0))
    series, _ = draw_planted("euros to cents", 1)
    assert find_shifts(series)[0].scales is None


def test_a_scale_that_shrinks_is_a_change_too():
    dice = np.random.default_rng(2)
    days = draw_days(dice, 2_000, "steady")
    felt = dice.normal(0.65, 0.2, len(days))
    answers = np.where(days < 300, np.clip(np.round(felt * 10), 0, 10), np.clip(np.round(1 + felt * 4), 1, 5))
    (shift,) = find_shifts(to_series(days, answers))
    assert shift.scales == ((0.0, 10.0), (1.0, 5.0))


@pytest.mark.parametrize("factor", [2, 4, 6, 16, 35, 300])
def test_steps_that_no_unit_explains_are_none(factor):
    for seed in range(5):
        dice = np.random.default_rng(seed)
        days = draw_days(dice, 3_000, "steady")
        numbers = np.exp(dice.normal(3, 0.5, len(days))) * np.where(days >= SWITCH, factor, 1)
        assert find_shifts(to_series(days, numbers)) == []


@pytest.mark.parametrize("spread", [0.1, 0.2])
def test_a_step_to_values_of_another_spread_is_none(spread):
    dice = np.random.default_rng(3)
    days = draw_days(dice, 3_000, "steady")
    narrow, wide = (np.exp(dice.normal(3, width, len(days))) for width in (spread, 0.8))
    assert find_shifts(to_series(days, np.where(days >= SWITCH, wide * 60, narrow))) == []


def test_too_few_rows_tell_nothing():
    for count in (0, 1, 20, 100):
        dice = np.random.default_rng(count)
        days = np.sort(dice.integers(0, 730, count)).astype(float)
        numbers = np.exp(dice.normal(3, 0.5, count)) * np.where(days >= SWITCH, 60, 1)
        assert find_shifts(to_series(days, numbers)) == []


def test_rows_before_and_after_decide_and_not_how_the_days_are_numbered():
    series, first_day = draw_planted("hours to minutes", 4)
    moved = replace(series, days=series.days - 20_000)
    assert find_shifts(moved)[0].day == first_day - 20_000


def test_columns_of_zeros_and_of_one_day_are_quiet():
    nothing = Series(np.arange(300), np.array([0.0]), np.ones((300, 1), np.int64))
    one_day = Series(np.array([7]), np.arange(1.0, 9.0), np.full((1, 8), 50))
    assert find_shifts(nothing) == find_shifts(one_day) == []

import math

import numpy as np
import pytest

from tests.training.statistics.survey_worlds import draw_late
from training.statistics import nps, share
from training.statistics.levels import SurveyMetric, measure_level
from training.statistics.recall import find_recall_decay, measure_lag_bands

MEAN, NPS = SurveyMetric.of("mean"), SurveyMetric.of("nps")


def decay_of(late, metric=MEAN, **more):
    return find_recall_decay(metric, late.ratings, late.lag_days, people=late.people, n_draws=200, **more)


class TestBands:
    def test_each_band_is_a_level(self):
        late = draw_late(1, 600)
        bands = measure_lag_bands(MEAN, late.ratings, late.lag_days, edges=(0, 7, 30))
        assert [(band.first_day, band.end_day) for band in bands] == [(0, 7), (7, 30), (30, math.inf)]
        assert sum(band.level.estimate.n for band in bands) == 600
        rows = (late.lag_days >= 7) & (late.lag_days < 30)
        assert bands[1].level == measure_level(MEAN, late.ratings[rows])
        assert bands[0].level.estimate.low > bands[2].level.estimate.high

    def test_thin_bands_and_skipped_questions_are_absent(self):
        ratings, lags = [9.0] * 6 + [1.0] * 4 + [math.nan] * 3, [0.5] * 6 + [5] * 4 + [5, 5, math.nan]
        (band,) = measure_lag_bands(NPS, ratings, lags)
        assert (band.first_day, band.level.estimate) == (0, nps(6, 0, 0))


class TestDecay:
    @pytest.mark.parametrize("half_life", [2.0, 7.0, 15.0])
    def test_without_noise_it_is_exact(self, half_life):
        lag = np.tile(np.arange(61), 3)
        found = find_recall_decay(MEAN, 5 + 3 * np.exp2(-lag / half_life), lag, n_draws=50)
        assert found.shape == "exponential"
        assert found.half_life_days.value == pytest.approx(half_life, rel=0.02)
        assert found.fresh.value == pytest.approx(8, abs=0.05)
        assert found.settled.value == pytest.approx(5, abs=0.05)

    def test_a_planted_half_life_is_found_within_a_fifth(self):
        """Eight worlds of 6,000 answers here; how often, in tests/long."""
        found = [decay_of(draw_late(seed, 6000, half_life=7, fade=2.5)) for seed in range(8)]
        assert {(decay.shape, decay.p_value < 0.01, decay.slope_per_day.high < 0) for decay in found} == {
            ("exponential", True, True)
        }
        half_lives = [decay.half_life_days for decay in found]
        assert [half_life.value for half_life in half_lives] == pytest.approx([7] * 8, rel=0.2)
        assert share(sum(half_life.low <= 7 <= half_life.high for half_life in half_lives), 8).high >= 0.95

    def test_scores_that_rise_with_time_are_a_decay_too(self):
        late = draw_late(2, 6000, fade=-2.5)
        found = decay_of(late)
        assert found.fresh.value < found.settled.value
        assert found.half_life_days.value == pytest.approx(7, rel=0.2)

    def test_nps_fades_in_points(self):
        late = draw_late(3, 6000, half_life=7, fade=4)
        found = decay_of(late, NPS)
        assert found.shape == "exponential"
        assert found.fresh.value - found.settled.value > 80
        assert found.fresh.n == 6000

    def test_a_straight_line_is_called_one(self):
        found = decay_of(draw_late(4, 3000, is_line=True))
        assert (found.shape, found.settled) == ("linear", None)
        assert found.slope_per_day.low <= -2 / 60 <= found.slope_per_day.high
        assert found.half_life_days.high == math.inf
        assert found.fresh.value == pytest.approx(7, abs=0.2)

    def test_no_decay_is_an_answer(self):
        found = decay_of(draw_late(5, 1000, fade=0))
        assert (found.shape, found.half_life_days, found.fresh, found.settled) == ("none", None, None, None)
        assert found.p_value > 0.05
        assert found.slope_per_day.low <= 0 <= found.slope_per_day.high

    def test_answers_without_decay_raise_few_alarms(self):
        shapes = [decay_of(draw_late(seed, 200, fade=0)).shape for seed in range(100)]
        assert share(100 - shapes.count("none"), 100).low <= 0.05

    def test_moods_of_people_are_no_decay(self):
        """Each of 40 people answers 25 times after about the same time: lags differ between people only."""
        alarms = {True: 0, False: 0}
        for seed in range(60):
            chance = np.random.default_rng(seed)
            people = np.repeat(np.arange(40), 25)
            lag = chance.integers(0, 30, 40)[people]
            ratings = np.clip(np.round(6 + 1.5 * chance.normal(size=40)[people]), 0, 10)
            for is_known in alarms:
                who = people if is_known else None
                found = find_recall_decay(MEAN, ratings, lag, people=who, n_draws=100)
                alarms[is_known] += found.shape != "none"
        assert share(alarms[True], 60).low <= 0.05
        assert alarms[False] > 30

    def test_the_order_of_answers_says_nothing(self):
        late = draw_late(6, 400)
        order = np.random.default_rng(0).permutation(400)
        first = find_recall_decay(MEAN, late.ratings, late.lag_days, n_draws=20)
        second = find_recall_decay(MEAN, late.ratings[order], late.lag_days[order], n_draws=20)
        assert first.half_life_days.value == pytest.approx(second.half_life_days.value)
        assert first.slope_per_day.value == pytest.approx(second.slope_per_day.value)


class TestErrors:
    def test_answers_before_the_experience_are_refused(self):
        with pytest.raises(ValueError, match="an answer lies 2 days before its experience"):
            find_recall_decay(MEAN, [1, 2, 3], [1, -2, 3])

    def test_two_lags_show_no_curve(self):
        with pytest.raises(ValueError, match="answers have 2 different lags; a decay needs 3 or more"):
            find_recall_decay(MEAN, [1, 2, 3], [1, 1, 3])

    def test_columns_that_do_not_fit_are_refused(self):
        with pytest.raises(ValueError, match="3 ratings and 2 lags"):
            measure_lag_bands(MEAN, [1, 2, 3], [1, 2])
        with pytest.raises(ValueError, match="lag of mean is nan in row 1"):
            find_recall_decay(MEAN, [1, 2, 3], [1, math.nan, 2])

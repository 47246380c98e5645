import math

import numpy as np
import pytest

from tests.training.statistics.survey_worlds import draw_panel
from training.statistics.changes import WaveAnswers, measure_change
from training.statistics.levels import SurveyMetric
from training.statistics.wave_values import WaveValues, measure_waves

MEAN, NPS = SurveyMetric.of("mean"), SurveyMetric.of("nps")


def waves_of(metric, panel, **more):
    return measure_waves(metric, panel.ratings, panel.waves, panel.people, **more)


def test_values_and_errors_of_strangers_are_those_of_means():
    panel = draw_panel(1, 3, 40, stays=0.0)
    found = waves_of(MEAN, panel)
    waves = panel.ratings.reshape(3, 40)
    assert found.value == pytest.approx(waves.mean(axis=1))
    assert found.standard_error == pytest.approx(waves.std(axis=1, ddof=1) / math.sqrt(40))
    assert (found.n.tolist(), found.position.tolist()) == ([40] * 3, [0, 1, 2])
    assert not found.is_shared


@pytest.mark.parametrize("metric", [MEAN, NPS], ids=lambda metric: metric.kind)
def test_two_waves_say_what_the_change_says(metric):
    """The error of the difference from the covariance is that behind the range of the change."""
    panel = draw_panel(2, 2, 400, stays=0.6)
    found = waves_of(metric, panel)
    change = measure_change(metric, *(WaveAnswers(*panel.of_wave(wave)) for wave in (0, 1))).change
    squared = found.covariance[0, 0] + found.covariance[1, 1] - 2 * found.covariance[0, 1]
    assert found.is_shared
    assert 2 * 1.96 * math.sqrt(squared) == pytest.approx(change.high - change.low, rel=0.01)


def test_noise_has_the_covariance_of_the_waves():
    series = waves_of(NPS, draw_panel(3, 4, 100, stays=0.8))
    drawn = series.noise(20_000, seed=1)
    assert np.cov(drawn.T) == pytest.approx(series.covariance, abs=0.04 * series.covariance.max())


def test_small_waves_and_skipped_questions_are_absent():
    panel = draw_panel(4, 3, 20)
    ratings = panel.ratings.copy()
    ratings[panel.waves == 1] = math.nan
    ratings[0] = math.nan
    found = measure_waves(NPS, ratings, panel.waves, panel.people)
    assert (found.position.tolist(), found.n.tolist()) == ([0, 2], [19, 20])
    with pytest.raises(ValueError, match="no wave of 3 has 21 answers"):
        waves_of(NPS, panel, minimum_answers=21)


def test_weights_move_the_values():
    panel = draw_panel(5, 2, 30)
    weight = np.where(panel.ratings > 7, 2.0, 1.0)
    found = waves_of(MEAN, panel, weight=weight)
    expected = [np.average(panel.of_wave(wave)[0], weights=weight[panel.waves == wave]) for wave in (0, 1)]
    assert found.value == pytest.approx(expected)


def test_equal_answers_are_no_certainty_for_nps_and_refused_for_a_mean():
    people, waves = np.arange(20), np.repeat([0, 1], 10)
    assert measure_waves(NPS, np.full(20, 10), waves, people).standard_error.min() > 5
    with pytest.raises(ValueError, match="the wave at 0 has the standard error 0"):
        measure_waves(MEAN, np.full(20, 10), waves, people)


def test_series_that_make_no_sense_are_refused():
    with pytest.raises(ValueError, match="do not rise; sort the waves by time"):
        WaveValues.of([1, 2], [1, 1], [5, 5], position=[2, 2])
    with pytest.raises(ValueError, match="n has 1 rows where 2 are needed"):
        WaveValues.of([1, 2], [1, 1], [5])
    with pytest.raises(ValueError, match="2 ratings and 1 people"):
        measure_waves(MEAN, [1, 2], [0, 1], [7])

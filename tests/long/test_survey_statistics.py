"""The promises of docs/surveys.md by repetition: ranges hold the truth, chance raises few alarms."""

import numpy as np
import pytest
from scipy import stats

from tests.training.statistics.survey_worlds import draw_late, draw_panel, draw_silence, measure_segments
from training.statistics import nps, share
from training.statistics.change_points import find_change_points
from training.statistics.changes import WaveAnswers, judge_changes, measure_change
from training.statistics.levels import SurveyMetric, measure_level
from training.statistics.raking import Margin, rake, reweight_level
from training.statistics.recall import find_recall_decay
from training.statistics.trends import find_trend
from training.statistics.wave_values import WaveValues, measure_waves

pytestmark = pytest.mark.long
MEAN, CSAT, NPS = (SurveyMetric.of(kind) for kind in ("mean", "csat", "nps"))
SHARES = (0.01, 0.02, 0.05, 0.1, 0.2, 0.3, 0.5, 0.7, 0.9)


@pytest.mark.parametrize("n", [*range(10, 26), 30, 50, 100])
def test_nps_ranges_hold_the_truth_from_ten_answers_on(n):
    """Exact over all that can be answered, for a grid of true shares; rare groups need 25 answers."""
    counts = np.array([(up, n - up - down, down) for up in range(n + 1) for down in range(n + 1 - up)])
    ranges = np.array([(found.low, found.high) for found in (nps(*row) for row in counts.tolist())])
    truths = [(up, down) for up in SHARES for down in SHARES if up + down < 0.99]
    held = []
    for up, down in truths:
        truth = 100 * (up - down)
        is_held = (ranges[:, 0] <= truth + 1e-9) & (ranges[:, 1] >= truth - 1e-9)
        held.append(float(stats.multinomial(n, [up, 1 - up - down, down]).pmf(counts) @ is_held))
    usual = [found for found, shares in zip(held, truths, strict=True) if min(shares) >= 0.05]
    assert min(usual) >= 0.92
    assert min(held) >= (0.92 if n >= 25 else 0.87)
    assert np.mean(held) >= 0.95


@pytest.mark.parametrize("stays", [0.0, 0.5, 1.0])
@pytest.mark.parametrize("n_answers", [10, 40, 160])
def test_ranges_of_changes_hold_the_truth(n_answers, stays):
    """The later wave is happier; 27 looks share the five in a hundred in which chance may fail one."""
    world = {"n_answers": n_answers, "stays": stays, "shifts": [0, 0.6]}
    large = draw_panel(1, n_answers=400_000, stays=0.0, shifts=[0, 0.6])
    for metric in (MEAN, CSAT, NPS):
        truth = float(np.diff([metric.worth(large.of_wave(wave)[0]).mean() for wave in (0, 1)])[0])
        held = 0
        for seed in range(400):
            panel = draw_panel(seed, **world)
            found = measure_change(metric, *(WaveAnswers(*panel.of_wave(wave)) for wave in (0, 1))).change
            held += found.low <= truth <= found.high
        assert stats.binomtest(held, 400, 0.95, alternative="less").pvalue > 0.05 / 27, (metric.kind, held)


def test_families_without_a_change_raise_alarms_in_one_of_twenty():
    alarms = 0
    for seed in range(1000):
        panel = draw_panel(seed, n_answers=160)
        judged = judge_changes(measure_segments((MEAN, CSAT, NPS), panel, panel.people % 4))
        alarms += any(change.is_clear for change in judged.values())
    assert share(alarms, 1000).low <= 0.05, alarms


@pytest.mark.parametrize("stays", [0.0, 0.8])
@pytest.mark.parametrize("n_waves", [5, 8, 16])
def test_waves_that_differ_by_sampling_alone_raise_few_alarms(n_waves, stays):
    trends = points = 0
    for seed in range(400):
        panel = draw_panel(seed, n_waves, 100, stays=stays)
        series = measure_waves(NPS, panel.ratings, panel.waves, panel.people)
        trends += find_trend(series, n_draws=500).is_clear
        points += find_change_points(series, n_draws=500).p_value < 0.05
    assert share(trends, 400).low <= 0.05, trends
    assert share(points, 400).low <= 0.05, points


@pytest.mark.parametrize(("n_waves", "power"), [(4, 0.45), (6, 0.6), (8, 0.8), (12, 0.9)])
def test_steps_of_four_standard_errors_are_found_and_placed(n_waves, power):
    chance = np.random.default_rng(n_waves)
    found, held = 0, []
    for seed in range(300):
        place = int(chance.integers(2, n_waves - 1))
        value = chance.normal(size=n_waves) + 4 * (np.arange(n_waves) >= place)
        series = WaveValues.of(value, np.ones(n_waves), np.full(n_waves, 300))
        points = find_change_points(series, n_draws=500, seed=seed).found
        found += bool(points)
        held += [point.earliest <= place <= point.latest for point in points[:1]]
    assert found >= power * 300
    assert share(sum(held), len(held)).high >= 0.95


def test_half_lives_are_found_within_a_fifth_and_ranges_hold_them():
    near = held = fresh = 0
    for seed in range(100):
        late = draw_late(seed, 6000, half_life=7, fade=2.5)
        found = find_recall_decay(MEAN, late.ratings, late.lag_days, people=late.people, n_draws=200)
        assert found.half_life_days is not None
        assert found.fresh is not None
        near += abs(found.half_life_days.value / 7 - 1) <= 0.2
        held += found.half_life_days.low <= 7 <= found.half_life_days.high
        fresh += found.fresh.low <= 7.5 <= found.fresh.high
    assert share(near, 100).high >= 0.95, near
    assert share(held, 100).high >= 0.95, held
    assert share(fresh, 100).high >= 0.95, fresh


def test_answers_without_decay_raise_alarms_in_one_of_twenty():
    alarms = 0
    for seed in range(500):
        late = draw_late(seed, 300, fade=0, answers_each=2)
        found = find_recall_decay(MEAN, late.ratings, late.lag_days, people=late.people, n_draws=100)
        alarms += found.shape != "none"
    assert share(alarms, 500).low <= 0.05, alarms


def test_weighted_nps_is_nearer_to_the_truth_than_raw_and_its_range_holds_it():
    truth = measure_level(NPS, draw_silence(1, 400_000).rating).estimate.value
    nearer = held = raw_held = 0
    for seed in range(300):
        survey = draw_silence(seed)
        everybody = measure_level(NPS, survey.rating).estimate.value
        margins = [
            Margin.of_asked(name, getattr(survey, name), survey.is_answered) for name in ("site", "age")
        ]
        found = reweight_level(NPS, survey.rating[survey.is_answered], rake(margins))
        weighted, raw = found.weighted.estimate, found.raw.estimate
        nearer += abs(weighted.value - everybody) < abs(raw.value - everybody)
        held += weighted.low <= truth <= weighted.high
        raw_held += raw.low <= truth <= raw.high
    assert share(nearer, 300).low >= 0.9, nearer
    assert share(held, 300).high >= 0.95, held
    assert raw_held < 0.5 * 300

import math
from itertools import product

import numpy as np
import pytest
from scipy import stats
from statsmodels.stats.proportion import (
    confint_proportions_2indep,
    proportion_effectsize,
)
from statsmodels.stats.proportion import test_proportions_2indep as compare_proportions

from tests.training.statistics.survey_worlds import draw_panel, measure_segments
from training.statistics import share
from training.statistics.changes import (
    WaveAnswers,
    judge_changes,
    measure_change,
)
from training.statistics.levels import SurveyMetric, measure_level

CHANCE = np.random.default_rng(8)
MEAN, CSAT, NPS = (SurveyMetric.of(kind) for kind in ("mean", "csat", "nps"))


def change_of(metric, before, after, people_before=None, people_after=None):
    first = np.arange(len(before)) if people_before is None else people_before
    second = 10_000 + np.arange(len(after)) if people_after is None else people_after
    return measure_change(metric, WaveAnswers(before, first), WaveAnswers(after, second))


def range_of(found):
    return found.change.low, found.change.high


class TestEqualToOthers:
    BEFORE, AFTER = CHANCE.integers(0, 11, 30), CHANCE.integers(2, 11, 30)

    def test_all_in_both_waves_is_the_paired_t_test(self):
        people = np.arange(30)
        found = change_of(MEAN, self.BEFORE, self.AFTER, people, people)
        expected = stats.ttest_rel(self.AFTER, self.BEFORE)
        assert found.p_value == pytest.approx(expected.pvalue, abs=1e-9)
        assert range_of(found) == pytest.approx(tuple(expected.confidence_interval()), abs=1e-9)
        assert (found.n_both, found.change.n) == (30, 60)

    def test_nobody_in_both_waves_is_welchs_test(self):
        found = change_of(MEAN, self.BEFORE[:12], self.AFTER)
        expected = stats.ttest_ind(self.AFTER, self.BEFORE[:12], equal_var=False)
        assert found.p_value == pytest.approx(expected.pvalue, abs=1e-9)
        assert range_of(found) == pytest.approx(tuple(expected.confidence_interval()), abs=1e-9)
        assert found.n_both == 0

    @pytest.mark.parametrize(
        ("first", "second"), [((3, 20), (11, 25)), ((1, 15), (4, 40)), ((9, 9), (8, 10))]
    )
    def test_shares_of_strangers_are_those_of_agresti_and_caffo(self, first, second):
        waves = [[9] * good + [2] * (n - good) for good, n in (first, second)]
        found = change_of(CSAT, *waves)
        low, high = confint_proportions_2indep(*second, *first, method="agresti-caffo")
        expected = compare_proportions(*second, *first, method="agresti-caffo")
        assert range_of(found) == pytest.approx((low, high), abs=1e-9)
        assert found.p_value == pytest.approx(expected.pvalue, abs=1e-9)
        effect = proportion_effectsize(second[0] / second[1], first[0] / first[1])
        assert found.effect_size == pytest.approx(effect, abs=1e-9)

    def test_effect_of_a_mean_is_cohens(self):
        found = change_of(MEAN, self.BEFORE, self.AFTER)
        spread = math.sqrt((self.BEFORE.var(ddof=1) + self.AFTER.var(ddof=1)) / 2)
        assert found.effect_size == pytest.approx((self.AFTER.mean() - self.BEFORE.mean()) / spread)


class TestNps:
    """No package tests it: held against a mean of answers, three half pseudo-answers among them."""

    def test_of_strangers_it_is_welchs_test_with_pseudo_answers(self):
        before, after = [10] * 9 + [8] * 4 + [2] * 7, [10] * 15 + [8] * 9 + [2] * 6
        found = change_of(NPS, before, after)
        values, squared, freedom = [], [], []
        for wave in (before, after):
            worth = np.concatenate([NPS.worth(wave), [-100.0, 0, 100]])
            mass = np.concatenate([np.ones(len(wave)), [0.375, 0.75, 0.375]])
            values.append(np.average(worth, weights=mass))
            squared.append(np.average((worth - values[-1]) ** 2, weights=mass) / mass.sum())
            freedom.append(mass.sum() - 1)
        welch = sum(squared) ** 2 / sum(np.array(squared) ** 2 / freedom)
        error = math.sqrt(sum(squared))
        half = stats.t.ppf(0.975, welch) * error
        expected = values[1] - values[0] - half, values[1] - values[0] + half
        assert range_of(found) == pytest.approx(expected, abs=1e-9)
        p_value = 2 * stats.t.sf((values[1] - values[0]) / error, welch)
        assert found.p_value == pytest.approx(p_value, abs=1e-9)
        assert found.change.value == pytest.approx(30 - 10)

    @pytest.mark.parametrize("stays", [0.0, 0.5, 1.0])
    def test_ten_answers_raise_few_alarms(self, stays):
        alarms = 0
        for seed in range(1000, 1300):
            panel = draw_panel(seed, n_answers=10, stays=stays)
            found = measure_change(NPS, *(WaveAnswers(*panel.of_wave(wave)) for wave in (0, 1)))
            alarms += found.p_value < 0.05
        assert share(alarms, 300).low <= 0.05


class TestChanges:
    @pytest.mark.parametrize("metric", [MEAN, CSAT, NPS], ids=lambda metric: metric.kind)
    def test_value_is_the_plain_difference_and_turns_round_with_the_waves(self, metric):
        panel = draw_panel(1, n_answers=80, shifts=[0, 0.4])
        first, second = (WaveAnswers(*panel.of_wave(wave)) for wave in (0, 1))
        found, turned = measure_change(metric, first, second), measure_change(metric, second, first)
        assert found.change.value == pytest.approx(found.after.estimate.value - found.before.estimate.value)
        assert range_of(found) == pytest.approx((-turned.change.high, -turned.change.low))
        assert (found.p_value, found.n_both) == (pytest.approx(turned.p_value), 40)
        assert found.effect_size == pytest.approx(-turned.effect_size)
        assert found.before == measure_level(metric, panel.of_wave(0)[0])

    @pytest.mark.parametrize("metric", [MEAN, CSAT, NPS], ids=lambda metric: metric.kind)
    def test_people_in_both_waves_narrow_the_range(self, metric):
        panel = draw_panel(2, n_answers=200, stays=1.0, mood=0.9)
        waves = [panel.of_wave(wave)[0] for wave in (0, 1)]
        widths = []
        for n_both in (200, 100, 0):
            people = np.arange(200), np.arange(200 - n_both, 400 - n_both)
            kept = np.concatenate([waves[1][200 - n_both :], waves[1][: 200 - n_both]])
            found = change_of(metric, waves[0], kept, *people)
            widths.append(found.change.high - found.change.low)
        assert widths[0] < 0.8 * widths[1] < 0.8 * widths[2]

    def test_the_range_holds_no_zero_exactly_where_the_test_says_so(self):
        for seed, metric in product(range(40), (MEAN, CSAT, NPS)):
            panel = draw_panel(seed, n_answers=60, shifts=[0, 0.5])
            found = measure_change(metric, *(WaveAnswers(*panel.of_wave(wave)) for wave in (0, 1)))
            assert (found.p_value < 0.05) == (not found.change.low <= 0 <= found.change.high)

    def test_skipped_questions_and_weights_of_zero_are_no_answers(self):
        people = np.arange(6)
        plain = change_of(MEAN, [1, 5, 3, 4], [2, 6, 6, 9], people[:4], people[:4])
        first = WaveAnswers([1, 5, 3, 4, math.nan, 9], people, [1, 1, 1, 1, 1, 0])
        found = measure_change(MEAN, first, WaveAnswers([2, 6, 6, 9], people[:4]))
        assert found.p_value == pytest.approx(plain.p_value)
        assert (found.before.n_asked, found.before.estimate.n) == (6, 4)

    def test_weights_bring_their_means(self):
        weight = np.array([3.0, 1, 1, 1])
        first = WaveAnswers([1, 5, 3, 4], np.arange(4), weight)
        found = measure_change(MEAN, first, WaveAnswers([2, 6, 6, 9], np.arange(4, 8)))
        assert found.change.value == pytest.approx(5.75 - 15 / 6)
        assert found.before.effective_n == pytest.approx(3.0)

    def test_what_does_not_vary_is_not_judged(self):
        flat = change_of(MEAN, [5, 5, 5], [6, 6, 6])
        assert math.isnan(flat.p_value)
        assert math.isnan(flat.effect_size)
        assert (flat.change.value, *range_of(flat)) == (1.0, -10.0, 10.0)
        assert math.isnan(change_of(MEAN, [5], [6]).p_value)

    def test_equal_answers_are_no_certainty(self):
        for metric, widest in ((CSAT, 1.0), (NPS, 100.0)):
            found = change_of(metric, [10] * 8, [10] * 8)
            assert found.change.value == 0.0
            assert found.p_value == pytest.approx(1.0)
            assert 0.15 * widest < found.change.high < widest

    def test_a_wave_without_a_person_for_each_rating_is_refused(self):
        with pytest.raises(ValueError, match="3 ratings and 2 people"):
            measure_change(MEAN, WaveAnswers([1, 2, 3], [1, 2]), WaveAnswers([1, 2], [1, 2]))


class TestFamilies:
    def test_a_family_is_judged_as_one(self):
        """Twenty changes, of which one is real and one looks real alone."""
        found = {}
        for number in range(19):
            panel = draw_panel(140 + number)
            found["nps", f"quiet {number}"] = measure_change(
                NPS, *(WaveAnswers(*panel.of_wave(wave)) for wave in (0, 1))
            )
        panel = draw_panel(99, shifts=[0, 1.5])
        found["nps", "moved"] = measure_change(NPS, *(WaveAnswers(*panel.of_wave(wave)) for wave in (0, 1)))
        judged = judge_changes(found)
        assert list(judged) == list(found)
        assert [name for name, change in judged.items() if change.is_clear] == [("nps", "moved")]
        assert judged["nps", "moved"].found is found["nps", "moved"]
        assert min(change.p_value for change in list(found.values())[:19]) < 0.05

    def test_what_cannot_be_judged_is_no_member(self):
        quiet, moved = change_of(MEAN, [5, 5], [5, 5]), change_of(MEAN, [1, 2, 3, 2], [4, 5, 4, 5])
        judged = judge_changes({"quiet": quiet, "moved": moved})
        assert judged["moved"].adjusted_p_value == pytest.approx(moved.p_value)
        assert (judged["quiet"].is_clear, judged["moved"].is_clear) == (False, True)


def draw_family(seed, shift=0.0):
    """Return the judged changes of three metrics in four segments, people partly in both waves."""
    panel = draw_panel(seed, n_answers=160, shifts=[0, shift])
    return judge_changes(measure_segments((MEAN, CSAT, NPS), panel, panel.people % 4))


def test_families_without_a_change_raise_few_alarms():
    """A hundred here, a thousand in tests/long."""
    alarms = sum(any(change.is_clear for change in draw_family(seed).values()) for seed in range(100))
    assert share(alarms, 100).low <= 0.05


def test_families_with_a_change_do_raise_them():
    assert all(any(change.is_clear for change in draw_family(seed, 1.5).values()) for seed in range(10))

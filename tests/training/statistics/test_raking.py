import numpy as np
import pytest

from tests.training.statistics.survey_worlds import draw_silence
from training.statistics import share
from training.statistics.levels import SurveyMetric, measure_level
from training.statistics.raking import Margin, RakingError, rake, reweight_level

NPS = SurveyMetric.of("nps")


class TestWeights:
    def test_one_margin_is_the_share_over_the_share_found(self):
        raked = rake([Margin("site", ["a"] * 6 + ["b"] * 2, {"a": 30, "b": 30})])
        assert raked.weight == pytest.approx([4 / 6] * 6 + [2.0] * 2)
        assert raked.effective_n == pytest.approx(6.0)

    def test_all_margins_hold(self):
        chance = np.random.default_rng(0)
        labels = [chance.choice(list("abc"), 300), chance.choice(list("xy"), 300), chance.integers(0, 4, 300)]
        shares = [{"a": 0.5, "b": 0.3, "c": 0.2}, {"x": 0.7, "y": 0.3}, {str(k): k + 1.0 for k in range(4)}]
        margins = [Margin(f"m{k}", *both) for k, both in enumerate(zip(labels, shares, strict=True))]
        raked = rake(margins)
        assert raked.weight.mean() == pytest.approx(1.0)
        assert (raked.largest_gap < 1e-9, raked.n_trimmed) == (True, 0)
        for label, known in zip(labels, shares, strict=True):
            for name, expected in known.items():
                reached = raked.weight[label.astype(str) == name].sum() / 300
                assert reached == pytest.approx(expected / sum(known.values()), abs=1e-8)

    def test_weights_are_products_of_one_factor_per_segment(self):
        """What fitting leaves alone: the odds ratio of the answers (Deming and Stephan 1940)."""
        first, second = (
            np.repeat(["a", "a", "b", "b"], [10, 20, 30, 15]),
            np.repeat(list("xyxy"), [10, 20, 30, 15]),
        )
        weight = rake(
            [Margin("f", first, {"a": 0.5, "b": 0.5}), Margin("s", second, {"x": 0.3, "y": 0.7})]
        ).weight
        table = [weight[(first == f) & (second == s)][0] for f in "ab" for s in "xy"]
        assert table[0] * table[3] == pytest.approx(table[1] * table[2])

    def test_shares_that_hold_already_change_nothing(self):
        raked = rake([Margin("site", list("aabb"), {"a": 0.5, "b": 0.5})])
        assert (raked.weight.tolist(), raked.n_rounds, raked.effective_n) == ([1.0] * 4, 0, 4.0)

    def test_the_order_of_margins_says_nothing(self):
        found = draw_silence(1)
        margins = [
            Margin.of_asked("site", found.site, found.is_answered),
            Margin.of_asked("age", found.age, found.is_answered),
        ]
        assert rake(margins).weight == pytest.approx(rake(margins[::-1]).weight, abs=1e-7)

    def test_heavy_weights_are_cut_and_what_is_left_open_is_said(self):
        labels = ["a"] * 99 + ["b"]
        free, cut = (
            rake([Margin("m", labels, {"a": 0.8, "b": 0.2})], max_weight=cap) for cap in (np.inf, 5.0)
        )
        assert (free.weight.max(), free.n_trimmed, cut.n_trimmed) == (pytest.approx(20.0), 0, 1)
        assert cut.weight.max() < 6
        assert cut.largest_gap == pytest.approx(0.2 - cut.weight[-1] / 100)
        assert cut.effective_n > free.effective_n


class TestErrors:
    def test_a_segment_without_answers_is_named(self):
        with pytest.raises(RakingError, match=r"nobody of site = 'south' answered, 25\.0 % of those asked"):
            rake([Margin("site", ["north"] * 5, {"north": 3, "south": 1})])

    def test_answers_without_a_share_are_named(self):
        with pytest.raises(
            RakingError, match=r"answers of site = 'west' have no share; known are \['north'\]"
        ):
            rake([Margin("site", ["north", "west"], {"north": 1.0, "west": 0.0})])

    @pytest.mark.parametrize("shares", [{}, {"a": -1.0}, {"a": 0.0}])
    def test_shares_that_are_none_are_refused(self, shares):
        with pytest.raises(RakingError, match="the shares of site are"):
            rake([Margin("site", ["a"], shares)])

    def test_margins_that_contradict_each_other_say_where(self):
        same = ["a"] * 5 + ["b"] * 5
        margins = [Margin("one", same, {"a": 0.3, "b": 0.7}), Margin("two", same, {"a": 0.6, "b": 0.4})]
        with pytest.raises(
            RakingError,
            match=r"did not settle in 500 rounds: one = '[ab]' weighs 0\.[46]000 where 0\.[37]000",
        ):
            rake(margins)

    def test_no_margin_and_margins_of_other_answers_are_refused(self):
        with pytest.raises(RakingError, match="there is no margin"):
            rake([])
        with pytest.raises(RakingError, match=r"different numbers of answers: \{'m': 2, 'k': 1\}"):
            rake([Margin("m", ["a", "a"], {"a": 1}), Margin("k", ["a"], {"a": 1})])


def reweigh(seed):
    """Return raw and weighted NPS of a survey where the unhappy stay silent, and that of everybody."""
    survey = draw_silence(seed)
    margins = [
        Margin.of_asked("site", survey.site, survey.is_answered),
        Margin.of_asked("age", survey.age, survey.is_answered),
    ]
    found = reweight_level(NPS, survey.rating[survey.is_answered], rake(margins))
    return found, measure_level(NPS, survey.rating).estimate.value


def test_the_weighted_level_stands_beside_the_raw_one():
    found, _ = reweigh(7)
    survey = draw_silence(7)
    ratings = survey.rating[survey.is_answered]
    assert found.raw == measure_level(NPS, ratings)
    assert found.weighted == measure_level(NPS, ratings, found.raked.weight)
    assert found.weighted.effective_n < found.raw.effective_n == ratings.size


def test_weighted_is_nearer_to_the_truth_than_raw():
    """Forty worlds here, three hundred in tests/long."""
    errors = [
        (abs(found.weighted.estimate.value - truth), abs(found.raw.estimate.value - truth))
        for found, truth in map(reweigh, range(40))
    ]
    nearer = sum(weighted < raw for weighted, raw in errors)
    assert share(nearer, 40).high >= 0.9
    assert np.mean([weighted for weighted, _ in errors]) < 0.5 * np.mean([raw for _, raw in errors])

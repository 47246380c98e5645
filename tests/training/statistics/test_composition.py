import doctest
import math
from dataclasses import fields, replace
from pathlib import Path
from typing import get_args

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from scipy import stats

from tests.training.statistics.composition_cases import cases, gap_of_sum, plain_parts
from tests.training.statistics.composition_worlds import (
    Happening,
    count_blocked,
    hold_survey,
    repeat,
    standard_error,
    true_rise,
    whole_company,
)
from training.statistics import Estimate
from training.statistics.composition import Unexplained, Verdict, decompose
from training.statistics.composition.verdict import MIN_REPEATS, ClearParts, judge

NAN = math.nan
ENDS = ("confirmed", "from_composition", "too_few_repeats", "without_earlier")


def change_of(before, after, was=None, now=None, **more):
    """Take a change apart of which everybody is a member unless said otherwise."""
    everybody = np.ones(len(before))
    was, now = everybody if was is None else was, everybody if now is None else now
    return decompose(before, after, was_member=was, is_member=now, **{"n_draws": 50, **more})


def five_groups(**more):
    """One of each group twice: both, silent, new, left, joined."""
    return change_of(
        [8, 6, 4, 2, NAN, NAN, 1, 3, NAN, NAN],
        [9, 9, NAN, NAN, 5, 7, NAN, NAN, 10, 4],
        was=[1, 1, 1, 1, 1, 1, 1, 1, 0, 0],
        now=[1, 1, 1, 1, 1, 1, 0, 0, 1, 1],
        **more,
    )


def steady(n=40, **more):
    """Return n people who answer three times, with a little spread and no change."""
    wave = np.tile([4.0, 5.0, 6.0, 5.0], n // 4)
    columns = {"before": wave, "after": np.roll(wave, 1), "earlier": np.roll(wave, 2)}
    return {**columns, "was": np.ones(n), "now": np.ones(n), **more}


def joined_to(people, **others):
    """Return the columns of two sets of people as one."""
    return {name: np.concatenate([people[name], np.asarray(others[name], dtype=float)]) for name in people}


class TestByHand:
    def test_five_groups(self):
        """A 7 -> 9, B0 3, B1 6, L 2, J 7: start 4, end 22/3."""
        found = five_groups()
        assert found.before.value == pytest.approx(4.0)
        assert found.after.value == pytest.approx(22 / 3)
        assert found.total.value == pytest.approx(10 / 3)
        assert found.within.value == pytest.approx(2.0)
        assert found.leavers.value == pytest.approx(1 / 3 * (5 - 2))
        assert found.joiners.value == pytest.approx(1 / 3 * (7 - 7.5))
        assert found.mix_before.value == pytest.approx(1 / 2 * (3 - 7))
        assert found.mix_after.value == pytest.approx(1 / 2 * (6 - 9))
        assert found.mix.value == pytest.approx(-1.5 + 2.0)

    def test_the_denominators_stand_with_the_figures(self):
        found = five_groups()
        counts = found.counts
        assert (counts.repeated, counts.fell_silent, counts.newly_answering) == (2, 2, 2)
        assert (counts.left, counts.joined) == (2, 2)
        names = ("before", "after", "total", "within", "leavers", "joiners", "mix", "mix_before", "mix_after")
        assert [getattr(found, name).n for name in names] == [6, 6, 10, 2, 2, 2, 4, 2, 2]

    def test_nps_counts_each_person_as_minus_100_0_or_100(self):
        """A promoter turns passive, a detractor leaves: NPS 0 -> 0, made of -100 and +100."""
        found = change_of([100, -100], [0, NAN], now=[1, 0])
        assert (found.before.value, found.after.value, found.total.value) == (0, 0, 0)
        assert (found.within.value, found.leavers.value) == (-100, 100)

    def test_the_chance_swing_is_what_the_stayers_lack_of_the_rise_of_all(self):
        """Up to the first wave all rose by 1, those who stayed by 3: they are to fall back by 2."""
        people = steady(12, earlier=[5.0] * 12, before=[8.0] * 12, after=[6.5] * 12)
        leavers = {"before": [5.0] * 12, "after": [NAN] * 12, "earlier": [6.0] * 12}
        found = change_of(**joined_to(people, **leavers, was=[1] * 12, now=[0] * 12))
        assert found.chance_swing.value == pytest.approx(1.0 - 3.0)
        assert found.within.value == pytest.approx(-1.5)
        assert found.within_corrected.value == pytest.approx(0.5)
        assert (found.chance_swing.n, found.within_corrected.n) == (24, 12)
        assert (found.counts.repeated_with_earlier, found.counts.before_with_earlier) == (12, 24)
        assert list(found.parts) == ["leavers", "joiners", "mix", "chance_swing", "within_corrected"]
        assert sum(part.value for part in found.parts.values()) == pytest.approx(found.total.value)

    def test_changed_minds_are_those_of_people_who_answered_all_three_waves(self):
        """Twelve of them rise by 2; twelve new to the first wave rise by 5, which tells of no mirror."""
        people = steady(12, earlier=[5.0] * 12, before=[5.0] * 12, after=[7.0] * 12)
        new = {"before": [2.0] * 12, "after": [7.0] * 12, "earlier": [NAN] * 12}
        found = change_of(**joined_to(people, **new, was=[1] * 12, now=[1] * 12))
        assert found.within.value == pytest.approx(3.5)
        assert found.within_corrected.value == pytest.approx(2.0)
        assert found.chance_swing.value == pytest.approx(1.5)
        assert (found.within.n, found.within_corrected.n, found.chance_swing.n) == (24, 12, 12)

    def test_the_tipping_point_cancels_the_rise_of_those_who_answered(self):
        people = steady(12, earlier=[5.0] * 12, before=[5.0] * 12, after=[6.5] * 12)
        silent = {"before": [5.0] * 4, "after": [NAN] * 4, "earlier": [5.0] * 4}
        found = change_of(**joined_to(people, **silent, was=[1] * 4, now=[1] * 4))
        assert found.tipping_point == pytest.approx(-1.5 * 12 / 4)
        assert 12 * found.within_corrected.value + 4 * found.tipping_point == pytest.approx(0.0)

    def test_a_weight_counts_a_person_several_times(self):
        columns = steady(24, after=np.arange(24.0), before=np.arange(24.0)[::-1] ** 1.5)
        columns = joined_to(columns, before=[7, 2], after=[NAN, NAN], earlier=[3, 9], was=[1, 1], now=[0, 1])
        times = np.tile([1, 2, 3, 1, 1, 2, 4, 1, 1, 2, 1, 3, 2], 2)
        weighted = change_of(**columns, weight=times)
        repeated = change_of(**{name: np.repeat(column, times) for name, column in columns.items()})
        for name in (*weighted.parts, "before", "after", "total"):
            assert getattr(weighted, name).value == pytest.approx(getattr(repeated, name).value)
        assert weighted.tipping_point == pytest.approx(repeated.tipping_point)
        assert weighted.within.n == 24

    def test_who_weighs_nothing_does_not_count(self):
        found = change_of([1, 2, 9], [3, 4, 0], weight=[1, 1, 0])
        assert (found.counts.repeated, found.within.value) == (2, 2.0)


class TestIdentity:
    @settings(max_examples=1000)
    @given(cases())
    def test_start_plus_parts_is_end_each_part_is_its_formula_in_its_range(self, case):
        found = case.decompose()
        if isinstance(found, Unexplained):
            assert found.counts.repeated == 0
            return
        assert gap_of_sum(found) <= 1e-12
        assert gap_of_sum(replace(found, chance_swing=None)) <= 1e-12
        plain = plain_parts(case)
        size = max(abs(plain["before"]), abs(plain["after"]), abs(plain["leavers"]), abs(plain["joiners"]))
        for name, value in plain.items():
            part = getattr(found, name)
            assert part is None or part.value == pytest.approx(value, rel=1e-9, abs=1e-9 * size + 1e-12)
        estimates = [getattr(found, field.name) for field in fields(found)]
        for one in estimates:
            assert not isinstance(one, Estimate) or one.low <= one.value <= one.high


class TestMirror:
    """Everybody of an endless company, so that nothing is left to chance."""

    @pytest.mark.parametrize("eagerness", [0.0, 0.3, 1.0])
    def test_without_change_nothing_is_left_however_much_answering_depends_on_the_score(self, eagerness):
        found = change_of(**whole_company(eagerness=eagerness))
        assert found.within.value < -0.05
        assert found.within_corrected.value == pytest.approx(0.0, abs=1e-12)

    def test_a_change_of_all_who_stay_is_found_in_full(self):
        """As long as nobody answers more readily because of it."""
        found = change_of(**whole_company(eagerness=0.5, shift=0.25))
        assert found.within_corrected.value == pytest.approx(0.25, abs=1e-12)

    def test_a_mirror_of_other_people_than_those_who_changed_would_leave_a_bias(self):
        company = whole_company(eagerness=0.5)
        plain = change_of(**company)
        known = ~np.isnan(company["before"]) & ~np.isnan(company["earlier"])
        three = known & ~np.isnan(company["after"])
        rise, share = company["before"] - company["earlier"], company["weight"]
        swing = np.average(rise[known], weights=share[known])
        swing -= np.average(rise[three], weights=share[three])
        assert abs(plain.within.value - swing) > 0.005

    def test_who_left_before_the_first_wave_too_makes_it_untrue(self):
        """A limit, not a promise: docs/composition.md says so."""
        found = change_of(**whole_company(eagerness=0.5, has_history=True))
        assert abs(found.within_corrected.value) > 0.005


class TestStatus:
    def test_unknown_counts_as_stayed_and_is_counted(self):
        found = change_of([5, 3, NAN, 4], [5, NAN, 4, 4], was=[1, 1, NAN, NAN], now=[1, NAN, 1, NAN])
        assert (found.counts.fell_silent, found.counts.newly_answering) == (1, 1)
        assert (found.counts.left, found.counts.joined) == (0, 0)
        assert found.counts.n_unknown == 2  # not the last one: who answered both times needs no status

    def test_who_answered_both_times_is_compared_whatever_the_status_says(self):
        found = change_of([5, 3], [6, 4], was=[1, 0], now=[1, 0])
        assert (found.counts.repeated, found.counts.n_contradicting) == (2, 1)
        assert found.within.value == pytest.approx(1.0)

    def test_an_answer_of_no_member_counts_at_its_wave(self):
        """Said never to have been members: one answered the first wave, one the second."""
        found = change_of([5, 1, NAN], [5, NAN, 9], was=[1, 0, 0], now=[1, 0, 0])
        assert (found.counts.left, found.counts.joined, found.counts.n_contradicting) == (1, 1, 2)
        assert (found.before.value, found.after.value) == (3.0, 7.0)

    def test_an_answer_before_one_is_said_to_have_come_does_not_make_a_joiner(self):
        found = change_of([5, 1, NAN], [5, NAN, 9], was=[1, 0, 1], now=[1, 1, 0])
        assert (found.counts.fell_silent, found.counts.newly_answering) == (1, 1)
        assert found.counts.n_contradicting == 2

    def test_who_never_answered_changes_nothing(self):
        plain = change_of([5, 3, NAN], [6, NAN, 4], now=[1, 0, 1])
        more = change_of(
            [5, 3, NAN, NAN, NAN], [6, NAN, 4, NAN, NAN], was=[1, 1, 1, NAN, 0], now=[1, 0, 1, 0, NAN]
        )
        assert plain == more

    def test_columns_of_pandas_that_know_missing_values(self):
        was, now = pd.array([1, None, 1], dtype="Int64"), pd.array([True, True, None], dtype="boolean")
        before = pd.array([5, None, 3], dtype="Float64")
        found = decompose(before, [6, 4, NAN], was_member=was, is_member=now, n_draws=2)
        assert (found.counts.repeated, found.counts.n_unknown) == (1, 2)


class TestWhatIsMissing:
    @pytest.mark.parametrize(
        ("before", "after", "reason"),
        [
            ([NAN, NAN], [1, 2], "no_answers_before"),
            ([NAN, NAN], [NAN, NAN], "no_answers_before"),
            ([1, 2], [NAN, NAN], "no_answers_after"),
            ([1, NAN], [NAN, 2], "no_repeat_answers"),
            ([], [], "no_answers_before"),
        ],
    )
    def test_without_repeat_answers_there_is_a_reason_instead(self, before, after, reason):
        found = change_of(before, after)
        assert isinstance(found, Unexplained)
        assert found.reason == reason

    def test_the_reason_comes_with_the_counts(self):
        assert change_of([1, NAN, 5], [NAN, 2, NAN], now=[0, 1, 1]).counts.left == 1

    def test_empty_groups_take_no_part(self):
        found = change_of([1, 2, 3], [2, 3, 4])
        for name in ("leavers", "joiners", "mix", "mix_before", "mix_after"):
            part = getattr(found, name)
            assert (part.value, part.low, part.high, part.n) == (0, 0, 0, 0)
        assert found.within.value == found.total.value == 1.0

    def test_without_the_wave_before_nothing_is_corrected(self):
        for more in ({}, {"earlier": [NAN] * 10}):
            found = five_groups(**more)
            assert found.chance_swing is found.within_corrected is None
            assert found.smallest_confirmable is found.tipping_point is None
            assert list(found.parts) == ["leavers", "joiners", "mix", "within"]

    def test_an_earlier_answer_helps_only_with_one_to_the_first_wave(self):
        found = five_groups(earlier=[NAN] * 4 + [5.0, 5.0] + [NAN] * 2 + [5.0, 5.0])
        assert found.counts.before_with_earlier == 0

    def test_few_people_with_three_answers_correct_nothing(self):
        for n in (MIN_REPEATS - 1, MIN_REPEATS):
            people = {name: column[:n] for name, column in steady(40).items()}
            assert (change_of(**people).chance_swing is None) == (n < MIN_REPEATS)

    def test_people_of_very_unequal_weight_are_few(self):
        people = steady(40)
        assert change_of(**people, weight=np.ones(40)).within_corrected is not None
        assert change_of(**people, weight=np.r_[1000.0, np.ones(39)]).within_corrected is None


class TestErrors:
    @pytest.mark.parametrize(
        ("columns", "message"),
        [
            ({"after": [1.0]}, r"after has the shape \(1,\); the shape \(2,\) of before is needed"),
            ({"before": [[1.0, 2.0]]}, r"before has the shape \(1, 2\); one dimension is needed"),
            ({"earlier": [1.0, math.inf]}, "earlier is inf in row 1; an answer is finite"),
            ({"is_member": [1, 2]}, "is_member is 2 in row 1; 1 is a member, 0 none, NaN unknown"),
            ({"was_member": [1]}, r"was_member has the shape \(1,\)"),
            ({"weight": [1, -1]}, "weight has the minimum -1"),
            ({"weight": [1, NAN]}, "weight is nan in row 1"),
            ({"margin": -0.1}, "margin is -0.1; a distance from 0"),
            ({"margin": NAN}, "margin is nan"),
        ],
    )
    def test_what_is_wrong_is_named(self, columns, message):
        right = {"before": [1.0, 2.0], "after": [2.0, 3.0], "was_member": [1, 1], "is_member": [1, 1]}
        with pytest.raises(ValueError, match=message):
            decompose(**{**right, **columns})


class TestSpread:
    def test_of_people_who_all_answered_both_times_it_is_that_of_their_changes(self):
        before, after = np.array([1.0, 5.0, 2.0, 9.0]), np.array([2.0, 5.0, 7.0, 6.0])
        found = change_of(before, after)
        half = stats.norm.ppf(0.975) * (after - before).std() / 2
        assert found.total.high - found.total.value == pytest.approx(half)

    def test_of_different_people_it_is_that_of_two_means(self):
        before, after = [1.0, 5.0, NAN, NAN, NAN, 3.0], [NAN, NAN, 2.0, 6.0, 7.0, 5.0]
        found = change_of(before, after)
        first, second = np.array([1.0, 5.0, 3.0]), np.array([2.0, 6.0, 7.0, 5.0])
        shared = (3 - first.mean()) * (5 - second.mean()) / 12  # the one who answered both times
        error = np.sqrt(first.var() / 3 + second.var() / 4 - 2 * shared)
        assert found.total.high - found.total.value == pytest.approx(stats.norm.ppf(0.975) * error)

    def test_standard_errors_agree_with_the_bootstrap(self):
        survey = hold_survey(Happening("low scores", memory=0.3), 1500, seed=3)
        found = survey.decompose(n_draws=1000)
        columns = {"was_member": survey.was_member, "is_member": survey.is_member, "earlier": survey.earlier}
        chance, drawn = np.random.default_rng(0), []
        for _ in range(200):
            weight = chance.poisson(1.0, survey.before.size).astype(float)
            one = decompose(survey.before, survey.after, **columns, weight=weight, n_draws=1)
            drawn.append((one.total.value, one.within_corrected.value, one.leavers.value, one.mix.value))
        spread = np.std(drawn, axis=0)
        assert (found.total.high - found.total.low) / 3.92 == pytest.approx(spread[0], rel=0.15)
        assert standard_error(found) == pytest.approx(spread[1], rel=0.15)
        assert (found.leavers.high - found.leavers.low) / 3.92 == pytest.approx(spread[2], rel=0.15)
        assert (found.mix.high - found.mix.low) / 3.92 == pytest.approx(spread[3], rel=0.15)

    @settings(max_examples=60)
    @given(cases())
    def test_the_order_of_rows_does_not_matter(self, case):
        order = np.random.default_rng(case.before.size).permutation(case.before.size)
        assert repr(case.decompose(n_draws=20)) == repr(case.reordered(order).decompose(n_draws=20))

    def test_the_bootstrap_is_the_same_each_time_and_another_with_another_seed(self):
        survey = hold_survey(Happening(), 300, seed=1)
        assert survey.decompose(n_draws=100) == survey.decompose(n_draws=100)
        columns = (survey.before, survey.after)
        status = {"was_member": survey.was_member, "is_member": survey.is_member}
        first, second = (decompose(*columns, **status, n_draws=100, seed=seed) for seed in (1, 2))
        assert first.within != second.within
        assert (first.total, first.verdict) == (second.total, second.verdict)

    def test_a_shift_of_the_scale_shifts_the_ends_alone(self):
        survey = hold_survey(Happening("low scores"), 300, seed=2)
        moved = replace(
            survey, before=survey.before + 64, after=survey.after + 64, earlier=survey.earlier + 64
        )
        here, there = survey.decompose(n_draws=50), moved.decompose(n_draws=50)
        assert (here.parts, here.total, here.verdict) == (there.parts, there.total, there.verdict)
        assert there.before.value == here.before.value + 64


class TestVerdict:
    def clear(self, total, within, rest, error=0.1, **more):
        sign = {"margin": 0.0, "has_earlier": True, "is_enough": True, **more}
        return judge(ClearParts(total, error, within, error, rest, error), **sign)

    @pytest.mark.parametrize(
        ("figures", "more", "verdict"),
        [
            ((0.1, 0.5, -0.4), {}, "no_clear_change"),
            ((0.5, 0.3, 0.2), {}, "rise_confirmed"),
            ((0.5, 0.1, 0.4), {}, "rise_from_composition"),
            ((0.3, 0.15, 0.15), {}, "rise_too_few_repeats"),
            ((0.5, 0.5, 0.0), {"is_enough": False}, "rise_too_few_repeats"),
            ((0.5, NAN, NAN), {"is_enough": False}, "rise_too_few_repeats"),
            ((0.5, NAN, NAN), {"is_enough": False, "has_earlier": False}, "rise_without_earlier"),
            ((-0.5, -0.3, -0.2), {}, "fall_confirmed"),
            ((-0.5, 0.3, -0.8), {}, "fall_from_composition"),
            ((-0.3, -0.15, -0.15), {}, "fall_too_few_repeats"),
            ((-0.5, NAN, NAN), {"is_enough": False, "has_earlier": False}, "fall_without_earlier"),
        ],
    )
    def test_the_rule(self, figures, more, verdict):
        assert self.clear(*figures, **more) == verdict

    def test_the_margin_asks_more_of_both_directions(self):
        for sign, way in ((1, "rise"), (-1, "fall")):
            figures = (sign * 0.5, sign * 0.22, sign * 0.28)
            assert self.clear(*figures) == f"{way}_confirmed"
            assert self.clear(*figures, margin=0.05) == f"{way}_from_composition"

    def test_exactly_at_the_limit_nothing_is_clear(self):
        limit = float(stats.norm.ppf(0.975)) * 0.1
        assert self.clear(limit, 0.5, 0.5) == "no_clear_change"
        assert self.clear(0.5, limit, 0.0) == "rise_too_few_repeats"

    @pytest.mark.parametrize(
        ("columns", "verdict"),
        [
            (steady(), "no_clear_change"),
            (steady(after=steady()["after"] + 1), "rise_confirmed"),
            (steady(after=steady()["after"] - 1), "fall_confirmed"),
            (steady(after=steady()["after"] + 1, earlier=np.full(40, NAN)), "rise_without_earlier"),
            (steady(after=steady()["after"] - 1, earlier=np.full(40, NAN)), "fall_without_earlier"),
            (steady(after=steady()["after"] + 1, earlier=np.r_[5.0, [NAN] * 39]), "rise_too_few_repeats"),
            (steady(after=steady()["after"] - 1, earlier=np.r_[5.0, [NAN] * 39]), "fall_too_few_repeats"),
        ],
    )
    def test_of_people_who_all_stay(self, columns, verdict):
        assert change_of(**columns).verdict == verdict

    @pytest.mark.parametrize(("gone", "verdict"), [(1.0, "rise"), (9.0, "fall")])
    def test_of_people_of_whom_some_leave(self, gone, verdict):
        leavers = {"before": [gone, gone + 0.5] * 10, "after": [NAN] * 20, "earlier": [gone] * 20}
        found = change_of(**joined_to(steady(), **leavers, was=[1] * 20, now=[0] * 20))
        assert found.verdict == f"{verdict}_from_composition"

    def test_all_of_them_are_reached_here(self):
        ways = {f"{way}_{end}" for way in ("rise", "fall") for end in ENDS}
        assert set(get_args(Verdict)) == ways | {"no_clear_change"}

    def test_falls_mirror_rises(self):
        for seed in range(40):
            survey = hold_survey(Happening("low scores", shift=0.3), 200, seed)
            turned = replace(survey, before=-survey.before, after=-survey.after, earlier=-survey.earlier)
            up, down = survey.decompose().verdict, turned.decompose().verdict
            assert down == up.replace("rise", "fly").replace("fall", "rise").replace("fly", "fall")

    def test_without_the_wave_before_no_rise_is_ever_confirmed(self):
        found = hold_survey(Happening(shift=1.5), 500, seed=0).decompose(has_earlier=False)
        assert found.verdict == "rise_without_earlier"
        assert hold_survey(Happening(shift=1.5), 500, seed=0).decompose().verdict == "rise_confirmed"

    def test_a_margin_makes_the_smallest_confirmable_change_larger(self):
        plain, strict = (hold_survey(Happening(), 300, 0).decompose(margin=margin) for margin in (0.0, 0.05))
        assert strict.smallest_confirmable == pytest.approx(plain.smallest_confirmable + 0.05)


class TestPromises:
    """The promises of tests/long/test_composition.py on few surveys with fixed seeds."""

    @pytest.mark.parametrize("who", ["unhappy people", "low scores"])
    def test_rises_of_falling_and_flat_moods_are_blocked(self, who):
        blocked, rises = count_blocked(repeat(Happening(who, shift=-0.2), 1000, 50))
        assert rises >= 10
        assert blocked == rises
        blocked, rises = count_blocked(repeat(Happening(who), 600, 60))
        assert rises >= 40
        assert blocked >= 0.92 * rises

    @pytest.mark.parametrize("who", ["anybody", "low scores"])
    def test_true_rises_are_shown(self, who):
        happening = true_rise(Happening(who), 300, 4.5, n_pilots=10)
        blocked, rises = count_blocked(repeat(happening, 300, 60))
        assert rises >= 55
        assert blocked <= 0.05 * rises

    def test_the_chance_swing_is_taken_out(self):
        """Low scores leave: those who stay had luck and lose .15 points by mere chance."""
        found = repeat(Happening("low scores"), 1000, 60)
        within = np.array([one.within.value for one in found])
        corrected = np.array([one.within_corrected.value for one in found])
        assert within.mean() < -0.1
        assert abs(corrected.mean()) < 0.05

    def test_who_falls_silent_because_of_the_mood_is_warned_of(self):
        nominal = [hold_survey(Happening(), 2000, seed).decompose(n_draws=100) for seed in range(8)]
        silent = [hold_survey(Happening(silence=0.5), 2000, seed).decompose(n_draws=100) for seed in range(8)]
        assert sum(one.is_mix_falling for one in nominal) <= 2
        assert sum(one.is_mix_falling for one in silent) >= 4


def test_the_example_of_the_documentation_is_what_comes_out():
    page = Path(__file__).parents[3] / "docs" / "composition.md"
    tried = doctest.testfile(str(page), module_relative=False, encoding="utf-8")
    assert tried.attempted >= 7
    assert tried.failed == 0

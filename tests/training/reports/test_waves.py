from datetime import date

import numpy as np
import pytest

from tests.training.reports.wave_samples import (
    FIRST_QUARTER,
    make_rows,
    make_series,
    people,
    risen,
    survivors,
)
from training.reports import build_series
from training.statistics import nps, share
from training.statistics.composition import Composition, Unexplained, decompose

FIVE, TEN = people("a", 5), people("a", 10)


def everybody(names, worth):
    return dict.fromkeys(names, worth)


def count_clear(n_worlds):
    """Return in how many worlds in which nothing changed a change of some strangers is called clear."""
    random = np.random.default_rng(9)
    first, second = people("k", 450)[:300], people("k", 450)[150:]
    clear = 0
    for _ in range(n_worlds):
        mind = dict(zip(people("k", 450), random.normal(0, 60, size=450), strict=True))
        waves = [
            {
                name: float(np.clip(np.round((mind[name] + random.normal(0, 40)) / 50), -1, 1)) * 100
                for name in wave
            }
            for wave in (first, second)
        ]
        change = make_series(waves, is_own=False).change
        assert change is not None
        clear += not change.low <= 0 <= change.high
    return clear


class TestLevels:
    def test_nps_is_the_plain_score_with_the_range_of_the_statistics(self):
        worth = dict(zip(people("a", 7), [100.0, 100.0, 100.0, 0.0, 0.0, -100.0, -100.0], strict=True))
        series = make_series([worth])
        assert series.points[0].estimate == nps(3, 2, 2)
        assert (series.points[0].wave, series.change, series.split) == ("2025 Q3", None, None)

    def test_shares_have_the_range_of_the_statistics(self):
        worth = dict(zip(people("a", 8), [1.0] * 6 + [0.0] * 2, strict=True))
        series = make_series([worth], metric="ces")
        assert series.points[0].estimate == share(6, 8)
        assert (series.good_from, series.scale_high) == (5.0, 7.0)

    def test_somebody_with_several_answers_counts_once(self):
        worth = dict(zip(people("a", 6), [50.0, -50.0, 0.0, 100.0, -100.0, 25.0], strict=True))
        estimate = make_series([worth]).points[0].estimate
        assert estimate.value == pytest.approx(np.mean(list(worth.values())))
        assert estimate.n == 6
        assert -100 <= estimate.low < estimate.value < estimate.high <= 100

    def test_silent_members_are_not_counted(self):
        series = make_series([everybody(FIVE, 100.0)], members=[TEN])
        assert (series.points[0].estimate.n, series.points[0].estimate.value) == (5, 100.0)

    def test_anonymous_answers_are_taken_for_as_many_people(self):
        rows = make_rows([everybody(FIVE, 100.0)], is_own=False)
        nameless = make_rows([{}], is_own=False)
        for name in ("entities", "waves", "worth", "was_member"):
            object.__setattr__(nameless, name, getattr(rows, name))
        object.__setattr__(nameless, "entities", np.array([None] * 5, dtype=object))
        found = build_series(nameless)
        assert found is not None
        assert found.points[0].estimate.n == 5

    def test_waves_with_too_few_answers_are_absent(self):
        waves = [everybody(FIVE, 0.0), everybody(FIVE[:4], 0.0), everybody(FIVE, 100.0)]
        assert [point.wave for point in make_series(waves).points] == ["2025 Q3", "2026 Q1"]
        assert build_series(make_rows([everybody(FIVE[:4], 0.0)])) is None
        assert build_series(make_rows(waves), minimum=6) is None

    def test_only_the_newest_waves_are_kept(self):
        series = make_series([everybody(FIVE, 0.0)] * 8)
        assert [point.wave for point in series.points][::5] == ["2026 Q1", "2027 Q2"]

    def test_columns_of_different_length_are_refused(self):
        rows = make_rows([everybody(FIVE, 0.0)])
        with pytest.raises(ValueError, match="have 4, 5, 5, 5 rows; they need the same number"):
            type(rows)(**{**vars(rows), "entities": rows.entities[1:]})


class TestOpenWaves:
    def test_an_open_wave_is_no_end_of_a_change(self):
        waves = [everybody(TEN, -100.0), everybody(TEN, 0.0), everybody(FIVE, 100.0)]
        series = make_series(waves, open_waves=[2])
        assert [point.wave for point in series.points] == ["2025 Q3", "2025 Q4"]
        assert series.change is not None
        assert series.change.value == 100.0
        assert series.open_wave == "2026 Q1"
        finished = make_series(waves[:2])
        assert (series.change, series.split) == (finished.change, finished.split)

    def test_where_the_first_is_open_nothing_is_shown_yet(self):
        series = make_series([everybody(TEN, 0.0)], open_waves=[0])
        assert (series.points, series.change, series.open_wave) == ((), None, "2025 Q3")


class TestChange:
    def test_it_is_the_total_of_what_it_is_made_of(self):
        series = build_series(survivors())
        assert series is not None
        assert isinstance(series.split, Composition)
        assert series.change == series.split.total
        before, after = (point.estimate.value for point in series.points[-2:])
        assert series.change.value == pytest.approx(after - before, abs=1e-12)

    def test_people_who_answered_twice_are_compared_with_themselves(self):
        """30 of 200 rise: paired the change is clear, as strangers it is not."""
        random = np.random.default_rng(4)
        before = random.choice([-100.0, 0.0, 100.0], size=200)
        after = before.copy()
        after[np.flatnonzero(before == 0)[:30]] = 100
        same, other = people("k", 200), people("z", 200)
        for own in (True, False):
            paired = make_series(
                [dict(zip(same, before, strict=True)), dict(zip(same, after, strict=True))], is_own=own
            )
            strangers = make_series(
                [dict(zip(same, before, strict=True)), dict(zip(other, after, strict=True))], is_own=own
            )
            assert paired.change is not None
            assert strangers.change is not None
            assert paired.change.value == strangers.change.value == pytest.approx(15.0)
            assert paired.change.low > 0 > strangers.change.low

    def test_no_change_is_called_clear_in_no_more_than_one_of_twenty(self):
        """Three times as often in the long suite."""
        assert count_clear(100) <= 0.115 * 100  # five in a hundred, and three standard errors


class TestSplit:
    def test_it_is_that_of_the_statistics(self):
        names = TEN
        waves = [
            dict(zip(names, [100.0, -100.0] * 5, strict=True)),
            dict(zip(names[:9], [0.0, -100.0, 100.0] * 3, strict=True)),
            dict(zip(names[2:], [100.0, 0.0] * 4, strict=True)),
        ]
        members = [names, names[:9], names[1:]]
        split = make_series(waves, members=members).split
        columns = [[wave.get(name, np.nan) for name in names] for wave in waves]
        expected = decompose(
            columns[1],
            columns[2],
            was_member=[name in members[1] for name in names],
            is_member=[name in members[2] for name in names],
            earlier=columns[0],
        )
        assert split == expected
        assert isinstance(split, Composition)
        assert (split.counts.left, split.counts.fell_silent, split.counts.joined) == (1, 1, 1)

    def test_survivors_rise_while_minds_fall(self):
        series = build_series(survivors())
        assert series is not None
        assert isinstance(series.split, Composition)
        assert series.split.verdict == "rise_from_composition"
        assert series.split.within_corrected is not None
        assert series.split.total.low > 0 > series.split.within_corrected.high

    def test_minds_that_changed_are_confirmed(self):
        series = build_series(risen())
        assert series is not None
        assert isinstance(series.split, Composition)
        assert series.split.verdict == "rise_confirmed"

    def test_a_leaver_is_told_from_somebody_who_fell_silent_by_o_data_alone(self):
        waves = [everybody(TEN, 0.0), everybody(FIVE, 100.0)]
        for members, left, silent in (([TEN, TEN], 0, 5), ([TEN, FIVE], 5, 0)):
            split = make_series(waves, members=members).split
            assert isinstance(split, Composition)
            assert (split.counts.left, split.counts.fell_silent) == (left, silent)

    def test_whoever_o_data_does_not_know_counts_as_stayed_and_is_counted(self):
        rows = make_rows([everybody(TEN, 0.0), everybody(FIVE, 100.0)], members=[TEN, FIVE])
        unknown = np.where(rows.entities == TEN[-1], np.nan, rows.was_member)
        series = build_series(type(rows)(**{**vars(rows), "was_member": unknown}))
        assert series is not None
        assert isinstance(series.split, Composition)
        counts = series.split.counts
        assert (counts.left, counts.fell_silent, counts.n_unknown) == (4, 1, 1)

    def test_where_o_data_knows_nobody_there_is_none(self):
        rows = make_rows([everybody(TEN, 0.0), everybody(FIVE, 100.0)])
        nothing = np.full(rows.was_member.size, np.nan)
        series = build_series(type(rows)(**{**vars(rows), "was_member": nothing}))
        assert series is not None
        assert (series.split, series.is_own) == (None, True)
        assert series.change is not None

    def test_anonymous_answers_have_none(self):
        series = make_series([everybody(TEN, 0.0), everybody(TEN, 100.0)], is_own=False)
        assert series.split is None
        assert series.change is not None

    def test_nobody_answering_both_times_is_said(self):
        split = make_series([everybody(TEN, 0.0), everybody(people("b", 9), 100.0)]).split
        assert isinstance(split, Unexplained)
        assert split.reason == "no_repeat_answers"


class TestSpacing:
    def split(self, numbers):
        """Return the split of three waves at given quarters."""
        rows = make_rows([everybody(people("a", 30), worth) for worth in (0.0, 0.0, 100.0)])
        moved = {FIRST_QUARTER + place: number for place, number in enumerate(numbers)}
        closes = {number: date(2020 + number // 4, number % 4 * 3 + 1, 1) for number in numbers}
        series = build_series(
            type(rows)(
                **{
                    **vars(rows),
                    "waves": np.array([moved[number] for number in rows.waves]),
                    "names": {number: str(number) for number in numbers},
                    "closes_on": closes,
                }
            )
        )
        assert series is not None
        assert isinstance(series.split, Composition)
        return series.split

    @pytest.mark.parametrize("numbers", [(0, 1, 2), (0, 2, 4), (0, 4, 8), (0, 5, 9)])
    def test_a_wave_about_as_long_before_takes_the_swing_out(self, numbers):
        assert self.split(numbers).counts.before_with_earlier == 30

    @pytest.mark.parametrize("numbers", [(0, 4, 5), (0, 1, 4), (0, 2, 3)])
    def test_a_wave_at_another_distance_does_not(self, numbers):
        found = self.split(numbers)
        assert (found.counts.before_with_earlier, found.chance_swing) == (0, None)
        assert found.verdict == "rise_without_earlier"


class TestAlike:
    """Of people at work it is not told what all, or nobody, said."""

    def series(self, *shares: float, metric="csat", **more):
        names = [f"k{place:03}" for place in range(100)]
        waves: list[dict[str | None, float]] = [
            {name: float(place < 100 * share) for place, name in enumerate(names)} for share in shares
        ]
        found = build_series(make_rows(waves, metric=metric), **more)
        assert found is not None
        return found

    def test_all_or_nearly_all_become_a_bound(self):
        points = self.series(1.0, 0.95, 0.5, 0.04, 0.0, is_bounded=True).points
        assert [point.told for point in points] == ["over", "over", "exact", "under", "under"]
        assert [point.estimate.value for point in points] == [0.9, 0.9, 0.5, 0.1, 0.1]
        assert points[0].estimate == points[1].estimate
        assert (points[0].estimate.low, points[0].estimate.high) == (0.9, 1.0)

    def test_a_change_that_would_tell_the_share_is_not_told(self):
        found = self.series(0.5, 0.8, 1.0, is_bounded=True)
        assert (found.change, found.split, found.is_alike) == (None, None, True)
        assert self.series(0.5, 1.0, 0.8, 0.7, is_bounded=True).change is not None

    def test_customers_are_told_of_exactly(self):
        found = self.series(0.5, 0.8, 1.0)
        assert [point.told for point in found.points] == ["exact"] * 3
        assert found.change is not None

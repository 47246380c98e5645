"""The newest wave against that of a baseline: only if its answers are still those that were frozen."""

from dataclasses import replace

import numpy as np
import pytest

from tests.training.reports.test_changes import grouped
from tests.training.reports.wave_samples import Answers, make_rows, people, risen
from training.disclosure import Ledger, record
from training.disclosure.attack import demand_safe
from training.reports import WaveRows, WaveSeries, build_series, set_against, to_level
from training.reports.wave_release import is_change_told
from training.statistics.composition import Composition

TEN = people("a", 10)


def series_of(rows: WaveRows, **more) -> WaveSeries:
    found = build_series(rows, **more)
    assert found is not None
    return found


def level_at(rows: WaveRows, wave: int):
    """Return what a baseline holds that was frozen when a wave was the newest."""
    series = series_of(rows)
    return to_level(replace(series, points=series.points[wave : wave + 1]))


def rows_of(n_waves: int = 4, seed: int = 5, **more) -> WaveRows:
    """Return waves of 400 people, each of whom answers most of them."""
    random, names = np.random.default_rng(seed), people("p", 400)
    waves: list[Answers] = [
        {name: float(random.choice([100.0, 0.0, -100.0])) for name in names if random.random() < 0.8}
        for _ in range(n_waves)
    ]
    return make_rows(waves, **more)


def leaving(n_waves: int, seed: int) -> WaveRows:
    """Return the first waves of 300 people at work, of whom some leave and some answer each time."""
    random, names = np.random.default_rng(seed), people("w", 300)
    left_after = random.integers(0, 25, len(names))
    waves: list[Answers] = []
    members = []
    for number in range(5):
        here = [name for name, last in zip(names, left_after, strict=True) if last >= number]
        members.append(here)
        waves.append(
            {name: float(random.choice([100.0, 0.0, -100.0])) for name in here if random.random() < 0.85}
        )
    return make_rows(waves[:n_waves], members=members[:n_waves])


def test_two_waves_that_lie_apart_are_laid_side_by_side():
    rows = rows_of()
    found = set_against(series_of(rows), rows, level_at(rows, 0))
    assert found.doubt is None
    assert [point.wave for point in found.since.points] == ["2025 Q3", "2026 Q2"]
    split = found.since.split
    assert isinstance(split, Composition)
    assert split.before.value == pytest.approx(level_at(rows, 0).estimate.value)
    assert found.since.change == split.total
    assert found.since.is_split_told
    assert replace(found, since=None, released=None) == replace(series_of(rows), released=None)


def test_a_wave_that_is_not_shown_any_more_is_found_all_the_same():
    rows = rows_of()
    found = set_against(series_of(rows, keep=2), rows, level_at(rows, 0))
    assert found.since.points[0].wave == "2025 Q3"
    assert len(found.points) == 2


def test_the_same_wave_has_nothing_newer():
    rows = rows_of()
    series = series_of(rows)
    assert set_against(series, rows, level_at(rows, 3)) == series


def test_another_scale_is_not_compared():
    rows = make_rows([dict.fromkeys(TEN, 1.0), dict.fromkeys(TEN, 0.0)], metric="csat")
    series = series_of(rows)
    level = replace(level_at(rows, 0), scale_high=10.0)
    assert set_against(series, rows, level) == series


def test_a_wave_that_is_gone_is_missing():
    rows = rows_of()
    level = level_at(rows, 0)
    found = set_against(series_of(rows), rows, replace(level, wave="2019 Q1"))
    assert (found.since, found.doubt) == (None, "missing")


@pytest.mark.parametrize("change", ["late", "corrected", "erased"])
def test_answers_that_changed_since_are_not_taken_for_those_that_were_frozen(change):
    waves = [dict.fromkeys(TEN, 0.0) | {TEN[0]: 100.0}, dict.fromkeys(TEN, 100.0)]
    frozen = level_at(make_rows(waves), 0)
    if change == "late":
        waves[0]["b0001"] = 0.0
    elif change == "corrected":
        waves[0][TEN[0]] = -100.0
    else:
        del waves[0][TEN[0]]
    rows = make_rows(waves)
    found = set_against(series_of(rows), rows, frozen)
    assert (found.since, found.doubt) == (None, "altered")


def test_a_wave_that_was_reported_otherwise_is_altered():
    rows = rows_of()
    frozen, series = level_at(rows, 0), series_of(rows)
    found = set_against(replace(series, points=series.points[1:], altered=("2025 Q3",)), rows, frozen)
    assert (found.since, found.doubt) == (None, "altered")


def test_a_wave_that_is_open_again_is_altered():
    rows = rows_of()
    frozen = level_at(rows, 0)
    again = replace(rows, open_waves=frozenset({min(rows.names)}))
    assert set_against(series_of(again), again, frozen).doubt == "altered"


def test_nameless_answers_have_a_change_and_no_parts():
    rows = rows_of(is_own=False)
    found = set_against(series_of(rows), rows, level_at(rows, 0)).since
    assert found.split is None
    assert found.change.low < found.change.value < found.change.high


class TestDisclosure:
    def test_parts_are_told_only_if_every_group_behind_them_may_be(self):
        """Three leavers of the last wave stand behind both changes; nothing of either is told."""
        rows = grouped({"left": 3})
        found = set_against(series_of(rows), rows, level_at(rows, 0))
        assert not found.since.is_split_told
        assert found.since.released is None

    def test_groups_that_are_too_small_leave_the_release_as_it_was(self):
        rows = risen()
        series = series_of(rows, minimum=201)
        found = set_against(series, rows, level_at(rows, 0), minimum=201)
        assert not found.since.is_split_told
        assert found.released == series.released

    @pytest.mark.parametrize("seed", range(4))
    def test_reports_of_one_wave_after_another_never_give_a_small_group_away(self, seed, tmp_path):
        """Each lays its newest wave beside the first; the attacker holds them all."""
        file, told = tmp_path / "ledger.json", 0
        for n_waves in (2, 3, 4, 5):
            rows = leaving(n_waves, seed)
            history = Ledger.read(file)
            series = series_of(rows, history=history)
            found = set_against(series, rows, level_at(rows, 0), history=history)
            demand_safe(found.released, history)
            record(file, found.released)
            told += found.since is not None and found.since.is_split_told
        assert told

    def test_what_is_told_goes_into_the_release_that_is_written_down(self, tmp_path):
        rows = rows_of()
        series = series_of(rows)
        found = set_against(series, rows, level_at(rows, 0))
        tables = {one.cell.table for one in found.released.cells}
        assert "2025 Q3 to 2026 Q2: onward" in tables
        assert {one.cell.table for one in series.released.cells} < tables
        assert is_change_told(found.released)
        file = tmp_path / "ledger.json"
        record(file, found.released)
        again = series_of(rows, history=Ledger.read(file))
        assert set_against(again, rows, level_at(rows, 0), history=Ledger.read(file)).since is not None

import tempfile
from pathlib import Path

import numpy as np
import pytest

from features.fold import engine as engine_module
from tests.features.panes.drawn import (
    MEASURES,
    all_rows,
    assert_told,
    draw_events,
    make_engine,
    take,
    tell_events,
)


@pytest.fixture
def scratch(tmp_path, monkeypatch):
    """Return the folder in which temporary folders are made."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


def list_runs(folder: Path) -> list[Path]:
    return list(folder.rglob("run-*.cells"))


@pytest.mark.parametrize("has_ends", [False, True])
def test_little_memory_gives_the_same_values_by_way_of_files(scratch, has_ends):
    events = draw_events(31, 20_000, has_ends=has_ends)
    expected = tell_events([events])
    with make_engine(memory_bytes=1) as engine:
        engine.add(events, 40)
        assert len(list_runs(scratch)) > 1
        assert_told(engine.tell(all_rows()), expected)
    assert list(scratch.iterdir()) == []


@pytest.mark.parametrize("block", [1, 7, 39, 40])
def test_blocks_of_any_size_give_the_same_values(monkeypatch, block):
    events = draw_events(32)
    expected = tell_events([events])
    monkeypatch.setattr(engine_module, "_BLOCK_ENTITIES", block)
    assert_told(tell_events([events]), expected)
    with make_engine(event_count=3_000) as engine:
        engine.add(events, 40)
        assert len(list(engine.fold(all_rows()))) == -(-40 // block)


def test_the_scratch_folder_is_gone_after_an_error(scratch):
    def fail() -> None:
        with make_engine(memory_bytes=1) as engine:
            engine.add(draw_events(33, 20_000), 40)
            assert list_runs(scratch)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert list(scratch.iterdir()) == []


def test_an_engine_that_is_asked_twice_tells_the_same(scratch):
    with make_engine() as engine:
        engine.add(draw_events(34), 40)
        first = engine.tell(all_rows())
        assert_told(engine.tell(all_rows()), first)
    assert np.nanmax(first[0]) > 0


def test_fewer_events_than_promised_and_more_than_promised_both_count():
    events = draw_events(35, 5_000)
    expected = tell_events([events])
    for promised in (0, 10, 100_000):
        assert_told(tell_events([events], event_count=promised), expected)


def test_entities_without_events_and_rows_of_few_entities_are_told():
    events = draw_events(36)
    everyone = tell_events([events], entities=45)
    assert np.all(everyone[0, 40 * 4 :] == 0)
    with make_engine() as engine:
        engine.add(events, 40)
        rows = all_rows()
        some = rows._replace(
            entities=rows.entities[[3, 20]], starts=rows.starts[:3], snapshots=rows.snapshots[:8]
        )
        found = engine.tell(some)
    assert_told(found[:, :4], everyone[:, 12:16])
    assert_told(found[:, 4:], everyone[:, 80:84])


def test_nothing_asked_and_nothing_added_gives_no_value():
    with make_engine() as engine:
        engine.add(take(draw_events(37), slice(0, 0)), 0)
        assert engine.tell(all_rows(0)).shape == (len(MEASURES), 0)

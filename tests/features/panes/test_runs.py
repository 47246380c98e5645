import numpy as np
import pytest

from features.panes import Runs, SortedCells
from features.panes.runs import join_cells
from tests.features.panes.drawn import ENTITIES, draw_events, make_engine, make_log


@pytest.fixture
def engine():
    with make_engine() as engine:
        yield engine


def close_log(engine, seed, entities=ENTITIES):
    log = make_log(engine, 100_000, pytest.fail)
    log.add(draw_events(seed, 2_000, entities=entities), entities)
    return log.close()


def assert_equal(found: SortedCells, expected: SortedCells) -> None:
    for some, others in zip(found, expected, strict=True):
        assert np.array_equal(some, others)


@pytest.mark.parametrize("bounds", [(0, ENTITIES), (3, 9), (5, 5), (38, 500)], ids=str)
def test_a_run_in_a_file_reads_as_one_in_memory(engine, tmp_path, bounds):
    full, empty = close_log(engine, 21), make_log(engine, 10, pytest.fail).close()
    in_file, in_memory = Runs(engine.layout.width, tmp_path), Runs(engine.layout.width, tmp_path)
    in_file.put_aside(full)
    in_memory.keep(full.read_all())
    assert_equal(in_file.read(*bounds, empty), in_memory.read(*bounds, empty))
    assert [path.name for path in tmp_path.iterdir()] == ["run-0.cells"]


def test_a_long_run_is_written_in_ranges_and_reads_whole(engine, tmp_path):
    many = 4_500  # more than two ranges of entities
    full, empty = close_log(engine, 22, many), make_log(engine, 10, pytest.fail).close()
    runs = Runs(engine.layout.width, tmp_path)
    runs.put_aside(full)
    assert_equal(runs.read(0, many, empty), full.read_all())


def test_runs_are_read_together_by_entity(engine, tmp_path):
    logs = [close_log(engine, seed) for seed in (23, 24, 25)]
    runs = Runs(engine.layout.width, tmp_path)
    runs.put_aside(logs[0])
    runs.keep(logs[1].read_all())
    found = runs.read(0, ENTITIES, logs[2])
    for place, entity in enumerate(found.entities.tolist()):
        own = found.words[found.starts[place] : found.starts[place + 1]]
        parts = [log.read(entity, entity + 1).words for log in logs]
        assert np.array_equal(own, np.concatenate(parts))
    assert found.entities.tolist() == sorted(set(found.entities.tolist()))


def test_joining_parts_without_cells_gives_none(engine):
    empty = make_log(engine, 10, pytest.fail).close().read_all()
    joined = join_cells([empty, empty])
    assert joined.starts.tolist() == [0]
    assert joined.words.shape == (0, engine.layout.width)

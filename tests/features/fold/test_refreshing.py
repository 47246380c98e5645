"""Partial results are of use only if nobody can tell from the values that there are any."""

import multiprocessing
import os
import tempfile
import time
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from features.fold import engine
from tests.features.closeness import assert_same_features
from tests.features.event_tables import day
from tests.features.event_worlds import ENTITIES, EVERYTHING, World, measure_of
from tests.features.fold.logs import ASKED, WORLD, fold_log, name_files, to_log, write_log
from tests.features.naive import Event, Row

EVENTS = WORLD.events
MEASURES = tuple(
    measure
    for measure in EVERYTHING
    if measure.column in {None, "amount", "channel", "price", "due"} and measure.window_days in {None, 7, 30}
)


class Log:
    """A log in a folder, with partial results beside it, and the same log without."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "log"
        self.partials = folder / "partials"
        self.folder.mkdir()
        self.contents: dict[str, list[Event]] = {}
        self.told: list[str] = []

    def write(self, name: str, events: Sequence[Event]) -> None:
        self.contents[name] = list(events)
        write_log(self.folder, name, to_log(events))

    def remove(self, name: str) -> None:
        del self.contents[name]
        (self.folder / f"{name}.parquet").unlink()

    def check(self, rows: Sequence[Row] = WORLD.rows, measures=MEASURES) -> list[str]:
        """Demand the values of a run from nothing; return the files that were read."""
        files = name_files(sorted(self.folder.iterdir()))
        self.told = []
        found = fold_log(files, rows, measures, self.partials, self.told)
        world = World([event for some in self.contents.values() for event in some], rows)
        assert_same_features(found, fold_log(files, rows, measures), world.views, measures)
        return [line.removeprefix("reading ").removesuffix(".parquet") for line in self.told]


@pytest.fixture
def log(tmp_path):
    found = Log(tmp_path)
    for place in range(3):
        found.write(f"m{place}", EVENTS[place * 100 : place * 100 + 100])
    return found


def list_kept(log: Log, kind: str) -> list[Path]:
    return sorted(log.partials.glob(f"*.{kind}"))


def test_only_files_that_are_new_or_have_changed_are_read(log):
    assert log.check() == ["m0", "m1", "m2"]
    assert log.check() == []
    log.write("m3", EVENTS[300:])
    assert log.check() == ["m3"]
    log.write("m1", EVENTS[100:150])
    assert log.check() == ["m1"]
    log.remove("m0")
    assert log.check() == []
    assert len(list_kept(log, "cells")) == 3
    assert len(list_kept(log, "told")) == 1


def test_rows_that_are_told_already_are_not_folded_again(log, monkeypatch):
    log.check()
    asked_again: list[int] = []
    plain = engine.Engine.tell
    monkeypatch.setattr(
        engine.Engine,
        "tell",
        lambda self, rows, *where: (asked_again.append(len(rows.snapshots)), plain(self, rows, *where))[1],
    )
    fold_log(name_files(sorted(log.folder.iterdir())), WORLD.rows, MEASURES, log.partials)
    assert asked_again == []
    news = [
        {**EVENTS[0], "entity_id": "anna", "event_time": day("2024-02-10"), "known_at": day("2024-02-20")}
    ]
    log.write("news", news)
    fold_log(name_files(sorted(log.folder.iterdir())), WORLD.rows, MEASURES, log.partials)
    assert asked_again == [2]  # of anna the snapshots of March and May alone
    log.check()


def test_a_late_event_in_a_new_file_touches_old_snapshots(log):
    log.check()
    late = {**EVENTS[0], "entity_id": "anna", "event_time": day("2023-12-30"), "known_at": day("2023-12-31")}
    log.write("late", [late])
    assert log.check() == ["late"]


def test_rows_may_come_and_go(log):
    some = [row for row in WORLD.rows if row[0] != "anna"]
    log.check(some)
    assert log.check() == []
    assert log.check([*WORLD.rows, ("stranger", date(2024, 3, 1)), WORLD.rows[0]]) == []
    assert log.check(some[::-1]) == []
    assert log.check(some[:1] * 3) == ["m0", "m1", "m2"]  # other snapshots cut time otherwise


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ([measure_of("sum", "amount", 30)], [measure_of("mean", "amount", 30)]),
        ([measure_of("min", "amount", 30)], [measure_of("max", "amount", 30)]),
        (
            [measure_of("count", None, 7), measure_of("count", None, 30)],
            [measure_of("count", None, 7), measure_of("count", None, 30)],
        ),
        ([measure_of("count", None, 30)], [measure_of("count", None, 90)]),
        ([measure_of("first", "due")], [measure_of("first", "due"), measure_of("days_since_first")]),
    ],
    ids=["sum and mean", "min and max", "order", "window", "more"],
)
def test_another_use_case_is_not_told_the_values_of_this_one(log, before, after):
    log.check(measures=before)
    log.check(measures=after[::-1])
    log.check(measures=before)


def test_a_second_file_of_the_same_content_counts_and_counts_no_more_when_it_is_gone(log):
    log.check()
    log.write("copy", log.contents["m1"])
    assert log.check() == []
    log.remove("m1")
    assert log.check() == []


def test_an_empty_file_and_a_file_without_visible_events_are_kept_like_others(log):
    log.write("empty", [])
    future = [{**event, "event_time": day("2199-01-01")} for event in EVENTS[:5]]
    log.write("future", future)
    assert log.check() == ["empty", "future", "m0", "m1", "m2"]
    assert log.check() == []


def test_a_file_whose_cells_do_not_fit_at_once_is_kept_in_runs(log, monkeypatch):
    monkeypatch.setattr(engine, "_FEWEST_CELLS", 1)
    monkeypatch.setitem(engine.Engine.__init__.__kwdefaults__, "memory_bytes", 1)
    log.write("long", [{**EVENTS[place % 400], "entity_id": f"e{place}"} for place in range(4_000)])
    rows = [*WORLD.rows, *((f"e{place}", date(2024, 5, 1)) for place in range(0, 4_000, 9))]
    assert log.check(rows) == ["long", "m0", "m1", "m2"]
    assert max(int(path.stem.partition("-")[2]) for path in list_kept(log, "cells")) > 1
    assert log.check(rows) == []
    last = max(list_kept(log, "cells"), key=lambda path: int(path.stem.partition("-")[2]))
    last.unlink()  # as a run that was stopped would have left it
    list_kept(log, "told")[0].unlink()
    assert log.check(rows) == ["long"]


def truncate(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def cut_tail(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-1])


def empty(path: Path) -> None:
    path.write_bytes(b"")


def scribble(path: Path) -> None:
    path.write_bytes(b"not what it says" * 100)


def make_wider(path: Path) -> None:
    with pa.memory_map(str(path)) as source:
        table = pa.ipc.open_file(source).read_all()
    name = table.column_names[-1]
    wider = pa.binary(8 * 500) if name == "cell" else pa.float32()
    column = pa.nulls(table.num_rows, wider)
    rewrite(path, table.set_column(table.num_columns - 1, name, column))


def forget_metadata(path: Path) -> None:
    with pa.memory_map(str(path)) as source:
        table = pa.ipc.open_file(source).read_all()
    rewrite(path, table.replace_schema_metadata(None))


def rewrite(path: Path, table: pa.Table) -> None:
    path.unlink()
    with pa.ipc.new_file(str(path), table.schema) as writer:
        writer.write_table(table)


DAMAGES = [truncate, cut_tail, empty, scribble, make_wider, forget_metadata, Path.unlink]


@pytest.mark.parametrize("damage", DAMAGES, ids=lambda damage: damage.__name__)
@pytest.mark.parametrize("kind", ["cells", "told"])
def test_a_damaged_file_is_made_again(log, kind, damage):
    log.check()
    whole = {path.name: path.stat().st_size for path in list_kept(log, kind)}
    damage(list_kept(log, kind)[0])
    for told in list_kept(log, "told") if kind == "cells" else []:
        told.unlink()  # else its rows need no cells
    assert len(log.check()) == (1 if kind == "cells" else 0)
    assert {path.name: path.stat().st_size for path in list_kept(log, kind)} == whole


def test_drafts_of_other_runs_are_left_alone_until_they_are_old(log):
    log.check()
    fresh, old = log.partials / ".a-0.cells.x1", log.partials / ".b-0.cells.x2"
    for draft in (fresh, old):
        draft.write_bytes(b"half")
    os.utime(old, (time.time() - 10**6,) * 2)
    log.check()
    assert fresh.exists()
    assert not old.exists()


def build_again_and_again(folder: Path, seed: int, failures) -> None:
    """Fold a log many times while others do, with files that come and go."""
    try:
        files = sorted((folder / "log").iterdir())
        for turn in range(6):
            chosen = name_files(files[: 1 + (turn + seed) % len(files)])
            measures = MEASURES[: 5 + (turn + seed) % 3]
            found = fold_log(chosen, WORLD.rows, measures, folder / "partials")
            if not found.equals(fold_log(chosen, WORLD.rows, measures)):
                failures.put(f"turn {turn} of {seed}")
    except BaseException as error:
        failures.put(repr(error))
        raise


@pytest.mark.long
def test_builds_at_the_same_time_do_not_disturb_each_other(log):
    context = multiprocessing.get_context("spawn")
    failures = context.Queue()
    builds = [
        context.Process(target=build_again_and_again, args=(log.folder.parent, seed, failures))
        for seed in range(2)
    ]
    for build in builds:
        build.start()
    for build in builds:
        build.join()
    assert [build.exitcode for build in builds] == [0, 0]
    assert failures.empty()


NAMES = st.sampled_from(["f0", "f1", "f2"])
PLACES = st.integers(0, 399)
QUESTIONS = st.lists(st.integers(0, len(ASKED) - 1), min_size=1, max_size=4, unique=True)


class Refreshing(RuleBasedStateMachine):
    """A log whose files, rows and questions change in any order."""

    def __init__(self) -> None:
        super().__init__()
        self.home = tempfile.TemporaryDirectory()
        self.log = Log(Path(self.home.name))
        self.rows = list(WORLD.rows[:6])
        self.measures = MEASURES[:3]
        self.log.write("f0", EVENTS[:40])

    @rule(name=NAMES, places=st.lists(PLACES, max_size=8))
    def write_a_file(self, name, places):
        self.log.write(name, [EVENTS[place] for place in places])

    @rule(name=NAMES)
    def remove_a_file(self, name):
        if name in self.log.contents and len(self.log.contents) > 1:
            self.log.remove(name)

    @rule(places=QUESTIONS)
    def ask_otherwise(self, places):
        self.measures = [ASKED[place] for place in places]

    @rule(entity=st.sampled_from([*ENTITIES, "stranger", "nobody", "new"]), place=PLACES)
    def ask_for_another(self, entity, place):
        self.rows.append((entity, WORLD.rows[place % len(WORLD.rows)][1]))

    @rule(place=PLACES)
    def forget_a_row(self, place):
        if len(self.rows) > 1:
            del self.rows[place % len(self.rows)]

    @invariant()
    def nobody_can_tell(self):
        self.log.check(self.rows, self.measures)

    def teardown(self):
        self.home.cleanup()


def test_whatever_changes_the_values_are_those_of_a_run_from_nothing():
    run_state_machine_as_test(Refreshing, settings=settings(max_examples=12, stateful_step_count=6))


@pytest.mark.long
def test_whatever_changes_often_the_values_are_those_of_a_run_from_nothing():
    run_state_machine_as_test(Refreshing, settings=settings(max_examples=100, stateful_step_count=20))

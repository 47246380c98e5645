import json
import shutil

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from features.errors import ContractError, SpecError
from features.fold import partials as partials_module
from features.fold.partials import list_entities
from features.frame import Frame, Tombstones, build, content, erase, erasing, list_known
from features.sources import streaming
from features.usecase import load
from tests.features.frame.company import load_company, make_tables
from tests.features.frame.erasing_world import PERSON, PLAN, WORDS, find_traces, load_world
from tests.features.frame.test_flat import load_flat, make_rows

TRACES = (PERSON, WORDS, PLAN)
COUNTED = ("row_count", "entity_count", "event_count", "latest_count", "horizons", "target")


@pytest.fixture(autouse=True)
def streamed(monkeypatch):
    """Read logs of this size where they lie."""
    monkeypatch.setattr(streaming, "STREAMED_ROWS", 1)


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """Build a company with the person; return its folder: the sources, and all that was kept."""
    folder = tmp_path_factory.mktemp("made")
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(streaming, "STREAMED_ROWS", 1)
        rebuild(load_world(folder / "data"), folder / "out")
    return folder


@pytest.fixture
def kept(made, tmp_path):
    """Return the use case of the company and a folder with all that was kept, both of this test alone."""
    shutil.copytree(made, tmp_path, dirs_exist_ok=True)
    return load(tmp_path / "data" / "churn.yaml"), tmp_path / "out"


@pytest.fixture(scope="module")
def never(tmp_path_factory):
    """Return the frame of a company in which the person never was."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(streaming, "STREAMED_ROWS", 1)
        return build(load_world(tmp_path_factory.mktemp("never"), with_person=False))


def rebuild(usecase, out, tombstones=None):
    return build(usecase, out / "frame", partials=out / "partials", tombstones=tombstones)


def erase_below(out, *ids):
    return erase(out / "frame", out / "partials", ids)


def others(table):
    return [row for row in table.to_pylist() if row["entity_id"] != PERSON]


def tables_of(frame):
    return frame.table, frame.latest, frame.answers, frame.protected, frame.waves


def assert_same_rows(found, expected):
    for one, other in zip(tables_of(found), tables_of(expected), strict=True):
        assert one.equals(other)


def test_nothing_that_is_kept_holds_an_erased_person(kept):
    _, out = kept
    before = Frame.read(out / "frame")
    for word in (PERSON, WORDS):
        traced = {trace.rpartition(".")[2] for trace in find_traces(out, word)}
        assert traced == {"parquet", "cells", "told"}
    erased = erase_below(out, PERSON)
    assert list(find_traces(out, *TRACES)) == []
    after = Frame.read(out / "frame")
    assert erased.rows == before.table.num_rows - after.table.num_rows > 0
    assert erased.latest == 1
    assert erased.answers == before.answers.num_rows - after.answers.num_rows > 0
    assert erased.partials > 0
    for one, other in zip(tables_of(after), tables_of(before), strict=True):
        assert one.to_pylist() == others(other)
        assert one.schema == other.schema


def test_what_can_be_counted_in_the_rows_is_that_of_a_build_without_the_person(kept, never):
    _, out = kept
    erase_below(out, PERSON)
    found = Frame.read(out / "frame").facts
    assert {name: getattr(found, name) for name in COUNTED} == {
        name: getattr(never.facts, name) for name in COUNTED
    }


def test_a_build_from_sources_that_hold_the_person_leaves_him_out(kept, never, tmp_path):
    usecase, _ = kept
    anew = rebuild(usecase, tmp_path / "anew", Tombstones().add([PERSON]))
    assert_same_rows(anew, never)
    assert list(find_traces(tmp_path / "anew", *TRACES)) == []


def test_a_build_that_goes_on_from_partial_results_leaves_him_out(never, tmp_path):
    out, tombstones = tmp_path / "out", Tombstones().add([PERSON])
    rebuild(load_world(tmp_path / "data", parts=2), out)
    erase_below(out, PERSON)
    told = []
    usecase = load_world(tmp_path / "data")
    frame = build(
        usecase, out / "frame", partials=out / "partials", tombstones=tombstones, report=told.append
    )
    assert [line for line in told if "part" in line] == ["reading part2.parquet"]
    assert_same_rows(frame, never)
    assert list(find_traces(out, *TRACES)) == []


def test_a_file_with_events_of_the_person_alone_becomes_an_empty_part(kept, never, tmp_path):
    usecase, out = kept
    log = tmp_path / "data" / "tickets"
    his = [pq.read_table(path, filters=[("customer", "=", PERSON)]) for path in sorted(log.iterdir())]
    pq.write_table(pa.concat_tables(his), log / "part9.parquet")
    rebuild(usecase, out)
    erase_below(out, PERSON)
    tombstones = Tombstones().add([PERSON])
    assert_same_rows(rebuild(usecase, out, tombstones), never)
    for _ in range(2):
        assert_same_rows(rebuild(usecase, tmp_path / "anew", tombstones), never)
    assert list(find_traces(tmp_path / "anew", *TRACES)) == list(find_traces(out, *TRACES)) == []


def test_a_text_that_others_wrote_as_well_stays(kept):
    usecase, out = kept
    before = build(usecase).table.column("o_tickets.note.last").to_pylist()
    erase_below(out, "k00")
    after = rebuild(usecase, out, Tombstones().add(["k00"])).table.column("o_tickets.note.last")
    assert set(before) == set(after.to_pylist()) == {"late", "broken", "rude", WORDS, None}


def test_without_a_tombstone_the_next_build_would_bring_him_back(kept):
    usecase, out = kept
    erase_below(out, PERSON)
    rebuild(usecase, out)
    assert list(find_traces(out, PERSON)) != []


@pytest.mark.parametrize("module", [content, partials_module])
def test_a_crash_in_between_leaves_what_can_be_read_and_a_second_run_finishes(kept, monkeypatch, module):
    _, out = kept
    writer = "write_atomically" if module is content else "produce_atomically"
    real, calls = getattr(module, writer), []

    def fail_at_second(path, made):
        calls.append(path)
        if len(calls) == (1 if module is content else 2):
            raise OSError(28, "no space left")
        real(path, made)

    with monkeypatch.context() as patched:
        patched.setattr(module, writer, fail_at_second)
        with pytest.raises(OSError, match="no space"):
            erase_below(out, PERSON)
    Frame.read(out / "frame")
    for path in (out / "partials").rglob("*.cells"):
        list_entities(path)
    assert list(find_traces(out, PERSON)) != []
    erase_below(out, PERSON)
    assert list(find_traces(out, *TRACES)) == []


def test_a_build_after_a_crash_is_right_and_a_second_run_finishes(kept, never):
    usecase, out = kept
    frame = rebuild(usecase, out, Tombstones().add([PERSON]))
    assert_same_rows(frame, never)
    assert list(find_traces(out, PERSON)) != []
    erase_below(out, PERSON)
    assert list(find_traces(out, *TRACES)) == []


def test_drafts_of_killed_runs_go_as_well(kept):
    _, out = kept
    (out / ".frame.x1").mkdir()
    (out / ".frame.x1" / "frame.parquet").write_text(PERSON)
    folder = next((out / "partials").rglob("*.cells")).parent
    (folder / ".abc-0.cells.x1").write_text(PERSON)
    erase_below(out, PERSON)
    assert list(find_traces(out, *TRACES)) == []


def test_erasing_twice_changes_nothing_more(kept):
    _, out = kept
    erase_below(out, PERSON)
    stamps = {path: path.stat().st_mtime_ns for path in out.rglob("*")}
    again = erase_below(out, PERSON)
    assert (again.rows, again.latest, again.answers, again.partials) == (0, 0, 0, 0)
    assert {path: path.stat().st_mtime_ns for path in out.rglob("*")} == stamps


def test_erasing_somebody_with_an_event_counts_it_no_more(tmp_path):
    usecase = load_company(tmp_path / "data")
    frame = build(usecase, tmp_path / "frame")
    events = [row for row in frame.table.to_pylist() if row["target_event"]]
    gone = events[0]["entity_id"]
    erase(tmp_path / "frame", tmp_path / "none", [gone])
    found = Frame.read(tmp_path / "frame").facts
    again = build(usecase, tombstones=Tombstones().add([gone])).facts
    assert found.event_count < frame.facts.event_count
    assert [getattr(found, name) for name in COUNTED[:5]] == [getattr(again, name) for name in COUNTED[:5]]


def test_known_are_those_that_anything_kept_holds(kept):
    _, out = kept
    wanted = [PERSON, "k00", "nobody"]
    assert list_known(out / "frame", out / "partials", wanted) == {PERSON, "k00"}
    assert list_known(out / "none", out / "partials", wanted) == {PERSON, "k00"}
    assert list_known(out / "none", out / "none", wanted) == set()


def test_keys_that_lead_to_nobody_never_show_an_erased_id(tmp_path):
    tables = make_tables()
    tables["invites"].append({"customer": "stray", "sent_at": tables["invites"][0]["sent_at"]})
    tables["invites"].append({"customer": "ghost", "sent_at": tables["invites"][0]["sent_at"]})
    usecase = load_company(tmp_path / "data", tables)
    build(usecase, tmp_path / "frame")
    matches = Frame.read(tmp_path / "frame").facts.matches
    assert matches["invites"]["unmatched_keys"] == ["ghost", "stray"]
    erase(tmp_path / "frame", tmp_path / "none", ["ghost"])
    matches = Frame.read(tmp_path / "frame").facts.matches
    assert matches["invites"]["unmatched_keys"] == ["stray"]
    assert matches["tickets"]["unmatched_keys"] == []
    again = build(usecase, tombstones=Tombstones().add(["ghost", "k01"])).facts.matches
    assert again["invites"]["unmatched_keys"] == ("stray",) or again["invites"]["unmatched_keys"] == ["stray"]
    assert again["invites"]["unmatched"] > 2
    assert "k01" not in json.dumps(again)


def test_values_in_what_was_told_are_nameless():
    told = {"a": ["x", "b's 'x'", 3], "c": {"d": "all values are 'x'", "e": None}}
    assert erasing._scrub(told, frozenset({"x"})) == {
        "a": ["b's '(erased)'", 3],
        "c": {"d": "all values are '(erased)'", "e": None},
    }


def test_a_flat_table_loses_the_row_and_does_not_get_it_back(tmp_path):
    rows = make_rows()
    usecase = load_flat(tmp_path / "raw", rows)
    before = build(usecase, tmp_path / "frame")
    gone = next(row["customer"] for row in rows if row["left"] == "Yes")
    erased = erase(tmp_path / "frame", tmp_path / "none", [gone])
    assert (erased.rows, erased.latest) == (1, 1)
    found = Frame.read(tmp_path / "frame")
    assert found.facts.event_count == before.facts.event_count - 1
    never = build(load_flat(tmp_path / "never", [row for row in rows if row["customer"] != gone]))
    again = build(usecase, tombstones=Tombstones().add([gone]))
    assert found.table.equals(again.table)
    assert_same_rows(again, never)
    assert again.facts.row_count == len(rows) - 1


def test_ratings_are_counted_again(tmp_path):
    rows = [{**row, "stars": 1 + place % 5} for place, row in enumerate(make_rows())]
    rows[7]["stars"] = 9
    table = {"label": "stars", "kind": "ordinal", "positive": None, "exclude": ["left"]}
    usecase = load_flat(tmp_path / "raw", rows, table=table)
    assert 9.0 in build(usecase, tmp_path / "frame").facts.target.levels
    erase(tmp_path / "frame", tmp_path / "none", ["k007"])
    found = Frame.read(tmp_path / "frame").facts
    assert found.target == build(usecase, tombstones=Tombstones().add(["k007"])).facts.target
    assert (found.event_count, found.target.answered) == (len(rows) - 1, len(rows) - 1)
    assert 9.0 not in found.target.levels


def test_a_flat_table_without_ids_cannot_leave_anybody_out(tmp_path):
    usecase = load_flat(tmp_path / "raw", table={"id": None, "exclude": ["customer"]})
    build(usecase, tombstones=Tombstones())
    with pytest.raises(SpecError, match=r"telco: table\.id: 1 people were erased, but no column says"):
        build(usecase, tombstones=Tombstones().add(["k001"]))


def test_a_feature_table_that_cannot_be_read_stays_as_it_is(kept):
    _, out = kept
    (out / "frame" / "latest.parquet").write_bytes(b"")
    with pytest.raises(ContractError, match=r"latest\.parquet"):
        erase_below(out, PERSON)
    assert list(find_traces(out / "partials", PERSON)) != []

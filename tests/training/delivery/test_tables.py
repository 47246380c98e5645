"""Scores in the tables of a real PostgreSQL, and of SQLite: every score once, and complete batches known."""

import contextlib
import sqlite3
import threading
from datetime import date

import pyarrow as pa
import pytest

from features.addresses import UnreachableError, read_address
from features.errors import ContractError
from tests.training.delivery_world import DAY
from training.delivery.form import parse_name
from training.delivery.identity import Identity
from training.delivery.kept import KeptBatch
from training.delivery.tables import ScoreTable, SupersededError, TableError

N_PARTS, N_ROWS = 3, 40
BOTH = pytest.mark.parametrize("kind", ["postgresql", "sqlite"])


def quiet(_line):
    """Say nothing."""


def scores_of(number, *, shift=0.0, n_rows=N_ROWS, **further):
    """Return the scores of one part."""
    ids = [f"e{number * N_ROWS + place:04}" for place in range(n_rows)]
    columns = {
        "entity_id": ids,
        "probability_30d": [0.1 + shift] * n_rows,
        "probability_90d": [place / 1_000 + shift for place in range(n_rows)],
        "risk_band": ["low"] * n_rows,
        "reason_1": ["tickets 'open' %s :x", *["Größe"] * (n_rows - 1)],
        "warnings": pa.array([None] * n_rows, pa.string()),
        "model_version": ["churn-1"] * n_rows,
        "as_of": [DAY] * n_rows,
        **{name: [cell] * n_rows for name, cell in further.items()},
    }
    return pa.table(columns)


def batch_of(folder, rows="first", *, version="churn-1", day=DAY, **how):
    """Keep a batch of three parts."""
    identity = Identity("churn", version, day, rows)
    batch = KeptBatch.open(folder, identity, counts={"rows": N_PARTS * N_ROWS, "parts": N_PARTS})
    for number in batch.list_missing():
        batch.keep_part(number, scores_of(number, **how))
    batch.finish()
    return batch


@pytest.fixture
def open_table(tmp_path, request):
    """Return what opens a table in a database of this test, on a connection of its own."""
    found = {}

    def address_of(kind):
        if kind == "sqlite":
            return read_address(f"sqlite:///{tmp_path / 'bi.db'}", "--to")
        server = request.getfixturevalue("postgresql")
        found.setdefault("name", server.make_database())
        return read_address(server.url(found["name"]), "--to", {"PGPASSWORD": server.password})

    with contextlib.ExitStack() as stack:

        def open_one(kind="postgresql", name="", *, is_individual=True):
            where = parse_name(name, is_individual=is_individual)
            table = ScoreTable(address_of(kind), where, is_individual=is_individual)
            stack.callback(table.close)
            return table

        yield open_one


def ask(table, question):
    """Return rows through the connections of a table."""
    with table._engine.begin() as connection:
        found = connection.exec_driver_sql(question)
        return [tuple(row) for row in found] if found.returns_rows else []


def pairs_of(table, where="1 = 1"):
    return ask(table, f"SELECT entity_id, probability_90d FROM xm_scores WHERE {where} ORDER BY entity_id")


def wanted_of(batch):
    rows = pa.concat_tables(batch.read_parts()).to_pylist()
    return [(row["entity_id"], row["probability_90d"]) for row in rows]


def state_of(table):
    question = "SELECT batch_id, is_complete, superseded_by, parts_written FROM xm_score_batches"
    return {row[0]: (bool(row[1]), row[2], row[3]) for row in ask(table, question)}


@BOTH
class TestServing:
    def test_what_is_written_reads_back_equal(self, open_table, tmp_path, kind):
        table, batch = open_table(kind), batch_of(tmp_path)
        assert table.serve(batch, "90d", quiet)
        names = ["entity_id", "probability_30d", "probability_90d", "risk_band", "reason_1", "warnings"]
        found = ask(table, f"SELECT {', '.join(names)} FROM xm_scores ORDER BY entity_id")
        rows = pa.concat_tables(batch.read_parts()).to_pylist()
        assert found == [tuple(row[name] for name in names) for row in rows]
        shared = ask(table, "SELECT DISTINCT usecase, model_version, horizon, batch_id FROM xm_scores")
        assert shared == [("churn", "churn-1", "90d", batch.batch_id)]
        assert ask(table, "SELECT count(*) FROM xm_scores WHERE probability = probability_90d") == [(120,)]
        assert [str(day) for (day,) in ask(table, "SELECT DISTINCT as_of FROM xm_scores")] == [DAY]
        assert state_of(table) == {batch.batch_id: (True, None, 3)}

    def test_a_second_time_nothing_is_missing(self, open_table, tmp_path, kind):
        table, batch = open_table(kind), batch_of(tmp_path)
        table.serve(batch, "90d", quiet)
        before = ask(table, "SELECT * FROM xm_score_batches")
        assert not table.serve(batch, "90d", quiet)
        assert ask(table, "SELECT * FROM xm_score_batches") == before

    def test_what_somebody_took_out_comes_back(self, open_table, tmp_path, kind):
        table, batch = open_table(kind), batch_of(tmp_path)
        table.serve(batch, "90d", quiet)
        ask(table, "DELETE FROM xm_scores WHERE entity_id IN ('e0003', 'e0077')")
        assert table.serve(batch, "90d", quiet)
        assert pairs_of(table) == wanted_of(batch)

    def test_other_rows_of_the_same_day_take_the_place(self, open_table, tmp_path, kind):
        table, first = open_table(kind), batch_of(tmp_path)
        second = batch_of(tmp_path, "second", shift=0.2, n_rows=N_ROWS - 1)
        table.serve(first, "90d", quiet)
        table.serve(second, "90d", quiet)
        assert pairs_of(table) == wanted_of(second)
        assert state_of(table)[first.batch_id][:2] == (False, second.batch_id)
        assert table.serve(first, "90d", quiet)
        assert pairs_of(table) == wanted_of(first)
        assert state_of(table)[second.batch_id][:2] == (False, first.batch_id)

    def test_other_days_and_models_lie_beside_each_other(self, open_table, tmp_path, kind):
        table = open_table(kind)
        batches = [
            batch_of(tmp_path),
            batch_of(tmp_path, day="2026-01-01"),
            batch_of(tmp_path, version="churn-2"),
        ]
        for batch in batches:
            table.serve(batch, "90d", quiet)
        assert ask(table, "SELECT count(*) FROM xm_scores") == [(3 * 120,)]
        assert all(is_complete for is_complete, *_ in state_of(table).values())

    def test_rows_without_a_day_get_the_day_of_their_first_scoring(self, open_table, tmp_path, kind):
        table, batch = open_table(kind), batch_of(tmp_path, day=None)
        table.serve(batch, "90d", quiet)
        ((found,),) = ask(table, "SELECT DISTINCT as_of FROM xm_scores")
        assert date.fromisoformat(str(found)) == batch.started.date()

    def test_further_horizons_and_reasons_get_columns(self, open_table, tmp_path, kind):
        table = open_table(kind)
        table.serve(batch_of(tmp_path), "90d", quiet)
        more = batch_of(tmp_path, "more", version="x", probability_365d=0.5, reason_2="age")
        table.serve(more, "365d", quiet)
        found = ask(table, "SELECT DISTINCT model_version, probability, reason_2 FROM xm_scores ORDER BY 3")
        assert ("x", 0.5, "age") in found

    def test_a_batch_in_whose_place_another_came_stops(self, open_table, tmp_path, kind):
        """Let the second begin after the first part of the first."""
        table, other = open_table(kind), open_table(kind)
        first, second = batch_of(tmp_path), batch_of(tmp_path, "second", shift=0.2)

        def interfere(line):
            if "part 1 of" in line:
                other.serve(second, "90d", quiet)

        with pytest.raises(SupersededError, match=f"superseded by batch {second.batch_id} meanwhile"):
            table.serve(first, "90d", interfere)
        assert pairs_of(table) == wanted_of(second)

    @pytest.mark.parametrize(
        ("change", "told"),
        [
            ("ALTER TABLE xm_scores DROP COLUMN risk_band", r"xm_scores\.risk_band: the table is .* without"),
            ("ALTER TABLE xm_scores ADD COLUMN colour TEXT", r"xm_scores\.colour: the column is none of"),
        ],
        ids=["missing", "foreign"],
    )
    def test_a_table_of_another_form_is_refused(self, open_table, tmp_path, kind, change, told):
        table = open_table(kind)
        table.serve(batch_of(tmp_path), "90d", quiet)
        ask(table, change)
        with pytest.raises(ContractError, match=told):
            table.serve(batch_of(tmp_path, "second"), "90d", quiet)

    def test_other_types_and_keys_are_refused(self, open_table, tmp_path, kind):
        table, batch = open_table(kind), batch_of(tmp_path)
        table.serve(batch, "90d", quiet)
        if kind == "postgresql":
            ask(table, "CREATE TABLE t1 AS SELECT * FROM xm_scores")
        else:
            (made,) = ask(table, "SELECT sql FROM sqlite_master WHERE name = 'xm_scores'")[0]
            without = made.replace("xm_scores", "t1").partition("PRIMARY KEY")[0].rstrip(" \t\n,")
            ask(table, f"{without})")
        with pytest.raises(ContractError, match=r"t1: the primary key is \(\), not \(usecase, as_of"):
            open_table(kind, "t1").serve(batch, "90d", quiet)
        ask(table, "CREATE TABLE t2 (usecase INTEGER)")
        with pytest.raises(ContractError, match=r"t2\.usecase: the column is INTEGER, not TEXT"):
            open_table(kind, "t2").serve(batch, "90d", quiet)


class TestPostgresql:
    @pytest.mark.parametrize("number", range(3))
    def test_two_writers_at_once(self, open_table, tmp_path, number):
        """Let two workspaces, as of two machines, write the same batch into a database without tables."""
        errors = []

        def write(place):
            try:
                open_table().serve(batch_of(tmp_path / place), "90d", quiet)
            except Exception as error:  # noqa: BLE001 - whatever it is, the test tells it
                errors.append(error)

        open_table()
        threads = [threading.Thread(target=write, args=(place,)) for place in ("one", "two", "three")]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert errors == []
        batch, table = batch_of(tmp_path / "one"), open_table()
        assert pairs_of(table) == wanted_of(batch)
        assert state_of(table) == {batch.batch_id: (True, None, 3)}
        assert len(ask(table, "SELECT DISTINCT scored_at FROM xm_scores")) == 1

    def test_two_batches_of_one_day_at_once_leave_one_whole(self, open_table, tmp_path):
        batches = [batch_of(tmp_path), batch_of(tmp_path, "second", shift=0.3)]
        open_table().serve(batches[0], "90d", quiet)
        outcomes = []

        def write(batch):
            try:
                outcomes.append(open_table().serve(batch, "90d", quiet))
            except SupersededError as error:
                outcomes.append(error)

        threads = [threading.Thread(target=write, args=(batch,)) for batch in reversed(batches)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        table = open_table()
        (current,) = [name for name, (is_complete, *_) in state_of(table).items() if is_complete]
        assert len(outcomes) == 2
        assert pairs_of(table) == wanted_of(next(one for one in batches if one.batch_id == current))

    def test_a_table_of_a_schema(self, open_table, tmp_path):
        ask(open_table(), "CREATE SCHEMA bi")
        table = open_table(name="bi.churn_scores")
        table.serve(batch_of(tmp_path), "90d", quiet)
        assert ask(table, "SELECT count(*) FROM bi.churn_scores") == [(120,)]
        assert ask(table, "SELECT table_name FROM bi.xm_score_batches") == [("churn_scores",)]

    def test_columns_are_typed(self, open_table, tmp_path):
        table = open_table()
        table.serve(batch_of(tmp_path), "90d", quiet)
        question = (
            "SELECT column_name, data_type FROM information_schema.columns WHERE table_name = 'xm_scores'"
        )
        found = dict(ask(table, question))
        assert found["as_of"] == "date"
        assert found["probability"] == found["probability_30d"] == "double precision"
        assert found["scored_at"] == "timestamp with time zone"
        assert found["entity_id"] == found["reason_1"] == "text"

    def test_a_user_without_rights_is_told_so(self, open_table, tmp_path, postgresql):
        table = open_table()
        table.serve(batch_of(tmp_path), "90d", quiet)
        (name,) = ask(table, "SELECT current_database()")[0]
        ask(table, "DROP ROLE IF EXISTS reader")
        ask(table, "CREATE ROLE reader LOGIN PASSWORD 'canary-of-reader'")
        address = read_address(
            f"postgresql://reader:canary-of-reader@127.0.0.1:{postgresql.port}/{name}", "--to"
        )
        other = ScoreTable(address, (None, "xm_scores"), is_individual=True)
        with pytest.raises(TableError, match="permission denied for") as found:
            other.serve(batch_of(tmp_path, "second"), "90d", quiet)
        other.close()
        assert "canary" not in str(found.value)
        assert "e0001" not in str(found.value)

    @pytest.mark.parametrize("part", ["password", "host", "database", "port"])
    def test_no_message_has_the_password(self, tmp_path, postgresql, part):
        place = {"user": "xm", "password": postgresql.password, "host": "127.0.0.1", "database": "postgres"}
        place |= {"port": str(postgresql.port), part: "1" if part == "port" else "canary-nowhere"}
        url = "postgresql://{user}:{password}@{host}:{port}/{database}".format(**place)
        table = ScoreTable(read_address(url, "--to"), (None, "xm_scores"), is_individual=True)
        with pytest.raises(UnreachableError) as found:
            table.serve(batch_of(tmp_path), "90d", quiet)
        table.close()
        line = f"{found.value} {found.value!r} {table.shown}"
        assert place["password"] not in line
        assert "\n" not in line


def test_sqlite_that_cannot_be_made_is_told(tmp_path):
    address = read_address(f"sqlite:///{tmp_path / 'no' / 'bi.db'}", "--to")
    table = ScoreTable(address, (None, "xm_scores"), is_individual=True)
    with pytest.raises(TableError, match="unable to open database file"):
        table.serve(batch_of(tmp_path), "90d", quiet)


def test_sqlite_waits_for_other_writers(open_table, tmp_path):
    table, batch = open_table("sqlite"), batch_of(tmp_path)
    table.serve(batch_of(tmp_path, version="other"), "90d", quiet)
    with contextlib.closing(sqlite3.connect(tmp_path / "bi.db", check_same_thread=False)) as other:
        other.execute("BEGIN IMMEDIATE")
        thread = threading.Thread(target=table.serve, args=(batch, "90d", quiet))
        thread.start()
        thread.join(0.5)
        assert thread.is_alive()
        other.commit()
        thread.join()
    assert pairs_of(table, "model_version = 'churn-1'") == wanted_of(batch)

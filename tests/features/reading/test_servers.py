"""Queries on a real PostgreSQL: types, rows in any order, nothing changed, no password in a word."""

import pytest

from features.errors import ContractError, SourceError
from features.reading import Place
from features.reading.databases import stage_query
from features.sql import open_database
from features.usecase import ReadOptions

PLACE = Place("sources.orders", "orders")
TABLE = """
CREATE TABLE orders (
    customer text, pieces integer, amount numeric(10, 2), share double precision, is_late boolean, day date,
    at timestamptz, local_at timestamp, tags text[], nothing text, big bigint
)
"""
ROWS = """
INSERT INTO orders VALUES
    ('A', 1, 2.50, 0.5, true, '2025-01-01', '2025-01-01 12:00+02', '2025-01-01 12:00', '{a,b}', NULL,
     9007199254740993),
    ('Köln %s', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL)
"""


@pytest.fixture(scope="module")
def database(postgresql):
    name = postgresql.make_database()
    for statement in (TABLE, ROWS):
        postgresql.ask(name, statement.replace("%s", "%%s"))
    return name


@pytest.fixture
def stage(postgresql, database, monkeypatch, tmp_path):
    monkeypatch.setenv("PGPASSWORD", postgresql.password)
    with open_database() as connection:

        def run(query, wanted=None, url=None):
            url = url or postgresql.url(database)
            return stage_query(connection, PLACE, query, url, tmp_path, ReadOptions(), wanted)

        yield run


def rows_of(staged):
    found = staged.connection.sql(f"SELECT * FROM {staged.table} ORDER BY rowid").to_arrow_table()
    return [tuple(row.values()) for row in found.to_pylist()]


def test_types(stage):
    staged = stage("SELECT * FROM orders ORDER BY customer")
    assert {name: column.type for name, column in staged.columns.items()} == {
        "customer": "VARCHAR",
        "pieces": "BIGINT",
        "amount": "DOUBLE",
        "share": "DOUBLE",
        "is_late": "BOOLEAN",
        "day": "DATE",
        "at": "TIMESTAMP WITH TIME ZONE",
        "local_at": "TIMESTAMP",
        "tags": "VARCHAR",
        "nothing": "VARCHAR",
        "big": "BIGINT",
    }
    first, second = rows_of(staged)
    assert (first[0], first[1], first[2], first[10]) == ("A", 1, 2.5, 9007199254740993)
    assert first[6].isoformat() == "2025-01-01T10:00:00+00:00"
    assert second[0].startswith("Köln %")
    assert set(second[1:]) == {None}


def test_only_wanted_columns_are_loaded(stage):
    assert list(stage("SELECT * FROM orders", ("customer",)).columns) == ["customer"]
    with pytest.raises(ContractError, match=r"orders\.custmer: the column is not there.*'customer'"):
        stage("SELECT * FROM orders", ("custmer",))


def test_percent_signs_are_plain(stage):
    assert len(rows_of(stage("SELECT customer FROM orders WHERE customer LIKE '%ln%'"))) == 1


def test_fingerprint_follows_rows_and_query_but_not_their_order(stage, postgresql, database):
    upwards, downwards = "SELECT 1 AS one UNION ALL SELECT 2", "SELECT 2 AS one UNION ALL SELECT 1"
    first = stage(upwards).fingerprint
    assert stage(upwards).fingerprint == first
    assert stage(downwards).fingerprint != first
    query = "SELECT customer FROM orders"
    before = stage(query).fingerprint
    postgresql.ask(database, "CREATE TABLE kept AS SELECT * FROM orders ORDER BY customer DESC")
    postgresql.ask(database, "DELETE FROM orders")
    postgresql.ask(database, "INSERT INTO orders SELECT * FROM kept")
    assert stage(query).fingerprint == before
    postgresql.ask(database, "INSERT INTO orders (customer) VALUES ('new')")
    assert stage(query).fingerprint != before
    postgresql.ask(database, "DELETE FROM orders WHERE customer = 'new'")


@pytest.mark.parametrize(
    "query",
    [
        "DELETE FROM orders",
        "DROP TABLE orders",
        "INSERT INTO orders (customer) VALUES ('x') RETURNING customer",
        "SELECT 1; DELETE FROM orders",
        "COMMIT; DELETE FROM orders",
    ],
)
def test_nothing_can_be_changed(stage, query):
    with pytest.raises(SourceError, match=r"sources\.orders\.query: fails on 'postgresql://xm@"):
        stage(query)
    assert len(rows_of(stage("SELECT * FROM orders"))) == 2


@pytest.mark.parametrize("query", ["COMMIT", "SET search_path TO public"])
def test_what_gives_no_rows_is_no_query(stage, query):
    with pytest.raises(SourceError, match="is not a query that gives rows"):
        stage(query)


def test_no_rows(stage):
    with pytest.raises(SourceError, match=r"sources\.orders\.query: gives no rows"):
        stage("SELECT * FROM orders WHERE false")


@pytest.mark.parametrize("query", ["SELEC 1", "SELECT no_such FROM orders", "SELECT 1 / 0 AS x", ""])
def test_query_that_fails_is_one_line_without_the_password(stage, postgresql, query):
    with pytest.raises(SourceError) as found:
        stage(query)
    assert "\n" not in str(found.value)
    assert postgresql.password not in str(found.value)


def test_server_that_does_not_answer_and_wrong_password(stage, postgresql, monkeypatch):
    with pytest.raises(
        SourceError, match=r"sources\.orders\.url: 'postgresql://xm@127.0.0.1:1/x' does not let us in"
    ):
        stage("SELECT 1", url="postgresql://xm@127.0.0.1:1/x")
    monkeypatch.setenv("PGPASSWORD", "canary-of-reading")
    with pytest.raises(SourceError, match="password authentication failed") as found:
        stage("SELECT 1")
    assert "canary" not in str(found.value)

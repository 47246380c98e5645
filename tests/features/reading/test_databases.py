import sqlite3
from contextlib import closing

import duckdb
import pytest

from features.errors import ContractError, SourceError
from features.reading import Place
from features.reading.databases import stage_query
from features.sql import open_database
from features.usecase import ReadOptions

PLACE = Place("sources.orders", "orders")
ROWS = [("A", 1, 2.5, "2025-01-01"), ("B", None, 3.0, None)]


@pytest.fixture
def folder(tmp_path):
    with closing(sqlite3.connect(tmp_path / "shop.db")) as database:
        database.execute("CREATE TABLE orders (customer TEXT, pieces INTEGER, amount REAL, day TEXT)")
        database.executemany("INSERT INTO orders VALUES (?, ?, ?, ?)", ROWS)
        database.execute("CREATE TABLE odd (mixed, bytes BLOB, blank)")
        database.executemany(
            "INSERT INTO odd VALUES (?, ?, ?)", [(1, b"K\xc3\xb6ln", None), ("x", None, None)]
        )
        database.commit()
    with duckdb.connect(str(tmp_path / "shop.duckdb")) as database:
        database.execute("CREATE TABLE orders (customer TEXT, pieces INTEGER, amount DOUBLE, day TEXT)")
        database.executemany("INSERT INTO orders VALUES (?, ?, ?, ?)", ROWS)
    return tmp_path


@pytest.fixture
def stage(folder):
    with open_database() as connection:

        def run(query, url="sqlite:///shop.db", wanted=("customer",)):
            return stage_query(connection, PLACE, query, url, folder, ReadOptions(), wanted)

        yield run


BOTH = pytest.mark.parametrize("url", ["sqlite:///shop.db", "duckdb:///shop.duckdb"])


def rows_of(staged):
    return staged.connection.execute(f"SELECT * FROM {staged.table} ORDER BY rowid").fetchall()


@BOTH
def test_rows_and_types(stage, url):
    staged = stage("SELECT * FROM orders ORDER BY customer", url, ("customer", "pieces", "amount", "day"))
    assert rows_of(staged) == ROWS
    assert staged.columns["amount"].type == "DOUBLE"
    assert staged.columns["day"].type == "VARCHAR"


@BOTH
def test_only_wanted_columns_are_loaded(stage, url):
    assert list(stage("SELECT * FROM orders", url).columns) == ["customer"]


def test_path_from_the_root(stage, folder):
    assert len(rows_of(stage("SELECT * FROM orders", f"sqlite:///{folder}/shop.db"))) == 2


def test_sqlite_columns_of_mixed_types_are_texts(stage):
    found = stage("SELECT * FROM odd", wanted=("mixed", "bytes", "blank"))
    assert rows_of(found) == [("1", "Köln", None), ("x", None, None)]


def test_whole_and_broken_numbers_in_one_sqlite_column(stage):
    assert rows_of(stage("SELECT 1 AS customer UNION ALL SELECT 2.5")) == [(1.0,), (2.5,)]


@BOTH
@pytest.mark.parametrize(
    "query", ["DELETE FROM orders", "DROP TABLE orders", "INSERT INTO orders VALUES (1,2,3,4)"]
)
def test_nothing_can_be_changed(stage, url, query):
    with pytest.raises(SourceError, match=r"sources\.orders\.query: fails on 'shop"):
        stage(query, url)
    assert len(rows_of(stage("SELECT * FROM orders", url))) == 2


@BOTH
@pytest.mark.parametrize(
    "query", ["SELEC * FROM orders", "SELECT * FROM missing", "SELECT no_such FROM orders"]
)
def test_query_that_fails_is_one_line(stage, folder, url, query):
    with pytest.raises(SourceError) as found:
        stage(query, url)
    line = str(found.value)
    assert "\n" not in line
    assert str(folder) not in line


def test_duckdb_query_cannot_read_other_files(stage, folder):
    (folder / "secret.csv").write_text("customer\nA\n")
    with pytest.raises(SourceError, match="fails on"):
        stage(f"SELECT * FROM read_csv('{folder}/secret.csv')", "duckdb:///shop.duckdb")


@BOTH
def test_no_rows(stage, url):
    with pytest.raises(SourceError, match=r"sources\.orders\.query: gives no rows"):
        stage("SELECT * FROM orders WHERE 1 = 0", url)


@BOTH
def test_missing_column(stage, url):
    with pytest.raises(ContractError, match=r"orders\.custmer: the column is not there.*'customer'"):
        stage("SELECT * FROM orders", url, ("custmer",))


@pytest.mark.parametrize("url", ["mysql:///x", "shop.db", "mysql://me:secret@host/db"])
def test_addresses_that_are_none_never_show_a_password(stage, url):
    with pytest.raises(SourceError, match="is not an address of a database") as found:
        stage("SELECT 1", url)
    assert "secret" not in str(found.value)


def test_missing_database(stage):
    with pytest.raises(SourceError, match=r"'none\.db' is not there"):
        stage("SELECT 1", "sqlite:///none.db")


@pytest.mark.parametrize("scheme", ["sqlite", "duckdb"])
def test_file_that_is_no_database(stage, folder, scheme):
    (folder / "junk.db").write_bytes(b"junk" * 1_000)
    with pytest.raises(SourceError, match=r"fails on 'junk\.db'"):
        stage("SELECT * FROM orders", f"{scheme}:///junk.db")


def test_fingerprint_follows_file_and_query(stage):
    first = stage("SELECT * FROM orders").fingerprint
    assert stage("SELECT * FROM orders").fingerprint == first
    assert stage("SELECT * FROM orders WHERE 1 = 1").fingerprint != first

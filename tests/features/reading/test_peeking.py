"""Columns of times are told from the type or the first texts of a file, without loading it."""

import gzip
from datetime import UTC, date, datetime

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from features.reading import Place, list_time_columns
from features.usecase import ReadOptions

PLACE = Place("sources.tickets", "tickets")


@pytest.fixture
def connection():
    with duckdb.connect() as connection:
        yield connection


def peek(connection, path, **read):
    return list_time_columns(connection, PLACE, path, ReadOptions(**read))


def test_times_in_a_text_file(connection, tmp_path):
    path = tmp_path / "tickets.csv"
    path.write_text(
        "id,opened,closed,hours,year,note\n"
        "1,2024-01-02 03:04,2024-01-05,5,2024,late\n"
        "2,2024-02-02 03:04,,7,2023,\n"
    )
    assert peek(connection, path) == ("opened", "closed")


def test_packed_files_with_a_form_of_their_own(connection, tmp_path):
    path = tmp_path / "tickets.csv.gz"
    text = "id;opened;closed\nNumber;Day;Day\n1;03.02.2025 10:00;N/A\n2;04.02.2025 11:00;05.02.2025 12:00\n"
    path.write_bytes(gzip.compress(text.encode()))
    found = peek(connection, path, delimiter=";", header_rows=2, dates="%d.%m.%Y %H:%M", missing=["N/A"])
    assert found == ("opened", "closed")


def test_a_name_that_stands_twice_is_left_alone(connection, tmp_path):
    path = tmp_path / "tickets.csv"
    path.write_text("day,day,at\n2024-01-02,2024-01-03,2024-01-04\n")
    assert peek(connection, path) == ("at",)


def test_types_and_texts_of_parquet(connection, tmp_path):
    table = pa.table(
        {
            "id": ["a", "b"],
            "moment": [datetime(2024, 1, 2, 3, tzinfo=UTC), None],
            "day": [date(2024, 1, 2), date(2024, 1, 3)],
            "written": ["2024-01-02", None],
            "hours": [1.5, 2.5],
        }
    )
    pq.write_table(table, tmp_path / "one.parquet")
    assert peek(connection, tmp_path / "one.parquet") == ("moment", "day", "written")
    assert peek(connection, tmp_path) == ("moment", "day", "written")
    pq.write_table(table.select(["moment", "hours"]), tmp_path / "one.parquet")
    assert peek(connection, tmp_path / "one.parquet") == ("moment",)

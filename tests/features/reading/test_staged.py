import pytest

from features.errors import ContractError
from features.reading import Place, demand_columns, nearest
from features.reading.staged import clean_text, stage_name
from features.sql import fetch_row, open_database, quoted_text
from features.usecase import ReadOptions

PLACE = Place("table.join[1]", "people")
COLUMNS = ["customer_id", "Opened At", "hours", "plan", "region", "age"]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("customerid", ["'customer_id'"]),
        ("opened at", ["'Opened At'"]),
        ("HOURS", ["'hours'"]),
        ("xyz", ["'customer_id'", "'Opened At'", "'hours'", "'plan'", "'region'"]),
    ],
)
def test_nearest_names(name, expected):
    assert nearest(name, COLUMNS) == expected


def test_nearest_of_nothing():
    assert nearest("x", []) == []


def test_columns_that_are_there_are_no_matter():
    demand_columns(PLACE, ["plan", "age"], COLUMNS)
    demand_columns(PLACE, [], [])


def test_first_missing_column_is_named():
    with pytest.raises(ContractError) as found:
        demand_columns(PLACE, ["plan", "ours", "years"], COLUMNS)
    assert str(found.value) == "people.ours: the column is not there; the nearest columns are 'hours'"


@pytest.mark.parametrize(
    ("text", "missing", "expected"),
    [
        ("  a b ", [], "a b"),
        ("", [], None),
        (" \t\u00a0\r\n", [], None),
        ("N/A", ["N/A"], None),
        (" N/A ", ["N/A"], None),
        ("N/A", [" N/A "], None),
        ("n/a", ["N/A"], "n/a"),
        ("it's", ["it's"], None),
        (None, [], None),
    ],
)
def test_clean_text(text, missing, expected):
    written = "NULL" if text is None else quoted_text(text)
    with open_database() as connection:
        found = fetch_row(connection, f"SELECT {clean_text(written, ReadOptions(missing=missing))}")
    assert found == (expected,)


def test_tables_of_two_places_never_meet():
    assert stage_name(PLACE) != stage_name(Place("table.join[2]", "people"))

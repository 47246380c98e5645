import math

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from features.errors import ContractError, InputError, SourceError
from features.reading import Place, check_scale, is_numeric, stage_file, to_number, to_text
from features.sql import open_database
from features.usecase import ReadOptions

PLACE = Place("sources.tickets", "tickets")


@pytest.fixture
def stage(tmp_path):
    """Stage texts (a CSV column) or an Arrow array (a Parquet column) under the name ``hours``."""
    with open_database() as connection:

        def run(values, **options):
            if isinstance(values, pa.Array):
                path = tmp_path / "tickets.parquet"
                pq.write_table(pa.table({"hours": values}), path)
            else:
                path = tmp_path / "tickets.csv"
                quoted = "".join(f'"{value}",.\n' for value in values)
                path.write_text(f"hours,end\n{quoted}")
            return stage_file(connection, PLACE, path, ReadOptions(**options), ["hours"])

        yield run


def values_of(staged, sql):
    rows = staged.connection.execute(f"SELECT {sql} FROM {staged.table} ORDER BY rowid").fetchall()
    return [row[0] for row in rows]


def numbers(staged):
    return values_of(staged, to_number(staged, "hours"))


def fault(call, kind=InputError):
    with pytest.raises(kind) as found:
        call()
    return str(found.value)


def test_numbers_with_a_point(stage):
    texts = ["1", "-2.5", "+3", ".5", "6.", "1e3", " 7 ", "", "1E-2"]
    assert numbers(stage(texts)) == [1, -2.5, 3, 0.5, 6, 1000, 7, None, 0.01]


def test_numbers_with_a_comma(stage):
    texts = ["1", "-2,5", "1.234,5", "1.234.567", ",5", "12"]
    assert numbers(stage(texts, decimal=",")) == [1, -2.5, 1234.5, 1234567, 0.5, 12]


def test_missing_texts(stage):
    assert numbers(stage(["1", "-99", "N/A", "  "], missing=["-99", "N/A"])) == [1, None, None, None]


@pytest.mark.parametrize(
    "text", ["abc", "1,000.5", "1_000", "0x10", "inf", "nan", "12 h", "1e999", "--1", "1.2.3"]
)
def test_what_is_no_number_is_shown_with_its_row(stage, text):
    line = fault(lambda: numbers(stage(["1", "", text, "abc"])), SourceError)
    assert line.startswith(
        f"tickets.hours: row 4: '{text}' is not a number; correct the value, or write read:"
    )


def test_decimal_comma_is_proposed(stage):
    line = fault(lambda: numbers(stage(["1", "12,5"])))
    assert line == "tickets.hours: row 3: '12,5' is not a number; write read: {decimal: ','}"


def test_decimal_point_is_proposed(stage):
    line = fault(lambda: numbers(stage(["1,5", "12.5"], decimal=",")))
    assert (
        line == "tickets.hours: row 3: '12.5' is not a number; leave out read.decimal, or correct the value"
    )


@pytest.mark.parametrize("text", [",", ""])
def test_a_lone_comma_is_no_number(stage, text):
    assert not is_numeric(stage([text], decimal=","), "hours")


@pytest.mark.parametrize(
    ("texts", "expected"),
    [(["1", "", "2.5"], True), (["1", "x"], False), (["", " "], False), (["1e999"], False)],
    ids=["numbers", "a text", "nothing", "too large"],
)
def test_numbers_are_recognised_by_value(stage, texts, expected):
    assert is_numeric(stage(texts), "hours") is expected


@pytest.mark.parametrize(
    ("array", "expected"),
    [
        (pa.array([1, None, 3], pa.int32()), [1.0, None, 3.0]),
        (pa.array([1.5, math.nan, None]), [1.5, None, None]),
        (pa.array([True, False, None]), [1.0, 0.0, None]),
        (pa.array(["1.5", "", None]), [1.5, None, None]),
        (pa.array(["1.5", "2", None]).dictionary_encode(), [1.5, 2.0, None]),
        (pa.array([1, 2, None], pa.decimal128(5, 2)), [1.0, 2.0, None]),
    ],
    ids=["int", "float", "bool", "text", "dictionary", "decimal"],
)
def test_numbers_from_typed_columns(stage, array, expected):
    assert numbers(stage(array)) == expected


def test_coded_missing_values_in_typed_columns(stage):
    assert numbers(stage(pa.array([1, -99, 3]), missing=["-99", "N/A"])) == [1, None, 3]


def test_infinity_in_a_typed_column(stage):
    assert "row 2: 'inf' is not a number" in fault(lambda: numbers(stage(pa.array([1.0, math.inf]))))


@pytest.mark.parametrize("array", [pa.array([[1]]), pa.array([0], pa.date32())], ids=["list", "date"])
def test_columns_that_cannot_be_numbers(stage, array):
    assert "not numbers" in fault(lambda: numbers(stage(array)))


def test_whole_numbers_stored_as_fractions_meet_their_texts(stage):
    staged = stage(pa.array([1.0, 2.5, None, math.nan, 1e20]))
    assert values_of(staged, to_text(staged, "hours")) == ["1", "2.5", None, None, "1e+20"]


def test_leading_zeros_of_keys_stay(stage):
    staged = stage(["007", "7"])
    assert values_of(staged, to_text(staged, "hours")) == ["007", "7"]


def test_scale(stage):
    staged = stage(["0", "10", "", "11"])
    number = to_number(staged, "hours")
    check_scale(staged, "hours", number, (0, 11))
    line = fault(lambda: check_scale(staged, "hours", number, (0, 10)), ContractError)
    assert line.startswith(
        "tickets.hours: row 5: 11 is outside the scale 0..10; if it is a code, write read: "
    )
    assert "{missing: ['11']}" in line

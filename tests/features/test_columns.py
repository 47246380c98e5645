from datetime import datetime

import duckdb
import pytest

from features.columns import day_of, first_midnight_from, list_days, number_of, resolve_measures, text_of
from features.errors import ContractError
from features.measures import Measure


@pytest.fixture
def connection():
    with duckdb.connect() as connection:
        connection.execute("SET TimeZone = 'UTC'")
        connection.execute("""
            CREATE TABLE tickets AS SELECT 4.5 AS hours, '12' AS digits, 'mail' AS channel, true AS urgent,
                TIMESTAMP '2024-02-29 10:00:00' AS due, CAST(NULL AS VARCHAR) AS nothing
        """)
        yield connection


def resolve(connection, function, column, condition=None):
    measure = Measure("any", function, column, 30, condition=condition)
    (found,) = resolve_measures(connection, "tickets", "tickets", [measure])
    return found


def compute(expression):
    with duckdb.connect() as connection:
        return connection.execute(f"SELECT {expression}").fetchall()[0][0]


@pytest.mark.parametrize(
    ("moment", "day", "midnight"),
    [
        ("1970-01-01 00:00:00", 0, 0),
        ("1970-01-01 00:00:00.000001", 0, 1),
        ("1970-01-01 23:59:59.999999", 0, 1),
        ("1969-12-31 23:59:59.999999", -1, 0),
        ("1969-12-31 00:00:00", -1, -1),
        ("2024-02-29 12:00:00", 19782, 19783),
        ("0001-01-01 00:00:00", -719162, -719162),
    ],
)
def test_days_are_counted_down_and_midnights_up(moment, day, midnight):
    assert compute(day_of(f"TIMESTAMP '{moment}'")) == day
    assert compute(first_midnight_from(f"TIMESTAMP '{moment}'")) == midnight
    assert (datetime.fromisoformat(moment) - datetime(1970, 1, 1)).days == day  # noqa: DTZ001 - UTC without a zone


def read_days(columns):
    with duckdb.connect() as connection:
        connection.execute(f"CREATE TABLE events AS SELECT {columns}")
        return connection.execute(f"SELECT {list_days(connection, 'events')} FROM events").fetchall()[0]


@pytest.mark.parametrize(
    ("event", "known", "until", "days"),
    [
        ("1970-01-02 10:00:00", "1970-01-02 10:00:00", "NULL", (1, 2, 2**31 - 1)),
        ("1970-01-02 00:00:00", "1970-01-02 00:00:00", "NULL", (1, 2, 2**31 - 1)),
        ("1970-01-02 10:00:00", "1970-01-05 00:00:00", "'1970-01-09 00:00:00'", (1, 4, 8)),
        ("1970-01-02 10:00:00", "1970-01-05 00:00:01", "'1970-01-09 00:00:01'", (1, 5, 9)),
    ],
)
def test_an_event_counts_from_the_day_after_it_once_known_until_it_is_withdrawn(event, known, until, days):
    clocks = f"TIMESTAMP '{event}' AS event_time, TIMESTAMP '{known}' AS known_at"
    assert read_days(f"{clocks}, CAST({until} AS TIMESTAMP) AS known_until") == days
    assert read_days(clocks) == (*days[:2], 2**31 - 1)


@pytest.mark.parametrize("value", ["'nan'::DOUBLE", "'inf'::DOUBLE", "NULL", "'text'"])
def test_what_is_not_a_finite_number_is_missing(value):
    assert compute(f"{number_of('x')} FROM (SELECT {value} AS x)") is None


def test_empty_text_is_missing():
    assert compute(f"{text_of('x')} FROM (SELECT '' AS x)") is None


@pytest.mark.parametrize(
    ("function", "column", "shape"),
    [
        ("mean", "hours", "number"),
        ("mean", "digits", "number"),
        ("mean", "urgent", "number"),
        ("mean", "nothing", "number"),
        ("last", "hours", "number"),
        ("last", "urgent", "number"),
        ("last", "channel", "text"),
        ("first", "due", "time"),
    ],
)
def test_columns_are_read_in_the_shape_that_the_function_needs(connection, function, column, shape):
    assert resolve(connection, function, column).shape == shape


@pytest.mark.parametrize(
    ("column", "condition", "expected"),
    [
        ("channel", ("=", "mail"), ("text", ("=", "mail"))),
        ("hours", (">=", "4"), ("number", (">=", "4"))),
        ("urgent", ("=", "true"), ("number", ("=", "1"))),
        ("digits", (">", "9"), ("number", (">", "9"))),
    ],
)
def test_conditions_suit_their_column(connection, column, condition, expected):
    found = resolve(connection, "share", column, condition)
    assert (found.shape, found.condition) == expected


@pytest.mark.parametrize(
    ("function", "column", "condition", "message"),
    [
        ("mean", "hour", None, "'hour' is not a column of source 'tickets'; did you mean 'hours'?"),
        ("mean", "zzz", None, "'zzz' is not a column of source 'tickets'; columns are: hours, digits"),
        ("mean", "channel", None, "features.tickets.mean: column 'channel' holds 'mail', not numbers"),
        ("sum", "due", None, "column 'due' holds times such as in TIMESTAMP, not numbers"),
        ("share", "channel", (">=", "9"), "column 'channel' holds 'mail', not numbers"),
        ("share", "hours", (">=", "soon"), "'>= soon' compares the numbers of 'hours' with a text"),
    ],
)
def test_a_column_that_cannot_be_read_is_refused_with_its_value(
    connection, function, column, condition, message
):
    with pytest.raises(ContractError) as failure:
        resolve(connection, function, column, condition)
    assert message in str(failure.value)

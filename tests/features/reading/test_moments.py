from datetime import UTC, date, datetime
from functools import partial

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from features.errors import InputError, SourceError, SpecError
from features.reading import Place, is_days, stage_file, to_moment
from features.sql import open_database
from features.usecase import ReadOptions

PLACE = Place("sources.tickets", "tickets")
utc = partial(datetime, tzinfo=UTC)


@pytest.fixture
def moments(tmp_path):
    """Return the moments that texts, or an Arrow array, are read as."""
    with open_database() as connection:

        def run(values, ask=None, options=None, **settings):
            if isinstance(values, pa.Array):
                path = tmp_path / "tickets.parquet"
                pq.write_table(pa.table({"at": values}), path)
            else:
                path = tmp_path / "tickets.csv"
                path.write_text("at;end\n" + "".join(f"{value};.\n" for value in values))
                settings["delimiter"] = ";"
            staged = stage_file(connection, PLACE, path, options or ReadOptions(**settings), ["at"])
            if ask is not None:
                return ask(staged, "at")
            rows = connection.execute(
                f"SELECT {to_moment(staged, 'at')} FROM {staged.table} ORDER BY rowid"
            ).fetchall()
            return [row[0] and row[0].replace(tzinfo=UTC) for row in rows]

        yield run


def fault(call, kind=InputError):
    with pytest.raises(kind) as found:
        call()
    return str(found.value)


def test_days_are_days_in_utc(moments):
    assert moments(["2025-03-30", "", "0001-01-01"]) == [utc(2025, 3, 30), None, utc(1, 1, 1)]


def test_days_do_not_move_with_the_zone(moments):
    assert moments(["2025-03-30"], timezone="Europe/Berlin") == [utc(2025, 3, 30)]


@pytest.mark.parametrize(
    "text",
    [
        "2025-02-01T10:30:00Z",
        "2025-02-01 10:30Z",
        "2025-02-01 10:30:00 Z",
        "2025-02-01T11:30:00+01:00",
        "2025-02-01 11:30:00+01",
        "2025-02-01 11:30:00 +0100",
        "2025-02-01T10:30:00.000000Z",
    ],
)
def test_zones_in_the_value(moments, text):
    assert moments([text]) == [utc(2025, 2, 1, 10, 30)]


def test_hours_of_one_digit_are_iso_as_well(moments):
    texts = ["2025-02-01 3:00", "2025-02-01 13:05:30", "2025-02-02"]
    expected = [utc(2025, 2, 1, 3), utc(2025, 2, 1, 13, 5, 30), utc(2025, 2, 2)]
    assert moments(texts, timezone="UTC") == expected
    assert moments(["2025-02-01 3:00Z"]) == [utc(2025, 2, 1, 3)]


def test_zone_in_the_value_wins_over_the_declared_one(moments):
    found = moments(["2025-02-01T10:30:00Z", "2025-02-01 10:30"], timezone="Europe/Berlin")
    assert found == [utc(2025, 2, 1, 10, 30), utc(2025, 2, 1, 9, 30)]


def test_time_of_day_without_a_zone_is_refused(moments):
    line = fault(lambda: moments(["2025-01-03", "2025-01-03 10:15"]), SourceError)
    assert line.startswith(
        "tickets.at: row 3: '2025-01-03 10:15' has a time of day but no zone; write read: "
    )
    assert "{timezone: Europe/Berlin}" in line


def test_summer_and_winter_time(moments):
    found = moments(["2025-01-15 12:00", "2025-07-15 12:00"], timezone="Europe/Berlin")
    assert found == [utc(2025, 1, 15, 11), utc(2025, 7, 15, 10)]


def test_hours_that_the_clock_change_repeats_or_skips_are_taken_later(moments):
    repeated, skipped = moments(["2025-10-26 02:30", "2025-03-30 02:30"], timezone="Europe/Berlin")
    assert repeated == utc(2025, 10, 26, 1, 30)
    assert skipped == utc(2025, 3, 30, 1, 30)


def test_utc_can_be_declared(moments):
    assert moments(["2025-01-15 12:00"], timezone="UTC") == [utc(2025, 1, 15, 12)]


def test_zone_that_only_the_database_does_not_know(moments):
    options = ReadOptions.model_construct(timezone="Mars/Base", delimiter=";")
    line = fault(lambda: moments(["2025-01-15 12:00"], options=options), SpecError)
    assert (
        line
        == "sources.tickets.read.timezone: 'Mars/Base' is not a time zone; write for example Europe/Berlin"
    )


def test_declared_form(moments):
    found = moments(["31.03.2025 10:15", ""], dates="%d.%m.%Y %H:%M", timezone="Europe/Berlin")
    assert found == [utc(2025, 3, 31, 8, 15), None]


def test_declared_form_with_a_zone(moments):
    assert moments(["01.02.2025 10:30 +0200"], dates="%d.%m.%Y %H:%M %z") == [utc(2025, 2, 1, 8, 30)]


def test_declared_form_of_days(moments):
    assert moments(["31.12.2024"], dates="%d.%m.%Y", timezone="Europe/Berlin") == [utc(2024, 12, 31)]


def test_form_that_only_the_database_does_not_know(moments):
    options = ReadOptions.model_construct(dates="%d.%m.%Y %Q", delimiter=";")
    line = fault(lambda: moments(["31.12.2024"], options=options), SpecError)
    assert line.startswith("sources.tickets.read.dates: '%d.%m.%Y %Q' is not a form of dates")


def test_year_of_two_digits_is_not_the_first_century(moments):
    line = fault(lambda: moments(["31.12.24"], dates="%d.%m.%Y"), SourceError)
    assert line.endswith("is not of the form '%d.%m.%Y'; write read: {dates: '%d.%m.%y'}")
    assert moments(["31.12.24"], dates="%d.%m.%y") == [utc(2024, 12, 31)]


@pytest.mark.parametrize(
    ("texts", "proposal"),
    [
        (["2025-01-01", "31.12.2024"], "{dates: '%d.%m.%Y'}"),
        (["31.12.2024 08:15"], "{dates: '%d.%m.%Y %H:%M'}"),
        (["12/31/2024"], "{dates: '%m/%d/%Y'}"),
        (["01/02/2024", "13/02/2024"], "{dates: '%d/%m/%Y'}"),
        (["01/02/2024", "02/13/2024"], "{dates: '%m/%d/%Y'}"),
        (["01/02/2024"], "{dates: '%d/%m/%Y' or '%m/%d/%Y'}"),
        (["20241231"], "{dates: '%Y%m%d'}"),
        (["31.12.24"], "{dates: '%d.%m.%y'}"),
    ],
)
def test_another_form_is_proposed(moments, texts, proposal):
    line = fault(lambda: moments(texts), SourceError)
    assert "is not an ISO date such as 2025-01-31; write read: " in line
    assert line.endswith(proposal)


def test_iso_under_a_declared_form(moments):
    line = fault(lambda: moments(["2025-01-31"], dates="%d.%m.%Y"))
    assert line == (
        "tickets.at: row 2: '2025-01-31' is not of the form '%d.%m.%Y'; leave out read.dates: it is ISO 8601"
    )


@pytest.mark.parametrize(
    "text", ["2025-02-30", "0000-00-00", "infinity", "epoch", "soon", "45000", "2025-13-01"]
)
def test_what_is_no_date(moments, text):
    line = fault(lambda: moments(["2025-01-01", text]), SourceError)
    assert f"row 3: '{text}' is not an ISO date" in line
    assert "read: {missing: " in line


def test_missing_texts(moments):
    assert moments(["0000-00-00", "2025-01-01"], missing=["0000-00-00"]) == [None, utc(2025, 1, 1)]


NOON = utc(2025, 7, 15, 12)


@pytest.mark.parametrize(
    ("array", "expected"),
    [
        (pa.array([date(2025, 7, 15), None]), [utc(2025, 7, 15), None]),
        (pa.array([utc(2025, 7, 15).replace(tzinfo=None)], pa.timestamp("ns")), [utc(2025, 7, 15)]),
        (pa.array([NOON], pa.timestamp("us", "UTC")), [NOON]),
        (pa.array([NOON], pa.timestamp("ms", "Asia/Tokyo")), [NOON]),
        (pa.array(["2025-07-15T12:00:00Z"]), [NOON]),
    ],
    ids=["date", "midnight", "utc", "tokyo", "text"],
)
def test_typed_columns(moments, array, expected):
    assert moments(array) == expected


@pytest.mark.parametrize("unit", ["s", "ms", "us", "ns"])
def test_typed_times_without_a_zone_need_one(moments, unit):
    array = pa.array([NOON.replace(tzinfo=None)], pa.timestamp(unit))
    assert "row 1: '2025-07-15 12:00:00" in fault(lambda: moments(array), SourceError)
    assert moments(array, timezone="Europe/Berlin") == [utc(2025, 7, 15, 10)]


@pytest.mark.parametrize("array", [pa.array([1.5]), pa.array([True])], ids=["number", "boolean"])
def test_columns_that_cannot_be_dates(moments, array):
    assert "not dates" in fault(lambda: moments(array), SourceError)


@pytest.mark.parametrize(
    ("values", "options", "expected"),
    [
        (["2025-01-01", ""], {}, True),
        (["2025-01-01 10:00Z"], {}, True),
        (["2025-01-01", "basic"], {}, False),
        (["", ""], {}, False),
        (["31.12.2024"], {}, False),
        (["31.12.2024"], {"dates": "%d.%m.%Y"}, True),
        (pa.array([date(2025, 7, 15)]), {}, True),
        (pa.array([1.0]), {}, False),
    ],
    ids=["days", "times", "mixed", "nothing", "german", "declared", "typed", "numbers"],
)
def test_days_are_recognised_by_value(moments, values, options, expected):
    assert moments(values, is_days, **options) is expected

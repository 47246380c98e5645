"""Rows are counted by the day on which they became known."""

from datetime import date, timedelta

import duckdb
import pytest

from features.sources.arrivals import KEPT_DAYS, Arrivals, count_arrivals

TODAY = date(2026, 6, 1)


@pytest.fixture
def connection():
    with duckdb.connect() as opened:
        yield opened


def write(connection, *moments, column="known_at"):
    connection.execute(f"CREATE TABLE events ({column} TIMESTAMP)")
    for moment in moments:
        connection.execute("INSERT INTO events VALUES (?)", [moment])


def test_days_without_rows_are_zero(connection):
    write(connection, "2026-03-01 00:00:00", "2026-03-01 23:59:59", "2026-03-04 12:00:00")
    found = count_arrivals(connection, "events", TODAY)
    assert found == Arrivals(date(2026, 3, 1), (2, 0, 0, 1))
    assert found.last_day == date(2026, 3, 4)


def test_what_lies_in_the_future_or_before_all_time_does_not_count(connection):
    write(connection, "0001-01-01 00:00:00", "2026-05-31 10:00:00", "2026-06-02 00:00:00")
    assert count_arrivals(connection, "events", TODAY) == Arrivals(date(2026, 5, 31), (1,))


def test_the_last_two_years_are_kept(connection):
    write(connection, "2019-01-01 00:00:00", "2026-05-31 00:00:00")
    found = count_arrivals(connection, "events", TODAY)
    assert found == Arrivals(date(2026, 5, 31), (1,))
    connection.execute("INSERT INTO events SELECT DATE '2026-05-31' - INTERVAL 799 DAY")
    found = count_arrivals(connection, "events", TODAY)
    assert found is not None
    assert len(found.counts) == KEPT_DAYS


def test_a_table_without_rows_or_clocks_has_none(connection):
    write(connection)
    assert count_arrivals(connection, "events", TODAY) is None
    connection.execute("CREATE TABLE links (entity_id VARCHAR)")
    assert count_arrivals(connection, "links", TODAY) is None


def test_spans_are_half_open_and_may_lie_outside():
    found = Arrivals(date(2026, 3, 1), (1, 2, 4))
    assert found.within(date(2026, 3, 1), date(2026, 3, 3)) == 3
    assert found.within(date(2026, 2, 1), date(2026, 3, 2)) == 1
    assert found.within(date(2026, 3, 3), date(2026, 12, 1)) == 4
    assert found.within(date(2026, 4, 1), date(2026, 4, 1) + timedelta(30)) == 0


def test_it_is_read_as_it_was_written():
    found = Arrivals(date(2026, 3, 1), (1, 0, 4))
    assert found.to_json() == {"first_day": "2026-03-01", "counts": "1 0 4"}
    assert Arrivals.from_json(found.to_json()) == found

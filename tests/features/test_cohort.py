from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import duckdb
import pyarrow as pa
import pytest

from features.cohort import EPOCH, Rows, count_days, find_ends, find_members
from features.errors import ContractError, SpecError
from features.usecase import Cohort, Source
from tests.features.event_tables import day, open_tables, store

CUSTOMERS = Source(file="c.csv", valid_from="valid_from", valid_to="valid_to", known_at="known_at")
SOURCES = {
    "customers": CUSTOMERS,
    "tickets": Source(file="t.csv", event_time="at", known_at="same"),
    "contacts": Source(file="k.csv", links={"contact": "customer"}, valid_from="since", known_at="same"),
}
COHORT = Cohort.model_validate({"from": "customers.start", "until": "customers.end"})
SNAPSHOTS = (date(2024, 2, 1), date(2024, 2, 29), date(2024, 3, 1))


@dataclass(frozen=True)
class Company:
    """Customers alone."""

    connection: duckdb.DuckDBPyConnection

    def table(self, name: str) -> str:
        assert name == "customers"
        return "customers"

    def files(self, name: str) -> None:
        assert name == "customers"


@contextmanager
def open_company(*versions: Mapping[str, Any], times: pa.DataType | None = None) -> Iterator[Company]:
    kind = times or pa.timestamp("us")
    schema = pa.schema(
        [
            ("entity_id", pa.string()),
            ("valid_from", pa.timestamp("us")),
            ("valid_to", pa.timestamp("us")),
            ("known_at", pa.timestamp("us")),
            ("start", kind),
            ("end", kind),
        ]
    )
    with open_tables([], []) as connection:
        store(connection, "customers", pa.Table.from_pylist([dict(one) for one in versions], schema))
        yield Company(connection)


def customer(
    entity: str, start: str | None, end: str | None = None, known: str = "2024-01-01"
) -> dict[str, Any]:
    found = {name: None if text is None else day(text) for name, text in (("start", start), ("end", end))}
    return {
        "entity_id": entity,
        "valid_from": day("2023-01-01"),
        "valid_to": None,
        "known_at": day(known),
        **found,
    }


def list_members(rows: Rows) -> list[tuple[str, str]]:
    days = [(EPOCH + timedelta(days=int(number))).isoformat() for number in rows.snapshot_days]
    return list(zip(rows.entity_ids.to_pylist(), days, strict=True))


def find(*versions: Mapping[str, Any]) -> list[tuple[str, str]]:
    with open_company(*versions) as company:
        return list_members(find_members(company, COHORT, SOURCES, SNAPSHOTS))


def test_members_are_ordered_by_snapshot_and_then_by_entity():
    assert find(customer("b", "2024-01-01"), customer("a", "2024-02-10")) == [
        ("b", "2024-02-01"),
        ("a", "2024-02-29"),
        ("b", "2024-02-29"),
        ("a", "2024-03-01"),
        ("b", "2024-03-01"),
    ]


def test_an_entity_belongs_from_its_first_day_to_the_day_before_its_end():
    assert find(customer("a", "2024-02-29", "2024-03-01")) == [("a", "2024-02-29")]


def test_a_start_during_the_day_counts_from_the_next_midnight():
    assert find(customer("a", "2024-02-29T00:00:01")) == [("a", "2024-03-01")]


def test_an_end_during_the_day_still_belongs_at_its_midnight():
    assert find(customer("a", "2024-01-01", "2024-02-29T12:00"))[-1] == ("a", "2024-02-29")


def test_a_start_counts_only_once_it_is_known():
    assert find(customer("a", "2024-01-01", known="2024-02-20")) == [("a", "2024-02-29"), ("a", "2024-03-01")]


def test_an_end_counts_only_once_it_is_known():
    late = customer("a", "2024-01-01", "2024-02-10", known="2024-03-01")
    assert find(customer("a", "2024-01-01"), late) == [("a", "2024-02-01"), ("a", "2024-02-29")]


def test_without_an_end_column_nobody_leaves():
    with open_company(customer("a", "2024-01-01", "2024-01-10")) as company:
        cohort = Cohort.model_validate({"from": "customers.start"})
        assert len(find_members(company, cohort, SOURCES, SNAPSHOTS)) == 3
        assert find_ends(company, cohort, SOURCES, 20000).num_rows == 0


def test_nobody_belonging_is_an_error_that_names_the_column():
    with pytest.raises(
        ContractError, match=r"nobody belongs .* 2024-02-01 to 2024-03-01; compare 'customers.start'"
    ):
        find(customer("a", "2025-01-01"))


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("tickets.at", "cohort.from: 'tickets' does not hold attributes"),
        ("contacts.since", "cohort.from: 'contacts' does not hold attributes"),
    ],
)
def test_a_cohort_needs_attributes(path, message):
    with open_company(customer("a", "2024-01-01")) as company, pytest.raises(SpecError, match=message):
        find_members(company, Cohort.model_validate({"from": path}), SOURCES, SNAPSHOTS)


def test_a_missing_column_is_named_with_the_nearest_one():
    cohort = Cohort.model_validate({"from": "customers.starts"})
    with (
        open_company(customer("a", "2024-01-01")) as company,
        pytest.raises(
            ContractError, match="'starts' is not a column of source 'customers'; did you mean 'start'"
        ),
    ):
        find_members(company, cohort, SOURCES, SNAPSHOTS)


def test_dates_written_as_text_are_read_and_other_texts_refused():
    written = {**customer("a", None), "start": "2024-02-29", "end": None}
    with open_company(written, times=pa.string()) as company:
        found = find_members(company, COHORT, SOURCES, SNAPSHOTS)
        assert list_members(found) == [("a", "2024-02-29"), ("a", "2024-03-01")]
    with (
        open_company({**written, "start": "soon"}, times=pa.string()) as company,
        pytest.raises(ContractError, match="holds 'soon', which is not a date"),
    ):
        find_members(company, COHORT, SOURCES, SNAPSHOTS)


def test_the_end_of_an_entity_is_that_of_the_newest_version_known():
    versions = [
        customer("a", "2024-01-01", "2024-06-01"),
        customer("a", "2024-01-01", "2024-05-01", known="2024-03-10T12:00"),
        customer("a", "2024-01-01", "2024-04-01", known="2024-12-01"),
    ]
    with open_company(*versions) as company:
        found = find_ends(company, COHORT, SOURCES, count_days(date(2024, 7, 1)))
    assert found.to_pylist() == [
        {
            "entity_id": "a",
            "end_day": count_days(date(2024, 5, 1)),
            "end_known_day": count_days(date(2024, 3, 11)),
        }
    ]

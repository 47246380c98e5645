from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

import pyarrow as pa
import pytest
from hypothesis import strategies as st

from features.attributes import look_up
from features.columns import resolve_measures
from features.measures import list_measures
from features.usecase import FeatureRule, Source
from tests.features.event_tables import ALL_ROWS, ENTITIES, MOMENTS, SNAPSHOTS, day, open_tables, store
from tests.properties import law

CUSTOMERS = Source(file="c.csv", valid_from="valid_from", valid_to="valid_to", known_at="known_at")
RULE = FeatureRule.model_validate({"last": ["plan", "seats", "renewal"]})
SCHEMA = pa.schema(
    [
        ("entity_id", pa.string()),
        ("valid_from", pa.timestamp("us")),
        ("valid_to", pa.timestamp("us")),
        ("known_at", pa.timestamp("us")),
        ("plan", pa.string()),
        ("seats", pa.int64()),
        ("renewal", pa.timestamp("us")),
    ]
)


@dataclass(frozen=True)
class Version:
    """One row of a history of attributes."""

    entity_id: str
    valid_from: datetime
    valid_to: datetime | None
    known_at: datetime
    plan: str | None = None
    seats: int | None = None
    renewal: datetime | None = None


def version(valid_from: str, known_at: str, plan: str | None, valid_to: str | None = None) -> Version:
    return Version("anna", day(valid_from), None if valid_to is None else day(valid_to), day(known_at), plan)


def look(versions: Sequence[Version], rows: Sequence[tuple[str, date]] = ALL_ROWS) -> pa.Table:
    with open_tables([], rows) as connection:
        store(connection, "history", pa.Table.from_pylist([vars(one) for one in versions], SCHEMA))
        asked = list_measures("customers", CUSTOMERS, RULE)
        measures = resolve_measures(connection, "history", "customers", asked)
        return look_up(connection, history="history", rows="rows", measures=measures)


def plan_at(snapshot: str, *versions: Version) -> object:
    found = look(versions, [("anna", date.fromisoformat(snapshot))])
    return found.column("o_customers.plan")[0].as_py()


def midnight_from(moment: datetime) -> datetime:
    start = moment.replace(hour=0, minute=0, second=0, microsecond=0)
    return start if start == moment else start + timedelta(days=1)


def pick_naively(versions: Sequence[Version], entity: str, snapshot: date) -> Version | None:
    midnight = day(snapshot.isoformat())
    known = [one for one in versions if one.entity_id == entity and one.known_at <= midnight]
    order = {id(one): _rank(one) for one in known}
    known.sort(key=lambda one: order[id(one)])
    standing = []
    for place, one in enumerate(known):
        later = known[place + 1 :]
        is_corrected = any(other.valid_from == one.valid_from for other in later)
        is_first = not any(other.valid_from == one.valid_from for other in known[:place])
        if one.valid_from > midnight or is_corrected or has_ended(one, midnight, is_first=is_first):
            continue
        standing.append(one)
    return standing[-1] if standing else None


def _rank(one: Version) -> tuple[object, ...]:
    values = (one.plan or "", -1 if one.seats is None else one.seats, one.renewal or day("0001-01-01"))
    return (one.valid_from, one.known_at, *values)


def has_ended(one: Version, midnight: datetime, *, is_first: bool) -> bool:
    if one.valid_to is None:
        return False
    ended, known, begun = (midnight_from(moment) for moment in (one.valid_to, one.known_at, one.valid_from))
    delay = min(max(known - begun, timedelta(0)), timedelta(days=31)) if is_first and known < ended else None
    return ended + (delay or timedelta(0)) <= midnight


@st.composite
def histories(draw: st.DrawFn) -> list[Version]:
    found = []
    for begins in draw(st.lists(MOMENTS, max_size=12)):
        span = draw(st.one_of(st.none(), st.integers(0, 100)))
        known = draw(st.one_of(MOMENTS, st.integers(0, 45).map(timedelta)))
        found.append(
            Version(
                entity_id=draw(st.sampled_from(ENTITIES)),
                valid_from=begins,
                valid_to=None if span is None else begins + timedelta(days=span),
                known_at=begins + known if isinstance(known, timedelta) else known,
                plan=draw(st.sampled_from([None, "basic", "pro"])),
                seats=draw(st.one_of(st.none(), st.integers(0, 5))),
                renewal=draw(st.one_of(st.none(), st.datetimes(day("2023-01-01"), day("2025-01-01")))),
            )
        )
    again = draw(st.lists(st.sampled_from(found), max_size=4)) if found else []
    corrected = [replace(one, known_at=one.known_at + timedelta(days=20), plan="mended") for one in again]
    return draw(st.permutations([*found, *corrected]))


@law(12, histories())
def test_every_value_is_that_of_the_naive_loop(versions):
    found = look(versions)
    for place, (entity, snapshot) in enumerate(ALL_ROWS):
        held = pick_naively(versions, entity, snapshot)
        expected = (held.plan, held.seats) if held else (None, None)
        assert tuple(found.column(column)[place].as_py() for column in (0, 1)) == expected
        days = None if held is None or held.renewal is None else (snapshot - held.renewal.date()).days
        assert found.column(2)[place].as_py() == days


@law(10, histories(), st.sampled_from(SNAPSHOTS))
def test_what_is_known_later_never_changes_a_row(versions, snapshot):
    rows = [(entity, snapshot) for entity in ENTITIES]
    known = [one for one in versions if one.known_at <= day(snapshot.isoformat())]
    assert look(versions, rows).equals(look(known, rows))


@pytest.mark.parametrize(
    ("snapshot", "plan"),
    [("2023-12-31", None), ("2024-01-01", "basic"), ("2024-03-01", "basic"), ("2024-03-02", "pro")],
)
def test_a_change_appears_once_it_has_begun_and_is_known(snapshot, plan):
    first = version("2024-01-01", "2024-01-01", "basic")
    assert plan_at(snapshot, first, version("2024-03-01", "2024-03-02", "pro")) == plan


def test_no_hole_between_the_end_of_a_version_and_the_news_of_the_next():
    first = version("2024-01-01", "2024-01-03", "basic", "2024-03-01")
    second = version("2024-03-01", "2024-03-03", "pro")
    assert plan_at("2024-03-01", first, second) == "basic"
    assert plan_at("2024-03-02", first, second) == "basic"
    assert plan_at("2024-03-03", first, second) == "pro"


def test_an_end_without_a_next_version_leaves_nothing():
    ended = version("2024-01-01", "2024-01-03", "basic", "2024-03-01")
    assert plan_at("2024-03-03", ended) is None
    on_time = version("2024-01-01", "2024-01-01", "basic", "2024-03-01")
    assert plan_at("2024-02-29", on_time) == "basic"
    assert plan_at("2024-03-01", on_time) is None


def test_a_history_loaded_years_later_does_not_hold_ended_versions_for_years():
    ended = version("2014-01-01", "2023-06-01", "basic", "2023-12-01")
    assert plan_at("2024-01-01", ended) is None


def test_a_version_with_an_early_end_corrects_the_open_one_without_delay():
    opened = version("2024-01-01", "2024-01-10", "basic")
    closed = version("2024-01-01", "2024-02-20", "basic", "2024-02-25")
    assert plan_at("2024-02-19", opened, closed) == "basic"
    assert plan_at("2024-02-25", opened, closed) is None


def test_a_correction_of_an_old_version_does_not_hide_a_newer_one():
    versions = [
        version("2024-01-01", "2024-01-01", "basic"),
        version("2024-02-01", "2024-02-01", "pro"),
        version("2024-01-01", "2024-02-20", "mended"),
    ]
    assert plan_at("2024-03-01", *versions) == "pro"
    assert plan_at("2024-01-31", *versions) == "basic"


def test_a_version_announced_ahead_waits_for_its_day():
    versions = [version("2024-01-01", "2024-01-01", "basic"), version("2024-03-01", "2024-02-01", "pro")]
    assert plan_at("2024-02-29", *versions) == "basic"
    assert plan_at("2024-03-01", *versions) == "pro"


def test_a_missing_value_in_the_newest_version_stays_missing():
    versions = [version("2024-01-01", "2024-01-01", "basic"), version("2024-02-01", "2024-02-01", None)]
    assert plan_at("2024-03-01", *versions) is None


def test_a_table_without_history_holds_always():
    assert plan_at("2024-03-01", version("0001-01-01", "0001-01-01", "basic")) == "basic"

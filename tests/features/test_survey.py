from collections.abc import Sequence
from datetime import date, datetime, timedelta

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from features.measures import list_response_rates
from features.survey import rate_responses
from features.usecase import ResponseRateRule, Source
from tests.features.event_tables import (
    ALL_ROWS,
    ENTITIES,
    MOMENTS,
    SNAPSHOTS,
    Event,
    day,
    open_tables,
    store,
)

SURVEYS = Source(
    file="s.csv",
    event_time="event_time",
    known_at="known_at",
    data="X",
    survey="yearly",
    answered_by="entity",
)
RULE = ResponseRateRule.model_validate(
    {"answered": "surveys", "invited": "invites", "windows": ["30d", "90d"]}
)
MEASURES = list_response_rates("response_rate", SURVEYS, RULE)
CLOCKS = pa.schema(
    [("entity_id", pa.string()), ("event_time", pa.timestamp("us")), ("known_at", pa.timestamp("us"))]
)


def rate(
    invitations: Sequence[Event], answers: Sequence[Event], rows: Sequence[tuple[str, date]] = ALL_ROWS
) -> pa.Table:
    with open_tables([], rows) as connection:
        for name, contacts in (("invites", invitations), ("answers", answers)):
            cells = [{field: getattr(contact, field) for field in CLOCKS.names} for contact in contacts]
            store(connection, name, pa.Table.from_pylist(cells, CLOCKS))
        return rate_responses(
            connection, answers="answers", invitations="invites", rows="rows", measures=MEASURES
        )


def contact(event_time: str, known_at: str | None = None) -> Event:
    return Event("anna", day(event_time), day(known_at or event_time), 0)


def rate_at(snapshot: str, invitations: Sequence[Event], answers: Sequence[Event]) -> float | None:
    found = rate(invitations, answers, [("anna", date.fromisoformat(snapshot))])
    value: float | None = found.column("x_surveys.response_rate_90d")[0].as_py()
    return value


def rate_naively(
    invitations: Sequence[Event], answers: Sequence[Event], entity: str, snapshot: date, window: int
) -> float | None:
    midnight = datetime(snapshot.year, snapshot.month, snapshot.day)  # noqa: DTZ001 - UTC without a zone
    open_invitations: list[list[object]] = []
    sent: list[list[object]] = []
    steps = [(contact, True) for contact in invitations] + [(contact, False) for contact in answers]
    for seen, is_invitation in sorted(steps, key=lambda step: (step[0].event_time, not step[1])):
        start = midnight - timedelta(days=90)
        is_seen = start <= seen.event_time < midnight and seen.known_at <= midnight
        if seen.entity_id != entity or not is_seen:
            continue
        if is_invitation:
            sent.append([seen.event_time >= midnight - timedelta(days=window), False])
            open_invitations.append(sent[-1])
        elif open_invitations:
            open_invitations.pop()[1] = True
    flags = [bool(is_answered) for is_inside, is_answered in sent if is_inside]
    return sum(flags) / len(flags) if flags else None


@st.composite
def contacts(draw: st.DrawFn) -> list[Event]:
    found = []
    for moment in draw(st.lists(MOMENTS, max_size=15)):
        delay = draw(
            st.sampled_from([timedelta(0), timedelta(hours=5), timedelta(days=1), timedelta(days=40)])
        )
        found.append(Event(draw(st.sampled_from(ENTITIES)), moment, moment + delay, 0))
    return found


@settings(max_examples=40, deadline=None)
@given(contacts(), contacts())
def test_every_rate_is_that_of_the_naive_loop(invitations, answers):
    found = rate(invitations, answers)
    for measure in MEASURES:
        for (entity, snapshot), value in zip(ALL_ROWS, found.column(measure.name).to_pylist(), strict=True):
            expected = rate_naively(invitations, answers, entity, snapshot, measure.window_days or 0)
            assert value == (None if expected is None else pytest.approx(expected))


@settings(max_examples=25, deadline=None)
@given(contacts(), contacts(), st.sampled_from(SNAPSHOTS))
def test_what_is_known_later_never_changes_a_rate(invitations, answers, snapshot):
    midnight = day(snapshot.isoformat())
    rows = [(entity, snapshot) for entity in ENTITIES]
    known = [[one for one in both if one.known_at <= midnight] for both in (invitations, answers)]
    assert rate(invitations, answers, rows).equals(rate(known[0], known[1], rows))


def test_the_features_are_named_after_the_answers():
    names = [measure.name for measure in MEASURES]
    assert names == ["x_surveys.response_rate_30d", "x_surveys.response_rate_90d"]


def test_nobody_invited_is_missing_and_nobody_answering_is_zero():
    assert rate_at("2024-03-01", [], [contact("2024-02-01")]) is None
    assert rate_at("2024-03-01", [contact("2024-02-01")], []) == 0


def test_two_answers_to_one_invitation_count_once():
    answers = [contact("2024-02-02"), contact("2024-02-03")]
    assert rate_at("2024-03-01", [contact("2024-02-01")], answers) == 1
    assert rate_at("2024-03-01", [contact("2024-02-01"), contact("2024-02-10")], answers) == 0.5


def test_answers_of_several_people_invited_together_all_count():
    together = [contact("2024-02-01")] * 4
    assert rate_at("2024-03-01", together, [contact("2024-02-02")] * 3) == 0.75


def test_an_answer_known_late_raises_the_rate_only_then():
    invitations, answers = [contact("2024-02-01")], [contact("2024-02-02", "2024-03-10")]
    assert rate_at("2024-03-01", invitations, answers) == 0
    assert rate_at("2024-03-10", invitations, answers) == 1

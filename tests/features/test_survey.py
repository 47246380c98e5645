import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from statistics import fmean

import pyarrow as pa
import pytest
from hypothesis import strategies as st

from features.measures import Measure, list_response_rates
from features.survey import fold_invitations
from features.usecase import ResponseRateRule, Source
from tests.features.event_tables import ALL_ROWS, ENTITIES, MOMENTS, SNAPSHOTS, day, open_tables, store
from tests.properties import law

SURVEYS = Source(
    file="s.csv",
    event_time="event_time",
    known_at="known_at",
    data="X",
    survey="yearly",
    answered_by="entity",
)
NAME = "x_surveys.response_rate"
FOR_EVER = day("9999-12-31")
CLOCKS = pa.schema(
    [("entity_id", pa.string())]
    + [(name, pa.timestamp("us")) for name in ("event_time", "known_at", "known_until")]
)


@dataclass(frozen=True)
class Contact:
    """An invitation or an answer, and when it was known to be true."""

    entity_id: str
    event_time: datetime
    known_at: datetime
    known_until: datetime | None = None


def plan(**changes: object) -> tuple[Measure, ...]:
    rule = {"answered": "surveys", "invited": "invites", "windows": ["30d", "90d"], **changes}
    return list_response_rates("response_rate", SURVEYS, ResponseRateRule.model_validate(rule))


ALL = plan(streak={"patience": "7d"}, lag={})


def fold(
    invitations: Sequence[Contact],
    answers: Sequence[Contact],
    rows: Sequence[tuple[str, date]] = ALL_ROWS,
    measures: Sequence[Measure] = ALL,
    *,
    fields: Sequence[str] = CLOCKS.names,
) -> pa.Table:
    schema = pa.schema([CLOCKS.field(name) for name in fields])
    with open_tables([], rows) as connection:
        for name, contacts in (("invites", invitations), ("answers", answers)):
            cells = [{field: getattr(contact, field) for field in fields} for contact in contacts]
            store(connection, name, pa.Table.from_pylist(cells, schema))
        return fold_invitations(
            connection, answers="answers", invitations="invites", rows="rows", measures=measures
        )


def contact(
    event_time: str, known_at: str | None = None, *, until: str | None = None, who: str = "anna"
) -> Contact:
    return Contact(who, day(event_time), day(known_at or event_time), None if until is None else day(until))


def at(
    snapshot: str, invitations: Sequence[Contact], answers: Sequence[Contact], what: str, **rule: object
) -> float | None:
    """Return one feature of anna at a snapshot."""
    rows = [("anna", date.fromisoformat(snapshot))]
    measures = plan(**{"streak": {}, "lag": {}, **rule})
    value: float | None = fold(invitations, answers, rows, measures).column(f"{NAME}{what}")[0].as_py()
    return value


@dataclass
class Sent:
    """An invitation on the way through the naive loop."""

    sent_at: datetime
    answered_at: datetime | None = None

    @property
    def lag(self) -> float:
        assert self.answered_at is not None
        return (self.answered_at - self.sent_at) / timedelta(days=1)


def match_naively(
    invitations: Sequence[Contact], answers: Sequence[Contact], entity: str, midnight: datetime
) -> list[Sent]:
    """Return what an entity had been sent, oldest first, as known at a midnight."""
    steps = [(contact, True) for contact in invitations] + [(contact, False) for contact in answers]
    found: list[Sent] = []
    for seen, is_invitation in sorted(steps, key=lambda step: (step[0].event_time, not step[1])):
        is_known = seen.known_at <= midnight < (seen.known_until or FOR_EVER)
        if seen.entity_id != entity or not is_known or seen.event_time >= midnight:
            continue
        unanswered = [sent for sent in found if sent.answered_at is None]
        if is_invitation:
            found.append(Sent(seen.event_time))
        elif unanswered:
            unanswered[-1].answered_at = seen.event_time
    return found


def inside(sent: Sequence[Sent], midnight: datetime, measure: Measure) -> list[Sent]:
    start = midnight - timedelta(days=measure.window_days or 0)
    return [one for one in sent if one.sent_at >= start]


def rate_naively(sent: Sequence[Sent], midnight: datetime, measure: Measure) -> float | None:
    flags = [one.answered_at is not None for one in inside(sent, midnight, measure)]
    return sum(flags) / len(flags) if flags else None


def streak_naively(sent: Sequence[Sent], midnight: datetime, measure: Measure) -> float | None:
    patient = midnight - timedelta(days=measure.patience_days)
    told = [one for one in sent if one.answered_at is not None or one.sent_at < patient]
    length = 0
    for one in reversed(told):
        if one.answered_at is not None:
            break
        length += 1
    return length if told else None


def lag_naively(sent: Sequence[Sent], midnight: datetime, measure: Measure) -> float | None:
    lags = [one.lag for one in inside(sent, midnight, measure) if one.answered_at is not None]
    return fmean(lags) if lags else None


def last_lag_naively(sent: Sequence[Sent], *_: object) -> float | None:
    lags = [one.lag for one in sent if one.answered_at is not None]
    return lags[-1] if lags else None


NAIVE: Mapping[str, Callable[..., float | None]] = {
    "response_rate": rate_naively,
    "streak": streak_naively,
    "lag": lag_naively,
    "lag_last": last_lag_naively,
}
DELAYS = st.sampled_from([timedelta(0), timedelta(hours=5), timedelta(days=1), timedelta(days=40)])


@st.composite
def contacts(draw: st.DrawFn) -> list[Contact]:
    found = []
    for moment in draw(st.lists(MOMENTS, max_size=15)):
        known = moment + draw(DELAYS)
        until = draw(st.none() | st.none() | st.sampled_from([known, *MIDNIGHTS]))
        found.append(Contact(draw(st.sampled_from(ENTITIES)), moment, known, until))
    return found


MIDNIGHTS = [day(snapshot.isoformat()) for snapshot in SNAPSHOTS]


@law(15, contacts(), contacts())
def test_every_feature_is_that_of_the_naive_loop(invitations, answers):
    found = fold(invitations, answers)
    for place, (entity, snapshot) in enumerate(ALL_ROWS):
        midnight = day(snapshot.isoformat())
        sent = match_naively(invitations, answers, entity, midnight)
        for measure in ALL:
            expected = NAIVE[measure.function](sent, midnight, measure)
            value = found.column(measure.name)[place].as_py()
            assert value == (None if expected is None else pytest.approx(expected, abs=1e-9)), measure


@law(6, contacts(), contacts())
def test_windows_alone_look_at_no_more_than_they_need_and_find_the_same(invitations, answers):
    short = [measure for measure in ALL if measure.window_days is not None]
    names = [measure.name for measure in short]
    assert fold(invitations, answers, measures=short).equals(fold(invitations, answers).select(names))


@law(6, contacts(), contacts(), st.sampled_from(SNAPSHOTS), st.randoms(use_true_random=False))
def test_what_is_known_later_and_the_order_of_rows_never_change_a_feature(
    invitations, answers, snapshot, shuffling
):
    midnight = day(snapshot.isoformat())
    rows = [(entity, snapshot) for entity in ENTITIES]
    known = [[one for one in both if one.known_at <= midnight] for both in (invitations, answers)]
    before = fold(known[0], known[1], rows)
    shuffling.shuffle(invitations)
    shuffling.shuffle(answers)
    assert fold(invitations, answers, rows).equals(before)


@law(6, contacts(), contacts())
def test_nobody_is_changed_by_what_others_were_sent_or_answered(invitations, answers):
    rows = [("anna", snapshot) for snapshot in SNAPSHOTS]
    own = [[one for one in both if one.entity_id == "anna"] for both in (invitations, answers)]
    assert fold(invitations, answers, rows).equals(fold(own[0], own[1], rows))


def test_the_features_are_named_after_the_answers_and_the_rule():
    names = [measure.name for measure in plan(streak={}, lag={})]
    expected = ["_30d", "_90d", ".streak", ".lag_30d", ".lag_90d", ".lag_last"]
    assert names == [f"{NAME}{ending}" for ending in expected]
    assert [measure.name for measure in plan()] == [f"{NAME}_30d", f"{NAME}_90d"]


class TestResponseRate:
    def test_nobody_invited_is_missing_and_nobody_answering_is_zero(self):
        assert at("2024-03-01", [], [contact("2024-02-01")], "_90d") is None
        assert at("2024-03-01", [contact("2024-02-01")], [], "_90d") == 0

    def test_two_answers_to_one_invitation_count_once(self):
        answers = [contact("2024-02-02"), contact("2024-02-03")]
        assert at("2024-03-01", [contact("2024-02-01")], answers, "_90d") == 1
        both = [contact("2024-02-01"), contact("2024-02-10")]
        assert at("2024-03-01", both, answers, "_90d") == 0.5

    def test_answers_of_several_people_invited_together_all_count(self):
        together = [contact("2024-02-01")] * 4
        assert at("2024-03-01", together, [contact("2024-02-02")] * 3, "_90d") == 0.75

    def test_an_answer_known_late_raises_the_rate_only_then(self):
        invitations, answers = [contact("2024-02-01")], [contact("2024-02-02", "2024-03-10")]
        assert at("2024-03-01", invitations, answers, "_90d") == 0
        assert at("2024-03-10", invitations, answers, "_90d") == 1

    @pytest.mark.parametrize(
        ("sent", "rate"),
        [("2024-01-31T00:00", 1), ("2024-01-30T23:59:59.999999", None), ("2024-03-01T00:00", None)],
    )
    def test_the_window_is_that_of_the_invitation_with_its_first_moment_and_without_its_last(
        self, sent, rate
    ):
        assert at("2024-03-01", [contact(sent)], [contact("2024-02-29T23:00")], "_30d") == (rate)

    def test_an_answer_in_the_window_to_an_invitation_before_it_counts_in_no_window(self):
        invitations = [contact("2024-01-20"), contact("2024-02-20")]
        answers = [contact("2024-02-05")]
        assert at("2024-03-01", invitations, answers, "_30d") == 0
        assert at("2024-03-01", invitations, answers, "_90d") == 0.5

    def test_a_moment_counts_in_utc_to_the_microsecond(self):
        invitations = [contact("2024-02-01", "2024-03-01T00:00:00.000001")]
        assert at("2024-03-01", invitations, [], "_90d") is None
        assert at("2024-03-02", invitations, [], "_90d") == 0


class TestStreak:
    def test_it_counts_back_to_the_newest_invitation_with_an_answer(self):
        invitations = [contact(f"2024-01-{number:02d}") for number in (2, 7, 12, 17)]
        answers = [contact("2024-01-08")]
        assert at("2024-03-01", invitations, answers, ".streak") == 2
        assert at("2024-03-01", invitations, [*answers, contact("2024-01-19")], ".streak") == 0
        assert at("2024-03-01", invitations, [], ".streak") == 4

    def test_nobody_invited_is_missing(self):
        assert at("2024-03-01", [], [contact("2024-02-01")], ".streak") is None
        assert at("2024-02-01", [contact("2024-02-01")], [], ".streak") is None

    def test_it_looks_back_beyond_every_window(self):
        invitations = [contact("2022-01-02"), contact("2022-07-02")]
        assert at("2024-03-01", invitations, [], ".streak") == 2
        assert at("2024-03-01", invitations, [], "_90d") is None

    @pytest.mark.parametrize(
        ("sent", "expected"), [("2024-02-15T23:59:59.999999", 2), ("2024-02-16T00:00", 1)]
    )
    def test_an_open_invitation_of_the_last_fortnight_is_left_out(self, sent, expected):
        assert at("2024-03-01", [contact("2024-01-05"), contact(sent)], [], ".streak") == expected

    def test_all_open_and_new_is_as_if_nobody_had_been_invited(self):
        assert at("2024-03-01", [contact("2024-02-27")], [], ".streak") is None
        assert at("2024-03-01", [contact("2024-02-27")], [], ".streak", streak={"patience": "0d"}) == 1

    def test_a_new_invitation_with_an_answer_ends_the_streak(self):
        invitations = [contact("2024-01-05"), contact("2024-02-28")]
        assert at("2024-03-01", invitations, [], ".streak") == 1
        assert at("2024-03-01", invitations, [contact("2024-02-29")], ".streak") == 0

    def test_an_answer_known_late_ends_the_streak_only_then(self):
        invitations, answers = [contact("2024-01-05")], [contact("2024-01-06", "2024-03-01T00:00:01")]
        assert at("2024-03-01", invitations, answers, ".streak") == 1
        assert at("2024-03-02", invitations, answers, ".streak") == 0

    def test_patience_is_declared(self):
        invitations = [contact("2024-01-05"), contact("2024-02-01")]
        assert at("2024-03-01", invitations, [], ".streak", streak={"patience": "28d"}) == 2
        assert at("2024-03-01", invitations, [], ".streak", streak={"patience": "29d"}) == 1


class TestLag:
    def test_it_is_in_days_with_fractions(self):
        invitations = [contact("2024-02-01T09:00"), contact("2024-02-20T09:00")]
        answers = [contact("2024-02-02T21:00"), contact("2024-02-20T15:00")]
        assert at("2024-03-01", invitations, answers, ".lag_90d") == pytest.approx(0.875)
        assert at("2024-03-01", invitations, answers, ".lag_last") == pytest.approx(0.25)

    def test_no_answer_is_missing(self):
        for what in (".lag_30d", ".lag_90d", ".lag_last"):
            assert at("2024-03-01", [contact("2024-02-01")], [], what) is None
            assert at("2024-03-01", [], [contact("2024-02-01")], what) is None

    def test_the_last_one_is_of_the_newest_invitation_that_has_an_answer(self):
        invitations = [contact("2024-02-01"), contact("2024-02-08"), contact("2024-02-15")]
        answers = [contact("2024-02-09"), contact("2024-02-13")]
        assert at("2024-03-01", invitations, answers, ".lag_last") == 1
        assert at("2024-03-01", invitations, answers, ".lag_90d") == pytest.approx((1 + 12) / 2)

    def test_an_answer_at_the_moment_of_its_invitation_has_lag_zero(self):
        assert at("2024-03-01", [contact("2024-02-01")], [contact("2024-02-01")], ".lag_last") == 0

    def test_the_last_one_looks_back_beyond_every_window(self):
        invitations, answers = [contact("2022-02-01")], [contact("2022-02-04")]
        assert at("2024-03-01", invitations, answers, ".lag_last") == 3
        assert at("2024-03-01", invitations, answers, ".lag_90d") is None

    def test_an_invitation_known_late_takes_the_answer_over_only_then(self):
        invitations = [contact("2024-02-01"), contact("2024-02-05", "2024-03-05")]
        answers = [contact("2024-02-06")]
        assert at("2024-03-01", invitations, answers, ".lag_last") == 5
        assert at("2024-03-05", invitations, answers, ".lag_last") == 1


class TestKnownUntil:
    def test_a_withdrawn_answer_counts_until_the_midnight_at_or_after_its_withdrawal(self):
        invitations = [contact("2024-01-05")]
        answers = [contact("2024-01-06", until="2024-02-01T00:00")]
        assert at("2024-01-31", invitations, answers, "_90d") == 1
        assert at("2024-02-01", invitations, answers, "_90d") == 0
        late = [contact("2024-01-06", until="2024-02-01T00:00:01")]
        assert at("2024-02-01", invitations, late, "_90d") == 1
        assert at("2024-02-02", invitations, late, "_90d") == 0

    def test_a_corrected_invitation_gives_way_to_its_new_version(self):
        invitations = [
            contact("2024-01-05", until="2024-02-10"),
            contact("2024-01-07", "2024-02-10"),
        ]
        answers = [contact("2024-01-08")]
        assert at("2024-02-09", invitations, answers, ".lag_last") == 3
        assert at("2024-02-10", invitations, answers, ".lag_last") == 1
        assert at("2024-02-10", invitations, answers, "_90d") == 1

    def test_a_withdrawn_invitation_is_no_longer_part_of_a_streak(self):
        invitations = [contact("2024-01-05"), contact("2024-01-10", until="2024-02-20")]
        assert at("2024-02-19", invitations, [], ".streak") == 2
        assert at("2024-02-20", invitations, [], ".streak") == 1

    def test_tables_without_the_column_hold_for_ever(self):
        invitations, answers = [contact("2024-01-05")], [contact("2024-01-06")]
        rows = [("anna", date(2024, 3, 1))]
        plain = fold(invitations, answers, rows, fields=["entity_id", "event_time", "known_at"])
        assert plain.equals(fold(invitations, answers, rows))
        assert not any(math.isnan(value.as_py()) for value in plain.column(f"{NAME}_90d"))

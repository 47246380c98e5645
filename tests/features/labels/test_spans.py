from datetime import timedelta

import duckdb
import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from features.labels import SpanLabels, group_nps, label_answers, label_silence
from features.timeline import Duration, Horizon
from tests.features.event_tables import day
from tests.properties import law

EPOCH = day("1970-01-01")
SPAN = Horizon(Duration(10), gap_days=3)
OBSERVED = 150


def open_tables(events, rows) -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect()
    connection.execute("SET TimeZone = 'UTC'")
    moments = [
        (
            who,
            (EPOCH + timedelta(hours=at)).replace(tzinfo=None),
            (EPOCH + timedelta(hours=known)).replace(tzinfo=None),
            value,
        )
        for who, at, known, value in events
    ]
    types = {
        "entity_id": pa.string(),
        "event_time": pa.timestamp("us"),
        "known_at": pa.timestamp("us"),
        "answer": pa.float64(),
    }
    columns = {
        name: pa.array([event[place] for event in moments], kind)
        for place, (name, kind) in enumerate(types.items())
    }
    members = {
        "row_id": pa.array(range(len(rows)), pa.int64()),
        "entity_id": pa.array([who for who, _ in rows], pa.string()),
        "snapshot_day": pa.array([at for _, at in rows], pa.int32()),
    }
    for name, table in (("events", columns), ("members", members)):
        connection.register(f"draft_{name}", pa.table(table))
        connection.execute(f"CREATE TABLE {name} AS SELECT * FROM draft_{name}")
    return connection


def label(kind, events, rows, observed_day=OBSERVED) -> SpanLabels:
    with open_tables(events, rows) as connection:
        common = {"events": "events", "rows": "members", "span": SPAN, "observed_day": observed_day}
        if kind == "silence":
            return label_silence(connection, **common)
        return label_answers(connection, **common, column="answer")


def at(day_number, hour=0):
    return 24 * day_number + hour


@pytest.mark.parametrize(
    ("event_day", "label_of_row"),
    [(102, 1.0), (103, 0.0), (112, 0.0), (113, 1.0)],
    ids=["in-the-gap", "first-day", "last-day", "day-after"],
)
def test_span_is_half_open_and_begins_after_the_gap(event_day, label_of_row):
    found = label("silence", [("a", at(event_day), at(event_day), 1.0)], [("a", 100)])
    assert found.value.tolist() == [label_of_row]
    assert found.is_kept.tolist() == [True]


def test_last_moment_of_the_last_day_counts():
    found = label("silence", [("a", at(112, 23), at(113), 1.0)], [("a", 100)])
    assert found.value.tolist() == [0.0]


@pytest.mark.parametrize(("observed_day", "is_kept"), [(112, False), (113, True), (114, True)])
def test_row_is_kept_once_its_span_is_over(observed_day, is_kept):
    for kind in ("silence", "answers"):
        found = label(kind, [("a", at(104), at(104), 4.0)], [("a", 100)], observed_day)
        assert found.is_kept.tolist() == [is_kept]
        assert sum(found.dropped.values()) == (not is_kept)


@pytest.mark.parametrize(
    ("known", "known_days"), [(at(104), 10), (at(113), 10), (at(113, 1), 11), (at(120), 17)]
)
def test_sound_is_known_when_the_span_is_over_and_its_news_has_come(known, known_days):
    found = label("silence", [("a", at(103), known, 1.0)], [("a", 100)])
    assert (found.value.tolist(), found.known_days.tolist()) == ([0.0], [known_days])


def test_news_after_the_end_of_observation_are_none():
    events = [("a", at(103), at(OBSERVED, 1), 1.0)]
    assert label("silence", events, [("a", 100)]).value.tolist() == [1.0]
    assert np.isnan(label("answers", events, [("a", 100)]).value).all()


@pytest.mark.parametrize(
    ("events", "value", "known_days"),
    [
        ([("a", at(105), at(106), 4.0), ("a", at(104), at(130), 2.0)], 2.0, 27),
        ([("a", at(105), at(106, 5), 4.0), ("a", at(107), at(107), 2.0)], 4.0, 4),
        ([("a", at(105), at(106), 4.0), ("a", at(105), at(107), 2.0)], 4.0, 3),
        ([("a", at(105), at(106), 4.0), ("a", at(105), at(106), 2.0)], 2.0, 3),
        ([("a", at(104), at(104), None), ("a", at(105), at(106), 4.0)], 4.0, 3),
        ([("b", at(105), at(106), 4.0)], None, 10),
        ([("a", at(103), at(90), 3.0)], 3.0, 0),
    ],
    ids=[
        "late-news",
        "first-of-two",
        "known-first",
        "tie",
        "no-answer-to-this-question",
        "another",
        "announced",
    ],
)
def test_first_answer_counts_and_is_known_when_it_arrived(events, value, known_days):
    found = label("answers", events, [("a", 100)])
    assert [None if np.isnan(one) else one for one in found.value] == [value]
    assert found.known_days.tolist() == [known_days]


def test_labels_of_chosen_rows_keep_the_counts():
    found = label("silence", [("a", at(104), at(104), 1.0)], [("a", 100), ("a", 145), ("b", 100)])
    chosen = found.where(np.array([True, False, True]))
    assert chosen.value.tolist() == [0.0, 1.0]
    assert chosen.dropped == found.dropped == {"horizon not over at the end of observation": 1}


moments = st.integers(at(85), at(160))
events = st.lists(
    st.tuples(st.sampled_from("ab"), moments, moments, st.one_of(st.none(), st.integers(0, 10).map(float))),
    max_size=12,
)
rows = st.lists(st.tuples(st.sampled_from("abc"), st.integers(85, 145)), min_size=1, max_size=6)


def read_naively(kind, given_events, who, snapshot):
    start, length = snapshot + SPAN.gap_days, SPAN.length.days
    seen = [
        (happened, known, value)
        for owner, happened, known, value in given_events
        if owner == who
        and start <= happened // 24 < min(start + length, OBSERVED)
        and -(-known // 24) <= OBSERVED
        and (kind == "silence" or value is not None)
    ]
    if kind == "silence":
        first_known = min((-(-known // 24) - start for _, known, _ in seen), default=length)
        return (0.0 if seen else 1.0), max(first_known, length)
    if not seen:
        return None, length
    _, known, value = min(seen)
    return value, max(-(-known // 24) - start, 0)


@law(20, st.sampled_from(["silence", "answers"]), events, rows)
def test_labels_are_those_of_a_naive_loop(kind, given_events, given_rows):
    found = label(kind, given_events, given_rows)
    for place, (who, snapshot) in enumerate(given_rows):
        value, known = read_naively(kind, given_events, who, snapshot)
        shown = None if np.isnan(found.value[place]) else found.value[place]
        assert (shown, found.known_days[place]) == (value, known)
        assert found.is_kept[place] == (snapshot + SPAN.gap_days + SPAN.length.days <= OBSERVED)


@given(st.lists(st.integers(0, 10), max_size=20))
def test_groups_are_those_of_the_net_promoter_score(answers):
    groups = group_nps(np.array(answers, float))
    assert groups.tolist() == [0 if one <= 6 else 1 if one <= 8 else 2 for one in answers]

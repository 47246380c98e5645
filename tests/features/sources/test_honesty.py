"""What becomes known later never changes what was known before; broken files never end in a traceback."""

import random
from contextlib import suppress
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from features.errors import InputError
from features.sources import open_sources
from features.usecase import parse

FIRST = date(2024, 1, 1)
SNAPSHOT = 50
PEOPLE = "customer,since\nA,2024-01-01\nB,2024-01-01\n"
SPEC = {
    "version": 1,
    "name": "churn",
    "entity": "customer",
    "snapshots": {"every": "month", "from": "2024-01-01", "to": "2024-12-01"},
    "sources": {
        "people": {"file": "people.csv", "valid_from": "always", "known_at": "same"},
        "contacts": {
            "file": "contacts.csv",
            "links": {"contact": "customer"},
            "valid_from": "since",
            "valid_to": "until",
            "known_at": "seen",
        },
        "calls": {
            "file": "calls.csv",
            "key": "contact",
            "event_time": "at",
            "known_at": "seen",
            "id": "call",
        },
    },
    "features": {"calls": {"windows": ["30d"], "mean": ["minutes"]}},
    "cohort": {"from": "people.since"},
    "target": {"event": "calls", "horizons": ["30d"]},
}

days = st.integers(0, 99)
keys = st.sampled_from(["k", "l"])
links = st.tuples(keys, st.sampled_from(["A", "B"]), days, st.none() | days, days)
calls = st.tuples(st.integers(0, 9), keys, days, days, st.integers(0, 60))
# One call that is always there, known and linked: a source without any matched row is refused.
ANCHOR_LINK, ANCHOR_CALL = ("anchor", "A", 0, None, 0), (99, "anchor", 1, 1, 1)


def day(number):
    return "" if number is None else str(FIRST + timedelta(days=number))


def known_at_snapshot(folder, link_rows, call_rows):
    """Return the calls that count at the snapshot, by both clocks."""
    (folder / "people.csv").write_text(PEOPLE)
    lines = [f"{key},{who},{day(start)},{day(end)},{day(seen)}" for key, who, start, end, seen in link_rows]
    (folder / "contacts.csv").write_text("\n".join(["contact,customer,since,until,seen", *lines]))
    lines = [f"{call},{key},{day(at)},{day(seen)},{minutes}" for call, key, at, seen, minutes in call_rows]
    (folder / "calls.csv").write_text("\n".join(["call,contact,at,seen,minutes", *lines]))
    usecase = parse(SPEC, "churn.yaml")
    usecase._folder = folder
    with open_sources(usecase) as sources:
        snapshot = f"TIMESTAMP '{day(SNAPSHOT)}'"
        return sources.connection.execute(
            f"SELECT * FROM {sources.table('calls')} "
            f"WHERE event_time < {snapshot} AND known_at <= {snapshot} ORDER BY ALL"
        ).fetchall()


drawn_news = given(
    st.lists(links, max_size=5),
    st.lists(calls, max_size=8),
    st.lists(links, max_size=3),
    st.lists(calls, max_size=3),
    st.randoms(use_true_random=False),
)


def assert_later_rows_change_nothing(folder, had, heard, more, later, shuffling):
    had, heard = [*had, ANCHOR_LINK], [*heard, ANCHOR_CALL]
    before = known_at_snapshot(folder, had, heard)
    future = SNAPSHOT + 1
    more = [(key, who, start, end, future + seen) for key, who, start, end, seen in more]
    later = [(call, key, at, future + seen, minutes) for call, key, at, seen, minutes in later]
    had, heard = had + more, heard + later
    shuffling.shuffle(had)
    shuffling.shuffle(heard)
    assert known_at_snapshot(folder, had, heard) == before


@settings(max_examples=8)  # many more in tests/long/test_event_features.py
@drawn_news
def test_rows_known_after_the_snapshot_change_nothing(tmp_path_factory, had, heard, more, later, shuffling):
    folder = tmp_path_factory.mktemp("honest")
    assert_later_rows_change_nothing(folder, had, heard, more, later, shuffling)


@pytest.mark.parametrize("seed", range(20))
def test_broken_files_end_in_one_line(tmp_path, seed):
    assert_broken_files_end_in_one_line(tmp_path, seed)


def assert_broken_files_end_in_one_line(folder, seed):
    chance = random.Random(seed)
    files = {
        "people.csv": PEOPLE,
        "contacts.csv": "contact,customer,since,until,seen\nk,A,2024-01-01,,2024-01-01\n",
        "calls.csv": (
            "call,contact,at,seen,minutes\n1,k,2024-02-01,2024-02-02,5\n2,k,2024-02-03,2024-02-04,6\n"
        ),
    }
    broken = chance.choice(list(files))
    content = bytearray(files[broken].encode())
    for _ in range(chance.randint(1, 6)):
        place = chance.randrange(len(content))
        content[place : place + chance.randint(0, 2)] = bytes(
            chance.choices(b'",;\n\r\xff\xe4\x0009aZ.-', k=1)
        )
    for name, text in files.items():
        (folder / name).write_text(text)
    (folder / broken).write_bytes(content)
    usecase = parse(SPEC, "churn.yaml")
    usecase._folder = folder
    with suppress(InputError) as _, open_sources(usecase) as sources:
        assert sources.facts("calls").kept > 0

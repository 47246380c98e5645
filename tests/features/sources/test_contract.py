"""What a source can do wrong: each fault stops with one line on column, value and remedy, or is a warning."""

from pathlib import Path
from typing import Any

import pytest

from features.errors import InputError
from features.sources import SourceFacts, open_sources
from features.sources.scale_doubts import doubt_scales
from features.sql import open_database
from features.usecase import parse

SPEC: dict[str, Any] = {
    "version": 1,
    "name": "silence",
    "entity": "who",
    "snapshots": {"every": "month", "from": "2024-02-01", "to": "2024-06-01"},
    "sources": {
        "people": {"file": "people.csv", "valid_from": "always", "known_at": "same"},
        "talks": {"file": "talks.csv", "event_time": "at", "known_at": "seen", "scales": {"csat": "1..5"}},
    },
    "features": {"talks": {"windows": ["90d"], "mean": ["csat", "minutes"]}},
    "cohort": {"from": "people.since"},
    "target": {"silence": "talks", "for": "30d"},
}
ROWS = [
    f"p{number % 5},2024-01-{number % 28 + 1:02d},2024-03-01,{number % 5 + 1},{number}"
    for number in range(200)
]


def open_talks(
    folder: Path, rows: list[str], header: str = "who,at,seen,csat,minutes", **talks: object
) -> SourceFacts:
    people = [f"p{number},2024-01-01" for number in range(5)]
    (folder / "people.csv").write_text("\n".join(["who,since", *people, ""]))
    (folder / "talks.csv").write_text("\n".join([header, *rows, ""]))
    given = {**SPEC["sources"], "talks": {**SPEC["sources"]["talks"], **talks}}
    with open_sources(parse({**SPEC, "sources": given}, "silence.yaml").located(folder)) as sources:
        return sources.facts("talks")


def change(place: int, text: str, rows: list[str] = ROWS) -> list[str]:
    """Return the rows with another text in one column."""
    return [
        ",".join([text if at == place else cell for at, cell in enumerate(row.split(","))]) for row in rows
    ]


FAULTS = {
    "column missing": (
        {"rows": ROWS, "header": "who,at,seen,csat,duration"},
        "talks.minutes: the column is not there; the nearest columns are",
    ),
    "text among numbers": (
        {"rows": [*ROWS[:9], *change(4, "long", ROWS[9:10])]},
        "talks.minutes: row 11: 'long' is not a number; write read: {missing: ['long']}",
    ),
    "one value outside its scale": (
        {"rows": [*ROWS[:50], *change(3, "99", ROWS[50:51])]},
        "talks.csat: row 52: 99 is outside the scale 1..5; write read: {missing: ['99']}",
    ),
    "all values on another scale": (
        {"rows": [row.replace(",5,", ",80,").replace(",3,", ",10,") for row in ROWS]},
        "40% of the values are, they go from 1 to 80: if that is the scale, write scales: {csat: 1..80}",
    ),
    "time that cannot be read": (
        {"rows": change(1, "2024-01-32")},
        "talks.at: row 2: '2024-01-32' is not an ISO date such as 2025-01-31; correct the value",
    ),
    "no time at all": (
        {"rows": change(2, "")},
        "talks.at: all 200 rows lack a time in 'at' or 'seen'; name other",
    ),
    "no key at all": (
        {"rows": change(0, "")},
        "talks.who: no row has a key: the column is empty; name the column",
    ),
    "keys of another kind": (
        {"rows": change(0, "17")},
        "talks.who: no row belongs to an entity of 'people': '17'",
    ),
    "all in the future": (
        {"rows": change(1, "2924-01-05")},
        "talks.at: all 200 events lie in the future, the first one at 2924-01-05 00:00:00; correct the dates",
    ),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_each_fault_stops_with_one_line(tmp_path, fault):
    given, expected = FAULTS[fault]
    with pytest.raises(InputError) as caught:
        open_talks(tmp_path, **given)
    assert expected in str(caught.value)
    assert "\n" not in str(caught.value)


def test_sound_rows_pass_without_a_word(tmp_path):
    facts = open_talks(tmp_path, ROWS)
    assert (facts.kept, facts.scale_doubts, facts.unit_changes) == (200, {}, ())
    assert not facts.is_mostly_known_before


def test_some_rows_in_the_future_are_counted_and_no_fault(tmp_path):
    facts = open_talks(tmp_path, [*ROWS[:-1], *change(1, "2924-01-05", ROWS[-1:])])
    assert (facts.in_future, facts.kept) == (1, 200)


def test_clocks_the_wrong_way_round_are_to_be_looked_at(tmp_path):
    facts = open_talks(tmp_path, ROWS, event_time="seen", known_at="at")
    assert facts.is_mostly_known_before
    assert facts.to_json()["is_mostly_known_before"] is True


def test_a_scale_of_which_a_smaller_one_is_used_is_doubted(tmp_path):
    facts = open_talks(tmp_path, ROWS, scales={"csat": "0..10"})
    assert facts.scale_doubts == {"csat": "is declared as 0..10, but all 200 values lie on 1..5"}


@pytest.mark.parametrize(
    ("values", "declared", "doubt"),
    [
        ("range % 11", (0.0, 100.0), "0..10"),
        ("(range % 10) / 9.5", (0.0, 100.0), "0..1"),
        ("range % 11", (0.0, 10.0), None),
        ("range % 5 + 1", (1.0, 5.0), None),
        ("range % 9", (0.0, 10.0), None),
        ("CASE WHEN range < 2 THEN 5 ELSE range % 4 + 1 END", (0.0, 10.0), None),
    ],
)
def test_what_is_doubted_and_what_is_not(values, declared, doubt):
    with open_database() as connection:
        connection.execute(f"CREATE TABLE t AS SELECT CAST({values} AS DOUBLE) AS x FROM range(400)")
        found = doubt_scales(connection, "t", {"x": declared})
    assert found == (
        {}
        if doubt is None
        else {"x": f"is declared as {declared[0]:g}..{declared[1]:g}, but all 400 values lie on {doubt}"}
    )


def test_few_answers_are_not_doubted():
    with open_database() as connection:
        connection.execute("CREATE TABLE t AS SELECT CAST(range % 5 + 1 AS DOUBLE) AS x FROM range(60)")
        assert doubt_scales(connection, "t", {"x": (0.0, 100.0)}) == {}

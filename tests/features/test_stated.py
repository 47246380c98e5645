"""What people say, counted: people and not rows, what was known, what speaks of no driver."""

from datetime import date
from pathlib import Path

import pytest

from features.sources import open_sources
from features.stated import StatedFacts, count_stated
from features.usecase import UseCase, parse

MEANS = {"pay": ["Pay", "Salary, low"]}
UNTIL = date(2025, 6, 1)
DAY = (UNTIL - date(1970, 1, 1)).days


def write(folder: Path, statements: list[str], **source) -> UseCase:
    """Write staff and their statements; a statement is ``person,held,known,reason``."""
    people = sorted({line.partition(",")[0] for line in statements})
    units = [
        f"{person},2024-01-01,{'north' if place % 2 else 'south'}" for place, person in enumerate(people)
    ]
    (folder / "staff.csv").write_text("\n".join(["person,since,unit", *units]) + "\n", encoding="utf-8")
    (folder / "talks.csv").write_text("\n".join(["person,held,known,reason", *statements]) + "\n")
    (folder / "exits.csv").write_text(f"person,at\n{people[0]},2025-02-01\n", encoding="utf-8")
    content = {
        "version": 1,
        "name": "staff",
        "entity": "person",
        "snapshots": {"every": "month", "from": "2025-01-01", "to": "2025-03-01"},
        "sources": {
            "staff": {"file": "staff.csv", "valid_from": "since", "known_at": "same"},
            "talks": {"file": "talks.csv", "event_time": "held", "known_at": "known", **source},
            "exits": {"file": "exits.csv", "event_time": "at", "known_at": "same"},
        },
        "units": "staff.unit",
        "features": {"staff": {"last": ["unit"]}},
        "cohort": {"from": "staff.since"},
        "target": {"event": "exits", "horizons": ["30d"]},
        "drivers": {"pay": {"features": ["staff.unit"], "role": "context"}},
        "beliefs": {
            "stated": {"from": "talks", "column": "reason", "means": {"pay": ["Pay", "Salary, low"]}}
        },
        "privacy": {"minimum_group_verbatims": 10},
    }
    return parse(content, "staff.yaml").located(folder)


def count(usecase: UseCase, day: int = DAY) -> StatedFacts:
    with open_sources(usecase, today=UNTIL) as sources:
        found = count_stated(sources, usecase, day)
    assert found is not None
    return found


def talk(person: str, reason: str, held: str = "2025-03-01", known: str = "2025-03-05") -> str:
    return f"{person},{held},{known},{reason}"


def test_people_are_counted_and_not_rows(tmp_path):
    rows = [
        talk("a", "Pay"),
        talk("a", '"Salary, low"'),
        talk("a", "Stress"),
        talk("b", "Pay"),
        talk("c", ""),
    ]
    found = count(write(tmp_path, rows))
    assert (found.heard, found.given) == (3, 2)
    assert dict(found.named) == {"pay": 2}
    assert found.unmapped == 1


def test_blank_reasons_are_none_and_blanks_around_reasons_do_not_matter(tmp_path):
    found = count(write(tmp_path, [talk("a", "   "), talk("b", " Pay "), talk("c", "Pay")]))
    assert (found.heard, found.given, found.named["pay"]) == (3, 2, 2)


@pytest.mark.parametrize(
    ("held", "known", "counts"),
    [
        ("2025-05-30", "2025-05-31", True),
        ("2025-05-30", "2025-06-01", True),
        ("2025-05-30", "2025-06-01T00:00:01Z", False),
        ("2025-05-30", "2025-07-01", False),
        ("2025-06-01", "2025-06-01", False),
    ],
    ids=["before", "at midnight", "a second later", "a month later", "held later"],
)
def test_only_what_was_known_by_the_end_of_observation_counts(tmp_path, held, known, counts):
    found = count(write(tmp_path, [talk("a", "Pay"), talk("b", "Pay", held, known)]))
    assert found.heard == 1 + counts
    assert found.named["pay"] == 1 + counts


def test_reasons_without_a_driver_are_told_once_ten_people_named_them(tmp_path):
    rows = [talk(f"m{number}", "Moved") for number in range(10)]
    rows += [talk(f"s{number}", "Secret") for number in range(9)]
    found = count(write(tmp_path, rows))
    assert found.unmapped == 19
    assert dict(found.other_reasons) == {"Moved": 10}
    assert found.named["pay"] == 0


def test_reasons_that_nobody_named_are_told_as_perhaps_misspelt(tmp_path):
    assert count(write(tmp_path, [talk("a", "Pay")])).unseen == ("Salary, low",)


def test_each_anonymous_row_is_somebody_of_its_own(tmp_path):
    usecase = write(tmp_path, [talk("a", "Pay"), talk("b", "Pay"), talk("b", "Stress")])
    units = ["south,2025-03-01,2025-03-05,Pay"] * 3 + ["north,2025-03-01,2025-03-05,"]
    (tmp_path / "talks.csv").write_text("\n".join(["person,held,known,reason", *units]) + "\n")
    content = usecase.to_json()
    content["sources"]["talks"] |= {"join": "unit", "key": "person"}
    found = count(parse(content, "staff.yaml").located(tmp_path))
    assert (found.heard, found.given, found.named["pay"]) == (4, 3, 3)


def test_of_a_corrected_statement_the_last_version_counts(tmp_path):
    rows = [talk("a", "Pay"), talk("a", "Stress", known="2025-04-01"), talk("b", "Pay")]
    usecase = write(tmp_path, rows, corrections=True, id="person")
    assert (count(usecase).named["pay"], count(usecase).unmapped) == (1, 1)
    early = (date(2025, 3, 20) - date(1970, 1, 1)).days
    assert (count(usecase, early).named["pay"], count(usecase, early).unmapped) == (2, 0)


def test_without_stated_reasons_there_is_nothing_to_count(tmp_path):
    usecase = write(tmp_path, [talk("a", "Pay")])
    silent = usecase.model_copy(update={"beliefs": None})
    with open_sources(silent, today=UNTIL) as sources:
        assert count_stated(sources, silent, DAY) is None


def test_plain_values_come_back(tmp_path):
    found = count(write(tmp_path, [talk("a", "Pay"), talk("b", "Stress")]))
    assert StatedFacts.from_json(found.to_json()) == found

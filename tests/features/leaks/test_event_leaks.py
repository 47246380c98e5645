"""Leaks that only the sources show, found in a build; an honest company builds without a word."""

import pytest

from features.errors import LeakError
from features.frame import build
from tests.features.leaks import event_leaks as leaks
from tests.features.leaks.event_world import EventWorld

TOGETHER = [
    leaks.label_copy,
    leaks.status_after_exit,
    leaks.target_encoded,
    leaks.backfilled_by_clock,
    leaks.ticket_closed_later,
    leaks.survey_after_exit,
    leaks.source_stops,
    leaks.id_range,
]


@pytest.fixture(scope="module")
def leaky(tmp_path_factory):
    world = EventWorld(1)
    expected = {leak(world) for leak in TOGETHER}
    return world.write(tmp_path_factory.mktemp("leaky")), expected


def test_the_build_stops_and_names_them_all(leaky):
    usecase, expected = leaky
    with pytest.raises(LeakError) as raised:
        build(usecase)
    for column, _, severity in expected:
        assert (f"'{column}'" in str(raised.value)) == (severity == "error")


def test_accepted_leaks_are_told_with_their_reason_beside_the_warnings(leaky, tmp_path):
    usecase, expected = leaky
    accepted = {column: f"why {column}" for column, _, severity in expected if severity == "error"}
    frame = build(usecase.model_copy(update={"accept_leak": accepted}), tmp_path / "frame")
    found = {(one["column"], one["kind"], one["severity"]) for one in frame.facts.findings}
    assert found == expected
    told = {one["column"]: one["accepted"] for one in frame.facts.findings if one["severity"] == "error"}
    assert told == accepted
    written = (tmp_path / "frame" / "frame.json").read_text(encoding="utf-8")
    assert all(reason in written for reason in accepted.values())


def test_an_honest_company_has_no_finding(tmp_path):
    assert build(EventWorld(4).write(tmp_path)).facts.findings == ()


def test_attributes_that_change_are_not_looked_at_once_per_entity(tmp_path):
    world = EventWorld(5)
    world.add("gone", gone=world.left.astype(float))
    customers = world.tables["customers"]
    early = {**customers, "gone": 0 * customers["gone"]}
    late = {**customers, "since": world.until}
    world.tables["customers"] = {
        name: [
            *list(early[name]),
            *[value.as_py() if hasattr(value, "as_py") else value for value in late[name]],
        ]
        for name in customers
    }
    world.tables["customers"]["seats"] = [None] * (2 * world.count)
    found = build(world.write(tmp_path)).facts.findings
    assert [one for one in found if one["severity"] == "error"] == []

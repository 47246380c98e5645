"""The ranking over everybody and by segment: what was hidden at training cannot be asked for."""

from dataclasses import replace

import pytest

from serving.access.roles import ROLES, Actor
from serving.champions import Champion
from serving.driver_schemas import SegmentName
from serving.problems import ProblemError
from serving.ranking import describe_drivers, parse_segment
from tests.serving.papers import LEVER
from training.bundle import load
from training.drivers import rows_from_json
from training.levers import levers_from_json
from training.scoring import Scorer

SOUTH = SegmentName("region", "South")
SEA = SegmentName("region", "North: Sea")
HIDDEN = {
    "suppressed": SegmentName("region", "West"),
    "suppressed with all of its cut": SegmentName("plan", "Gold"),
    "unknown group": SegmentName("region", "Atlantis"),
    "unknown cut": SegmentName("eyes", "blue"),
    "an object's own name": SegmentName("__class__", "__name__"),
}


def actor(role: str = "analyst", *units: str) -> Actor:
    return Actor("0123456789ab", role, ROLES[role], frozenset(units) if units else None)


@pytest.fixture(scope="module")
def champion(bundles) -> Champion:
    return Champion(Scorer(load(bundles.churn)))


def doubtful(champion: Champion) -> Champion:
    doubt = {"problem": "ranking", "words": "the ranking may be little better than chance"}
    judged = {"all_rows": {"horizons": {"90d": {"usable": False, "doubts": [doubt]}}}}
    return Champion(Scorer(replace(champion.bundle, evaluation={**champion.bundle.evaluation, **judged})))


def refusal(*arguments) -> ProblemError:
    with pytest.raises(ProblemError) as caught:
        describe_drivers(*arguments)
    return caught.value


def test_every_driver_of_the_bundle_is_told_with_all_that_is_known_of_it(champion):
    answer = describe_drivers(champion, actor())
    rows = rows_from_json(champion.bundle.drivers)
    levers = {lever.name: lever for lever in levers_from_json(champion.bundle.evaluation["levers"])}
    assert [driver.name for driver in answer.drivers] == [row.name for row in rows]
    assert [driver.rank for driver in answer.drivers] == list(range(1, len(rows) + 1))
    for driver, row in zip(answer.drivers, rows, strict=True):
        assert (driver.label, driver.role, driver.evidence_grade) == (row.label, row.role, row.evidence_grade)
        assert (driver.rank_low, driver.rank_high) == (row.rank_low, row.rank_high)
        assert (driver.share.low, driver.share.value, driver.share.high) == (
            row.share.low,
            row.share.value,
            row.share.high,
        )
        assert driver.direction == row.direction
        assert (driver.goal is None) is (row.goal is None)
        assert (driver.lever is None) is (row.name not in levers)
        assert driver.difference is driver.contrast is None
    assert answer.segment is None
    assert (answer.model_version, answer.spec_hash) == (
        champion.bundle.model_version,
        champion.bundle.manifest.spec_hash,
    )


def test_the_first_driver_has_unit_goal_direction_and_what_is_known_of_the_lever(champion):
    first = describe_drivers(champion, actor()).drivers[0]
    assert (first.name, first.unit, first.evidence_grade) == (LEVER, "hours", "B")
    assert (first.goal.comparison, first.goal.bound, first.goal.wanted) == ("<=", 24.0, "lower")
    assert first.goal_met.value == 0.41
    assert first.lever.status == "offered"
    assert first.lever.effect.value == pytest.approx(-0.012)
    assert first.lever.refusals == []


@pytest.mark.parametrize(("name", "wanted"), [("ease", "higher"), ("disputes", "exactly")])
def test_the_goal_says_which_values_are_wanted(champion, name, wanted):
    found = {driver.name: driver for driver in describe_drivers(champion, actor()).drivers}
    assert found[name].goal.wanted == wanted


def test_why_a_lever_is_none_stands_there_in_both_languages(champion):
    found = {driver.name: driver for driver in describe_drivers(champion, actor()).drivers}
    (refused,) = found["onboarding"].lever.refusals
    assert (found["onboarding"].lever.status, refused.code) == ("refused", "own behaviour")
    assert set(refused.reason) == set(refused.remedy) == {"en", "de"}


def test_a_segment_has_its_own_shares_ranks_and_differences(champion):
    answer = describe_drivers(champion, actor(), SOUTH)
    assert [driver.name for driver in answer.drivers] == ["tenure", LEVER]
    second = answer.drivers[1]
    assert (second.rank, second.rank_low, second.rank_high) == (2, 1, 3)
    assert (second.share.value, second.contrast, second.difference.value) == (0.3, "larger", 0.1)
    assert second.label == {"en": "Time to resolve tickets", "de": "Bearbeitungszeit von Tickets"}
    facts = answer.segment
    assert (facts.cut, facts.group, facts.people, facts.minimum_group) == ("region", "South", 300, 25)


def test_the_segments_that_are_shown_are_listed(champion):
    assert describe_drivers(champion, actor()).segments == [SOUTH, SEA]
    assert describe_drivers(champion, actor(), SEA).segment.group == "North: Sea"


@pytest.mark.parametrize("asked", HIDDEN.values(), ids=list(HIDDEN))
def test_what_is_hidden_and_what_does_not_exist_cannot_be_told_apart(champion, asked):
    problem = refusal(champion, actor(), asked)
    first = refusal(champion, actor(), HIDDEN["suppressed"])
    assert (problem.status, problem.code) == (404, "segment_hidden")
    assert (problem.detail, problem.errors, problem.headers) == (first.detail, first.errors, first.headers)


def test_a_key_of_units_asks_for_its_own_and_learns_of_no_other(champion):
    manager = actor("manager", "region=South", "region=West")
    assert describe_drivers(champion, manager, SOUTH).segment.group == "South"
    assert describe_drivers(champion, manager).segments == [SOUTH]
    for asked in (SEA, HIDDEN["unknown group"], HIDDEN["unknown cut"]):
        problem = refusal(champion, manager, asked)
        assert (problem.status, problem.code) == (403, "unit_not_allowed")
    # Its own unit, but too small.
    assert refusal(champion, manager, HIDDEN["suppressed"]).code == "segment_hidden"


def test_a_model_that_is_not_usable_gives_no_ranking_on_any_way(champion):
    for asked in (None, SOUTH, HIDDEN["suppressed"]):
        problem = refusal(doubtful(champion), actor(), asked)
        assert (problem.status, problem.code) == (409, "model_not_usable")
        assert "little better than chance" in problem.detail


def test_drivers_of_another_version_are_refused(champion):
    strange = [{"driver": "service", "grade": "C"}]
    old = Champion(Scorer(replace(champion.bundle, drivers=strange)))
    problem = refusal(old, actor())
    assert (problem.status, problem.code) == (409, "drivers_unreadable")


def test_a_bundle_without_levers_and_segments_is_answered(champion):
    plain = Champion(Scorer(replace(champion.bundle, evaluation={})))
    answer = describe_drivers(plain, actor())
    assert answer.segments == []
    assert all(driver.lever is None for driver in answer.drivers)
    assert refusal(plain, actor(), SOUTH).code == "segment_hidden"


@pytest.mark.parametrize("text", ["", ":", "region", "region:", ":South", "x:" + "y" * 511])
def test_a_segment_is_a_cut_and_a_group(text):
    with pytest.raises(ProblemError) as caught:
        parse_segment(text)
    assert (caught.value.status, caught.value.errors[0].path) == (422, "query.segment")


@pytest.mark.parametrize("group", ["South", "North: Sea", "a=b", "Köln", "🙂", " "])
def test_the_name_of_a_group_may_hold_anything(group):
    assert parse_segment(f"region:{group}") == SegmentName("region", group)

"""What the journey section says of touchpoints: the column with the experience, and what is good."""

from pathlib import Path

import pytest

from features.timeline import Duration
from features.usecase import Source, Touchpoint, column_of, good_of, load

VALID = Path(__file__).parent / "valid"
SURVEYS = Source.model_validate(
    {
        "file": "surveys.csv",
        "event_time": "answered_at",
        "known_at": "same",
        "data": "X",
        "survey": "order",
        "answered_by": "entity",
        "scales": {"q1": "0..10", "q2": "1..5", "q3": "1..7", "q4": "0..100", "q5": "0.5..2.5"},
        "metrics": {"nps": "q1", "csat": "q2", "ces": "q3"},
    }
)


def touchpoint(**told) -> Touchpoint:
    return Touchpoint.model_validate({"from": "surveys", **told})


@pytest.mark.parametrize(
    ("experience", "column", "good"),
    [
        ("csat", "q2", (">=", "4")),
        ("q2", "q2", (">=", "4")),
        ("ces", "q3", (">=", "5")),
        ("nps", "q1", (">=", "9")),
        ("q1", "q1", (">=", "9")),
        ("q4", "q4", (">=", "67")),
        ("q5", "q5", (">=", "2")),
    ],
)
def test_answers_are_good_in_the_upper_third_and_promoters_for_nps(experience, column, good):
    asked = touchpoint(experience=experience)
    assert column_of(asked, SURVEYS) == column
    assert good_of(asked, SURVEYS) == good


def test_what_is_declared_good_beats_the_scale():
    asked = touchpoint(experience="csat", good="= 5")
    assert good_of(asked, SURVEYS) == ("=", "5")


def test_a_column_without_a_scale_has_no_good_of_its_own():
    assert good_of(touchpoint(experience="days_late"), SURVEYS) is None
    assert good_of(touchpoint(experience="days_late", good="<= 0"), SURVEYS) == ("<=", "0")


def test_a_plain_touchpoint_tells_no_experience():
    assert column_of(touchpoint(), SURVEYS) is None
    assert not touchpoint().is_valued
    assert touchpoint(bad=True).is_valued


def test_the_section_is_read_as_it_is_written():
    journey = load(VALID / "journey_found_stages.yaml").journey
    assert journey is not None
    assert journey.stages == "auto"
    assert journey.restart_after == Duration(90)
    assert list(journey.touchpoints) == ["order", "bag_fee", "delivery", "rating", "complaint"]
    assert journey.touchpoints["bag_fee"].where == {"kind": "= bag", "amount": "> 0"}
    assert journey.touchpoints["complaint"].bad
    declared = load(VALID / "journey_declared_stages.yaml").journey
    assert declared is not None
    assert declared.stages == [["order", "fee"], ["rating"]]
    assert declared.restart_after == Duration(180)


def test_a_use_case_without_journeys_keeps_its_hash():
    plain = load(VALID / "full.yaml")
    assert plain.journey is None
    assert "journey" not in plain.to_json()

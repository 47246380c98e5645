from dataclasses import asdict, fields

import pytest

from features.calls import CallMeasures, HeardTurn, RiskModel
from features.calls.measures import find_topic, measure
from features.calls.risk import INPUTS

COLD = RiskModel.cold_start()
CALL = [
    HeardTurn(2000, 5000, "company"),
    HeardTurn(5000, 9000, "customer", 1.0, 0.2, "price"),
    HeardTurn(8500, 12_000, "company"),
    HeardTurn(42_000, 46_000, "customer", -1.0, 0.8, "invoice", escalates=True),
    HeardTurn(45_000, 50_000, "company"),
    HeardTurn(50_000, 62_000, "customer", -2.0, None, "invoice", escalates=True),
]


def test_the_measures_of_a_call():
    found = measure(CALL, COLD)
    assert asdict(found) == {
        "duration_s": 60.0,
        "turn_count": 6,
        "silence_share": 0.5,
        "talk_share": pytest.approx(20 / 31.5),
        "interruptions_by_customer": 0,
        "interruptions_by_company": 2,
        "interruptions_per_minute": 2.0,
        "longest_silence_s": 30.0,
        "sentiment": pytest.approx(-2 / 3),
        "sentiment_slope": pytest.approx(-3.7652, abs=1e-4),
        "sentiment_end": -1.5,
        "effort": pytest.approx(0.5),
        "escalation": True,
        "escalation_s": 40.0,
        "topic": "invoice",
        "risk": pytest.approx(found.risk),
    }
    assert found.risk > 0.8


def test_a_call_without_length_or_words_has_no_shares():
    found = measure([HeardTurn(0, 0, "unknown")], COLD)
    assert (found.silence_share, found.talk_share, found.interruptions_per_minute) == (None, None, None)
    assert (found.sentiment, found.effort, found.topic, found.escalation_s) == (None, None, None, None)
    assert (found.duration_s, found.longest_silence_s, found.turn_count, found.escalation) == (0, 0, 1, False)
    assert 0 < found.risk < 0.5


def test_the_risk_looks_at_measures_there_are():
    names = {field.name for field in fields(CallMeasures)}
    assert set(INPUTS) <= names
    assert {term.name for term in COLD.terms} <= set(INPUTS)


def test_the_risk_is_that_of_the_measures_shown():
    found = measure(CALL, COLD)
    assert found.risk == COLD.rate(asdict(found) | {"topic": None})


def test_of_two_topics_the_first_one_counts_and_of_none_none():
    assert find_topic([]) is None
    assert find_topic(["b", "a", "a", "b", "c"]) == "b"
    assert find_topic(["b", "a", "a"]) == "a"


def test_names_of_measures_can_be_names_of_features():
    assert all(field.name.isidentifier() and field.name.islower() for field in fields(CallMeasures))

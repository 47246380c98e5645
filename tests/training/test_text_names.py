"""Features made of words read well in both languages, with and without a driver."""

from typing import Literal

import pytest

from features.catalogue import Catalogue, Feature
from features.errors import SpecError
from features.usecase import CALL_COLUMNS, UseCase, parse
from training.drivers import driver_groups
from training.explaining import _name_texts
from training.levers import declared_drivers, refuse_by_metadata
from training.reasons import describe, describe_change, driver_label, name_feature
from training.text_names import name_column, name_topic, read_topic_labels

TOPIC = {"id": "wait_long", "label": {"en": "Waiting", "de": "Warten"}}
TEXTS = {"surveys": {"version": "0123456789ab", "topics": [TOPIC]}}
LABELS = read_topic_labels(TEXTS)
NBSP = "\N{NO-BREAK SPACE}"


def spell(**drivers) -> UseCase:
    content = {
        "version": 1,
        "name": "churn",
        "entity": "customer",
        "snapshots": {"every": "month", "from": "2025-01-01", "to": "2025-12-01"},
        "sources": {
            "customers": {"file": "c.csv", "valid_from": "since", "known_at": "same"},
            "surveys": {
                "file": "s.csv",
                "event_time": "at",
                "known_at": "same",
                "data": "X",
                "survey": "Relationship",
                "answered_by": "entity",
                "verbatim": "comment",
                "language": ["de", "en"],
                "text": {},
            },
            "calls": {
                "file": "calls.csv",
                "id": "call_id",
                "event_time": "at",
                "known_at": "same",
                "language": ["de", "en"],
                "turns": {"file": "turns.csv"},
            },
            "exits": {"file": "e.csv", "event_time": "at", "known_at": "same"},
        },
        "features": {
            "surveys": {
                "windows": ["180d"],
                "mean": ["sentiment", "effort", "is_actionable"],
                "share": {"topic": {"waiting": "= wait_long", "price": "= price"}},
                "last": ["topic", "language"],
            }
        },
        "cohort": {"from": "customers.since"},
        "target": {"event": "exits", "horizons": ["90d"]},
        "drivers": drivers,
    }
    return parse(content, "churn.yaml")


def feature(name: str, *, driver: str | None = None, unit: str | None = None) -> Feature:
    kind: Literal["number", "category"] = "category" if name.endswith(".last") else "number"
    return Feature(f"x_surveys.{name}", kind, "surveys", "X", unit, driver, "signal" if driver else None)


@pytest.mark.parametrize(
    ("name", "value", "english", "german"),
    [
        (
            "sentiment.mean_180d",
            -0.8,
            "Tone of comments (average of 180 days: −0.8)",
            "Ton der Kommentare (Mittel aus 180 Tagen: −0,8)",
        ),
        (
            "topic.share_waiting_180d",
            0.4,
            "Comments about “Waiting” (share in 180 days: 40%)",
            f"Kommentare über „Warten“ (Anteil in 180 Tagen: 40{NBSP}%)",
        ),
        (
            "topic.share_price_180d",
            0.4,
            "Comments about “Price” (share in 180 days: 40%)",
            f"Kommentare über „Price“ (Anteil in 180 Tagen: 40{NBSP}%)",
        ),
        (
            "effort.mean_180d",
            1.0,
            "Effort that comments tell of (average of 180 days: 1)",
            "Mühe, von der Kommentare berichten (Mittel aus 180 Tagen: 1)",
        ),
        (
            "topic.last",
            "wait_long",
            "Topic of comments (latest: Waiting)",
            "Thema der Kommentare (letzter Wert: Warten)",
        ),
        (
            "language.last",
            "de",
            "Language of comments (latest: de)",
            "Sprache der Kommentare (letzter Wert: de)",
        ),
    ],
)
def test_what_no_driver_claims_has_words_of_its_own(name, value, english, german):
    usecase = spell()
    assert describe(feature(name), value, usecase, "en", LABELS) == english
    assert describe(feature(name), value, usecase, "de", LABELS) == german


def test_a_driver_lends_its_name_and_the_topic_its_label():
    label = {"en": "Voice", "de": "Stimme"}
    usecase = spell(voice={"features": ["surveys.topic*"], "role": "signal", "label": label})
    found = feature("topic.share_waiting_180d", driver="voice")
    assert describe(found, 0.4, usecase, "en", LABELS) == "Voice (share 'Waiting' in 180 days: 40%)"
    assert describe(found, 0.4, usecase, "de", LABELS) == f"Stimme (Anteil „Warten“ in 180 Tagen: 40{NBSP}%)"


def test_without_labels_the_topic_lends_its_id():
    found = feature("topic.share_waiting_180d")
    assert name_feature(found, spell(), "en") == "Comments about “Wait long” (share in 180 days)"
    assert describe_change(found, 0.1, 0.3, spell(), "en", LABELS).endswith("(share in 180 days: 10% → 30%)")


def test_the_same_column_of_a_source_that_is_not_read_is_the_users_own():
    assert name_column("customers", "sentiment", spell(), "en") is None
    own = Feature("o_customers.sentiment", "number", "customers")
    assert driver_label(own, spell(), "en", LABELS) == "Sentiment"
    assert name_topic("surveys", "waiting", spell(), "de", LABELS) == "Warten"


def test_rows_of_drivers_are_called_the_same():
    seats = Feature("o_customers.seats", "number", "customers")
    catalogue = Catalogue((feature("topic.share_waiting_180d"), feature("sentiment.mean_180d"), seats))
    names = _name_texts(catalogue, TEXTS, spell())
    labels = [group.label for group in driver_groups(catalogue, {}, names)]
    assert labels[0] == {
        "en": "Comments about “Waiting” (share in 180 days)",
        "de": "Kommentare über „Warten“ (Anteil in 180 Tagen)",
    }
    assert labels[1]["de"] == "Ton der Kommentare (Mittel aus 180 Tagen)"
    assert labels[2]["de"] == "Customers seats"


@pytest.mark.parametrize("pattern", ["surveys.sentiment.mean_180d", "surveys.*", "*effort*"])
def test_tone_is_never_a_lever(pattern):
    lever = {"features": [pattern], "role": "lever", "actor": "company"}
    with pytest.raises(SpecError, match=r"tone is a lever, but surveys\.(sentiment|effort)\.mean_180d is"):
        spell(tone=lever)
    assert spell(tone={"features": [pattern], "role": "signal"}).drivers["tone"].role == "signal"


def test_a_topic_of_what_people_say_themselves_is_refused_as_their_own_rating():
    """It may be declared; :mod:`training.levers` then says why it is none."""
    goal = {"goal": "<= 0.1", "actor": "company", "role": "lever"}
    usecase = spell(waiting={"features": ["surveys.topic.share_waiting_180d"], **goal})
    catalogue = Catalogue((feature("topic.share_waiting_180d"),)).with_drivers(usecase.drivers)
    refused = refuse_by_metadata(declared_drivers(usecase, catalogue, 365.0))
    assert "own rating" in [refusal.code for refusal in refused["waiting"]]


@pytest.mark.parametrize("column", CALL_COLUMNS)
def test_every_measure_of_calls_has_a_name_in_both_languages(column):
    english, german = (name_column("calls", column, spell(), language) for language in ("en", "de"))
    assert english
    assert german
    assert english != german


def test_tone_of_calls_is_not_taken_for_that_of_comments():
    assert name_column("calls", "sentiment", spell(), "en") == "Tone in calls"
    assert name_column("calls", "wait", spell(), "en") is None

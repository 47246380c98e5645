"""What a label of two classes means: as the file says, else as its names say, and never good unasked."""

import pytest

from features.usecase import FlatTable, parse
from features.usecase.means import speaks_of_leaving


def usecase(name="orders", label="again", positive="Yes", **more):
    """Return a flat use case."""
    table_keys = {"means", "event", "kind"}
    table = {"file": "t.csv", "label": label, "positive": positive}
    table |= {key: value for key, value in more.items() if key in table_keys}
    rest = {key: value for key, value in more.items() if key not in table_keys}
    return parse({"version": 1, "name": name, "table": table, **rest}, "orders.yaml")


@pytest.mark.parametrize(
    "text",
    [
        "churn",
        "telco_churn",
        "Churned",
        "hr_attrition",
        "left",
        "hasLeft",
        "Employees leaving",
        "Exited",
        "Kündigung Telefon",
        "kuendigung",
        "Gekündigt",
        "Abwanderung von Shopkunden",
        "Weggang von Beschäftigten",
        "FLUKTUATION",
    ],
)
def test_names_that_speak_of_leaving(text):
    assert speaks_of_leaving(["customers", text])


@pytest.mark.parametrize(
    "text",
    ["satisfied", "leftover", "complaint", "late", "exitus", "cleave", "delivered", "Zufriedenheit", "", "1"],
)
def test_names_that_do_not(text):
    assert not speaks_of_leaving([text])


@pytest.mark.parametrize(
    ("spec", "means"),
    [
        ({}, "bad"),
        ({"name": "churn"}, "leaving"),
        ({"label": "left"}, "leaving"),
        ({"positive": "Churned"}, "leaving"),
        ({"positive": 1}, "bad"),
        ({"value": {"revenue": "spent"}}, "leaving"),
        ({"name": "churn", "means": "bad"}, "bad"),
        ({"means": "good"}, "good"),
        ({"means": "leaving"}, "leaving"),
    ],
    ids=str,
)
def test_what_is_said_goes_before_names_and_names_before_nothing(spec, means):
    assert usecase(**spec).means == means


def test_a_name_in_another_language_is_read_too():
    spec = {"version": 1, "name": "a", "label": {"de": "Abwanderung"}}
    assert parse(spec | {"table": {"file": "t", "label": "y", "positive": 1}}, "a").means == "leaving"


def test_the_event_in_both_languages():
    both = usecase(means="good", event={"en": "buy again", "de": "kaufen wieder"})
    assert [both.event_in("en"), both.event_in("de")] == ["buy again", "kaufen wieder"]


def test_without_words_the_column_and_the_value_speak():
    one = usecase(means="bad", event={"en": "come late"})
    assert one.event_in("en") == "come late"
    assert (
        one.event_in("de")
        == "haben das Ergebnis \N{SINGLE LOW-9 QUOTATION MARK}again = Yes\N{LEFT SINGLE QUOTATION MARK}"
    )
    assert (
        usecase(positive=1).event_in("en")
        == "have the outcome \N{LEFT SINGLE QUOTATION MARK}again = 1\N{RIGHT SINGLE QUOTATION MARK}"
    )


def test_leaving_and_ratings_have_no_event():
    assert usecase(means="leaving").event_in("de") == ""
    rating = parse(
        {"version": 1, "name": "csat", "table": {"file": "t.csv", "label": "score", "kind": "ordinal"}},
        "csat",
    )
    assert rating.event_in("en") == ""


def test_use_cases_made_from_sources_are_about_leaving(tmp_path):
    spec = {
        "version": 1,
        "name": "silent",
        "entity": "customer",
        "snapshots": {"every": "month", "from": "2025-01-01", "to": "2025-06-01"},
        "sources": {
            "customers": {"file": "c.csv", "valid_from": "since", "known_at": "same"},
            "visits": {"file": "v.csv", "event_time": "at", "known_at": "same"},
        },
        "features": {"visits": {"windows": ["30d"], "count": {}}},
        "cohort": {"from": "customers.since"},
        "target": {"silence": "visits", "for": "90d"},
    }
    made = parse(spec, "silent.yaml")
    assert (made.means, made.event_in("en")) == ("leaving", "")


def test_a_use_case_that_says_nothing_new_keeps_its_hash():
    """Models in use stay comparable: keys that are absent are no part of what is hashed."""
    assert not {"means", "event"} & usecase().to_json()["table"].keys()
    assert usecase().spec_hash != usecase(means="bad").spec_hash


def test_a_table_alone_refuses_what_does_not_fit():
    with pytest.raises(ValueError, match="write means: good or means: bad"):
        FlatTable(file="t.csv", label="again", positive="Yes", event={"en": "buy again"})

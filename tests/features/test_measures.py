import pytest

from features.measures import Measure, list_measures, list_response_rates
from features.usecase import FeatureRule, ResponseRateRule, Source

TICKETS = Source(file="t.csv", event_time="at", known_at="same", units={"hours": "h"})
SURVEYS = Source(
    file="s.csv", event_time="at", known_at="same", data="X", survey="yearly", answered_by="entity"
)
CUSTOMERS = Source(file="c.csv", valid_from="always", known_at="same", units={"seats": "seats"})


def names(source_name, source, **rule):
    return [found.name for found in list_measures(source_name, source, FeatureRule.model_validate(rule))]


def test_windowed_features_are_named_source_column_function_window():
    found = names(
        "tickets", TICKETS, windows=["30d", "90d"], count={}, std=["hours"], slope=["count", "hours"]
    )
    assert found == [
        "o_tickets.count_30d",
        "o_tickets.count_90d",
        "o_tickets.hours.std_30d",
        "o_tickets.hours.std_90d",
        "o_tickets.count.slope_30d",
        "o_tickets.count.slope_90d",
        "o_tickets.hours.slope_30d",
        "o_tickets.hours.slope_90d",
    ]


def test_features_of_the_whole_history_have_no_window():
    rule = {"first": ["hours"], "last": ["hours"], "ratio": ["30d", "180d"]}
    assert names("tickets", TICKETS, **rule, days_since_first={}, days_since_last={}) == [
        "o_tickets.count.ratio_30d_180d",
        "o_tickets.hours.first",
        "o_tickets.hours.last",
        "o_tickets.days_since_first",
        "o_tickets.days_since_last",
    ]


def test_experience_begins_with_x_and_shares_carry_their_label():
    share = {"nps": {"promoter": ">=9"}}
    assert names("surveys", SURVEYS, windows=["365d"], share=share) == ["x_surveys.nps.share_promoter_365d"]
    rule = ResponseRateRule.model_validate({"answered": "surveys", "invited": "i", "windows": ["180d"]})
    (rate,) = list_response_rates("response_rate", SURVEYS, rule)
    assert rate.name == "x_surveys.response_rate_180d"
    assert rate.unit(SURVEYS) == "share"


def test_a_response_rate_offers_the_streak_and_the_lags_in_their_units():
    asked = {"answered": "surveys", "invited": "i", "windows": ["90d", "180d"]}
    rule = ResponseRateRule.model_validate({**asked, "streak": {}, "lag": {}})
    found = list_response_rates("replies", SURVEYS, rule)
    assert {measure.name: measure.unit(SURVEYS) for measure in found} == {
        "x_surveys.replies_90d": "share",
        "x_surveys.replies_180d": "share",
        "x_surveys.replies.streak": "count",
        "x_surveys.replies.lag_90d": "days",
        "x_surveys.replies.lag_180d": "days",
        "x_surveys.replies.lag_last": "days",
    }
    assert {measure.patience_days for measure in found} == {0, 14}
    rule = ResponseRateRule.model_validate({**asked, "streak": {"patience": "0d"}})
    assert [measure.patience_days for measure in list_response_rates("replies", SURVEYS, rule)] == [0, 0, 0]


def test_attributes_have_the_plain_name_of_their_column():
    assert names("customers", CUSTOMERS, last=["plan", "seats"]) == ["o_customers.plan", "o_customers.seats"]


def test_a_column_named_twice_is_one_feature():
    assert names("tickets", TICKETS, windows=["30d"], mean=["hours", "hours"]) == ["o_tickets.hours.mean_30d"]


@pytest.mark.parametrize(
    ("function", "column", "shape", "unit"),
    [
        ("count", None, "number", "count"),
        ("count_slope", None, "number", "count per day, per 30 days"),
        ("share", "hours", "number", "share"),
        ("ratio", None, "number", "ratio"),
        ("days_since_last", None, "number", "days"),
        ("mean", "hours", "number", "h"),
        ("mean", "cost", "number", None),
        ("slope", "hours", "number", "h per 30 days"),
        ("slope", "cost", "number", None),
        ("last", "due", "time", "days"),
    ],
)
def test_units_follow_function_and_column(function, column, shape, unit):
    assert Measure("any", function, column, shape=shape).unit(TICKETS) == unit


def test_only_a_picked_text_is_a_category():
    assert Measure("any", "last", "plan", shape="text").kind == "category"
    assert Measure("any", "share", "plan", 30, condition=("=", "pro"), shape="text").kind == "number"
    assert Measure("any", "last", "hours").kind == "number"


def test_a_rule_names_the_features_of_a_column_as_the_builder_does():
    rule = FeatureRule.model_validate(
        {
            "windows": ["30d", "90d"],
            "count": {},
            **{function: ["sentiment"] for function in ("sum", "mean", "min", "max", "std", "first", "last")},
            "slope": ["sentiment", "count"],
            "delta": ["sentiment"],
            "distinct": ["sentiment", "topic"],
            "share": {"sentiment": {"bad": "< 0", "good": "> 0"}, "topic": {"price": "= price"}},
        }
    )
    source = Source(file="s.csv", event_time="at", known_at="same")
    built = [one.name.removeprefix("o_") for one in list_measures("surveys", source, rule)]
    assert set(rule.list_names("surveys", "sentiment")) == {
        name for name in built if name.startswith("surveys.sentiment.")
    }
    assert rule.list_names("surveys", "effort") == ()

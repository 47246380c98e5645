import json

import pytest

from training.journey import JourneyRecord
from training.statistics import Estimate


def test_the_record_is_plain_json(flights):
    content = flights.to_json()
    assert json.loads(json.dumps(content, allow_nan=False)) == content


def test_everything_is_called_by_its_name(flights):
    content = flights.to_json()
    assert content["stages"] == [["booking"], ["ease"], ["bag_fee"], ["flight"], ["rating"], ["complaint"]]
    fee = next(
        each for each in content["effects"] if each["point"] == "bag_fee" and each["later"] == "rating"
    )
    assert fee["held_equal"] == ["context: travel_class", "experience: ease", "time"]
    assert fee["grade"] == "B"
    assert fee["is_clear"]
    window = next(each for each in content["windows"] if each["is_clear"])
    assert (window["after"], window["point"]) == ("booking", "bag_fee")
    assert set(window["band"]) == {"low", "high", "difference", "p_value", "is_early", "is_open", "n_inside"}
    assert content["weakest"] == {"stages": ["rating"], "is_clear": True}
    assert "goes on" in {each["later"] for each in content["effects"]}


def test_figures_keep_their_range_and_number(flights):
    (first, *_) = flights.experiences
    told = flights.to_json()["experience"][0]
    assert told["stage"] == "ease"
    assert Estimate.from_json(told["good"]) == first.good


def test_transitions_name_every_next_stage_and_the_end(flights):
    row = flights.to_json()["transitions"][0]
    assert row["stage"] == "booking"
    assert list(row["shares"]) == ["booking", "ease", "bag_fee", "flight", "rating", "complaint", "leaves"]
    assert sum(share["value"] for share in row["shares"].values()) == pytest.approx(1, abs=1e-12)


def test_the_footing_is_stated(flights):
    assert (
        "standing: the place of an answer among all answers to the same question"
        in flights.to_json()["footing"]
    )


def test_events_that_were_held_equal_are_named(flights):
    delay = next(each for each in flights.effects if each.stage == 3 and each.later == 4)
    assert "event:2" in delay.held_equal
    told = next(
        each
        for each in flights.to_json()["effects"]
        if each["stage"] == "flight" and each["later"] == "rating"
    )
    assert "event: bag_fee" in told["held_equal"]


def test_a_stage_of_several_touchpoints_has_all_names(flights):
    joined = JourneyRecord(
        **{**flights.__dict__, "order": type(flights.order)(((0, 1), (2, 3, 4, 5)), (), ((2, 3),))}
    )
    assert joined.stage_name(0) == "booking + ease"

"""The whole comparison on worlds with and without a feature that stands for a protected group."""

import json

from training.fairness import judge_fairness


def test_a_score_that_follows_a_proxy_is_found(unfair):
    found = unfair.found["fairness"]["attributes"]
    alarms = {(alarm["group"], alarm["figure"]) for alarm in found["gender"]["alarms"]}
    assert ("f", "selection_rate") in alarms
    assert found["birth_year"]["alarms"] == []


def test_without_one_there_is_no_alarm(fair):
    found = fair.found["fairness"]["attributes"]
    assert {name: one["alarms"] for name, one in found.items()} == {"gender": [], "birth_year": []}
    assert all(one["state"] == "judged" for one in found.values())


def test_it_says_what_it_is_about(fair):
    fairness = fair.found["fairness"]
    assert (fairness["horizon"], fairness["selected_share"], fairness["minimum_group"]) == ("outcome", 0.1, 5)
    assert set(fairness["attributes"]["birth_year"]["groups"]) == {
        "1960–1969",
        "1970–1979",
        "1980–1989",
        "1990–1999",
        "2000–2009",
    }


def test_it_is_plain_and_the_same_again(fair):
    again = judge_fairness(fair.frame, fair.usecase, fair.rows, fair.assessment, fair.encoder, seed=1)
    assert json.dumps(again, allow_nan=False) == json.dumps(fair.found, allow_nan=False)


def test_protected_attributes_are_no_features(unfair):
    assert set(unfair.rows.catalogue.names) == {"workload", "pay", "part_time"}


def test_nothing_declared_is_nothing_compared(company):
    evaluation = company.bundle.evaluation
    assert evaluation["fairness"]["attributes"] == {}
    assert evaluation["proxies"]["attributes"] == {}

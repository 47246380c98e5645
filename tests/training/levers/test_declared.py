import math
from dataclasses import replace

import pytest

from features.catalogue import Catalogue, Feature
from features.timeline import Duration
from tests.training.levers import flat_world, panel_world
from training.levers import declared_drivers, refuse_by_metadata

HISTORY = 210.0


def of_panel(more=None, *, history_days=HISTORY, features=panel_world._FEATURES, gap=None):
    """Return the declared drivers of the panel by name."""
    usecase = panel_world.make_usecase(more)
    if gap is not None:
        target = usecase.target.model_copy(update={"gap": gap})
        usecase = usecase.model_copy(update={"target": target})
    catalogue = Catalogue(features).with_drivers(usecase.drivers)
    return {one.group.name: one for one in declared_drivers(usecase, catalogue, history_days)}


def of_table(changes=None):
    """Return the declared drivers of the flat table by name."""
    usecase = flat_world.make_usecase(changes)
    catalogue = Catalogue(flat_world._FEATURES).with_drivers(usecase.drivers)
    return {one.group.name: one for one in declared_drivers(usecase, catalogue, 0.0)}


def codes(drivers, name):
    return [refusal.code for refusal in refuse_by_metadata(list(drivers.values()))[name]]


def test_drivers_come_in_the_order_of_the_catalogue_without_features_that_nobody_claims():
    plain = (Feature("o_crm.age", "number", "crm"), *panel_world._FEATURES)
    found = of_panel({**panel_world.MOODY, **panel_world.DRAWN}, features=plain)
    assert list(found) == [
        "size", "plan", "waiting", "staffing", "visiting", "noise", "contacts", "backlog", "calls",
        "discount", "ease", "satisfaction",
    ]  # fmt: skip


def test_levers_of_snapshots_look_back_as_far_as_their_feature_and_end_the_day_before():
    facts = of_panel()["waiting"].facts
    assert (facts.start_days, facts.end_days) == (90, 1)
    assert (facts.data, facts.answered_by, facts.actor, facts.role) == ("O", None, "company", "lever")


def test_the_gap_lies_between_all_windows_and_the_outcome():
    found = of_panel(gap=Duration(7))
    assert (found["waiting"].facts.start_days, found["waiting"].facts.end_days) == (97, 8)
    assert found["size"].facts.end_days == HISTORY + 7
    assert codes(found, "waiting") == []


def test_context_of_snapshots_is_known_as_far_back_as_there_are_snapshots():
    facts = of_panel()["size"].facts
    assert (facts.start_days, facts.end_days) == (math.inf, HISTORY)
    assert codes(of_panel(history_days=90.0), "waiting") == []
    assert codes(of_panel(history_days=89.0), "waiting") == ["no earlier context"]


def test_an_attribute_has_no_start():
    assert of_panel(panel_world.DRAWN)["discount"].facts.start_days == math.inf
    more = {
        "discount": {
            key: value for key, value in panel_world.DRAWN["discount"].items() if key != "randomised"
        }
    }
    assert codes(of_panel(more), "discount") == ["window without start"]
    assert codes(of_panel(panel_world.DRAWN), "discount") == []


def test_ratings_are_those_of_whom_the_source_names():
    found = of_panel()
    assert found["ease"].facts.answered_by == "entity"
    assert codes(found, "ease") == ["own rating"]


def test_what_a_lever_moves_through_something_in_between_depends_on_it():
    more = {
        "contacts": {"features": ["tickets.count*"], "role": "mediator", "depends_on": ["waiting"]},
        "noise": {**panel_world._DRIVERS["noise"], "depends_on": ["contacts"]},
        "visiting": {**panel_world._DRIVERS["visiting"], "depends_on": ["size"]},
    }
    found = of_panel(more)
    assert found["noise"].facts.depends_on == ("waiting",)
    assert found["visiting"].facts.depends_on == ()
    assert codes(found, "noise") == ["depends on lever"]


def test_a_circle_of_dependence_ends_and_refuses_all_levers_in_it():
    more = {
        name: {**panel_world._DRIVERS[name], "depends_on": [other]}
        for name, other in (("waiting", "noise"), ("noise", "waiting"))
    }
    found = of_panel(more)
    assert found["waiting"].facts.depends_on == ("noise",)
    assert codes(found, "waiting") == codes(found, "noise") == ["depends on lever"]


def test_a_goal_without_an_order_says_no_direction():
    more = {"waiting": {**panel_world._DRIVERS["waiting"], "goal": "= 24"}}
    found = of_panel(more)
    assert found["waiting"].goal is None
    assert codes(found, "waiting") == ["goal missing"]
    assert of_panel()["waiting"].is_lower_better
    assert not of_panel()["staffing"].is_lower_better


def test_words_are_told_from_a_goal_that_is_missing():
    words = tuple(
        replace(one, kind="category") if one.name == "o_tickets.hours.mean_90d" else one
        for one in panel_world._FEATURES
    )
    assert codes(of_panel(features=words), "waiting") == ["no number"]


def test_the_feature_named_first_stands_for_a_lever():
    more = {
        "waiting": {**panel_world._DRIVERS["waiting"], "features": ["tickets.hours.max*", "tickets.hours*"]}
    }
    features = (*panel_world._FEATURES, Feature("o_tickets.hours.max_180d", "number", "tickets"))
    found = of_panel(more, features=features)["waiting"]
    assert found.feature.name == "o_tickets.hours.max_180d"
    assert found.facts.start_days == 180


def test_context_with_a_rating_in_it_is_held_equal_without_the_rating():
    more = {
        "size": {"features": ["surveys.csat*", "crm.size"], "role": "context"},
        "satisfaction": {"features": ["surveys.ease*"], "role": "context"},
    }
    found = of_panel({**more, "ease": {"features": ["calls.count*"], "role": "signal"}})
    assert found["size"].facts.data == "O"
    assert found["satisfaction"].facts.data == "X"


def test_a_flat_table_says_itself_when_it_was_measured():
    facts = of_table()["waiting"].facts
    assert (facts.start_days, facts.end_days) == (90, 1)
    assert codes(of_table(), "waiting") == codes(of_table(), "visits") == codes(of_table(), "advice") == []


def test_answers_in_a_flat_table_are_those_of_who_is_in_it():
    assert of_table()["ease"].facts.answered_by == "entity"
    assert codes(of_table(), "ease") == ["own rating"]


@pytest.mark.parametrize("name", ["waiting", "advice"])
def test_a_flat_table_without_windows_has_no_levers(name):
    assert codes(of_table({name: {"window": None}}), name) == ["window missing"]


def test_context_of_a_flat_table_without_a_window_is_not_known_to_be_from_before():
    without = {"size": {"window": None}, "plan": {"window": None}}
    assert codes(of_table(without), "waiting") == ["no earlier context"]
    assert codes(of_table(without), "advice") == []  # lots need none


def test_context_of_a_flat_table_that_ends_too_late_is_none():
    late = {name: {"window": {"from": "365d", "to": "89d"}} for name in ("size", "plan")}
    assert codes(of_table(late), "waiting") == ["no earlier context"]


def test_a_window_up_to_the_outcome_may_hold_its_consequences():
    assert codes(of_table({"waiting": {"window": {"from": "90d", "to": "0d"}}}), "waiting") == [
        "after outcome"
    ]


def test_only_levers_are_asked_about_and_sentences_carry_their_label():
    found = of_table({"ease": {"label": {"en": "Ease", "de": "Leichtigkeit"}}})
    refused = refuse_by_metadata(list(found.values()))
    assert list(refused) == ["waiting", "visits", "advice", "ease"]
    assert refused["ease"][0].reason["de"].startswith("„Leichtigkeit“ ist ein Urteil")

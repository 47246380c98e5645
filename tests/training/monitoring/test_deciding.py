"""Alerts of a batch: one family, and nothing that was not tested."""

from dataclasses import replace

import pytest

from training.monitoring import Check
from training.monitoring.deciding import decide

PLAIN = Check("score", "90d", {}, None, None, None, 0.03, "no clear change", {"en": "a", "de": "b"})


def states_of(*p_values):
    return [check.state for check in decide([replace(PLAIN, p_value=p_value) for p_value in p_values])]


def test_a_single_check_is_held_against_the_whole_level():
    assert states_of(0.015) == ["alert"]
    assert states_of(0.025) == ["no clear change"]


def test_more_checks_need_more_evidence_each():
    assert states_of(0.015, 0.5) == ["no clear change", "no clear change"]
    assert states_of(0.5, 0.008, 0.015) == ["no clear change"] * 3
    assert states_of(0.015, 0.008) == ["alert", "alert"]


def test_what_was_not_tested_keeps_its_state_and_costs_the_others_nothing():
    silent = replace(PLAIN, p_value=None, state="not known")
    stopped = replace(PLAIN, p_value=None, state="alert")
    found = decide([silent, replace(PLAIN, p_value=0.015), stopped])
    assert [check.state for check in found] == ["not known", "alert", "alert"]


def test_an_earlier_alert_is_taken_back_and_nothing_else_changes():
    (found,) = decide([replace(PLAIN, p_value=0.2, state="alert")])
    assert found == replace(PLAIN, p_value=0.2, state="no clear change")


def test_no_checks_are_no_alerts():
    assert decide([]) == ()


def test_the_level_can_be_chosen():
    assert decide([PLAIN], 0.01)[0].state == "no clear change"


def test_a_p_value_that_is_none_is_refused():
    with pytest.raises(ValueError, match="one dimension within"):
        decide([replace(PLAIN, p_value=1.2)])

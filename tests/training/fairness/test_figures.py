import json

import numpy as np
import pytest

from tests.training.fairness.judged_samples import make_judged
from training.fairness.figures import judge_groups


def judge(tested, group, minimum=5):
    return judge_groups(tested, {"x": group}, minimum, seed=1)["x"]


def test_the_largest_group_is_what_others_are_held_against():
    tested, group = make_judged()
    group[:60] = "b"
    found = judge(tested, group)
    assert found["reference"] == "b"
    assert found["groups"]["b"]["against_reference"] == {}
    assert set(found["groups"]["a"]["against_reference"]) >= {"selection_rate", "auc"}
    assert sum(one["n_rows"] for one in found["groups"].values()) == 400


def test_a_planted_difference_is_found_and_named():
    found = judge(*make_judged(seed=3, shift=1.5))
    assert "selection_rate" in {alarm["figure"] for alarm in found["alarms"]}
    alarm = found["alarms"][0]
    assert alarm["group"] != found["reference"]
    assert alarm["difference"]["low"] > 0 or alarm["difference"]["high"] < 0


def test_groups_that_are_alike_give_no_alarm():
    assert [judge(*make_judged(seed=seed))["alarms"] for seed in range(4)] == [[]] * 4


def test_a_small_difference_is_no_alarm_however_certain():
    tested, group = make_judged(20_000, shift=0.04)
    assert judge(tested, group)["alarms"] == []


def test_people_of_hidden_groups_stand_nowhere():
    tested, group = make_judged()
    group[:3] = "few"
    found = judge(tested, group)
    assert set(found["groups"]) == {"a", "b"}
    assert (found["n_hidden"], found["is_absorbed"]) == (1, True)
    assert "few" not in json.dumps(found)
    assert sum(one["n_entities"] for one in found["groups"].values()) == 400


def test_rates_among_few_people_are_left_out():
    tested, group = make_judged()
    few_events = np.flatnonzero((group == "a") & (tested.outcome == 1))[3:]
    kept = np.ones(len(group), dtype=np.bool_)
    kept[few_events] = False
    part = tested.take(kept)
    part.positions[:] = np.arange(len(part.positions))
    found = judge(part, group[kept])
    for name in "ab":  # of two groups neither, or the other could be computed
        figures = found["groups"][name]["figures"]
        assert figures["true_positive_rate"] is None
        assert figures["auc"] is None
        assert figures["observed"] is None
        assert figures["selection_rate"] is not None
        assert figures["false_positive_rate"] is not None


@pytest.mark.parametrize(
    ("names", "state"), [([None], "no_data"), (["a"], "one_group")], ids=["no-data", "one-group"]
)
def test_what_cannot_be_compared_says_why(names, state):
    tested, _ = make_judged()
    found = judge(tested, np.array(names * 400, dtype=object))
    assert (found["state"], found["groups"], found["alarms"]) == (state, {}, [])


def test_answers_are_compared_by_choice_and_level():
    found = judge(*make_judged(is_event=False))
    assert set(found["groups"]["a"]["figures"]) == {
        "selection_rate",
        "mean_forecast",
        "observed",
        "level_error",
    }


def test_equal_seeds_give_equal_values():
    tested, group = make_judged()
    assert judge(tested, group) == judge(tested, group)

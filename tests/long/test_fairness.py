"""How often the comparison of groups cries wolf, and how often it finds what is there, by repetition."""

import numpy as np
import pytest

from tests.training.fairness.conftest import judge
from tests.training.fairness.judged_samples import make_judged
from training.fairness.figures import judge_groups

pytestmark = pytest.mark.long
N_RUNS = 200


def alarms(run: int, *, shift: float = 0.0, is_event: bool = True, copies: int = 1) -> set[str]:
    tested, group = make_judged(500, seed=run, shift=shift, is_event=is_event, copies=copies)
    other = np.repeat(
        np.random.default_rng([run, 1]).choice(np.array(["x", "y", "z"], dtype=object), 500), copies
    )
    found = judge_groups(tested, {"a": group, "other": other}, 5, seed=run)
    return {f"{name}.{alarm['figure']}" for name, one in found.items() for alarm in one["alarms"]}


@pytest.mark.parametrize("is_event", [True, False], ids=["event", "answer"])
@pytest.mark.parametrize("copies", [1, 4])
def test_alike_groups_alarm_in_at_most_one_of_twenty(is_event, copies) -> None:
    n_false = sum(bool(alarms(run, is_event=is_event, copies=copies)) for run in range(N_RUNS))
    assert n_false / N_RUNS <= 0.05 + 2 * np.sqrt(0.05 * 0.95 / N_RUNS)


def test_a_planted_difference_is_found_in_nine_of_ten() -> None:
    found = [alarms(run, shift=1.3) for run in range(N_RUNS)]
    assert np.mean(["a.selection_rate" in one for one in found]) >= 0.9
    assert np.mean([any(name.startswith("other.") for name in one) for one in found]) <= 0.08


def test_ranges_of_differences_hold_the_truth_in_nineteen_of_twenty() -> None:
    held = []
    for run in range(N_RUNS):
        tested, group = make_judged(500, seed=run)
        groups = judge_groups(tested, {"x": group}, 5, seed=run)["x"]["groups"]
        (found,) = (one["against_reference"] for one in groups.values() if one["against_reference"])
        held.append([one["difference"]["low"] <= 0 <= one["difference"]["high"] for one in found.values()])
    assert np.mean(held, axis=0).min() >= 0.92


def test_whole_trainings_find_the_proxy_and_nothing_where_there_is_none(tmp_path) -> None:
    named, alarmed, wolf = 0, 0, 0
    for run in range(20):
        unfair = judge(tmp_path / f"unfair{run}", seed=run, proxy=2.0).found
        gender = unfair["proxies"]["attributes"]["gender"]
        names = [carrier["feature"] for carrier in gender["carriers"]]
        named += names[:1] == ["part_time"]
        alarmed += bool(unfair["fairness"]["attributes"]["gender"]["alarms"])
        fair = judge(tmp_path / f"fair{run}", seed=run, proxy=0.0).found
        attributes = fair["fairness"]["attributes"].values(), fair["proxies"]["attributes"].values()
        wolf += any(one["alarms"] for one in attributes[0]) or any(
            one["auc"]["is_clear"] for one in attributes[1]
        )
    assert named >= 18
    assert alarmed >= 10
    assert wolf <= 4

import numpy as np
import pytest

from tests.training.breakdown.worlds import LIGHT, make_table
from training.breakdown.learning_curve import judge_learning_curve, take_share
from training.breakdown.trials import Trials


def judge(rows, seed=0):
    trials = Trials.of(rows, LIGHT, seed)
    return judge_learning_curve(trials, trials.forecast())


@pytest.fixture(scope="module")
def rich():
    return judge(make_table(1600, x_effect=1.2, n_noise=12))


def test_loss_falls_where_there_is_much_to_learn(rich):
    losses = [point["figures"]["log_loss"]["value"] for point in rich["points"] if point["figures"]]
    assert len(losses) >= 3
    assert losses == sorted(losses, reverse=True)
    assert rich["half_to_all"]["log_loss"]["value"] == pytest.approx(losses[-1] - losses[-2])


def test_the_verdict_is_that_of_the_paired_interval(rich):
    assert [point["share"] for point in rich["points"]] == ["1/8", "1/4", "1/2", "all"]
    assert rich["helps"] == (rich["half_to_all"]["log_loss"]["high"] < 0)
    # Two of five folds are forecast, each learned from four fifths: together everybody teaches.
    assert rich["points"][-1]["n_entities"] == 1600


def test_shares_with_too_few_events_have_no_figures():
    found = judge(make_table(260))
    assert found["points"][0]["figures"] == {}
    assert found["points"][-1]["figures"]


def test_no_verdict_without_a_half():
    found = judge(make_table(130))
    assert (found["half_to_all"], found["helps"]) == (None, None)
    assert found["points"][-1]["figures"]


def test_too_little_for_any_fit_is_said():
    assert judge(make_table(60)) == {"state": "too_few", "horizon": "outcome"}


class TestShares:
    def test_groups_stay_whole_and_two_halves_do_not_overlap(self):
        rows = make_table(400, copies=2)
        halves = [take_share(rows, share=0.5, number=number, seed=3) for number in (0, 1)]
        assert not set(halves[0].group) & set(halves[1].group)
        assert set(halves[0].group) | set(halves[1].group) == set(rows.group)
        for half in halves:
            assert (np.unique(half.group.astype(str), return_counts=True)[1] == 2).all()

    def test_smaller_shares_stand_inside_larger_ones(self):
        rows = make_table(400)
        small, large = (take_share(rows, share=share, number=0, seed=3) for share in (0.125, 0.25))
        assert set(small.entity) < set(large.entity)
        assert len(small) == 50

import numpy as np
import pytest

from tests.training.fairness.judged_samples import make_judged
from training.fairness.comparing import COMPARED, compare
from training.fairness.judged import JudgedRows
from training.fairness.rates import draw_figures


def compare_groups(shift, allowed=COMPARED):
    tested, group = make_judged(seed=5, shift=shift)
    drawn = {
        name: draw_figures(tested.take(group == name), n_draws=200, seed=seed)
        for seed, name in enumerate("ab")
    }
    allowed = set(allowed) & drawn["a"].keys()
    return {one.figure: one for one in compare("x", "a", drawn["a"], drawn["b"], allowed, tested)}, drawn


def test_a_difference_is_group_minus_reference_and_a_ratio_their_quotient():
    found, drawn = compare_groups(1.0)
    first, second = drawn["a"]["selection_rate"][0], drawn["b"]["selection_rate"][0]
    assert found["selection_rate"].difference.value == pytest.approx(first - second)
    assert found["selection_rate"].ratio.value == pytest.approx(first / second)
    assert found["auc"].ratio is None
    assert set(found) == set(COMPARED)


def test_groups_that_score_higher_are_chosen_more_often_beyond_chance():
    found, _ = compare_groups(1.5)
    one = found["selection_rate"]
    assert one.is_large
    assert one.p_value < 1e-3
    assert one.ratio.low > 1.25
    assert found["level_error"].p_value > 0.05  # both levels are right


def test_four_fifths_bound_what_is_large():
    rates = {"selection_rate": np.full(5, 0.10)}
    for rate, is_large in ((0.081, False), (0.079, True), (0.124, False), (0.126, True)):
        tested, _ = make_judged()
        other = {"selection_rate": np.full(5, rate)}
        (one,) = compare("x", "a", other, rates, {"selection_rate"}, tested)
        assert one.is_large is is_large


def test_nobody_chosen_in_either_group_is_no_difference():
    nobody = {"selection_rate": np.zeros(5)}
    (one,) = compare("x", "a", nobody, nobody, {"selection_rate"}, make_judged()[0])
    assert (one.is_large, one.p_value) == (False, 1.0)
    assert one.to_json()["ratio"]["value"] is None


def test_what_may_not_be_shown_is_not_compared():
    found, _ = compare_groups(1.0, allowed=("selection_rate",))
    assert list(found) == ["selection_rate"]


def test_levels_of_answers_are_held_against_their_spread():
    tested, _ = make_judged(is_event=False)
    spread = tested.outcome.std()
    for gap, is_large in ((0.19, False), (0.21, True)):
        one, other = {"level_error": np.full(5, gap * spread)}, {"level_error": np.zeros(5)}
        (found,) = compare("x", "a", one, other, {"level_error"}, tested)
        assert found.is_large is is_large


@pytest.mark.parametrize("copies", [1, 6])
def test_none_of_eight_is_no_certainty(copies):
    """Of 8 with the event none was chosen, of 80 a third: by chance that happens in 4 of 100 such groups."""
    n_small, n_large = 8, 80
    group = np.repeat(["a", "b"], [n_small, n_large]).repeat(copies)
    chosen = np.concatenate([np.zeros(n_small), np.arange(n_large) % 3 == 0]).astype(bool).repeat(copies)
    entity = np.array([f"E{number}" for number in range(n_small + n_large)], dtype=object).repeat(copies)
    ones = np.ones(len(group))
    tested = JudgedRows(np.arange(len(group)), 0.5 * ones, ones, chosen, entity, ones, is_event=True)
    small, large = (
        draw_figures(tested.take(group == name), n_draws=2000, seed=seed) for seed, name in enumerate("ab")
    )
    assert small["true_positive_rate"][0] == 0
    assert 0.15 < np.quantile(small["true_positive_rate"][1:], 0.975) < 0.45
    (found,) = compare("x", "a", small, large, {"true_positive_rate"}, tested)
    assert found.ratio is not None
    assert (found.ratio.value, found.is_large) == (0.0, True)
    assert found.ratio.high > 0.3
    assert 0.01 < found.p_value < 0.15

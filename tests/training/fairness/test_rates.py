from dataclasses import replace

import numpy as np
import pytest
from fairlearn.metrics import demographic_parity_difference, equalized_odds_difference
from sklearn.metrics import roc_auc_score

from tests.training.fairness.judged_samples import make_judged
from training.fairness.rates import OF_ANSWERS, OF_EVENTS, draw_figures, rates_by_group

TESTED, GROUP = make_judged(seed=4, shift=0.8)


def by_hand(tested):
    chosen, event = tested.is_selected, tested.outcome == 1
    return {
        "selection_rate": chosen.mean(),
        "true_positive_rate": chosen[event].mean(),
        "false_positive_rate": chosen[~event].mean(),
        "mean_forecast": tested.forecast.mean(),
        "observed": event.mean(),
    }


@pytest.mark.parametrize("name", ["a", "b"])
def test_rates_are_those_counted_by_hand(name):
    found = rates_by_group(TESTED, GROUP.tolist())[name]
    for figure, expected in by_hand(TESTED.take(name == GROUP)).items():
        assert found[figure] == pytest.approx(expected)
    assert found["n_rows"] == (name == GROUP).sum()


@pytest.mark.parametrize("name", ["a", "b"])
def test_the_figures_that_are_resampled_are_the_same(name):
    part = TESTED.take(name == GROUP)
    drawn = draw_figures(part, n_draws=20, seed=0)
    assert tuple(drawn) == OF_EVENTS
    for figure, value in rates_by_group(TESTED, GROUP.tolist())[name].items():
        if figure != "n_rows":
            assert drawn[figure][0] == pytest.approx(value)
    assert drawn["auc"][0] == pytest.approx(roc_auc_score(part.outcome, part.forecast))
    assert drawn["level_error"][0] == pytest.approx(part.forecast.mean() - part.outcome.mean())


def test_differences_are_those_that_fairlearn_publishes():
    found = rates_by_group(TESTED, GROUP.tolist())
    truth, chosen = TESTED.outcome.astype(int), TESTED.is_selected.astype(int)
    parity = demographic_parity_difference(truth, chosen, sensitive_features=GROUP)
    assert abs(found["a"]["selection_rate"] - found["b"]["selection_rate"]) == pytest.approx(parity)
    odds = equalized_odds_difference(truth, chosen, sensitive_features=GROUP)
    largest = max(
        abs(found["a"][name] - found["b"][name]) for name in ("true_positive_rate", "false_positive_rate")
    )
    assert largest == pytest.approx(odds)


def test_weights_count():
    weight = np.where(TESTED.is_selected, 3.0, 1.0)
    heavy = replace(TESTED, weight=weight)
    found = rates_by_group(heavy, GROUP.tolist())["a"]
    part = heavy.take(GROUP == "a")
    expected = np.average(part.is_selected, weights=part.weight)
    assert found["selection_rate"] == pytest.approx(expected)
    assert draw_figures(part, n_draws=5, seed=0)["selection_rate"][0] == pytest.approx(expected)


def test_answers_have_no_rates_of_events():
    tested, group = make_judged(is_event=False)
    found = rates_by_group(tested, group.tolist())["a"]
    part = tested.take(group == "a")
    assert set(found) == {"selection_rate", "n_rows", "mean_forecast", "observed"}
    assert found["observed"] == pytest.approx(part.outcome.mean())
    assert tuple(draw_figures(part, n_draws=5, seed=0)) == OF_ANSWERS


def test_repeated_rows_of_a_person_do_not_narrow_the_range():
    once, group = make_judged(300, seed=2)
    often, groups = make_judged(300, seed=2, copies=5)
    spread = [
        draw_figures(tested.take(of_row == "a"), n_draws=400, seed=0)["selection_rate"][1:].std()
        for tested, of_row in ((once, group), (often, groups))
    ]
    assert spread[1] == pytest.approx(spread[0], rel=0.15)


def test_a_group_without_events_has_no_rate_among_them():
    part = TESTED.take((GROUP == "a") & (TESTED.outcome == 0))
    drawn = draw_figures(part, n_draws=5, seed=0)
    assert np.isnan(drawn["true_positive_rate"]).all()
    assert np.isnan(drawn["auc"]).all()
    assert np.isfinite(drawn["false_positive_rate"]).all()

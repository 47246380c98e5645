import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import roc_auc_score

from training.evaluation import Evaluation, evaluate
from training.evaluation.rows import LabelledRows
from training.statistics import CalibrationSlope, Floats

ROWS = st.lists(
    st.tuples(st.booleans(), st.integers(0, 10), st.integers(0, 4), st.integers(0, 3)),
    min_size=2,
    max_size=25,
).filter(lambda rows: len({event for event, _, _, weight in rows if weight > 0}) == 2)


def _make_rows(seed: int, n: int = 500) -> tuple[Floats, Floats]:
    random = np.random.default_rng(seed)
    probability = random.beta(1, 2, n)
    return (random.random(n) < probability).astype(float), probability


@settings(max_examples=150, deadline=None)
@given(ROWS)
def test_any_rows_with_both_classes_give_figures_inside_their_intervals(rows):
    target, level, entity, weight = np.array(rows, dtype=float).T
    found = evaluate(target, level / 10, entity=entity, weight=weight, value=level, n_draws=15)
    assert (
        Evaluation.from_json(json.loads(json.dumps(found.to_json(), allow_nan=False))).to_json()
        == found.to_json()
    )
    for estimate in (found.auc, found.log_loss, found.brier, found.ece, found.pr_auc, *found.lift.values()):
        assert estimate.low <= estimate.value <= estimate.high
    assert 0 <= found.auc.value <= 1
    assert sum(part.observed.n for part in found.bins) == np.count_nonzero(weight)


@settings(max_examples=40, deadline=None)
@given(ROWS)
def test_a_row_of_weight_two_is_the_same_as_two_rows(rows):
    target, level, entity, weight = np.array(rows, dtype=float).T
    counts = weight.astype(int)
    weighted = evaluate(target, level / 10, entity=entity, weight=weight, n_draws=3)
    repeated = evaluate(*(np.repeat(column, counts) for column in (target, level / 10)), n_draws=3)
    for name in (
        "log_loss",
        "brier",
        "auc",
        "pr_auc",
        "level_error",
        "level_error_top_tenth",
        "event_share",
        "ece",
    ):
        assert getattr(weighted, name).value == pytest.approx(getattr(repeated, name).value, abs=1e-9)


def test_a_figure_of_a_draw_is_the_figure_of_the_drawn_rows():
    target, probability = _make_rows(1, 200)
    entity = np.arange(200) // 2
    rows = LabelledRows.of(target, entity=entity, n_draws=8, seed=5)
    drawn = rows.rank(probability).drawn_figures()["auc"][:, 0]
    counts = np.concatenate(list(rows.draws.blocks())).astype(int)
    expected = [roc_auc_score(np.repeat(target, count), np.repeat(probability, count)) for count in counts]
    np.testing.assert_allclose(drawn, expected, atol=1e-12)


def test_the_slope_of_a_draw_is_near_the_slope_of_the_drawn_rows():
    target, probability = _make_rows(2, 2000)
    rows = LabelledRows.of(target, n_draws=6, seed=3)
    drawn = rows.rank(probability).drawn_figures()["calibration_slope"][:, 0]
    refits = [
        CalibrationSlope.fit(target, probability, weights).slope for weights in next(rows.draws.blocks())
    ]
    assert drawn == pytest.approx(refits, abs=0.25 * np.std(refits).item())


def test_the_ranking_sees_only_the_order_of_forecasts():
    target, probability = _make_rows(3)
    plain, squeezed = evaluate(target, probability, n_draws=30), evaluate(target, probability**3, n_draws=30)
    assert plain.auc == squeezed.auc
    assert plain.pr_auc == squeezed.pr_auc
    assert plain.capture == squeezed.capture
    assert plain.brier != squeezed.brier


def test_turned_round_forecasts_turn_the_auc_round():
    target, probability = _make_rows(4)
    plain, turned = evaluate(target, probability, n_draws=30), evaluate(target, 1 - probability, n_draws=30)
    assert turned.auc.value == pytest.approx(1 - plain.auc.value, abs=1e-12)
    assert turned.auc.low == pytest.approx(1 - plain.auc.high, abs=1e-12)


def test_draws_without_an_event_are_left_out_of_the_interval():
    target = np.zeros(30)
    target[3] = 1
    found = evaluate(target, np.linspace(0.01, 0.9, 30), n_draws=200)
    assert np.isfinite([found.auc.low, found.auc.high, found.lift["20%"].high]).all()


def test_missing_values_count_as_nothing_lost():
    target, probability = np.array([1.0, 1.0, 0.0, 0.0]), np.array([0.9, 0.8, 0.2, 0.1])
    rows = LabelledRows.of(target, value=[np.nan, 7.0, 5.0, 5.0])
    assert rows.lost.tolist() == [0, 7, 0, 0]
    assert rows.rank(probability).lost.tolist() == [0, 7, 0, 0]

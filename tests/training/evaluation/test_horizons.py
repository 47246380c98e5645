import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from features.timeline import Duration
from training.evaluation import HorizonEvaluations, evaluate, evaluate_horizons, horizon_labels
from training.statistics import Floats

MONTH, QUARTER, YEAR = Duration(30), Duration(90), Duration(365)


def _make_rows(seed: int, observed: Floats) -> tuple[Floats, Floats, Floats]:
    """Return days, event and the true probabilities at 30, 90 and 365 days of exponential waiting times."""
    random = np.random.default_rng(seed)
    rate = np.exp(random.normal(-5.5, 1, observed.size))
    waiting = random.exponential(1 / rate)
    probabilities = 1 - np.exp(-rate[:, None] * np.array([30, 90, 365]))
    return np.minimum(waiting, observed), (waiting < observed).astype(float), probabilities


@settings(max_examples=80, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 200), st.integers(0, 2), st.integers(0, 200)), min_size=1, max_size=30),
    st.integers(1, 150),
    st.integers(1, 2),
)
def test_labels_are_known_only_where_the_horizon_was_observed(rows, horizon_days, cause):
    observed = np.array([float(max(days, cover)) for days, _, cover in rows])
    days, event = (
        np.array([float(days) for days, _, _ in rows]),
        np.array([float(event) for _, event, _ in rows]),
    )
    labels, known = horizon_labels(days, event, observed, horizon_days, cause)
    for row in range(len(rows)):
        ended_inside = days[row] < horizon_days
        expected = observed[row] >= horizon_days and (event[row] > 0 or not ended_inside)
        assert known[row] == expected
        assert labels[row] == float(expected and ended_inside and event[row] == cause)


def test_an_event_on_the_first_day_after_the_horizon_is_none():
    labels, known = horizon_labels([30, 29.9], [1, 1], [60, 60], 30)
    assert labels.tolist() == [0, 1]
    assert known.all()


def test_who_left_for_another_cause_inside_the_horizon_is_a_known_no():
    labels, known = horizon_labels([10, 10, 10, 40], [1, 2, 0, 2], [60, 60, 60, 60], 30)
    assert labels.tolist() == [1, 0, 0, 0]
    assert known.tolist() == [True, True, False, True]


def test_half_observed_rows_do_not_raise_the_share_of_events():
    observed = np.tile([400.0, 45.0], 10_000)
    days, event, probabilities = _make_rows(1, observed)
    found = evaluate_horizons(
        days, event, probabilities, [MONTH, QUARTER, YEAR], observed_days=observed, n_draws=60
    )
    for evaluation in found.by_horizon.values():
        assert evaluation.level_error.low <= 0 <= evaluation.level_error.high
    assert found.by_horizon["30d"].n_censored == 0
    assert found.by_horizon["90d"].n_censored == 10_000


def test_each_horizon_is_judged_like_its_known_rows_alone():
    observed = np.tile([400.0, 60.0], 500)
    days, event, probabilities = _make_rows(2, observed)
    entity, weight = np.arange(1000) // 4, np.random.default_rng(3).gamma(2, 1, 1000)
    rules = {"90d": {"prior": np.full(1000, 0.3)}}
    found = evaluate_horizons(
        days,
        event,
        probabilities,
        [MONTH, QUARTER, YEAR],
        observed_days=observed,
        entity=entity,
        weight=weight,
        baselines=rules,
        n_draws=30,
    )
    labels, known = horizon_labels(days, event, observed, 90)
    alone = evaluate(
        labels[known],
        probabilities[known, 1],
        entity=entity[known],
        weight=weight[known],
        baselines={"prior": np.full(known.sum(), 0.3)},
        n_censored=500,
        n_draws=30,
    )
    assert found.by_horizon["90d"] == alone
    assert found.by_horizon["30d"].baselines == {}


def test_a_horizon_that_nobody_was_observed_for_is_named():
    observed = np.full(200, 100.0)
    days, event, probabilities = _make_rows(4, observed)
    found = evaluate_horizons(
        days, event, probabilities, [MONTH, QUARTER, YEAR], observed_days=observed, n_draws=20
    )
    assert list(found.by_horizon) == ["30d", "90d"]
    assert found.left_out == {"365d": "none of 200 test rows was observed for 365 days"}


def test_a_horizon_without_events_is_named():
    found = evaluate_horizons(
        [50.0, 90.0], [1, 0], np.full((2, 2), 0.2), [MONTH, QUARTER], observed_days=[90, 90], n_draws=20
    )
    assert found.left_out == {"30d": "all 2 test rows have the label 0"}
    assert list(found.by_horizon) == ["90d"]


def test_json_and_back():
    observed = np.full(300, 100.0)
    days, event, probabilities = _make_rows(5, observed)
    found = evaluate_horizons(
        days, event, probabilities, [MONTH, QUARTER, YEAR], observed_days=observed, n_draws=20
    )
    content = json.loads(json.dumps(found.to_json(), allow_nan=False))
    assert content["horizons"].keys() == {"30d", "90d"}
    assert HorizonEvaluations.from_json(content) == found


def test_both_shapes_are_named():
    with pytest.raises(ValueError, match=r"have the shape \(2, 1\) where \(2, 2\) is needed"):
        evaluate_horizons([1, 2], [0, 1], np.ones((2, 1)), [MONTH, QUARTER], observed_days=[9, 9])

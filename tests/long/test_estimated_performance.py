"""The estimated ranking quality by repetition: near the truth when others are scored, no false alarms.

Ideal forecasts show that the arithmetic and the ranges hold; real models of this product show that what
training says of its own calibration is enough to estimate by, for labels and for times to an event with
competing exits. Everywhere the people who are scored differ from those of the training, the world does not.
"""

import numpy as np
import pytest
from scipy.special import expit
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]  # ships no types

from tests.training.examples import LIGHT
from tests.training.exits_world import make_exits
from tests.training.models.known_truth import make_flat
from tests.training.monitoring.shifted import IdealWorld
from training.assessment import assess
from training.evaluation import evaluate
from training.fitting import fit_rows
from training.monitoring.estimating import estimate_auc
from training.monitoring.performing import ALLOWED_FALL
from training.monitoring.realising import realise_event
from training.monitoring.surprise import p_of_change, p_of_fall
from training.rows import LabelOutcome, TrainingRows
from training.statistics import expected_auc

pytestmark = pytest.mark.long
NEAR = 0.02


def true_auc(truth, said):
    return float(expected_auc(truth, said, np.ones((1, truth.size)))[0])


@pytest.mark.parametrize("slope", [1.0, 0.7])
@pytest.mark.parametrize("shift", [0.0, 0.8, -0.8])
def test_of_ideal_forecasts_it_is_near_the_truth_and_its_range_holds_it(shift, slope):
    worlds = [IdealWorld.draw(seed, shift=shift, slope=slope) for seed in range(60)]
    found = [
        (estimate_auc(world.said, world.judged, seed=seed), world.true_auc)
        for seed, world in enumerate(worlds)
    ]
    assert np.mean([abs(one.value - truth) < NEAR for one, truth in found]) >= 0.9
    assert np.mean([one.low <= truth <= one.high for one, truth in found]) >= 0.92
    assert abs(np.mean([one.value - truth for one, truth in found])) < 0.004


def flat_rows(world):
    entity = np.array([f"p{number}" for number in range(len(world.target))], dtype=object)
    columns = {
        name: np.array(column, dtype=object) if isinstance(column, list) else column
        for name, column in world.columns.items()
    }
    outcome = LabelOutcome(world.target, "binary")
    return TrainingRows(world.catalogue, columns, entity, entity, outcome, weight=None, value=None)


def fit_and_judge(rows, horizon):
    with threadpool_limits(1, user_api="blas"):
        return fit_rows(rows, LIGHT, 1), assess(rows, LIGHT, 1).all_rows.by_horizon[horizon]


def test_of_models_of_labels_it_is_near_the_truth():
    """Score 3,000 other people of each world, with more visits or fewer, spending more or less."""
    errors, held = [], []
    for seed in range(12):
        fitted, judged = fit_and_judge(flat_rows(make_flat(10_000, seed=seed)), "outcome")
        others = make_flat(20_000, seed=1_000 + seed)
        rows = flat_rows(others)
        move = 0.4 * (others.columns["visits"] - 2) / 1.4 + 0.5 * (np.log(others.columns["spend"]) - 3) / 0.8
        for shift in (0.0, -0.8, 0.8):
            weight = np.exp(shift * move)
            picked = np.random.default_rng(seed).choice(
                len(rows), 3_000, p=weight / weight.sum(), replace=False
            )
            said = fitted.probabilities(rows.take(picked))[:, 0]
            found, truth = estimate_auc(said, judged, seed=seed), true_auc(others.truth[picked], said)
            errors.append(found.value - truth)
            held.append(found.low <= truth <= found.high)
    assert np.mean(np.abs(errors) < NEAR) >= 0.9
    assert np.mean(held) >= 0.85
    assert abs(np.mean(errors)) < 0.008


def score_other_people(n_people, seed):
    """Return estimates and truths for people who are paid more or less than those of the training."""
    fitted, judged = fit_and_judge(make_exits(n_people, seed=seed), "120d")
    for shift in (0.0, -0.6, 0.6):
        random = np.random.default_rng(100 + seed)
        pay, age = random.normal(shift, 1, 3_000), random.normal(shift, 1, 3_000)
        rate, other = 0.0025 * np.exp(-0.9 * pay), 0.005 * np.exp(0.9 * age)
        truth = rate / (rate + other) * (1 - np.exp(-(rate + other) * 120))
        columns = {"o_pay.last": pay, "o_age.last": age}
        said = fitted.model.probabilities(fitted.encoder.encode(columns).matrix)[:, 1]
        yield estimate_auc(said, judged, seed=seed), true_auc(truth, said)


def test_of_models_of_time_with_competing_exits_it_is_near_the_truth():
    found = [pair for seed in range(12) for pair in score_other_people(12_000, seed)]
    assert np.mean([abs(one.value - truth) < NEAR for one, truth in found]) >= 0.9
    assert np.mean([one.low <= truth <= one.high for one, truth in found]) >= 0.9


def test_of_models_that_learned_from_few_people_the_range_holds_the_truth():
    """Learn from 4,000 people: one cannot be near the truth so often, and the range says so."""
    found = [pair for seed in range(20, 32) for pair in score_other_people(4_000, seed)]
    assert np.mean([one.low <= truth <= one.high for one, truth in found]) >= 0.9
    assert np.mean([one.high - one.low for one, _ in found]) > 0.06


def test_alerts_of_realised_figures_are_as_rare_as_promised():
    """Judge 300 batches of an unchanged world, people in two rows each, without and with what is allowed."""
    falls, changes, allowed = [], [], []
    for seed in range(300):
        random = np.random.default_rng(seed)

        def draw(n, random=random):
            truth = expit(np.repeat(random.normal(-2, 1, n), 2))
            return (
                truth,
                (random.random(2 * n) < truth).astype(float),
                np.repeat(np.arange(n), 2).astype(object),
            )

        said, outcome, entity = draw(1_500)
        promised = evaluate(outcome, said, entity=entity, n_draws=200)
        said, outcome, entity = draw(700)
        found = realise_event(said, outcome, entity, np.ones(said.size), seed=seed)
        falls.append(p_of_fall(found.order, promised.auc))
        allowed.append(p_of_fall(found.order, promised.auc, ALLOWED_FALL))
        changes.append(p_of_change(found.gap, promised.level_error))
    assert 0.02 <= np.mean(np.array(falls) <= 0.05) <= 0.09
    assert 0.02 <= np.mean(np.array(changes) <= 0.05) <= 0.09
    assert np.mean(np.array(allowed) <= 0.05) <= 0.03


def test_a_label_flip_is_found_in_one_batch_of_700_people():
    found = 0
    for seed in range(100):
        random = np.random.default_rng(seed)
        truth = expit(random.normal(-2, 1, 1_500))
        promised = evaluate((random.random(1_500) < truth).astype(float), truth, n_draws=200)
        truth = expit(random.normal(-2, 1, 700))
        turned = (random.random(700) >= truth).astype(float)
        realised = realise_event(truth, turned, np.arange(700).astype(object), np.ones(700), seed=seed)
        found += p_of_fall(realised.order, promised.auc, ALLOWED_FALL) < 0.05 / 20
    assert found >= 99

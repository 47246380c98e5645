"""Declared directions hold on every row for whole blends, whatever the sample says."""

from dataclasses import replace

import numpy as np
import pytest

from tests.training.models.known_truth import QUICK
from training.encoding import Encoded
from training.models.facts import FitFacts
from training.models.fit_binary import fit_binary
from training.models.fit_hazard import fit_hazard
from training.models.fit_incidence import fit_incidence
from training.models.fit_rating import climb, fit_rating
from training.models.levels import Levels
from training.models.odds import to_probability
from training.models.periods import PeriodTable
from training.models.recipe import BoosterSettings
from training.models.refit import refit_members

RECIPE = replace(
    QUICK,
    min_weight=0.0,
    boosters=(*QUICK.boosters, BoosterSettings("wide", n_leaves=31, max_depth=8, learning_rate=0.1)),
    max_trees=20,
)
DIRECTIONS = (1, -1, 0, 0)
NAMES = ("hours", "visits", "size", "plan")


def make_rows(seed, n_rows=700):
    """Return rows whose truth wiggles against the directions, with gaps and a category."""
    chance = np.random.default_rng(seed)
    matrix = chance.normal(size=(n_rows, 3))
    matrix[:, 1] = chance.poisson(2.0, n_rows)
    plan = chance.integers(0, 3, n_rows).astype(float)
    truth = 0.8 * np.sin(2.5 * matrix[:, 0]) + 0.5 * matrix[:, 0] * (plan == 1)
    truth += 0.3 * matrix[:, 1] - 0.4 * matrix[:, 2] * matrix[:, 0]
    matrix[chance.random(matrix.shape) < 0.05] = np.nan
    return Encoded(np.column_stack([matrix, plan]), NAMES, (0, 0, 0, 3), {}), truth, chance


def worst_step(score, encoded, seed):
    """Return the largest step in the wrong direction while one declared feature sweeps its range."""
    chance = np.random.default_rng(seed)
    rows = encoded.matrix[chance.integers(0, len(encoded), 100)]
    known = encoded.matrix[~np.isnan(encoded.matrix).any(axis=1)]
    worst = 0.0
    for place, direction in enumerate(DIRECTIONS[:2]):
        points = np.sort(np.concatenate([chance.choice(known[:, place], 30), [-9.0, 99.0]]))
        swept = np.repeat(rows, len(points), axis=0)
        swept[:, place] = np.tile(points, len(rows))
        scores = score(swept)
        steps = np.diff(scores.reshape(len(rows), len(points), -1), axis=1)
        worst = max(worst, float(-np.min(direction * steps)))
    return worst


def declare(encoded):
    return replace(encoded, directions=DIRECTIONS)


@pytest.mark.parametrize("seed", [1, pytest.param(2, marks=pytest.mark.long)])
def test_a_risk_never_goes_against_its_directions(seed):
    encoded, truth, chance = make_rows(seed)
    target = (chance.random(len(truth)) < to_probability(truth)).astype(float)
    bound, free = (fit_binary(rows, target, recipe=RECIPE).model for rows in (declare(encoded), encoded))
    assert worst_step(bound.blend.log_odds, encoded, seed) == 0.0
    assert worst_step(free.blend.log_odds, encoded, seed) > 0.1, "the sample does not wiggle"
    for member in bound.blend.members:
        assert worst_step(member.model.log_odds, encoded, seed) == 0.0, member.name


def test_a_risk_over_time_never_goes_against_its_directions_at_any_horizon():
    encoded, truth, chance = make_rows(3)
    days = chance.exponential(200 * np.exp(-truth))
    event, days = (days < 250).astype(float), np.minimum(days, chance.uniform(100, 250, len(days)))
    event[days < 250] *= chance.random(np.sum(days < 250)) < 0.8
    model = fit_hazard(declare(encoded), days, event, (30, 90, 180), recipe=RECIPE).model
    assert worst_step(model.period_log_odds, encoded, 3) == 0.0
    assert worst_step(model.probabilities, encoded, 3) <= 1e-14


@pytest.mark.parametrize("kind", ["nps_group", pytest.param("ordinal", marks=pytest.mark.long)])
def test_an_expected_answer_never_goes_against_its_directions(kind):
    encoded, truth, chance = make_rows(4)
    top = 10 if kind == "nps_group" else 5
    answers = np.clip(np.round(top / 2 + truth + chance.normal(size=len(truth))), 0, top)
    model = fit_rating(declare(encoded), answers, kind, recipe=RECIPE).model
    assert worst_step(model.expected, encoded, 4) <= 1e-12


def test_a_refit_keeps_the_directions():
    encoded, truth, chance = make_rows(5)
    target = (chance.random(len(truth)) < to_probability(truth)).astype(float)
    facts = fit_binary(declare(encoded), target, recipe=RECIPE).facts
    assert isinstance(facts, FitFacts)
    half = np.arange(0, len(target), 2)
    labels = target[half, None]
    table = PeriodTable(encoded.matrix[half], encoded.n_codes, labels, np.ones_like(labels), DIRECTIONS)
    assert worst_step(refit_members(table, facts, RECIPE).log_odds, encoded, 5) == 0.0


def test_a_direction_that_is_true_costs_next_to_nothing():
    chance = np.random.default_rng(6)
    matrix = chance.normal(size=(1500, 2))
    truth = to_probability(1.5 * np.tanh(matrix[:, 0]) - 1.0)
    target = (chance.random(1500) < truth).astype(float)
    encoded = Encoded(matrix, ("hours", "noise"), (0, 0), {})
    errors = [
        np.mean((fit_binary(rows, target, recipe=RECIPE).model.probabilities(matrix)[:, 0] - truth) ** 2)
        for rows in (replace(encoded, directions=(1, 0)), encoded)
    ]
    assert errors[0] < errors[1] + 4e-4


def test_whoever_stops_climbing_has_a_low_answer():
    encoded, truth, _ = make_rows(7, 60)
    answers = np.clip(np.round(truth), 0, 1)
    table = climb(declare(encoded), Levels.fit(answers, "ordinal", None), answers, np.ones(60))
    assert table.directions == (-1, 1, 0, 0)
    assert table.take(np.arange(60) < 30).weigh(np.ones(30)).directions == (-1, 1, 0, 0)


def test_a_share_with_competing_exits_never_goes_against_its_directions():
    encoded, truth, chance = make_rows(8)
    days, others = chance.exponential(200 * np.exp(-truth)), chance.exponential(200 * np.exp(truth))
    watched = chance.uniform(100, 250, len(days))
    event = np.where(days < others, 1.0, 2.0) * (np.minimum(days, others) < watched)
    days = np.minimum(np.minimum(days, others), watched)
    fit = fit_incidence(declare(encoded), days, event, (30, 90), recipe=RECIPE)
    assert fit.competing is not None
    assert worst_step(lambda rows: -fit.model.competing.period_log_odds(rows), encoded, 8) == 0.0
    assert worst_step(fit.model.event.period_log_odds, encoded, 8) == 0.0
    assert worst_step(fit.model.probabilities, encoded, 8) <= 1e-14

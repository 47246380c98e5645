import numpy as np
import pytest

from tests.training.examples import SEED
from training.explaining import MAX_REFIT_TRAINING_ROWS, N_REFITS, _halves


def test_attributions_are_those_of_the_model(company):
    explanation, model = company.learned.explanation, company.learned.fitted.model
    base, contributions, log_odds = model.attributions(explanation.values, 1)
    assert np.array_equal(explanation.contributions, contributions)
    assert np.allclose(base + contributions.sum(axis=1), log_odds, atol=1e-9)


def test_everybody_who_can_be_scored_is_explained(company):
    assert len(company.learned.explanation.values) == company.frame.facts.latest_count


def test_halves_are_whole_groups_and_differ(company):
    rows = company.learned.rows
    halves = list(_halves(rows, SEED))
    n_groups = len(np.unique(rows.group))
    assert len(halves) == N_REFITS
    for half in halves:
        inside = set(rows.group[half])
        assert len(inside) == n_groups // 2
        outside = np.setdiff1d(np.arange(len(rows)), half)
        assert not inside & set(rows.group[outside])
    assert len({tuple(half) for half in halves}) == N_REFITS
    assert all(map(np.array_equal, halves, _halves(rows, SEED)))


def test_large_halves_are_thinned(members):
    rows = members.learned.rows.take(np.tile(np.arange(700), 40))
    for half in _halves(rows, SEED):
        assert len(half) == MAX_REFIT_TRAINING_ROWS
        assert len(np.unique(half)) == len(half)
        assert len(set(rows.group[half])) == 350


def test_drivers_with_a_goal_are_placed_and_context_is_not(company):
    placed = {row["driver"]: row for row in company.learned.explanation.quadrants}
    with_goal = {driver.name for driver in company.learned.explanation.drivers if driver.goal is not None}
    roles = {name: company.usecase.drivers[name].role for name in placed}
    assert set(placed) <= with_goal
    assert "context" not in roles.values()
    shares = {driver.name: driver.share for driver in company.learned.explanation.drivers}
    met = {driver.name: driver.goal_met for driver in company.learned.explanation.drivers}
    for name, row in placed.items():
        assert sum(row["probability"].values()) == pytest.approx(1)
        assert row["importance"] == shares[name].to_json()
        assert row["performance"]["value"] == pytest.approx(met[name].value)
        assert row["answer"] == "open" or row["probability"][row["answer"]] >= 0.8

"""Which recipe is used: a search sees nothing of what judges it, and only a clear winner is shipped."""

from dataclasses import replace

import numpy as np
import pytest

from features.frame import build
from tests.training.answer_world import make_flat_answers
from tests.training.examples import LINEAR, write_members
from training.assessment import choose_recipe, split_rows
from training.assessment.choosing import loss_by_row, search_recipe
from training.evaluation import RatingEvaluation
from training.rows import rows_of
from training.tuning import Budget, SearchPlan

TWO, THREE = (SearchPlan(Budget(trials=trials)) for trials in (2, 3))
# So strongly held back that the model hardly leaves the mean; more freedom is found at once.
STIFF = replace(LINEAR, inverse_penalties=(2e-4,))


@pytest.fixture(scope="module")
def many(tmp_path_factory):
    """Return members enough for one fold of them to tell a good recipe from a bad one."""
    usecase = write_members(tmp_path_factory.mktemp("many"), n_rows=4000)
    return rows_of(build(usecase), usecase)


@pytest.fixture(scope="module")
def tuned(many):
    return choose_recipe(many, STIFF, SearchPlan(Budget(trials=8)), seed=1)


def test_without_a_search_the_base_is_assessed_and_used(members):
    found = choose_recipe(members.learned.rows, LINEAR, seed=7)
    assert (found.recipe, found.tuning) == (LINEAR, None)
    judged = found.assessment.all_rows.by_horizon["outcome"]
    expected = members.learned.assessment.all_rows.by_horizon["outcome"]
    assert judged.loss.value == pytest.approx(expected.loss.value, abs=1e-9)


def test_a_clear_winner_is_used_and_judged_on_the_fold_that_the_search_never_saw(tuned, many):
    tuning, rows = tuned.tuning, many
    assert tuning is not None
    assert tuning.is_shipped
    assert tuning.difference.high < 0
    assert tuned.recipe.inverse_penalties[0] > 2e-4
    kept_back = next(iter(split_rows(rows, 1))).positions
    assert set(tuned.assessment.forecasts.positions) == set(kept_back)
    assert tuned.assessment.all_rows.by_horizon["outcome"].n_rows == len(kept_back)
    assert "clearly better, so it is used" in tuning.summary
    plain = tuning.to_json()
    assert (plain["trials"], plain["is_shipped"], plain["loss_name"]) == (8, True, "log loss")


def test_what_is_not_clearly_better_is_not_used(members):
    good = replace(LINEAR, inverse_penalties=(0.2,))
    found = choose_recipe(members.learned.rows, good, THREE, seed=2)
    assert found.recipe == good
    assert found.tuning is not None
    assert not found.tuning.is_shipped
    assert "the default" in found.tuning.summary
    assert found.assessment.all_rows.by_horizon["outcome"].n_rows == len(members.learned.rows)


def test_the_difference_is_paired_by_row(tuned, many):
    usual = choose_recipe(many, STIFF, seed=1).assessment.forecasts
    gap = loss_by_row(many, tuned.assessment.forecasts) - loss_by_row(many, usual)
    assert np.isfinite(gap).sum() == tuned.tuning.difference.n
    assert np.nanmean(gap) == pytest.approx(tuned.tuning.difference.value)


def test_the_search_sees_nothing_of_later_snapshots(company):
    """Turn every outcome after the first origin round: the trials stay the same."""
    rows = company.learned.rows
    first = next(iter(split_rows(rows)))
    is_later = rows.outcome.snapshot_date >= np.datetime64(first.origin.snapshot_date)
    turned = np.where(is_later, 1.0 - rows.outcome.event, rows.outcome.event)
    poisoned = replace(rows, outcome=replace(rows.outcome, event=turned))
    plain, other = (search_recipe(each, LINEAR, TWO, seed=4) for each in (rows, poisoned))
    assert [trial.loss for trial in plain.trials] == [trial.loss for trial in other.trials]
    assert all(split.origin is not None for split in plain.unseen)
    forecast = np.concatenate([split.positions for split in plain.unseen])
    assert (rows.outcome.snapshot_date[forecast] >= np.datetime64(first.origin.snapshot_date)).all()


def test_answers_are_searched_for_as_well():
    found = choose_recipe(make_flat_answers(400), STIFF, THREE, seed=3)
    assert isinstance(next(iter(found.assessment.all_rows.by_horizon.values())), RatingEvaluation)
    assert found.tuning is not None
    assert found.tuning.loss_name == "ranked probability score"

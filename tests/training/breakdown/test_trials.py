from dataclasses import replace

import numpy as np
import pytest

from tests.training.answer_world import make_silence
from tests.training.breakdown.worlds import LIGHT, make_table
from training.breakdown.trials import Trials, slim
from training.models.recipe import DEFAULT_RECIPE


def test_slim_fits_have_one_curve_and_one_small_tree_member():
    found = slim(DEFAULT_RECIPE)
    assert len(found.inverse_penalties) == len(found.boosters) == len(found.large_boosters) == 1
    assert found.inverse_penalties[0] in DEFAULT_RECIPE.inverse_penalties
    assert found.min_events == DEFAULT_RECIPE.min_events
    assert slim(LIGHT).max_trees == LIGHT.max_trees
    assert [found.folds_for(n_rows) for n_rows in (500, 20_000, 500_000)] == [(3, 1), (3, 1), (2, 1)]


def test_two_folds_of_a_flat_table_are_forecast_and_never_learned_from():
    rows = make_table(500, copies=2)
    trials = Trials.of(rows, LIGHT)
    assert len(trials.parts) == 2
    for part in trials.parts:
        assert not set(part.learned.group) & set(part.tested.group)


def test_the_newest_origin_alone_is_forecast_from_labels_known_there():
    trials = Trials.of(make_silence(80), LIGHT)
    assert len(trials.parts) == 1
    part = trials.parts[0]
    origin = part.tested.outcome.timing.snapshot_date.max()
    assert origin == np.datetime64("2025-11-01")
    learned = part.learned.outcome.timing
    assert (learned.snapshot_date + learned.known_days.astype("timedelta64[D]") <= origin).all()


def test_an_origin_before_which_nothing_was_known_gives_no_forecast():
    assert Trials.of(make_table(60), LIGHT).forecast() is None


def test_rows_of_one_class_cannot_judge():
    trials = Trials.of(make_table(300), LIGHT)
    for part in trials.parts:
        part.outcome[:] = 0.0
    assert trials.judged() is None


def test_shares_are_shares_of_what_the_recipe_learns_from():
    rows = make_table(1_000)
    whole = Trials.of(rows, LIGHT).parts[0].learned
    thinned = Trials.of(rows, replace(LIGHT, most_rows=300)).parts[0].learned
    assert len(whole) > len(thinned) == 300
    assert thinned.weight is not None
    assert thinned.weight.sum() == pytest.approx(len(whole))

from dataclasses import FrozenInstanceError, asdict

import pytest

from training.models.recipe import DEFAULT_RECIPE


@pytest.mark.parametrize(
    ("n_rows", "folds"),
    [
        (60, (5, 2)),
        (2_999, (5, 2)),
        (3_000, (5, 1)),
        (11_999, (5, 1)),
        (12_000, (3, 1)),
        (199_999, (3, 1)),
        (200_000, (2, 1)),
    ],
)
def test_small_tables_get_more_folds(n_rows, folds):
    assert DEFAULT_RECIPE.folds_for(n_rows) == folds


def test_below_500_events_there_are_no_trees():
    assert DEFAULT_RECIPE.boosters_for(5_000, 499) == ()
    assert DEFAULT_RECIPE.boosters_for(5_000, 500) == DEFAULT_RECIPE.boosters


def test_large_tables_get_large_trees_that_do_not_draw_split_points():
    large = DEFAULT_RECIPE.boosters_for(50_000, 5_000)
    assert max(settings.n_leaves for settings in large) == 63
    assert not any(settings.is_extra for settings in large)
    assert DEFAULT_RECIPE.boosters_for(49_999, 5_000) == DEFAULT_RECIPE.boosters


def test_members_span_smooth_and_sharp():
    leaves = sorted(settings.n_leaves for settings in DEFAULT_RECIPE.boosters)
    assert leaves[0] <= 8
    assert leaves[-1] >= 31


def test_the_smooth_member_takes_smaller_steps_than_those_that_look_for_edges():
    smooth, *others = DEFAULT_RECIPE.boosters
    assert smooth.is_extra
    assert smooth.learning_rate <= min(one.learning_rate for one in others) / 2


@pytest.mark.parametrize(
    "settings",
    [*DEFAULT_RECIPE.boosters, *DEFAULT_RECIPE.large_boosters],
    ids=lambda one: f"{one.name}-{one.n_leaves}-{one.learning_rate}",
)
def test_no_setting_leaves_anything_to_chance_or_weighs_classes(settings):
    parameters = settings.to_lightgbm(seed=7)
    assert parameters["seed"] == 7
    assert parameters["deterministic"]
    assert parameters["force_row_wise"]
    assert parameters["num_threads"] == 1
    assert not {"is_unbalance", "scale_pos_weight", "class_weight", "linear_tree"} & parameters.keys()


def test_a_name_means_one_member_in_the_whole_recipe():
    names = ["linear", *(one.name for one in (*DEFAULT_RECIPE.boosters, *DEFAULT_RECIPE.large_boosters))]
    assert len(names) == len(set(names))


def test_a_recipe_is_plain_and_frozen():
    assert asdict(DEFAULT_RECIPE)["boosters"][0]["name"] == DEFAULT_RECIPE.boosters[0].name
    with pytest.raises(FrozenInstanceError):
        DEFAULT_RECIPE.patience = 3

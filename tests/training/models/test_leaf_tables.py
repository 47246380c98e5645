"""Tables against LightGBM's own attributions, which are worked out tree by tree for every row."""

import lightgbm
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from training.models.blend import Blend, Member
from training.models.boosters import BoosterModel
from training.models.leaf_tables import LeafTables, build_tables

N_COLUMNS = 6
CATEGORY = 4


def draw_rows(n_rows, seed):
    """Return numbers, zeros and missing values; a category, and a period in the last column."""
    chance = np.random.default_rng(seed)
    rows = chance.normal(size=(n_rows, N_COLUMNS)).round(1)
    rows[chance.random(rows.shape) < 0.15] = 0.0
    rows[:, CATEGORY] = chance.integers(0, 40, n_rows)
    rows[chance.random(rows.shape) < 0.15] = np.nan
    rows[:, -1] = chance.integers(0, 4, n_rows)
    return rows


def fit(seed=3, n_trees=12, **changes):
    rows = draw_rows(900, seed)
    known = np.nan_to_num(rows)
    mood = known[:, 0] * (known[:, 1] > 0) + known[:, 2] * (known[:, 5] - 1) + (known[:, CATEGORY] % 3 == 1)
    target = (mood + np.isnan(rows[:, 3]) + np.random.default_rng(seed).logistic(size=900) > 0.5).astype(
        float
    )
    parameters = {
        "objective": "binary",
        "num_leaves": 31,
        "min_data_in_leaf": 4,
        "min_data_per_group": 5,
        "cat_smooth": 1.0,
        "max_cat_to_onehot": 2,
        "verbosity": -1,
        "num_threads": 1,
        **changes,
    }
    data = lightgbm.Dataset(rows, target, categorical_feature=[CATEGORY], params=parameters)
    return lightgbm.train(parameters, data, n_trees)


def tables_of(*boosters, has_periods=False):
    texts = [(booster.model_to_string(), 1.0) for booster in boosters]
    tables, is_taken = build_tables(texts, has_periods=has_periods)
    assert all(is_taken)
    return tables


def assert_same(booster, rows):
    """Demand the attributions of LightGBM, for one row at a time."""
    tables = tables_of(booster)
    expected = booster.predict(rows, pred_contrib=True, num_threads=1)[:, :-1]
    found = np.vstack([tables.contributions(row, ()) for row in rows.tolist()])
    np.testing.assert_allclose(found, expected, atol=1e-10, rtol=0)


MODELS = {
    "missing": {},
    "zero": {"zero_as_missing": True},
    "none": {"use_missing": False},
    "one-hot": {"max_cat_to_onehot": 50},
    "random splits": {"extra_trees": True},
    "some columns": {"feature_fraction": 0.4},
    "directions": {"monotone_constraints": [1, -1, 0, 0, 0, 1]},
    "random rows": {"bagging_fraction": 0.5, "bagging_freq": 1},
}


@pytest.fixture(scope="module", params=list(MODELS.values()), ids=list(MODELS))
def booster(request):
    return fit(**request.param)


def test_contributions_are_those_of_lightgbm(booster):
    assert_same(booster, draw_rows(80, 10))


@pytest.mark.parametrize("depth", [1, 2, 3, 5, 8, 12])
def test_trees_of_any_depth(depth):
    assert_same(fit(seed=depth, n_trees=3, max_depth=depth, num_leaves=90), draw_rows(40, depth))


def test_rows_at_and_beyond_every_edge(booster):
    thresholds = booster.trees_to_dataframe()
    numbers = thresholds[thresholds["decision_type"] == "<="].drop_duplicates(["split_feature", "threshold"])
    rows = draw_rows(len(numbers), 5)
    columns = numbers["split_feature"].str.removeprefix("Column_").astype(int).to_numpy()
    rows[np.arange(len(rows)), columns] = numbers["threshold"].astype(float).to_numpy()
    assert_same(booster, rows)
    assert_same(booster, np.nextafter(rows, np.inf))


def test_values_that_no_row_of_training_had(booster):
    odd = [0.0, -0.0, 1e-35, -1e-35, 1.1e-35, np.inf, -np.inf, 1e300, -1e300, np.nan]
    rows = draw_rows(len(odd) * N_COLUMNS, 6)
    for place, row in enumerate(rows):
        row[place % N_COLUMNS] = odd[place // N_COLUMNS] if place % N_COLUMNS != CATEGORY else 0.0
    codes = np.array([-1.0, -0.5, -3.0, 0.5, 2.9, 39.0, 40.0, 31.99, 64.0, 1e6, np.nan])
    of_codes = draw_rows(len(codes), 7)
    of_codes[:, CATEGORY] = codes
    assert_same(booster, np.vstack([rows, of_codes, np.full((1, N_COLUMNS), np.nan)]))


NUMBER = st.one_of(st.just(np.nan), st.sampled_from([0.0, 1e-35, 1e15]), st.floats(-3, 3))
ROW = st.tuples(NUMBER, NUMBER, NUMBER, NUMBER, st.integers(-2, 70).map(float), st.integers(0, 5).map(float))


@settings(max_examples=60, deadline=None)
@given(row=ROW)
def test_any_row(row):
    for booster, tables in fitted_once():
        expected = booster.predict(np.array([row]), pred_contrib=True, num_threads=1)[:, :-1]
        np.testing.assert_allclose(tables.contributions(list(row), ()), expected, atol=1e-10, rtol=0)


def fitted_once(kept=[]):  # noqa: B006 - kept between the examples on purpose
    """Return models and their tables, fitted with the first example."""
    if not kept:
        kept += [
            (booster, tables_of(booster)) for booster in (fit(seed=8), fit(seed=9, zero_as_missing=True))
        ]
    return kept


class TestPeriods:
    def test_each_period_gets_what_its_own_row_gets(self, booster):
        tables, alone = tables_of(booster, has_periods=True), tables_of(booster)
        for row in draw_rows(20, 11)[:, :-1].tolist():
            for periods in ((0.0,), (0.0, 1.0), (3.0, 0.0, 2.0, 7.0)):
                found = tables.contributions(row, periods)
                expected = [alone.contributions([*row, period], ())[0] for period in periods]
                np.testing.assert_allclose(found, expected, atol=1e-13, rtol=0)

    def test_trees_that_never_ask_for_the_period(self):
        booster = fit(monotone_constraints=None, interaction_constraints=[[0, 1, 2, 3, 4]])
        tables = tables_of(booster, has_periods=True)
        row = draw_rows(1, 12)[0].tolist()
        expected = booster.predict(np.array([row]), pred_contrib=True, num_threads=1)[:, :-1]
        found = tables.contributions(row[:-1], (0.0, 1.0))
        np.testing.assert_allclose(found, np.repeat(expected, 2, axis=0), atol=1e-10, rtol=0)

    def test_trees_that_ask_for_the_period_alone(self):
        rows = np.column_stack([np.zeros(400), np.arange(400) % 4])
        parameters = {"objective": "binary", "verbosity": -1, "num_threads": 1, "num_leaves": 4}
        data = lightgbm.Dataset(rows, (np.arange(400) % 4 > 1) ^ (np.arange(400) % 7 == 0))
        booster = lightgbm.train(parameters, data, 3)
        expected = booster.predict(rows[:4], pred_contrib=True)[:, :-1]
        found = tables_of(booster, has_periods=True).contributions([0.0], (0.0, 1.0, 2.0, 3.0))
        np.testing.assert_allclose(found, expected, atol=1e-12, rtol=0)


def test_models_are_added_up_with_their_factors():
    first, second = fit(seed=1), fit(seed=2, zero_as_missing=True)
    tables, is_taken = build_tables(
        [(first.model_to_string(), 0.25), (second.model_to_string(), -2.0)], has_periods=False
    )
    rows = draw_rows(30, 13)
    expected = 0.25 * first.predict(rows, pred_contrib=True) - 2.0 * second.predict(rows, pred_contrib=True)
    found = np.vstack([tables.contributions(row, ()) for row in rows.tolist()])
    np.testing.assert_allclose(found, expected[:, :-1], atol=1e-10, rtol=0)
    assert is_taken == (True, True)


@pytest.mark.parametrize("width", [N_COLUMNS - 1, N_COLUMNS + 1])
def test_a_row_of_another_width_is_refused(width):
    tables = tables_of(fit(n_trees=1))
    with pytest.raises(ValueError, match=f"a row has {width} columns, the trees were made with {N_COLUMNS}"):
        tables.contributions([1.0] * width, ())
    by_period = tables_of(fit(n_trees=1), has_periods=True)
    with pytest.raises(ValueError, match=f"a row has {width} columns"):
        by_period.contributions([1.0] * (width - 1), (0.0,))


class TestLeftOut:
    """Models without tables; a blend asks LightGBM for them."""

    def deep(self):
        """Return a model whose longest way asks for 14 columns."""
        chance = np.random.default_rng(0)
        rows = chance.normal(size=(3000, 14))
        target = (rows > -1.2).all(axis=1)
        parameters = {"num_leaves": 60, "min_data_in_leaf": 2, "verbosity": -1, "num_threads": 1}
        return lightgbm.train(
            parameters | {"objective": "binary"}, lightgbm.Dataset(rows, target.astype(float)), 3
        )

    def test_ways_with_more_than_ten_columns(self):
        booster = self.deep()
        assert build_tables([(booster.model_to_string(), 1.0)], has_periods=False) == (None, (False,))
        model = BoosterModel(booster.model_to_string())
        blend = Blend(0.5, (Member("deep", 2.0, model),))
        row = [0.1] * 14
        base, found = blend.attributions_by_period(row, ())
        its_base, expected = model.attributions(np.array([row]))
        assert found.tolist() == (2.0 * expected).tolist()
        assert base == 0.5 + 2.0 * its_base

    @pytest.mark.parametrize(("limit", "most"), [("_MOST_LEAVES", 20), ("_MOST_NUMBERS", 100)])
    def test_what_would_take_too_much_memory(self, monkeypatch, limit, most):
        monkeypatch.setattr(f"training.models.leaf_tables.{limit}", most)
        large, small = fit(), fit(n_trees=1, num_leaves=3)
        texts = [(booster.model_to_string(), 1.0) for booster in (large, small)]
        tables, is_taken = build_tables(texts, has_periods=False)
        assert is_taken == (False, True)
        assert isinstance(tables, LeafTables)

    def test_a_model_that_never_splits(self):
        rows = draw_rows(60, 1)
        parameters = {"objective": "binary", "min_data_in_leaf": 60, "verbosity": -1}
        stump = lightgbm.train(parameters, lightgbm.Dataset(rows, np.arange(60) % 2), 2)
        assert build_tables([(stump.model_to_string(), 1.0)], has_periods=False) == (None, (False,))

    def test_no_model_at_all(self):
        assert build_tables([], has_periods=True) == (None, ())


def test_a_blend_is_the_sum_of_its_members():
    boosters = {"one": fit(seed=1), "two": fit(seed=2, max_depth=3)}
    members = tuple(
        Member(name, 0.5, BoosterModel(booster.model_to_string())) for name, booster in boosters.items()
    )
    blend, rows = Blend(0.25, members), draw_rows(25, 14)
    base, expected = blend.attributions(rows)
    for row, one in zip(rows.tolist(), expected, strict=True):
        alone_base, alone = blend.attributions_by_period(row, ())
        np.testing.assert_allclose(alone[0], one, atol=1e-12, rtol=0)
        assert alone_base == base
        assert alone_base + alone.sum() == pytest.approx(blend.log_odds(np.array([row]))[0], abs=1e-9)
    by_period = blend.attributions_by_period(rows[0, :-1].tolist(), (1.0, 2.0))[1]
    np.testing.assert_allclose(by_period[1], blend.attributions(with_last(rows[:1], 2.0))[1][0], atol=1e-12)


def with_last(rows, period):
    changed = rows.copy()
    changed[:, -1] = period
    return changed


def test_the_size_counts_all_that_is_kept():
    tables = tables_of(fit())
    before = tables.n_bytes
    tables.contributions(draw_rows(1, 1)[0].tolist(), ())
    assert 0 < before < tables.n_bytes < 1_000_000

import json
from dataclasses import replace

import numpy as np
import pytest

from features.catalogue import Catalogue, Feature
from training.drivers import DriverRow, Goal, main_columns, split_variance
from training.statistics import Estimate, Floats
from training.statistics.relative_weights import relative_weights, shapley_r2

EFFECTS = np.array([0.5, 0.3, 0.1, 0.0])
NAMES = ("wait", "tone", "price", "tenure")
CORRELATION = 0.4 + 0.6 * np.eye(4)


def _world(n_rows: int, seed: int, effects: Floats = EFFECTS) -> tuple[Floats, dict[str, Floats]]:
    random = np.random.default_rng(seed)
    root = np.linalg.cholesky(0.4 + 0.6 * np.eye(effects.size))
    values = random.normal(size=(n_rows, effects.size)) @ root.T
    names = NAMES if effects.size == len(NAMES) else tuple(f"f{place}" for place in range(effects.size))
    return values @ effects + random.normal(size=n_rows), dict(zip(names, values.T, strict=True))


TARGET, COLUMNS = _world(500, seed=1)


def _correlations(target: Floats, columns: dict[str, Floats]) -> tuple[Floats, Floats]:
    found = np.corrcoef(np.column_stack([target, *columns.values()]), rowvar=False)
    return found[1:, 1:], found[0, 1:]


def test_parts_are_those_of_the_correlations() -> None:
    found = split_variance(TARGET, COLUMNS)
    table, with_target = _correlations(TARGET, COLUMNS)
    weights = relative_weights(table, with_target)
    shares = [found.relative_weight[name].value for name in NAMES]
    assert shares == pytest.approx(weights / weights.sum(), abs=1e-9)
    assert found.shapley_r2 is not None
    gains = [found.shapley_r2[name].value for name in NAMES]
    assert gains == pytest.approx(shapley_r2(table, with_target), abs=1e-9)
    assert found.r2.value == pytest.approx(weights.sum(), abs=1e-9)
    assert found.r2.n == 500


def test_r2_is_that_of_the_regression() -> None:
    design = np.column_stack([np.ones(500), *COLUMNS.values()])
    rest = TARGET - design @ np.linalg.lstsq(design, TARGET, rcond=None)[0]
    found = split_variance(TARGET, COLUMNS).r2
    assert found.value == pytest.approx(1 - rest.var() / TARGET.var())
    assert found.low < found.value


def test_units_and_offsets_do_not_matter() -> None:
    moved = {name: 1e6 + 1e-3 * values for name, values in COLUMNS.items()}
    first, again = split_variance(TARGET, COLUMNS), split_variance(1e4 * TARGET - 7, moved)
    for name in NAMES:
        assert again.relative_weight[name].value == pytest.approx(first.relative_weight[name].value, abs=1e-6)
        assert again.relative_weight[name].high == pytest.approx(first.relative_weight[name].high, abs=1e-6)


def test_weights_stand_for_repeated_rows() -> None:
    weight = np.random.default_rng(0).integers(0, 3, 500)
    repeated = {name: np.repeat(values, weight) for name, values in COLUMNS.items()}
    weighted = split_variance(TARGET, COLUMNS, weight=weight)
    plain = split_variance(np.repeat(TARGET, weight), repeated)
    assert weighted.r2.value == pytest.approx(plain.r2.value)
    for name in NAMES:
        assert weighted.relative_weight[name].value == pytest.approx(plain.relative_weight[name].value)


def test_missing_values_count_as_the_mean_and_are_told() -> None:
    values = COLUMNS["wait"].copy()
    values[:100] = np.nan
    found = split_variance(TARGET, {**COLUMNS, "wait": values})
    filled = np.where(np.isnan(values), np.nanmean(values), values)
    expected = split_variance(TARGET, {**COLUMNS, "wait": filled})
    assert found.missing == {"wait": 0.2, "tone": 0.0, "price": 0.0, "tenure": 0.0}
    assert found.relative_weight["wait"].value == pytest.approx(expected.relative_weight["wait"].value)


@pytest.mark.parametrize("values", [np.full(500, 3.5), np.full(500, np.nan)], ids=["constant", "unknown"])
def test_a_column_that_does_not_vary_weighs_nothing(values) -> None:
    found = split_variance(TARGET, {"flat": values, **COLUMNS})
    alone = split_variance(TARGET, COLUMNS)
    assert found.shapley_r2 is not None
    assert found.relative_weight["flat"] == found.shapley_r2["flat"] == Estimate(0.0, 0.0, 0.0, 500)
    assert found.r2 == alone.r2
    assert found.relative_weight["tone"].value == pytest.approx(alone.relative_weight["tone"].value)


def test_combinations_of_columns_are_named_and_dropped() -> None:
    total = COLUMNS["wait"] - 2 * COLUMNS["price"]
    found = split_variance(TARGET, {**COLUMNS, "total": total, "copy": -3 * COLUMNS["tone"] + 1})
    assert found.combinations == {"total": ("wait", "price"), "copy": ("tone",)}
    assert set(found.relative_weight) == set(NAMES)
    assert found.r2.value == pytest.approx(split_variance(TARGET, COLUMNS).r2.value)


def test_of_equal_columns_the_first_stays() -> None:
    found = split_variance(TARGET, {"copy": COLUMNS["wait"], **COLUMNS})
    assert found.combinations == {"wait": ("copy",)}
    assert "copy" in found.relative_weight


def test_a_rare_column_that_some_resamples_lack_harms_nobody() -> None:
    rare = np.zeros(500)
    rare[3] = 1.0
    found = split_variance(TARGET, {**COLUMNS, "rare": rare, "other": np.where(rare == 1.0, 2.0, rare)})
    assert found.combinations == {"other": ("rare",)}
    assert 0.0 <= found.relative_weight["rare"].low <= found.relative_weight["rare"].high < 0.1


def test_columns_that_only_some_resamples_tell_apart_harm_nobody() -> None:
    base = (np.arange(500) % 2).astype(float)
    nearly = base.copy()
    nearly[3] = 1 - nearly[3]
    found = split_variance(TARGET, {**COLUMNS, "base": base, "nearly": nearly})
    assert found.combinations == {}
    assert np.isfinite(found.relative_weight["nearly"].high)


def test_a_target_that_does_not_vary_is_not_explained() -> None:
    found = split_variance(np.ones(500), COLUMNS)
    assert found.r2 == Estimate(0.0, 0.0, 0.0, 500)
    assert {share.value for share in found.relative_weight.values()} == {0.0}


def test_no_columns_explain_nothing() -> None:
    found = split_variance(TARGET, {})
    assert (found.r2.value, found.relative_weight, found.missing) == (0.0, {}, {})


def test_shapley_values_stop_where_there_are_too_many_subsets() -> None:
    target, columns = _world(300, 2, np.full(13, 0.1))
    found = split_variance(target, columns, n_draws=20)
    assert found.shapley_r2 is None
    assert len(found.relative_weight) == 13
    fewer = dict(list(columns.items())[:12])
    assert split_variance(target, fewer, n_draws=20).shapley_r2 is not None


def test_repeated_rows_of_one_entity_do_not_narrow_the_range() -> None:
    copies = {name: np.tile(values[:80], 10) for name, values in COLUMNS.items()}
    target, entity = np.tile(TARGET[:80], 10), np.tile(np.arange(80), 10)
    grouped = split_variance(target, copies, entity=entity).relative_weight["wait"]
    ungrouped = split_variance(target, copies).relative_weight["wait"]
    assert grouped.value == pytest.approx(ungrouped.value)
    assert ungrouped.high - ungrouped.low < 0.5 * (grouped.high - grouped.low)


def test_the_same_seed_gives_the_same_ranges() -> None:
    assert split_variance(TARGET, COLUMNS, seed=3) == split_variance(TARGET, COLUMNS, seed=3)


def test_without_any_effect_the_range_of_r2_begins_at_nothing() -> None:
    target, columns = _world(400, 5, np.zeros(10))
    found = split_variance(target, columns).r2
    assert found.value > 0.005
    assert found.low == 0.0


def test_ranges_hold_the_true_shares() -> None:
    with_target = CORRELATION @ EFFECTS / np.sqrt(EFFECTS @ CORRELATION @ EFFECTS + 1)
    truth = relative_weights(CORRELATION, with_target)
    shares = truth / truth.sum()
    hits = []
    for seed in range(60):
        found = split_variance(*_world(500, 100 + seed), seed=seed).relative_weight
        hits += [
            found[name].low <= share <= found[name].high for name, share in zip(NAMES, shares, strict=True)
        ]
    assert np.mean(hits) >= 0.9


def test_columns_of_another_length_are_named() -> None:
    with pytest.raises(ValueError, match="tone has 10 rows where 500 are needed"):
        split_variance(TARGET, {"tone": np.ones(10)})
    with pytest.raises(ValueError, match="tone is inf in row 2"):
        split_variance(np.arange(3.0), {"tone": np.array([0.0, np.nan, np.inf])})


def test_json_holds_all() -> None:
    found = split_variance(TARGET, {**COLUMNS, "copy": COLUMNS["tone"]}, n_draws=20)
    stored = json.loads(json.dumps(found.to_json(), allow_nan=False))
    assert Estimate.from_json(stored["relative_weight"]["wait"]) == found.relative_weight["wait"]
    assert stored["combinations"] == {"copy": ["tone"]}
    assert set(stored["shapley_r2"]) == set(NAMES)


def _row(name: str, main_feature: str, goal: Goal | None = None) -> DriverRow:
    share = Estimate(0.1, 0.0, 0.2, 10)
    features = (main_feature,)
    return DriverRow(
        name, None, {"en": name}, share, "entity bootstrap", "higher", main_feature, features, goal
    )


def test_the_goals_column_stands_for_a_driver_and_categories_are_told() -> None:
    numbers = [Feature(name, "number", "table") for name in ("wait", "wait_before", "tone")]
    catalogue = Catalogue((*numbers[:2], Feature("plan", "category", "table"), numbers[2]))
    waiting = _row("waiting", "wait", Goal("wait_before", "<=", 24.0, None))
    columns, categories = main_columns([_row("tone", "tone"), waiting, _row("plan", "plan")], catalogue)
    assert columns == {"tone": 3, "waiting": 1}
    assert list(columns) == ["tone", "waiting"]
    assert categories == ("plan",)
    assert main_columns([replace(waiting, goal=None)], catalogue)[0] == {"waiting": 0}

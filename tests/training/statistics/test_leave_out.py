import math

import numpy as np
import pytest
from scipy import stats

from training.statistics.adjusted import Lever, adjusted_effects
from training.statistics.controls import Control, write_context
from training.statistics.leave_out import EntityRows


def sample(entity, n_columns: int = 4, seed: int = 0):
    """Return a target, columns and whose rows they are."""
    chance = np.random.default_rng(seed)
    columns = np.column_stack([np.ones(len(entity)), chance.normal(size=(len(entity), n_columns - 1))])
    return chance.normal(size=len(entity)), columns, np.asarray(entity)


def fit_without(target, columns, entity, one):
    """Return what is left of the rows of one entity after a fit of all the others."""
    others = entity != one
    slopes = np.linalg.lstsq(columns[others], target[others])[0]
    return (target - columns @ slopes)[entity == one]


@pytest.mark.parametrize(
    "entity",
    [
        np.arange(30),
        np.repeat(np.arange(10), 3),
        np.repeat(np.arange(9), np.arange(1, 10)),
        np.arange(40) % 4,
    ],
    ids=["single rows", "three rows each", "one to nine rows", "more rows than columns"],
)
def test_it_is_what_a_fit_without_the_entity_leaves(entity):
    target, columns, entity = sample(entity)
    entity = np.random.default_rng(1).permutation(entity)
    basis = np.linalg.qr(columns)[0]
    left = EntityRows.of(entity).leave_out(target - basis @ (basis.T @ target), basis)
    for one in np.unique(entity):
        assert left[entity == one] == pytest.approx(fit_without(target, columns, entity, one), rel=1e-6)


def test_a_row_that_has_a_column_for_itself_leaves_nothing_but_rounding_errors():
    target, columns, entity = sample(np.arange(20))
    basis = np.linalg.qr(np.column_stack([columns, np.eye(20)[:, 7]]))[0]
    left = EntityRows.of(entity).leave_out(target - basis @ (basis.T @ target), basis)
    assert np.isfinite(left).all()
    assert abs(left[7]) < 1e-4


def test_rows_are_counted_and_added_up_by_entity():
    rows = EntityRows.of(np.array([7, 3, 7, 5, 7]))
    assert len(rows) == 3
    assert sorted(rows.add_up(np.arange(5.0)[:, None]).ravel().tolist()) == [1.0, 3.0, 6.0]


def test_errors_by_entity_are_those_of_the_jackknife():
    """Sum over entities of what leaving one out does to the slope, squared: CR3 by its definition."""
    entity = np.repeat(np.arange(60), 4)
    target, columns, _ = sample(entity, n_columns=3)
    lever = columns[:, 2]
    found = adjusted_effects(target, [Lever("wait", lever)], [Control("size", columns[:, 1])], entity=entity)
    design = np.column_stack([write_context([Control("size", columns[:, 1])], 240), lever])
    slope = np.linalg.lstsq(design, target)[0][-1]
    without = [np.linalg.lstsq(design[entity != one], target[entity != one])[0][-1] for one in range(60)]
    error = math.sqrt(((np.array(without) - slope) ** 2).sum())
    half = stats.t.ppf(0.975, 59) * error
    assert found["wait"].slope.value == pytest.approx(slope)
    assert found["wait"].slope.high - slope == pytest.approx(half, rel=1e-6)


def test_errors_hold_where_everything_lasts():
    """Levers, context and noise that hardly change within an entity: leverage of single rows is too small."""
    missed = 0
    for seed in range(150):
        chance = np.random.default_rng(seed)
        entity = np.repeat(np.arange(150), 6)
        lasting = chance.normal(size=(150, 5))[entity]
        lever = lasting[:, 0] + 0.2 * chance.normal(size=len(entity))
        target = lasting[:, 1] + 0.5 * chance.normal(size=len(entity))
        context = [Control(f"c{place}", lasting[:, place]) for place in (2, 3)]
        found = adjusted_effects(target, [Lever("wait", lever)], context, entity=entity)["wait"]
        missed += found.p_value < 0.05
    assert stats.binomtest(missed, 150, 0.05, alternative="greater").pvalue > 0.01

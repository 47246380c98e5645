import numpy as np
import pytest

from training.models.ramps import N_RAMP_KNOTS, Ramps
from training.models.shapes import ShapeModel


def draw(chance, n_values):
    column = chance.normal(size=300) if n_values is None else chance.integers(0, n_values, 300).astype(float)
    column[chance.random(300) < 0.1] = np.nan
    return column


@pytest.mark.parametrize("direction", [1, -1])
@pytest.mark.parametrize("n_values", [2, 6, None])
def test_every_curve_keeps_its_direction_in_floating_point(direction, n_values):
    chance = np.random.default_rng(1)
    for _ in range(30):
        ramps = Ramps.plan(column := draw(chance, n_values), direction)
        amounts = np.where(ramps.is_bounded, chance.exponential(size=ramps.n_columns), -3.0)
        amounts *= chance.random(ramps.n_columns) < 0.7
        model = ShapeModel(-0.3, (ramps.compile(amounts, column),))
        near_knots = np.concatenate(
            [ramps.knots, np.nextafter(ramps.knots, -9), np.nextafter(ramps.knots, 9)]
        )
        points = np.sort(np.concatenate([near_knots, chance.normal(size=500) * 2]))
        assert np.all(np.diff(model.log_odds(points[:, None])) * direction >= 0)


@pytest.mark.parametrize("n_values", [6, None])
def test_the_curve_is_what_the_columns_add_up_to(n_values):
    chance = np.random.default_rng(2)
    ramps = Ramps.plan(column := draw(chance, n_values), -1)
    amounts = chance.exponential(size=ramps.n_columns)
    curve = ramps.compile(amounts, column)
    points = np.append(np.linspace(-4, 9, 101), np.nan)
    found = ShapeModel(0.0, (curve,)).log_odds(points[:, None])
    np.testing.assert_allclose(found, ramps.write_out(points) @ amounts, atol=1e-12)
    assert curve.center == pytest.approx(np.mean(ramps.write_out(column) @ amounts))


def test_knots_are_all_values_where_they_are_few_and_quantiles_else():
    few = Ramps.plan(np.array([3.0, 1.0, 1.0, 2.0, np.nan]), 1)
    assert few.knots.tolist() == [1.0, 2.0, 3.0]
    assert few.has_missing
    assert few.is_bounded.tolist() == [True, True, False]
    assert len(Ramps.plan(np.arange(100.0), 1).knots) == N_RAMP_KNOTS


@pytest.mark.parametrize("column", [np.full(4, 2.0), np.full(4, np.nan)], ids=["constant", "missing"])
def test_a_column_that_says_nothing_has_no_ramp(column):
    ramps = Ramps.plan(column, 1)
    assert not ramps.is_bounded.any()
    assert ramps.write_out(column).shape == (4, ramps.n_columns)
    curve = ramps.compile(np.ones(ramps.n_columns), column)
    assert ShapeModel(0.0, (curve,)).log_odds(np.array([[1.0], [5.0]])).tolist() == [0.0, 0.0]

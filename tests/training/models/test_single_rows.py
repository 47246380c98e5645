"""A single row takes a way of its own through every model; the numbers are those of the batch."""

import numpy as np
import pytest

from tests.training.models.known_truth import QUICK
from training.models.fit_hazard import fit_hazard
from training.models.shapes import Curve, LookUp, ShapeModel


def hostile(matrix, n_codes):
    """Return real rows, and rows of missing, huge and unknown values."""
    chance = np.random.default_rng(9)
    real = matrix[:60]
    holes = np.where(chance.random(real.shape) < 0.4, np.nan, real)
    scaled = real * 10.0 ** chance.integers(-20, 15, real.shape)
    is_category = np.array(n_codes) > 0
    scaled[:, is_category] = chance.integers(0, 90, (len(real), int(is_category.sum())))
    width = matrix.shape[1]
    edges = np.array([[np.nan] * width, [0.0] * width, [1e15] * width, [-1e15] * width])
    return np.vstack([real, holes, scaled, edges])


@pytest.fixture(params=["binary", "hazard", "incidence", "one period"])
def fitted(request):
    if request.param == "one period":
        world = request.getfixturevalue("hazard_world")
        fit = fit_hazard(world.encoded, world.days, world.event, (90,), world.entities, QUICK, seed=1)
        return fit.model, hostile(world.encoded.matrix, world.encoded.n_codes)
    name = {"binary": "flat", "hazard": "hazard", "incidence": "competing"}[request.param]
    world = request.getfixturevalue(f"{name}_world")
    model = request.getfixturevalue(f"{request.param}_fit").model
    return model, hostile(world.encoded.matrix, world.encoded.n_codes)


def test_probabilities_equal_those_of_the_batch(fitted):
    model, matrix = fitted
    expected = model.probabilities(matrix)
    for row, whole in zip(matrix, expected, strict=True):
        assert np.abs(np.array(model.probabilities_of(row.tolist())) - whole).max() <= 1e-14
        assert model.probabilities(row[None, :])[0].tolist() == pytest.approx(whole.tolist(), abs=1e-15)


def test_attributions_equal_those_of_the_batch(fitted):
    model, matrix = fitted
    for index in range(len(model.horizon_names)):
        base, contributions, log_odds = model.attributions(matrix, index)
        for place in range(0, len(matrix), 7):
            alone = model.attributions(matrix[place : place + 1], index)
            np.testing.assert_allclose(alone.base[0], base[place], rtol=1e-9, atol=1e-9)
            np.testing.assert_allclose(alone.contributions[0], contributions[place], rtol=1e-9, atol=1e-9)
            np.testing.assert_allclose(alone.log_odds[0], log_odds[place], rtol=1e-9, atol=1e-9)
            its_base, its_contributions = model.attributions_of(matrix[place].tolist(), index)
            assert its_base == pytest.approx(base[place], rel=1e-9, abs=1e-9)
            np.testing.assert_allclose(its_contributions, contributions[place], rtol=1e-9, atol=1e-9)


def test_reasons_of_an_unknown_horizon_are_refused(fitted):
    model, matrix = fitted
    with pytest.raises(IndexError, match="horizon 4"):
        model.attributions_of(matrix[0].tolist(), 4)


class TestLookUp:
    def test_it_is_the_curve_at_between_and_beyond_its_knots(self):
        curve = Curve(
            knots=np.array([-1.0, 0.0, 2.0, 5.0]),
            pieces=np.array([[0.1, 0.2, 0.3], [0.6, -0.5, 0.1], [0.0, 1.0, -0.2]]),
            values=np.array([0.0, 7.0, 7.0]),
            amounts=np.array([0.25, 0.5, 0.125]),
            missing=-0.75,
            center=0.1,
        )
        model = ShapeModel(0.0, (curve,))
        points = [-9.0, -1.0, -0.5, -0.0, 0.0, 1.0, 2.0, 4.999, 5.0, 7.0, 1e15, -1e15, np.nan]
        expected = model.shares(np.array(points)[:, None])[:, 0].tolist()
        assert [LookUp(curve)(point) for point in points] == expected
        assert [model.log_odds_by_period([point], ())[0] for point in points] == expected

    def test_the_last_curve_is_that_of_the_period(self):
        nothing, none = np.empty(0), np.empty((0, 3))
        flat = Curve(nothing, none, np.array([1.0]), np.array([2.0]), 0.0, 0.5)
        period = Curve(nothing, none, np.array([0.0, 1.0]), np.array([0.5, 0.25]), 0.0, 0.125)
        model = ShapeModel(1.0, (flat, period))
        assert model.log_odds_by_period([1.0], (0.0, 1.0)) == [3.5, 3.25]
        base, shares = model.attributions_by_period([1.0], (0.0, 1.0))
        assert base == 1.625
        assert shares.tolist() == [[1.5, 0.375], [1.5, 0.125]]

import numpy as np
import pytest

from training.models.hazard import walk_straight
from training.models.row_walk import walk_row


@pytest.mark.parametrize("n_periods", [1, 2, 4, 12])
def test_one_row_gets_what_it_gets_in_a_batch(n_periods):
    chance = np.random.default_rng(n_periods)
    starts, shares = chance.normal(-2, 2, (n_periods, 20)), chance.normal(0, 1, (n_periods, 20, 7))
    expected = walk_straight(starts, shares)
    for row in range(20):
        base, contributions = walk_row(starts[:, row].tolist(), shares[:, row])
        assert base == pytest.approx(expected.base[row], abs=1e-12)
        np.testing.assert_allclose(contributions, expected.contributions[row], atol=1e-10, rtol=0)
        assert base + contributions.sum() == pytest.approx(expected.log_odds[row], abs=1e-12)


def test_long_ways_take_more_nodes_and_still_add_up():
    starts, shares = np.array([[-30.0], [20.0]]), np.array([[[60.0, -1.0]], [[-45.0, 2.0]]])
    expected = walk_straight(starts, shares)
    base, contributions = walk_row([-30.0, 20.0], shares[:, 0])
    np.testing.assert_allclose(contributions, expected.contributions[0], atol=1e-9, rtol=0)
    assert base + contributions.sum() == pytest.approx(expected.log_odds[0], abs=1e-9)


def test_one_period_is_split_as_it_is():
    base, contributions = walk_row([-1.5], np.array([[0.5, -0.25, 0.0]]))
    assert base == pytest.approx(-1.5, abs=1e-14)
    np.testing.assert_allclose(contributions, [0.5, -0.25, 0.0], atol=1e-12)


def test_no_way_to_go():
    base, contributions = walk_row([-1.0, -2.0], np.zeros((2, 3)))
    assert contributions.tolist() == [0.0, 0.0, 0.0]
    assert np.isfinite(base)


def test_a_risk_too_small_to_be_told_is_still_a_number():
    base, contributions = walk_row([-900.0], np.array([[1.0, -1.0]]))
    assert np.isfinite(base)
    assert np.isfinite(contributions).all()

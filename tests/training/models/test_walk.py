import numpy as np
import pytest

from training.models.walk import walk


def product(steps):
    return steps[0] * steps[1]


def slopes(steps):
    return steps[::-1]


def test_a_product_is_split_by_halves_of_what_both_add_together():
    found = walk(np.array([[1.0], [2.0]]), np.array([[[3.0, 0.0]], [[0.0, 4.0]]]), product, slopes)
    assert found.base.tolist() == [2.0]
    assert found.log_odds.tolist() == [24.0]
    np.testing.assert_allclose(found.contributions, [[3 * 2 + 6, 4 * 1 + 6]], atol=1e-9)


@pytest.mark.parametrize("wrong", [0.9, 1.1])
def test_what_the_slopes_leave_over_goes_to_the_largest(wrong):
    found = walk(
        np.zeros((1, 2)),
        np.array([[[1.0, 5.0], [2.0, 0.5]]]),
        lambda steps: steps[0],
        lambda steps: wrong * np.ones_like(steps),
    )
    np.testing.assert_allclose(found.contributions.sum(axis=1), [6.0, 2.5], atol=1e-12)
    np.testing.assert_allclose(found.contributions[[0, 1], [0, 1]], [wrong * 1.0, wrong * 0.5], atol=1e-12)

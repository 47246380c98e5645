import numpy as np
import pytest

from training.models.gauss import gauss_nodes


@pytest.mark.parametrize("n_nodes", [1, 2, 3, 5, 16])
def test_powers_are_summed_exactly_up_to_their_degree(n_nodes):
    nodes, weights = gauss_nodes(n_nodes)
    assert nodes.shape == weights.shape == (n_nodes,)
    assert np.all((nodes > 0) & (nodes < 1))
    for power in range(2 * n_nodes):
        assert weights @ nodes**power == pytest.approx(1 / (power + 1), abs=1e-14)


def test_a_degree_more_is_not_exact():
    nodes, weights = gauss_nodes(2)
    assert abs(weights @ nodes**4 - 1 / 5) > 1e-3

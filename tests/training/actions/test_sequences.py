"""Confidence sequences: the formula of the paper, and that they hold at all looks together."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from training.actions.sequences import ALPHA, best_rho, width_factor


def test_width_is_that_of_the_paper():
    """Waudby-Smith et al. 2024, theorem 2.2, written out once more."""
    n, n_planned, alpha = 700, 1000, 0.05
    rho = math.sqrt((-2 * math.log(alpha) + math.log(-2 * math.log(alpha)) + 1) / n_planned)
    width = math.sqrt(2 * (n * rho**2 + 1) / (n**2 * rho**2) * math.log(math.sqrt(n * rho**2 + 1) / alpha))
    assert width_factor(n, n_planned, alpha) == pytest.approx(width * math.sqrt(n), rel=1e-12)


@given(st.floats(10, 1e7), st.floats(1e-4, 0.2))
def test_nowhere_is_it_much_narrower_than_where_it_is_planned_to_be(n_planned, alpha):
    here = width_factor(n_planned, n_planned, alpha)
    others = [width_factor(n_planned * share, n_planned, alpha) for share in (0.1, 0.5, 0.9, 1.2, 2.0, 10.0)]
    assert here <= min(others) * 1.005
    assert here > 1.96 or alpha > ALPHA


def test_a_sequence_without_people_is_refused():
    with pytest.raises(ValueError, match="there are 0 of 100 planned"):
        width_factor(0, 100)


def test_it_holds_at_all_looks_where_an_ordinary_range_does_not():
    generator = np.random.default_rng(1)
    looks = np.arange(50, 1001, 10)
    walks = np.cumsum(generator.standard_normal((2000, 1000)), axis=1)[:, looks - 1] / np.sqrt(looks)
    factors = np.array([width_factor(n, 1000) for n in looks])
    assert (np.abs(walks) > factors).any(axis=1).mean() <= ALPHA
    assert (np.abs(walks) > 1.96).any(axis=1).mean() > 4 * ALPHA
    assert best_rho(100) > best_rho(1000)

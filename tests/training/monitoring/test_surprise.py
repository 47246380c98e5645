"""p-values of differences: how often they fall where nothing changed, and which way they look."""

import math

import numpy as np
import pytest

from training.monitoring.surprise import p_of_change, p_of_fall
from training.statistics import Estimate

Z = 1.959963984540054


def around(value, error, n=500):
    return Estimate(value, value - Z * error, value + Z * error, n)


def test_a_fall_is_held_against_both_ranges():
    found = p_of_fall(around(0.70, 0.03), around(0.80, 0.04))
    assert found == pytest.approx(0.02275, abs=1e-5)


def test_a_rise_is_no_fall():
    assert p_of_fall(around(0.85, 0.02), around(0.80, 0.02)) > 0.9


def test_what_is_allowed_is_no_fall():
    assert p_of_fall(around(0.70, 0.03), around(0.72, 0.04), allowance=0.02) == pytest.approx(0.5)


def test_a_change_counts_in_both_directions():
    up, down = (
        p_of_change(around(0.1, 0.03), around(0.0, 0.04)),
        p_of_change(around(-0.1, 0.03), around(0, 0.04)),
    )
    assert up == pytest.approx(down)
    assert up == pytest.approx(2 * 0.02275, abs=1e-5)


def test_a_change_inside_the_allowance_does_not_surprise():
    assert p_of_change(around(0.01, 0.001), around(0.0, 0.001), allowance=0.02) > 0.99


def test_no_change_is_no_surprise():
    assert p_of_change(around(0.3, 0.01), around(0.3, 0.01)) == 1.0


def test_the_end_that_faces_the_other_counts():
    lopsided = Estimate(0.70, 0.40, 0.72, 500)
    assert p_of_fall(lopsided, around(0.80, 0.01)) < 0.001
    assert p_of_change(Estimate(0.90, 0.88, 1.20, 500), around(0.80, 0.01)) < 0.001


@pytest.mark.parametrize("ends", [(0.7, 0.7), (math.nan, math.nan), (-math.inf, math.inf)])
def test_without_a_range_nothing_surprises(ends):
    odd = Estimate(0.7, *ends, 500)
    assert p_of_fall(odd, Estimate(0.8, 0.8, 0.8, 500)) == 1.0
    assert p_of_change(odd, Estimate(0.8, 0.8, 0.8, 500)) == 1.0


def test_a_figure_that_does_not_exist_does_not_surprise():
    assert p_of_fall(Estimate(math.nan, 0.1, 0.2, 5), around(0.8, 0.1)) == 1.0


def test_p_values_are_even_where_nothing_has_changed():
    random = np.random.default_rng(0)
    pairs = random.normal(0.7, 0.02, (4_000, 2))
    falls = np.array([p_of_fall(around(one, 0.02), around(other, 0.02)) for one, other in pairs])
    changes = np.array([p_of_change(around(one, 0.02), around(other, 0.02)) for one, other in pairs])
    for found in (falls, changes):
        assert np.mean(found <= 0.05) == pytest.approx(0.05, abs=0.01)
        assert np.mean(found <= 0.5) == pytest.approx(0.5, abs=0.025)

import math

import numpy as np
import pytest
from scipy import stats
from statsmodels.stats.multitest import multipletests

from training.statistics.families import holm, holm_p_values


@pytest.mark.parametrize(
    ("p_values", "fallen"),
    [
        ([0.01, 0.02, 0.04], [True, True, True]),
        ([0.02, 0.02, 0.04], [False, False, False]),
        ([0.02, 0.5, 0.04], [False, False, False]),
        ([0.001, 0.2, 0.024], [True, False, True]),
        ([0.001, 0.2, 0.3], [True, False, False]),
        ([math.nan, 0.04], [False, True]),
        ([math.nan, math.nan], [False, False]),
        ([0.04], [True]),
        ([0.04, 0.04], [False, False]),
        ([], []),
    ],
)
def test_one_after_another_falls_until_one_stands(p_values, fallen):
    assert holm(p_values).tolist() == fallen


def test_the_order_of_the_family_says_nothing():
    family = [0.3, 0.001, 0.02, 0.012]
    clear = dict(zip(family, holm(family).tolist(), strict=True))
    assert dict(zip(family[::-1], holm(family[::-1]).tolist(), strict=True)) == clear


def test_a_stricter_level_lets_fewer_fall():
    family = [0.001, 0.004, 0.02]
    assert holm(family, 0.05).sum() == 3
    assert holm(family, 0.01).tolist() == [True, True, False]


def test_a_family_without_effects_falls_in_one_of_twenty():
    random = np.random.default_rng(3)
    families = random.uniform(size=(2_000, 12))
    wrong = sum(bool(holm(family).any()) for family in families)
    assert stats.binomtest(wrong, len(families), 0.05).pvalue > 0.01


@pytest.mark.parametrize("p_values", [[0.5, 1.2], [-0.1], [[0.1, 0.2]]])
def test_what_is_no_list_of_p_values_is_refused(p_values):
    with pytest.raises(ValueError, match=r"one dimension within 0\.\.1 is needed"):
        holm(p_values)
    with pytest.raises(ValueError, match=r"one dimension within 0\.\.1 is needed"):
        holm_p_values(p_values)


@pytest.mark.parametrize("seed", range(5))
def test_raised_p_values_are_those_of_statsmodels_and_fall_alike(seed):
    p_values = np.random.default_rng(seed).uniform(0, 0.2, 9).round(2)
    expected = multipletests(p_values, method="holm")[1]
    assert holm_p_values(p_values) == pytest.approx(expected, abs=1e-12)
    assert (holm_p_values(p_values) <= 0.05).tolist() == holm(p_values).tolist()
    with_gap = holm_p_values([*p_values[:4], math.nan, *p_values[4:]])
    assert np.delete(with_gap, 4) == pytest.approx(expected, abs=1e-12)
    assert math.isnan(with_gap[4])


def test_an_empty_family_has_no_raised_p_values():
    assert holm_p_values([]).size == 0

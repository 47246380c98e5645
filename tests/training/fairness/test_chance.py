import numpy as np
import pytest
from scipy import stats

from training.fairness.chance import p_value


def test_a_figure_three_spreads_away_is_rare():
    draws = np.random.default_rng(0).normal(3.0, 1.0, 20_000)
    assert p_value(3.0, draws) == pytest.approx(2 * stats.norm.sf(3.0), rel=0.1)


def test_what_is_expected_counts():
    draws = np.random.default_rng(0).normal(0.5, 0.1, 500)
    assert p_value(0.5, draws, expected=0.5) == 1.0
    assert p_value(0.5, draws) < 1e-4


@pytest.mark.parametrize(
    ("value", "draws"),
    [(0.0, [0.0, 0.0, 0.0]), (1.0, [np.nan, np.nan]), (np.nan, [1.0, 2.0]), (1.0, [1.0])],
    ids=["no-spread", "no-draws", "no-value", "one-draw"],
)
def test_what_cannot_be_judged_surprises_nobody(value, draws):
    assert p_value(value, np.array(draws)) == 1.0

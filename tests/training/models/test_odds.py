import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import expit
from sklearn.metrics import log_loss as sklearn_log_loss

from training.models.odds import log_loss, prior_log_odds, softplus, to_probability

log_odds_values = st.lists(st.floats(-800, 800), min_size=1, max_size=50).map(np.array)


@given(log_odds_values)
def test_probability_is_the_logistic_function(log_odds):
    np.testing.assert_allclose(to_probability(log_odds), expit(log_odds), rtol=1e-14, atol=1e-300)


@given(log_odds_values)
def test_softplus_is_minus_the_log_of_the_other_probability(log_odds):
    np.testing.assert_allclose(softplus(log_odds), np.logaddexp(0.0, log_odds), rtol=1e-14, atol=1e-300)


@given(log_odds_values)
def test_one_value_is_transformed_as_in_an_array(log_odds):
    for transform in (to_probability, softplus):
        whole = transform(log_odds)
        assert [transform(log_odds[[place]])[0] for place in range(len(log_odds))] == whole.tolist()


def test_log_loss_is_that_of_scikit_learn():
    chance = np.random.default_rng(0)
    log_odds, weight = chance.normal(size=200), chance.uniform(0.5, 2, 200)
    target = (chance.random(200) < 0.3).astype(float)
    expected = sklearn_log_loss(target, expit(log_odds), sample_weight=weight)
    assert log_loss(log_odds, target, weight) == pytest.approx(expected, rel=1e-12)


def test_cells_without_weight_do_not_count():
    seen = log_loss(np.array([1.0, 99.0]), np.array([1.0, 0.0]), np.array([1.0, 0.0]))
    assert seen == pytest.approx(np.log1p(np.exp(-1.0)))


def test_prior_is_the_weighted_share():
    assert prior_log_odds(np.array([1.0, 0.0]), np.array([1.0, 3.0])) == pytest.approx(np.log(1 / 3))

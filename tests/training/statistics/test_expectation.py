import numpy as np
import pytest

from training.statistics import Estimate
from training.statistics.expectation import expected_count, expected_loss, expected_share

EXACT = Estimate(0.0, 0.0, 0.0, n=1000)


def test_the_range_holds_what_really_happens_when_forecasts_are_right() -> None:
    random = np.random.default_rng(1)
    probabilities = random.beta(1, 8, size=800)
    share = expected_share(probabilities, EXACT)
    happened = (random.random((2000, 800)) < probabilities).mean(axis=1)
    inside = ((happened >= share.low) & (happened <= share.high)).mean()
    assert 0.93 < inside < 0.97


def test_the_range_of_the_loss_holds_what_really_happens() -> None:
    random = np.random.default_rng(2)
    probabilities, revenue = random.beta(1, 8, size=800), random.lognormal(9, 1, size=800)
    loss = expected_loss(probabilities, revenue, EXACT)
    happened = (random.random((2000, 800)) < probabilities) @ revenue
    inside = ((happened >= loss.low) & (happened <= loss.high)).mean()
    assert 0.93 < inside < 0.97
    assert loss.value == pytest.approx(float(happened.mean()), rel=0.02)


def test_forecasts_that_were_too_high_widen_the_range_downwards() -> None:
    probabilities = np.full(10_000, 0.2)
    even = expected_share(probabilities, EXACT)
    too_high = expected_share(probabilities, Estimate(0.03, 0.02, 0.04, n=1000))
    assert too_high.value == even.value
    assert too_high.high == even.high
    assert too_high.low == pytest.approx(0.2 - np.hypot(0.2 - even.low, 0.04))


def test_ranges_stay_possible() -> None:
    share = expected_share(np.array([0.01] * 6), Estimate(0.0, -0.5, 0.5, n=9))
    assert share.low == 0.0
    loss = expected_loss(np.array([0.9] * 6), np.full(6, 10.0), Estimate(0.0, -0.5, 0.5, n=9))
    assert loss.high == 60.0


def test_the_count_is_the_share_of_all() -> None:
    count = expected_count(Estimate(0.1, 0.08, 0.12, n=250))
    assert (count.value, count.low, count.high, count.n) == (25.0, 20.0, 30.0, 250)

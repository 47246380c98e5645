import json
import math

import numpy as np
import pytest

from training.statistics.estimate import Estimate, from_draws, middle, of_size


def test_an_estimate_reads_as_value_and_interval():
    assert str(Estimate(0.8512, 0.842, 0.8604, n=5634)) == "0.851 (0.842 to 0.860)"


@pytest.mark.parametrize(("value", "low", "high"), [(0.5, 0.6, 0.7), (0.5, 0.1, 0.4)])
def test_an_interval_that_misses_its_estimate_is_refused(value, low, high):
    with pytest.raises(ValueError, match=r"does not hold the estimate 0\.5"):
        Estimate(value, low, high, 10)


def test_json_and_back():
    estimate = Estimate(0.1, -0.5, 0.75, 12)
    assert json.dumps(estimate.to_json()) == '{"value": 0.1, "low": -0.5, "high": 0.75, "n": 12}'
    assert Estimate.from_json(json.loads(json.dumps(estimate.to_json()))) == estimate


def test_what_does_not_exist_is_null_and_never_the_word_nan():
    nowhere = Estimate(math.nan, math.nan, math.nan, 3)
    text = json.dumps(nowhere.to_json(), allow_nan=False)
    assert text == '{"value": null, "low": null, "high": null, "n": 3}'
    assert math.isnan(Estimate.from_json(json.loads(text)).value)


def test_zero_stays_zero_through_json():
    assert Estimate.from_json({"value": 0.0, "low": 0.0, "high": 0.0, "n": 0}) == Estimate(0.0, 0.0, 0.0, 0)


def test_percentiles_of_draws():
    draws = np.arange(1001.0)
    found = from_draws(500.0, draws, 7)
    assert (found.low, found.high) == pytest.approx((25, 975), abs=1e-9)
    assert (found.value, found.n) == (500, 7)


def test_draws_that_do_not_exist_are_left_out():
    draws = np.array([np.nan, 1.0, 2.0, 3.0, np.nan])
    assert middle(draws) == middle(np.array([1.0, 2.0, 3.0]))
    assert all(math.isnan(end) for end in middle(np.full(4, np.nan)))


def test_an_interval_is_stretched_to_its_estimate():
    assert from_draws(5.0, np.array([1.0, 2.0]), 2).high == 5.0
    assert from_draws(0.0, np.array([1.0, 2.0]), 2).low == 0.0


def test_an_estimate_without_draws_has_no_interval_made_up():
    bare = from_draws(0.5, np.full(3, np.nan), 2)
    assert (bare.low, bare.high) == (0.5, 0.5)


@pytest.mark.parametrize(
    ("signed", "low", "high"),
    [((0.03, 0.01, 0.05), 0.01, 0.05), ((-0.03, -0.05, -0.01), 0.01, 0.05), ((0.01, -0.04, 0.02), 0.0, 0.04)],
)
def test_size_of_a_signed_estimate(signed, low, high):
    found = of_size(Estimate(signed[0], signed[1], signed[2], 9))
    assert (found.value, found.low, found.high) == (abs(signed[0]), low, high)

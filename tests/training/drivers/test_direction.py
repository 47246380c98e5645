import numpy as np

from training.drivers import direction_of

RISING = np.arange(50.0)


def test_higher_values_with_higher_risk() -> None:
    assert direction_of(RISING, RISING**3) == "higher"


def test_lower_values_with_higher_risk() -> None:
    assert direction_of(RISING, -np.sqrt(RISING)) == "lower"


def test_a_valley_has_no_single_direction() -> None:
    assert direction_of(RISING, (RISING - 24.5) ** 2) == "mixed"


def test_missing_values_say_nothing() -> None:
    values = np.where(RISING < 45, np.nan, RISING)
    contributions = np.where(RISING < 45, 100.0, -RISING)
    assert direction_of(values, contributions) == "lower"


def test_constant_or_too_few_values_are_mixed() -> None:
    assert direction_of(np.ones(10), np.arange(10.0)) == "mixed"
    assert direction_of(np.array([1.0]), np.array([1.0])) == "mixed"


def test_weights_act_as_copies_of_rows() -> None:
    random = np.random.default_rng(4)
    values, risk = random.integers(0, 5, 60).astype(float), random.normal(size=60)
    risk[30:] += values[30:]
    copies = np.repeat(np.arange(60), np.where(np.arange(60) < 30, 1, 5))
    weight = np.where(np.arange(60) < 30, 1.0, 5.0)
    assert direction_of(values, risk, weight) == direction_of(values[copies], risk[copies]) == "higher"
    assert direction_of(values, -risk, np.where(np.arange(60) < 30, 0.0, 1.0)) == "lower"

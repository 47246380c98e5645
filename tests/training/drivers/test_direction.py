import numpy as np
import pytest

from training.drivers.direction import direction_of, turning_point

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


GRADES = np.repeat([1.0, 2.0, 3.0, 4.0, 5.0], 40)


@pytest.mark.parametrize(
    ("means", "direction", "turn"),
    [
        ((-0.7, -1.1, -1.0, 0.4, 4.6), "higher", 2.0),
        ((0.7, 1.1, 1.0, -0.4, -4.6), "lower", 2.0),
        ((0.0, 1.0, 2.0, 3.0, 2.0), "higher", 4.0),
        ((0.0, 1.0, 2.0, 3.0, 4.0), "higher", None),
        ((0.0, -0.01, 2.0, 3.0, 4.0), "higher", None),
        ((0.0, 0.0, 0.0, 0.0, 0.0), "higher", None),
        ((0.0, 1.0, 3.0, 2.0, -1.0), "higher", 3.0),
        ((4.0, 3.0, 2.0, 1.0, 0.0), "higher", None),
        ((2.0, 0.0, 0.1, 0.0, 2.0), "mixed", None),
    ],
    ids=[
        "dip",
        "dip-of-a-fall",
        "drop-at-the-end",
        "straight",
        "hardly",
        "flat",
        "lowest-at-the-end",
        "other-way",
        "mixed",
    ],
)
def test_a_direction_that_turns_inside_says_where(means, direction, turn):
    assert turning_point(GRADES, np.repeat(means, 40), direction) == turn


def test_rare_levels_and_missing_values_say_nothing_of_a_turn():
    few = np.append(GRADES, [0.0] * 5 + [np.nan] * 50)
    sizes = np.append(np.repeat([0.0, 1.0, 2.0, 3.0, 4.0], 40), [9.0] * 55)
    assert turning_point(few, sizes, "higher") is None


def test_many_values_turn_at_the_middle_of_a_tenth():
    values = np.linspace(0.0, 10.0, 2001)
    found = turning_point(values, (values - 3.0) ** 2, "higher")
    assert found == pytest.approx(2.5, abs=1.0)


def test_weights_decide_on_the_turn():
    values = np.append(GRADES, np.full(40, 1.0))
    sizes = np.append(np.repeat([0.0, 1.0, 2.0, 3.0, 4.0], 40), np.full(40, 4.0))
    weight = np.append(np.ones(200), np.full(40, 1e-9))
    assert turning_point(values, sizes, "higher") == 2.0
    assert turning_point(values, sizes, "higher", weight) is None

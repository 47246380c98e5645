import math

import numpy as np
import pytest

from training.statistics.overlap import OverlapDifference, PartedMean, PseudoAnswers, codes_of

NONE = PseudoAnswers.none()
GOOD_AND_BAD = PseudoAnswers(np.array([0.0, 1.0]), np.ones(2))


def parted(worth, people, pseudo=NONE, weight=None):
    worth = np.asarray(worth, dtype=float)
    weight = np.ones(worth.size) if weight is None else np.asarray(weight, dtype=float)
    return PartedMean.of(worth, np.asarray(people), weight, pseudo)


def test_the_error_of_one_wave_is_that_of_its_mean():
    worth = np.random.default_rng(0).normal(size=30)
    found = parted(worth, np.arange(30))
    assert found.value == pytest.approx(worth.mean())
    assert found.squared_error == pytest.approx(worth.var(ddof=1) / 30, abs=1e-12)
    assert found.effective_people == pytest.approx(30)


def test_several_answers_of_a_person_are_one_person():
    worth, people = np.random.default_rng(1).normal(size=20), np.arange(20)
    once, twice = parted(worth, people), parted(np.tile(worth, 2), np.tile(people, 2))
    assert twice.squared_error == pytest.approx(once.squared_error)
    assert twice.effective_people == pytest.approx(20)


def test_pseudo_answers_count_in_value_and_error():
    found = parted([1, 1, 1, 0], np.arange(4), GOOD_AND_BAD)
    share = 4 / 6
    assert found.value == pytest.approx(share)
    assert found.squared_error == pytest.approx(share * (1 - share) / 6)


def test_one_person_has_no_error_that_is_known():
    assert parted([3.0, 4.0], [5, 5]).squared_error == math.inf
    difference = OverlapDifference.of(parted([3.0], [1]), parted([3.0, 5.0], [1, 2]))
    assert (difference.squared_error, difference.freedom, difference.n_both) == (math.inf, 0.0, 1)


@pytest.mark.parametrize("n_both", [0, 10, 25, 40])
def test_the_error_is_right_on_average_for_any_overlap(n_both):
    """The stated variance, over many draws, is the variance of the difference itself."""
    chance = np.random.default_rng(n_both)
    codes = np.arange(40), np.arange(40 - n_both, 80 - n_both)
    values, squared = [], []
    for _ in range(1500):
        mood = chance.normal(size=80)
        waves = [mood[people] + 0.5 * chance.normal(size=40) for people in codes]
        found = OverlapDifference.of(
            *(parted(wave, people) for wave, people in zip(waves, codes, strict=True))
        )
        values.append(found.value)
        squared.append(found.squared_error)
    assert found.n_both == n_both
    assert np.mean(squared) == pytest.approx(np.var(values), rel=0.12)


def test_freedom_is_that_of_derrick_and_others():
    chance = np.random.default_rng(2)
    first, second = chance.normal(size=12), chance.normal(0, 2, size=20)
    apart = OverlapDifference.of(parted(first, np.arange(12)), parted(second, np.arange(12, 32)))
    parts = np.array([first.var(ddof=1) / 12, second.var(ddof=1) / 20])
    welch = parts.sum() ** 2 / (parts**2 / [11, 19]).sum()
    assert apart.freedom == pytest.approx(welch)
    mixed = OverlapDifference.of(parted(first, np.arange(12)), parted(second, np.arange(7, 27)))
    assert mixed.freedom == pytest.approx(4 + (welch - 4) * 22 / (22 + 2 * 5))


def test_pairs_that_all_move_alike_have_no_error_left():
    worth, people = np.random.default_rng(3).normal(size=15), np.arange(15)
    found = OverlapDifference.of(parted(worth, people), parted(worth + 0.1, people))
    assert found.squared_error == 0.0


def test_pairs_with_pseudo_answers_are_those_of_bonett_and_price():
    before, after, people = [1, 1, 0, 0, 1, 0, 1, 1], [1, 0, 1, 1, 1, 0, 1, 1], np.arange(8)
    found = OverlapDifference.of(parted(before, people, GOOD_AND_BAD), parted(after, people, GOOD_AND_BAD))
    up, down = (2 + 1) / 10, (1 + 1) / 10
    assert found.value == pytest.approx(up - down)
    assert found.squared_error == pytest.approx((up + down - (up - down) ** 2) / 10)


def test_codes_are_the_same_in_all_columns():
    first, second = codes_of(np.array(["x", "a"]), np.array(["a", "m", "x"]))
    assert (first.tolist(), second.tolist()) == ([2, 0], [0, 1, 2])

"""Drivers seen alone, on made-up answers of which it is known how they go along a grade."""

import numpy as np
import pytest

from training.drivers import Observed
from training.drivers.observed import LEAST_CORRELATION

DIP = (0.67, 0.75, 0.75, 0.40, 0.01)
FALL = (0.8, 0.7, 0.6, 0.5, 0.4)


def observe(shares, *, n_rows=3000, seed=0, weight=None, repeats=1):
    """Return people who give a grade from 1 and are unhappy with the probability that belongs to it."""
    random = np.random.default_rng(seed)
    grades = random.integers(1, len(shares) + 1, n_rows)
    unhappy = (random.random(n_rows) < np.array(shares)[grades - 1]).astype(float)
    values = np.column_stack([grades, random.normal(size=n_rows)]).astype(float)
    rows = np.repeat(np.arange(n_rows), repeats)
    return Observed(values[rows], unhappy[rows], rows, weight)


class TestDirection:
    def test_it_is_that_of_the_outcome(self):
        assert observe(FALL).direction(0) == "lower"
        assert observe(FALL[::-1]).direction(0) == "higher"

    def test_noise_has_none(self):
        found = [observe((0.5,) * 5, seed=seed).direction(0) for seed in range(50)]
        assert found.count(None) == 50

    def test_what_is_too_small_to_speak_of_has_none_however_many_rows_there_are(self):
        slight = observe((0.50, 0.505, 0.51, 0.515, 0.52), n_rows=200_000)
        correlation = np.corrcoef(slight.values[:, 0], slight.outcome)[0, 1]
        assert 4 / np.sqrt(200_000) < correlation < LEAST_CORRELATION
        assert slight.direction(0) is None

    def test_rows_of_one_person_are_no_further_evidence(self):
        alone, often = (observe((0.45, 0.55), n_rows=300, seed=3, repeats=repeats) for repeats in (1, 40))
        assert alone.direction(0) is often.direction(0) is None
        pretended = Observed(often.values, often.outcome, np.arange(len(often.outcome)))
        assert pretended.direction(0) == "higher"

    def test_weights_decide(self):
        both = observe((0.2, 0.8), n_rows=2000)
        flipped = Observed(
            np.concatenate([both.values, both.values]),
            np.concatenate([both.outcome, 1 - both.outcome]),
            np.arange(4000),
            np.repeat([1.0, 9.0], 2000),
        )
        assert (both.direction(0), flipped.direction(0)) == ("higher", "lower")

    def test_missing_values_and_rows_that_stand_for_nobody_say_nothing(self):
        found = observe(FALL)
        values = np.append(found.values[:, :1], np.full((3000, 1), np.nan), axis=0)
        outcome = np.append(found.outcome, np.ones(3000))
        assert Observed(values, outcome, np.arange(6000)).direction(0) == "lower"
        nobody = np.append(np.zeros(3000), np.ones(3000))
        assert Observed(values, outcome, np.arange(6000), nobody).direction(0) is None

    @pytest.mark.parametrize("spoilt", ["few rows", "one value", "one outcome"])
    def test_what_does_not_vary_has_none(self, spoilt):
        values, outcome = np.arange(100.0).reshape(-1, 1), np.arange(100) * 0.01
        if spoilt == "few rows":
            values, outcome = values[:20], outcome[:20]
        elif spoilt == "one value":
            values = np.ones((100, 1))
        else:
            outcome = np.ones(100)
        assert Observed(values, outcome, np.arange(len(outcome))).direction(0) is None

    @pytest.mark.parametrize(
        ("direction", "is_opposite"),
        [("higher", True), ("lower", False), ("mixed", False), ("groups", False)],
    )
    def test_opposite_is_the_other_of_two_clear_directions(self, direction, is_opposite):
        assert observe(FALL).is_opposite(0, direction) is is_opposite
        assert not observe((0.5,) * 5).is_opposite(0, direction)


class TestTurningPoint:
    def test_a_rating_that_is_worst_in_the_middle_turns_there(self):
        found = observe(DIP, n_rows=20_000)
        shares = [found.outcome[found.values[:, 0] == grade].mean() for grade in (1, 2, 3)]
        assert found.turning_point(0, "lower") == 1.0 + int(np.argmax(shares)) in {2.0, 3.0}

    def test_a_straight_line_seldom_seems_to_turn(self):
        flat_end = (0.7, 0.7, 0.7, 0.4, 0.1)
        for shares in (FALL, flat_end):
            found = [observe(shares, seed=seed).turning_point(0, "lower") for seed in range(100)]
            assert found.count(None) >= 97

    def test_a_turn_has_to_be_clear_and_not_of_repeated_rows(self):
        few = [observe(DIP, n_rows=300, seed=seed).turning_point(0, "lower") for seed in range(20)]
        often = [observe(DIP, n_rows=300, seed=seed, repeats=30) for seed in range(20)]
        assert few == [found.turning_point(0, "lower") for found in often]
        pretended = [
            Observed(found.values, found.outcome, np.arange(len(found.outcome))).turning_point(0, "lower")
            for found in often
        ]
        assert few.count(None) >= 18
        assert pretended.count(None) <= 10

    def test_answers_turn_as_events_do(self):
        random = np.random.default_rng(2)
        waits = random.uniform(0, 10, 4000)
        answers = np.abs(waits - 3) + random.normal(size=4000)
        assert Observed(waits[:, None], answers, np.arange(4000)).turning_point(0, "higher") == pytest.approx(
            3.0, abs=1.0
        )

    @pytest.mark.parametrize("direction", ["mixed", "groups"])
    def test_what_has_no_direction_has_no_turn(self, direction):
        assert observe(DIP, n_rows=20_000).turning_point(0, direction) is None

    def test_columns_without_values_have_no_turn(self):
        nothing = Observed(np.full((50, 1), np.nan), np.ones(50), np.arange(50))
        assert nothing.turning_point(0, "higher") is None

"""The margin is what a later wave shows in four of five cases: by simulation of both waves."""

import math

import numpy as np
import pytest

from training.frozen import POWER, detectable_change
from training.statistics import Estimate, nps, share

N_RUNS = 600


def shows(before: Estimate, now: Estimate) -> bool:
    """Tell whether the difference of two waves is clear, as independent estimates."""
    value = now.value - before.value
    low = value - math.hypot(now.value - now.low, before.high - before.value)
    high = value + math.hypot(now.high - now.value, before.value - before.low)
    return low > 0 or high < 0


@pytest.mark.parametrize(("n", "level"), [(200, 0.5), (400, 0.7), (1000, 0.3)])
def test_a_share_that_moves_by_its_margin_shows_in_four_of_five_cases(n, level):
    random = np.random.default_rng(3)
    margin = detectable_change(share(round(n * level), n))
    assert margin is not None
    before, now = random.binomial(n, level, N_RUNS), random.binomial(n, level + margin, N_RUNS)
    rate = np.mean([shows(share(one, n), share(two, n)) for one, two in zip(before, now, strict=True)])
    # Further from one half shares spread less, so a rise from .7 shows a little more often.
    assert rate == pytest.approx(POWER, abs=0.08)


def test_nps_that_moves_by_its_margin_shows_in_four_of_five_cases():
    random, n = np.random.default_rng(4), 400
    start = np.array([0.35, 0.35, 0.30])
    margin = detectable_change(nps(*(n * start)))
    assert margin is not None
    end = start + np.array([margin / 200, 0.0, -margin / 200])
    waves = (random.multinomial(n, shares, N_RUNS) for shares in (start, end))
    rate = np.mean([shows(nps(*one), nps(*two)) for one, two in zip(*waves, strict=True)])
    assert rate == pytest.approx(POWER, abs=0.05)


def test_no_change_shows_in_one_of_twenty_cases():
    random, n = np.random.default_rng(5), 400
    draws = random.binomial(n, 0.6, (N_RUNS, 2))
    rate = np.mean([shows(share(one, n), share(two, n)) for one, two in draws])
    assert rate <= 0.07


def test_four_times_the_answers_halve_the_margin():
    few, many = detectable_change(share(250, 500)), detectable_change(share(1000, 2000))
    assert few / many == pytest.approx(2, abs=0.01)


@pytest.mark.parametrize("ends", [(0.4, 0.4), (-math.inf, math.inf)])
def test_what_has_no_width_or_no_end_has_no_margin(ends):
    assert detectable_change(Estimate(0.4, *ends, 7)) is None

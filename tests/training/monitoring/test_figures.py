"""Where values stand among usual ones: skew does not matter, sampling noise is as stated."""

import math

import numpy as np
import pytest

from training.monitoring.figures import arc, pool, stability, stand, un_arc
from training.reference import Bins, Counts


@pytest.fixture
def skewed():
    """Return bins of a skewed number and its usual counts."""
    usual = np.random.default_rng(1).lognormal(0, 1.5, 5000)
    bins = Bins.of_number(usual)
    return bins, bins.count(usual).bins


def test_usual_rows_stand_in_the_middle(skewed):
    _, usual = skewed
    found = stand(Counts(usual, 0, usual.sum()), usual)
    assert found.place == pytest.approx(0.5)
    assert found.spread == pytest.approx(1, abs=0.02)


def test_a_shift_moves_the_place_alike_however_skewed(skewed):
    bins, usual = skewed
    plain = np.random.default_rng(2).normal(0, 1.5, 4000) + 0.75
    moved = stand(bins.count(np.exp(plain)), usual)
    before = np.log(np.random.default_rng(1).lognormal(0, 1.5, 5000))
    normal = Bins.of_number(before)
    same = stand(normal.count(plain), normal.count(before).bins)
    assert moved.place == pytest.approx(same.place, abs=0.003)
    assert moved.place == pytest.approx(0.638, abs=0.02)


def test_wider_and_narrower_values_are_told_apart(skewed):
    bins, usual = skewed
    random = np.random.default_rng(3)
    wide, narrow = (stand(bins.count(random.lognormal(0, width, 4000)), usual) for width in (3.0, 0.7))
    assert narrow.spread < 0.6
    assert wide.spread > 1.4
    assert wide.place == pytest.approx(0.5, abs=0.02)


def test_the_variances_are_those_of_repeated_samples(skewed):
    bins, usual = skewed
    random = np.random.default_rng(4)
    found = [stand(bins.count(random.lognormal(0, 1.5, 300)), usual) for _ in range(600)]
    for which in ("place", "spread"):
        seen = np.var([getattr(one, which) for one in found])
        stated = np.mean([getattr(one, f"{which}_variance") for one in found])
        assert seen == pytest.approx(stated, rel=0.2)


def test_without_values_there_is_no_place(skewed):
    bins, usual = skewed
    assert math.isnan(stand(bins.count([None, None]), usual).place)
    assert math.isnan(stand(bins.count([1.0]), np.zeros(len(usual))).place)


def test_the_stability_index_stays_below_its_bound_as_often_as_promised(skewed):
    bins, usual = skewed
    random = np.random.default_rng(5)
    n_beyond = 0
    for _ in range(1000):
        found = stability(bins.count(random.lognormal(0, 1.5, 400)), usual, 5000)
        n_beyond += found.index > found.by_chance
    assert 0.03 <= n_beyond / 1000 <= 0.07


def test_the_stability_index_is_the_sum_over_bins():
    now, usual = np.array([10.0, 40.0, 50.0]), np.array([30.0, 30.0, 40.0])
    p, q = now / 100, usual / 100
    found = stability(Counts(now, 0, 100), usual, 100)
    assert found.index == pytest.approx(((p - q) * np.log(p / q)).sum())
    assert math.isfinite(stability(Counts(np.array([0.0, 100.0, 0.0]), 0, 100), usual, 100).index)


def test_shares_go_to_angles_and_back():
    for share in (0.0, 0.01, 0.5, 1.0):
        assert un_arc(arc(share)) == pytest.approx(share)
    assert math.isnan(arc(math.nan))
    assert (un_arc(-0.1), un_arc(9.0)) == (0.0, pytest.approx(1.0))


def test_snapshots_are_pooled_bin_by_bin():
    first, second = Counts(np.array([1.0, 2.0]), 0, 3), Counts(np.array([3.0, 4.0]), 1, 8)
    assert pool([first, second]).tolist() == [4.0, 6.0]

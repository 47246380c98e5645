import math

import numpy as np
import pytest

from training.journey.shares import influences, p_value_of, share_of
from training.statistics import share


@pytest.mark.parametrize(("hits", "n"), [(8, 10), (0, 12), (12, 12), (450, 1000)])
def test_with_one_row_per_entity_it_is_wilsons_interval(hits, n):
    found = share_of(np.repeat([1.0, 0.0], [hits, n - hits]), np.arange(n))
    expected = share(hits, n)
    assert (found.value, found.n) == (expected.value, n)
    assert (found.low, found.high) == pytest.approx((expected.low, expected.high))


def test_copies_of_the_same_rows_say_nothing_more():
    hits = np.repeat([1.0, 0.0], [30, 20])
    once = share_of(hits, np.arange(50))
    thrice = share_of(np.tile(hits, 3), np.tile(np.arange(50), 3))
    assert (thrice.low, thrice.high) == pytest.approx((once.low, once.high))
    assert thrice.n == 150


def test_rows_that_undo_each_other_are_worth_no_more_than_they_are():
    hits = np.tile([1.0, 0.0], 40)
    found = share_of(hits, np.repeat(np.arange(40), 2))
    assert (found.low, found.high) == pytest.approx((share(40, 80).low, share(40, 80).high))


def test_the_range_covers_the_truth_when_entities_repeat():
    chance, covered = np.random.default_rng(11), 0
    for _ in range(400):
        own = chance.beta(2, 2, 60)
        entity = np.repeat(np.arange(60), chance.integers(1, 6, 60))
        found = share_of((chance.random(entity.size) < own[entity]).astype(float), entity)
        covered += found.low <= 0.5 <= found.high
    assert covered >= 0.92 * 400


def test_influences_add_up_to_nothing_and_to_the_variance_of_the_mean():
    values = np.array([1.0, 0.0, 1.0, 1.0])
    parts = influences(values, np.array([0, 1, 2, 3]), 6)
    assert parts.sum() == pytest.approx(0)
    assert parts.size == 6
    assert parts @ parts == pytest.approx(values.var() / 4)


def test_p_value_is_normal_and_missing_without_an_error():
    assert p_value_of(1.959964, 1.0) == pytest.approx(0.05, abs=1e-6)
    assert math.isnan(p_value_of(1.0, 0.0))
    assert math.isnan(p_value_of(math.nan, 1.0))

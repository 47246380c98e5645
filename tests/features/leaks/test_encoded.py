"""Means of the label that were written into the rows are told from numbers that honestly go with it."""

import numpy as np
import pytest

from features.leaks.encoded import find_encoded


def shops(seed, rows=2_000, levels=60, spread=0.6):
    """Return the shop of each row and a label that differs between shops."""
    rng = np.random.default_rng(seed)
    shop = rng.integers(0, levels, rows)
    risk = 1 / (1 + np.exp(1 + spread * rng.normal(size=levels)))
    return rng, shop, (rng.random(rows) < risk[shop]).astype(float), risk


def names(shop):
    return np.array([f"s{number}" for number in shop], object)


def mean_of(shop, label, weight=0.0):
    return ((np.bincount(shop, weights=label) + weight * label.mean()) / (np.bincount(shop) + weight))[shop]


def told(columns, label, groups=None):
    return [(found.column, found.kind, found.severity) for found in find_encoded(columns, label, groups)]


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("spread", [0.0, 1.0])
class TestMeans:
    def test_mean_with_and_without_its_group(self, seed, spread):
        _, shop, label, _ = shops(seed, spread=spread)
        rate = mean_of(shop, label)
        assert told({"rate": rate}, label) == [("rate", "target_encoded", "error")]
        assert told({"rate": rate, "shop": names(shop)}, label) == [("rate", "target_encoded", "error")]
        assert told({"rate": 100 * rate - 7}, label) == [("rate", "target_encoded", "error")]

    def test_mean_drawn_to_that_of_all(self, seed, spread):
        _, shop, label, _ = shops(seed, spread=spread)
        columns = {"rate": mean_of(shop, label, 20.0), "shop": names(shop)}
        assert told(columns, label) == [("rate", "target_encoded", "error")]

    def test_mean_of_the_entity(self, seed, spread):
        _, shop, label, _ = shops(seed, levels=500, spread=spread)
        columns = {"rate": mean_of(shop, label, 3.0)}
        assert told(columns, label, names(shop)) == [("rate", "target_encoded", "error")]

    def test_mean_of_all_others(self, seed, spread):
        _, shop, label, _ = shops(seed, spread=spread)
        sums, rows = np.bincount(shop, weights=label), np.bincount(shop)
        rate = (sums[shop] - label) / (rows[shop] - 1)
        (found,) = find_encoded({"rate": rate, "shop": names(shop)}, label)
        assert "the mean label of each 'shop' but for the row itself" in found.evidence

    def test_mean_of_a_rating(self, seed, spread):
        rng, shop, label, _ = shops(seed, spread=spread)
        rating = 3 + label + rng.normal(size=len(label))
        assert told({"mean": mean_of(shop, rating)}, rating) == [("mean", "target_encoded", "error")]


@pytest.mark.parametrize("seed", range(20))
class TestHonest:
    def test_numbers_of_the_group(self, seed):
        rng, shop, label, risk = shops(seed)
        columns = {
            "shop": names(shop),
            "risk": risk[shop],
            "size": rng.integers(1, 12, 60).astype(float)[shop],
            "income": rng.lognormal(3, 1, 60)[shop],
        }
        assert told(columns, label, names(rng.integers(0, 300, len(label)))) == []

    def test_mean_of_older_rows(self, seed):
        rng, shop, label, risk = shops(seed)
        older = (rng.random(len(label)) < risk[shop]).astype(float)
        assert told({"rate": mean_of(shop, older), "shop": names(shop)}, label) == []

    def test_numbers_of_the_row(self, seed):
        rng, shop, label, _ = shops(seed)
        calls = rng.poisson(2 + label).astype(float)
        age = np.round(rng.normal(45, 12, len(label)))
        age[rng.random(len(label)) < 0.1] = np.nan
        columns = {"calls": calls, "age": age, "score": label + rng.normal(size=len(label))}
        assert told(columns | {"shop": names(shop)}, label) == []


def test_nothing_to_tell():
    _, _, label, _ = shops(0)
    assert told({"empty": np.full(len(label), np.nan), "same": np.ones(len(label))}, label) == []

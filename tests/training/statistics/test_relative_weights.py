from itertools import permutations
from math import factorial

import numpy as np
import pytest

from training.statistics.relative_weights import MAX_ITEMS, relative_weights, shapley_r2


def random_correlations(size: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    random = np.random.default_rng(seed)
    rows = random.normal(size=(200, size + 1)) @ random.normal(size=(size + 1, size + 1))
    found = np.asarray(np.corrcoef(rows, rowvar=False))
    return found[:-1, :-1], found[:-1, -1]


def r_squared(correlation, with_target):
    return float(with_target @ np.linalg.solve(correlation, with_target))


@pytest.mark.parametrize("split", [relative_weights, shapley_r2])
@pytest.mark.parametrize("size", [1, 2, 5, 9])
def test_weights_add_up_to_what_is_explained(split, size):
    for seed in range(5):
        correlation, with_target = random_correlations(size, seed)
        weights = split(correlation, with_target)
        assert weights.sum() == pytest.approx(r_squared(correlation, with_target), abs=1e-9)
        assert (weights >= -1e-12).all()


@pytest.mark.parametrize("split", [relative_weights, shapley_r2])
def test_uncorrelated_items_explain_their_squared_correlations(split):
    with_target = np.array([0.5, -0.3, 0.0])
    assert split(np.eye(3), with_target) == pytest.approx(with_target**2, abs=1e-12)


@pytest.mark.parametrize("split", [relative_weights, shapley_r2])
def test_the_order_of_items_does_not_matter(split):
    correlation, with_target = random_correlations(6, 3)
    order = np.array([4, 0, 5, 2, 1, 3])
    moved = split(correlation[np.ix_(order, order)], with_target[order])
    assert moved == pytest.approx(split(correlation, with_target)[order], abs=1e-12)


def test_two_items_follow_the_closed_form():
    """For two items LMG is the mean of entering first and entering last."""
    r, a, b = 0.4, 0.6, 0.3
    correlation, with_target = np.array([[1.0, r], [r, 1.0]]), np.array([a, b])
    both = (a**2 + b**2 - 2 * r * a * b) / (1 - r**2)
    expected = np.array([(a**2 + both - b**2) / 2, (b**2 + both - a**2) / 2])
    assert shapley_r2(correlation, with_target) == pytest.approx(expected, abs=1e-12)
    # Johnson's weights for two items: loadings are cos and sin of half the angle of the correlation.
    half = np.arcsin(r) / 2
    loadings = np.array([[np.cos(half), np.sin(half)], [np.sin(half), np.cos(half)]])
    slopes = np.linalg.inv(loadings) @ with_target
    assert relative_weights(correlation, with_target) == pytest.approx(loadings**2 @ slopes**2, abs=1e-12)


def test_an_item_that_only_suppresses_gets_something():
    correlation, with_target = np.array([[1.0, 0.5], [0.5, 1.0]]), np.array([0.6, 0.0])
    for split in (relative_weights, shapley_r2):
        assert split(correlation, with_target)[1] > 0.01


@pytest.mark.parametrize("split", [relative_weights, shapley_r2])
def test_an_item_made_of_others_is_refused(split):
    correlation = np.array([[1.0, 1.0], [1.0, 1.0]])
    with pytest.raises(ValueError, match="an item is a combination of others; drop it"):
        split(correlation, np.array([0.5, 0.5]))


@pytest.mark.parametrize(
    ("correlation", "words"),
    [
        (np.eye(3), "has the shape"),
        (np.array([[1.0, 0.2], [0.3, 1.0]]), "not symmetric"),
        (2 * np.eye(2), "ones"),
    ],
)
def test_what_is_no_correlation_is_refused(correlation, words):
    with pytest.raises(ValueError, match=words):
        relative_weights(correlation, np.array([0.1, 0.2]))


def test_too_many_items_for_all_subsets_are_refused():
    size = MAX_ITEMS + 1
    with pytest.raises(ValueError, match="pass at most 20"):
        shapley_r2(np.eye(size), np.zeros(size))


@pytest.mark.parametrize("split", [relative_weights, shapley_r2])
def test_many_tables_at_once_are_each_split_as_alone(split):
    tables = [random_correlations(5, seed) for seed in range(4)]
    stacked = split(np.stack([table for table, _ in tables]), np.stack([target for _, target in tables]))
    for found, table in zip(stacked, tables, strict=True):
        assert found == pytest.approx(split(*table), abs=1e-12)


def test_one_table_among_many_that_does_not_allow_it_is_refused():
    tables = np.stack([np.eye(2), np.ones((2, 2))])
    with pytest.raises(ValueError, match="an item is a combination of others; drop it"):
        relative_weights(tables, np.full((2, 2), 0.3))


def test_shapley_values_are_the_mean_gain_over_all_orders():
    correlation, with_target = random_correlations(4, 6)
    gains = np.zeros(4)
    for order in permutations(range(4)):
        explained = [0.0]
        for n_items in range(1, 5):
            chosen = list(order[:n_items])
            explained.append(r_squared(correlation[np.ix_(chosen, chosen)], with_target[chosen]))
        gains[list(order)] += np.diff(explained) / factorial(4)
    assert shapley_r2(correlation, with_target) == pytest.approx(gains, abs=1e-12)

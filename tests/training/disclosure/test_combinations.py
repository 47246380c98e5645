from itertools import combinations

import numpy as np
import pytest

from training.disclosure.combinations import express, find_combinations


def search_plainly(member, people, minimum):
    """Return the smallest sets of columns that a combination of rows speaks of alone, by trying all."""
    found = []
    for n in range(1, 5):
        for columns in combinations(range(member.shape[1]), n):
            is_new = not any(set(other) <= set(columns) for other in found)
            if is_new and people[list(columns)].sum() < minimum:
                rest = np.delete(member.astype(float), columns, axis=1)
                if np.linalg.matrix_rank(rest) < np.linalg.matrix_rank(member.astype(float)):
                    found.append(columns)
    return set(found)


@pytest.mark.parametrize("most", [1, 3])
def test_it_finds_what_trying_everything_finds(most):
    rng, n_found = np.random.default_rng(most), 0
    for _ in range(40):
        member, people = rng.random((rng.integers(2, 7), 10)) < 0.5, rng.integers(1, most + 1, 10)
        found = {tuple(sorted(one)) for one in find_combinations(member, people, 5)}
        plain = search_plainly(member, people, 5)
        smallest = {one for one in found if not any(set(other) < set(one) for other in found)}
        assert smallest == plain
        n_found += len(plain)
    assert n_found > 30


def test_a_combination_is_expressed_by_the_groups_that_make_it():
    member = np.array([[1, 1, 1, 1, 1, 1], [0, 1, 1, 1, 1, 1], [0, 0, 1, 1, 0, 0]], dtype=bool)
    people = np.array([2, 2, 2, 2, 2, 2])
    assert find_combinations(member, people, 4) == [(0,)]
    weights = express(member, (0,))
    np.testing.assert_allclose(weights / weights[0], [1, -1, 0], atol=1e-9)


def test_of_two_columns_the_ratio_is_found():
    member = np.array([[1, 0, 1, 1], [0, 1, 1, 1]], dtype=bool)
    assert find_combinations(member, np.array([1, 1, 2, 2]), 4) == [(0, 1)]
    spoken = express(member, (0, 1)) @ member
    np.testing.assert_allclose(spoken / spoken[0], [1, -1, 0, 0], atol=1e-9)


def test_nothing_shown_and_nobody_few_have_none():
    assert find_combinations(np.zeros((0, 3), dtype=bool), np.ones(3, dtype=np.int64), 5) == []
    assert find_combinations(np.ones((1, 3), dtype=bool), np.full(3, 9), 5) == []

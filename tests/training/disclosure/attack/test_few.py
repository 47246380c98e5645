from itertools import combinations

import numpy as np

from training.disclosure.attack.few import find_few
from training.disclosure.attack.modular import draw_open


def few_of(rows, people=None, minimum=5, seed=0):
    matrix, rng = np.array(rows, dtype=np.int64), np.random.default_rng(seed)
    people = np.ones(matrix.shape[1], dtype=np.int64) if people is None else np.array(people)
    return find_few(draw_open(matrix, 5, rng), people, minimum, rng)


def search_plainly(rows, minimum):
    """Return the smallest sets of columns that a combination of rows speaks of alone, by trying all."""
    matrix = np.array(rows, dtype=float)
    found = []
    for n in range(1, minimum):
        for columns in combinations(range(matrix.shape[1]), n):
            rest = np.delete(matrix, columns, axis=1)
            is_new = not any(set(other) <= set(columns) for other in found)
            if is_new and np.linalg.matrix_rank(rest) < np.linalg.matrix_rank(matrix):
                found.append(columns)
    return set(found)


def test_a_person_by_subtraction():
    assert few_of([[1] * 8, [0] + [1] * 7]) == {(0,)}


def test_the_difference_of_two_people():
    assert few_of([[1, 0] + [1] * 6, [0, 1] + [1] * 6]) == {(0, 1)}


def test_a_combination_of_three_figures():
    rows = [[1, 1, 1, 1, 1, 1, 1, 1, 0], [0, 0, 0, 1, 1, 1, 0, 0, 0], [0, 0, 0, 0, 0, 0, 1, 1, 0]]
    assert few_of(rows, minimum=4) == {(0, 1, 2), (3, 4, 5), (6, 7)}


def test_columns_of_many_people_are_no_find():
    assert few_of([[1] * 8, [0] + [1] * 7], people=[5] + [1] * 7) == set()
    assert few_of([[1] * 8, [0] + [1] * 7], people=[4] + [1] * 7) == {(0,)}


def test_nothing_in_one_large_group():
    assert few_of([[1] * 8]) == set()


def test_it_finds_what_trying_everything_finds():
    rng, n_found = np.random.default_rng(5), 0
    for seed in range(25):
        rows = (rng.random((rng.integers(2, 6), 9)) < 0.5).astype(int)
        plain = search_plainly(rows, minimum=4)
        assert few_of(rows, minimum=4, seed=seed) == plain
        n_found += len(plain)
    assert n_found > 20

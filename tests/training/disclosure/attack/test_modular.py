from fractions import Fraction

import numpy as np

from training.disclosure.attack.modular import PRIME, draw_open, eliminate, invert, multiply


def rank_of(rows):
    """Return the rank by fractions, without a tolerance."""
    left, rank = [[Fraction(int(value)) for value in row] for row in rows], 0
    for column in range(len(left[0]) if left else 0):
        pivot = next((at for at in range(rank, len(left)) if left[at][column]), None)
        if pivot is None:
            continue
        left[rank], left[pivot] = left[pivot], left[rank]
        for at in range(rank + 1, len(left)):
            share = left[at][column] / left[rank][column]
            left[at] = [one - share * other for one, other in zip(left[at], left[rank], strict=True)]
        rank += 1
    return rank


def test_the_prime_is_one():
    assert all(PRIME % divisor for divisor in range(2, int(PRIME**0.5) + 1))


def test_inverses():
    values = np.array([1, 2, 3, PRIME - 1, 123_456_789])
    assert (values * invert(values) % PRIME == 1).all()


def test_products_are_exact():
    rng = np.random.default_rng(1)
    left, right = rng.integers(0, PRIME, (4, 50)), rng.integers(0, PRIME, (50, 3))
    exact = (left.astype(object) @ right.astype(object)) % PRIME
    assert (multiply(left, right) == exact.astype(np.int64)).all()


def test_ranks_are_those_of_fractions():
    rng = np.random.default_rng(2)
    for _ in range(30):
        rows = (rng.random((6, 9)) < 0.4).astype(np.int64)
        assert len(eliminate(rows)[0]) == rank_of(rows)


def test_a_row_follows_exactly_if_it_does_not_notice_open_changes():
    rng = np.random.default_rng(3)
    n_follow = 0
    for _ in range(60):
        rows, other = (rng.random((4, 7)) < 0.5).astype(np.int64), (rng.random((1, 7)) < 0.5).astype(np.int64)
        changes = draw_open(rows, 3, rng)
        assert not multiply(rows, changes).any()
        follows = rank_of(np.concatenate([rows, other])) == rank_of(rows)
        assert follows == (not multiply(other, changes).any())
        n_follow += follows
    assert 0 < n_follow < 60

"""Linear algebra of whole numbers modulo a prime: exact, without a tolerance."""

import numpy as np

from training.statistics import Ints

PRIME = 2_147_483_629  # products of two remainders fit into 64 bits; a wrong zero has a chance of 1 in 2e9
_HALF = 1 << 16


def invert(values: Ints) -> Ints:
    """Return inverses modulo the prime, by the power that Fermat's little theorem names; 0 stays 0."""
    result, power, exponent = np.ones_like(values), values % PRIME, PRIME - 2
    while exponent:
        if exponent & 1:
            result = result * power % PRIME
        power = power * power % PRIME
        exponent >>= 1
    return result


def multiply(left: Ints, right: Ints) -> Ints:
    """Return the product of two matrices of remainders.

    The left one is split into halves of 16 bits: then up to 2**15 products can be added before the remainder
    is taken.
    """
    low, high = left % _HALF, left // _HALF
    total = np.zeros((left.shape[0], right.shape[1]), dtype=np.int64)
    for start in range(0, left.shape[1], 1 << 15):
        part = slice(start, start + (1 << 15))
        upper = (high[:, part] @ right[part]) % PRIME
        total = (total + upper * _HALF + (low[:, part] @ right[part]) % PRIME) % PRIME
    return total


def eliminate(matrix: Ints) -> tuple[Ints, Ints]:
    """Return the reduced rows of a matrix, and the column that leads each (Gauss and Jordan)."""
    left = matrix % PRIME
    leads: list[int] = []
    for column in range(left.shape[1]):
        at = len(leads)
        below = np.flatnonzero(left[at:, column])
        if not below.size:
            continue
        pivot = at + int(below[0])
        left[[at, pivot]] = left[[pivot, at]]
        left[at] = left[at] * invert(left[at, column : column + 1]) % PRIME
        others = np.flatnonzero(left[:, column])
        others = others[others != at]
        left[others] = (left[others] - left[others, column][:, None] * left[at]) % PRIME
        leads.append(column)
        if len(leads) == len(left):
            break
    return left[: len(leads)], np.array(leads, dtype=np.int64)


def draw_open(matrix: Ints, n_draws: int, rng: np.random.Generator) -> Ints:
    """Return shape (columns, draws): random changes of the columns that no row notices.

    A combination of columns follows from the rows exactly if it does not notice these changes either (but for
    a chance of 1 in 2e9 for each draw).
    """
    rows, leads = eliminate(matrix)
    n_columns = matrix.shape[1]
    free = np.setdiff1d(np.arange(n_columns), leads)
    found = np.zeros((n_columns, n_draws), dtype=np.int64)
    found[free] = rng.integers(0, PRIME, (free.size, n_draws))
    found[leads] = (PRIME - multiply(rows[:, free], found[free])) % PRIME
    return found

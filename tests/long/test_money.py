"""The promise of the stated profits, by repetition in worlds that know what every cut-off earns."""

import numpy as np
import pytest

from tests.training.money_world import DEAR, Truth, make_world
from training.evaluation.contacts import Offer
from training.evaluation.money import judge_money

pytestmark = pytest.mark.long
N_WORLDS = 200
RARE, COMMON = (0.5, 8.0), (1.0, 3.0)


@pytest.mark.parametrize("n", [300, 1000])
@pytest.mark.parametrize(
    ("shape", "offer"),
    [(RARE, Offer()), (RARE, DEAR), (COMMON, DEAR)],
    ids=["rare", "rare and hardly worth it", "common"],
)
def test_ranges_hold_what_the_stated_cutoff_earns(shape, offer, n):
    truth = Truth.of(offer, shape)
    held, errors = [], []
    for seed in range(N_WORLDS):
        target, probability, value = make_world(seed, n, shape=shape)
        found = judge_money(target, probability, value_eur=value, offer=offer, n_draws=150, seed=seed)
        earned = truth.profit(found.best_cutoff.value)
        held.append(
            (
                found.best_profit.low <= earned <= found.best_profit.high,
                found.empc.low <= truth.expected_highest <= found.empc.high,
            )
        )
        flattering = max(profit.value for profit in found.profits)
        errors.append((found.best_profit.value - earned, flattering - earned))
    profit, empc = np.mean(held, axis=0)
    honest, naive = np.mean(errors, axis=0)
    assert profit >= 0.94
    assert empc >= 0.91
    assert abs(honest) < 0.5 * naive
    assert honest < 3 * np.std([error[0] for error in errors]) / np.sqrt(N_WORLDS)


def test_ranges_hold_with_many_rows_of_an_entity():
    truth = Truth.of(DEAR, COMMON)
    held = []
    for seed in range(N_WORLDS):
        columns = make_world(seed, 300, shape=COMMON)
        target, probability, value = (np.repeat(column, 4) for column in columns)
        entity = np.repeat(np.arange(300), 4)
        found = judge_money(
            target, probability, value_eur=value, offer=DEAR, entity=entity, n_draws=150, seed=seed
        )
        held.append(found.best_profit.low <= truth.profit(found.best_cutoff.value) <= found.best_profit.high)
    assert np.mean(held) >= 0.93

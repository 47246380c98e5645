import numpy as np
import pytest

from tests.training.evaluation.test_contacts import FREE, profits_by_hand
from tests.training.money_world import DEAR, Truth, make_world
from training.evaluation.contacts import Offer
from training.evaluation.money import SHARES, Money, judge_money


@pytest.fixture(scope="module")
def money() -> Money:
    target = np.repeat([1.0, 0.0], [10, 90])
    probability = np.where(target == 1, 0.8, 0.1)
    return judge_money(
        target,
        probability,
        value_eur=np.full(100, 100.0),
        offer=FREE,
        budget_share=0.05,
        rules={"chance": np.full(100, 0.1), "same": probability},
    )


class TestKnownWorld:
    """Ten of a hundred leave, each worth 100; forecasts find them all; a contact costs 10 and keeps half."""

    def test_best_share_and_its_profit(self, money: Money) -> None:
        assert money.best_share.value == pytest.approx(0.10)
        assert money.best_profit.value == pytest.approx(10 * (0.5 * 100 - 10) / 100)

    def test_best_cutoff_is_the_forecast_of_the_leavers(self, money: Money) -> None:
        assert money.best_cutoff.value == 0.8

    def test_profit_at_the_budget(self, money: Money) -> None:
        assert money.at_budget is not None
        assert money.at_budget.value == pytest.approx(5 * 40 / 100)

    def test_contacting_by_chance(self, money: Money) -> None:
        assert money.random.value == pytest.approx(10 * (0.1 * 50 - 10) / 100)
        assert money.over_random.value == pytest.approx(money.best_profit.value - money.random.value)
        assert money.over_random.low > 0

    def test_expected_maximum_profit(self, money: Money) -> None:
        """Contacts of leavers pay from a rate of 0.1 on."""
        rates = (np.arange(10_000) + 0.5) / 10_000
        chances = rates**4 * (1 - rates) ** 4
        expected = 0.1 * np.maximum(100 * rates - 10, 0) @ chances / chances.sum()
        assert money.empc.value == pytest.approx(expected, abs=1e-5)
        assert 0.099 < money.empc_share <= 0.1

    def test_gain_over_rules(self, money: Money) -> None:
        assert money.over_rules["chance"].low > 0
        assert (money.over_rules["same"].low, money.over_rules["same"].high) == (0, 0)

    def test_ends_of_the_curve(self, money: Money) -> None:
        assert money.profits[0].value == 0
        assert money.profits[-1].value == pytest.approx(0.1 * 50 - 10)
        assert len(money.profits) == len(SHARES)

    def test_json_is_plain(self, money: Money) -> None:
        told = money.to_json()
        assert told["best_share"]["value"] == pytest.approx(0.1)
        assert set(told["gain_over"]) == {"chance", "same"}
        assert told["gain_over_random"] == money.over_random.to_json()


def test_curve_is_the_sum_row_by_row() -> None:
    target, probability, value = make_world(3, 100)
    found = judge_money(target, probability, value_eur=value, offer=Offer(), n_draws=5)
    by_hand = profits_by_hand(target, probability, value, Offer(), 0.3)
    assert [profit.value for profit in found.profits] == pytest.approx(by_hand.tolist())


def test_nobody_is_contacted_where_it_never_pays() -> None:
    target, probability, _ = make_world(4)
    found = judge_money(target, probability, value_eur=np.ones(400), n_draws=20)
    assert (found.best_share.value, found.best_profit.value, found.best_cutoff.value) == (0, 0, 1)
    assert found.empc.value == 0


def test_rows_of_an_entity_are_drawn_together() -> None:
    target, probability, value = make_world(5, 200)
    twice = [np.repeat(column, 4) for column in (target, probability, value)]
    single = judge_money(target, probability, value_eur=value, seed=1)
    grouped = judge_money(twice[0], twice[1], value_eur=twice[2], entity=np.repeat(np.arange(200), 4), seed=1)
    split = judge_money(twice[0], twice[1], value_eur=twice[2], seed=1)
    width = single.empc.high - single.empc.low
    assert grouped.empc.high - grouped.empc.low == pytest.approx(width, rel=0.05)
    assert split.empc.high - split.empc.low < 0.7 * width


def test_interval_at_a_fixed_share_holds_the_truth() -> None:
    truth_target, truth_probability, truth_value = make_world(99, 50_000)
    by_hand = judge_money(truth_target, truth_probability, value_eur=truth_value, n_draws=2)
    truth = by_hand.profits[20].value
    hits = 0
    for seed in range(40):
        target, probability, value = make_world(seed, 400)
        found = judge_money(target, probability, value_eur=value, n_draws=100, seed=seed).profits[20]
        hits += found.low <= truth <= found.high
    assert hits >= 34


def test_what_is_stated_holds_in_known_worlds() -> None:
    """Few rows and rare events: the profit on the choosing rows would look far better than it is."""
    shape = (0.5, 8.0)
    truth = Truth.of(DEAR, shape, n=20_000)
    errors, held = [], []
    for seed in range(25):
        target, probability, value = make_world(seed, 300, shape=shape)
        found = judge_money(target, probability, value_eur=value, offer=DEAR, n_draws=60, seed=seed)
        earned = truth.profit(found.best_cutoff.value)
        flattering = max(profit.value for profit in found.profits)
        errors.append((found.best_profit.value - earned, flattering - earned))
        held.append(
            (
                found.best_profit.low <= earned <= found.best_profit.high,
                found.empc.low <= truth.expected_highest <= found.empc.high,
            )
        )
    honest, naive = np.mean(errors, axis=0)
    assert abs(honest) < 0.4 * naive
    assert np.mean(held, axis=0).min() >= 0.85


def test_value_of_nobody_counts_nothing() -> None:
    target, probability, value = make_world(9, 100)
    unknown = np.where(target == 1, np.nan, value)
    found = judge_money(target, probability, value_eur=unknown, n_draws=5)
    assert found.best_share.value == 0
    assert found.best_profit.value == 0

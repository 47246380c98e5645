import numpy as np
import pytest
from scipy import stats

from training.evaluation.money import SHARES, Money, Offer, expected_maximum_profit, judge_money
from training.statistics.arrays import Floats

FREE = Offer(success_rate=0.5, success_evidence=10, incentive_cost_eur=0, contact_cost_eur=10)


def make_world(seed: int, n: int = 400, levels: int | None = None) -> tuple[Floats, Floats, Floats]:
    random = np.random.default_rng(seed)
    probability = random.beta(1, 3, n) if levels is None else random.integers(1, levels, n) / levels
    return (random.random(n) < probability).astype(float), probability, random.gamma(2, 100, n)


def profits_by_hand(target: Floats, probability: Floats, value: Floats, offer: Offer, rate: float) -> Floats:
    """Contact nobody, then everyone from each distinct forecast on, row by row."""
    profits = [0.0]
    for cut in np.unique(probability)[::-1]:
        contacted = probability >= cut
        kept = rate * (value - offer.incentive_cost_eur) - offer.contact_cost_eur
        stays = -offer.incentive_cost_eur - offer.contact_cost_eur
        profits.append(float(np.where(target == 1, kept, stays)[contacted].sum()) / target.size)
    return np.array(profits)


def empc_by_integration(target: Floats, probability: Floats, value: Floats, offer: Offer) -> float:
    edges = np.linspace(0, 1, 100_001)
    rates = (edges[1:] + edges[:-1]) / 2
    nobody = profits_by_hand(target, probability, value, offer, 0.0)
    slope = profits_by_hand(target, probability, value, offer, 1.0) - nobody
    best = np.max([at_zero + by_rate * rates for at_zero, by_rate in zip(nobody, slope, strict=True)], axis=0)
    return float(best @ stats.beta(*offer.beta).pdf(rates) / rates.size)


@pytest.mark.parametrize("levels", [None, 8])
@pytest.mark.parametrize("offer", [Offer(), FREE], ids=["reference", "free"])
@pytest.mark.parametrize("seed", [0, 1])
def test_expected_maximum_profit_is_the_integral(seed: int, offer: Offer, levels: int | None) -> None:
    target, probability, value = make_world(seed, 60, levels)
    found = judge_money(target, probability, value_eur=value, offer=offer, n_draws=5).empc.value
    assert found == pytest.approx(empc_by_integration(target, probability, value, offer), abs=1e-6)


def test_chances_of_the_cuts_add_up_to_one() -> None:
    profit, chances = expected_maximum_profit(np.array([0.0, 3.0, 5.0]), np.array([0.0, 1.0, 2.5]), Offer())
    assert chances.sum() == pytest.approx(1)
    assert chances[1] == pytest.approx(stats.beta(6, 14).cdf(0.75) - stats.beta(6, 14).cdf(1 / 3))
    assert profit > 0


def test_a_cut_that_never_pays_is_never_chosen() -> None:
    profit, chances = expected_maximum_profit(np.array([0.0, 1.0]), np.array([0.0, 2.0]), Offer())
    assert (profit, chances.tolist()) == (0.0, [1.0, 0.0])


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

    def test_gain_over_rules(self, money: Money) -> None:
        assert money.rules["chance"].low > 0
        assert (money.rules["same"].low, money.rules["same"].high) == (0, 0)

    def test_ends_of_the_curve(self, money: Money) -> None:
        assert money.profits[0].value == 0
        assert money.profits[-1].value == pytest.approx(0.1 * 50 - 10)
        assert len(money.profits) == len(SHARES)

    def test_json_is_plain(self, money: Money) -> None:
        told = money.to_json()
        assert told["best_share"]["value"] == pytest.approx(0.1)
        assert set(told["gain_over"]) == {"chance", "same"}


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

from itertools import pairwise

import numpy as np
import numpy.typing as npt
import pytest
from scipy import stats

from tests.training.money_world import DEAR, make_world
from training.evaluation.contacts import Contacts, Offer, choose_best, choose_by_rate
from training.evaluation.rows import LabelledRows
from training.statistics import Floats, Ranking

FREE = Offer(success_rate=0.5, success_evidence=10, incentive_cost_eur=0, contact_cost_eur=10)


def priced(
    target: Floats, probability: Floats, value: Floats, offer: Offer, entity: npt.ArrayLike | None = None
) -> Contacts:
    rows = LabelledRows.of(target, value=value, entity=entity)
    return Contacts.of(rows, Ranking.of(target, probability), offer)


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
    world = make_world(seed, 60, levels)
    found = priced(*world, offer).judge_within(choose_by_rate).profit.mean()
    assert found == pytest.approx(empc_by_integration(*world, offer), abs=1e-6)


@pytest.mark.parametrize("levels", [None, 8])
def test_best_cut_is_the_best_by_hand(levels: int | None) -> None:
    world = make_world(2, 80, levels)
    found = priced(*world, DEAR).judge_within(choose_best)
    assert found.profit.mean() == pytest.approx(profits_by_hand(*world, DEAR, 0.3).max())


def test_chances_of_the_cuts_add_up_to_one() -> None:
    choice = choose_by_rate(np.array([0.0, 3.0, 5.0]), np.array([0.0, 1.0, 2.5]), Offer())
    assert choice.chances.sum() == pytest.approx(1)
    assert choice.kept.sum() == pytest.approx(0.3)
    assert choice.chances[1] == pytest.approx(stats.beta(6, 14).cdf(0.75) - stats.beta(6, 14).cdf(1 / 3))


@pytest.mark.parametrize("chooser", [choose_best, choose_by_rate])
def test_a_cut_that_never_pays_is_never_chosen(chooser) -> None:
    choice = chooser(np.array([0.0, 1.0]), np.array([0.0, 2.0]), Offer())
    assert choice.chances.tolist() == [1.0, 0.0]


def test_of_equal_cuts_the_shortest_is_taken() -> None:
    choice = choose_best(np.array([0.0, 10.0, 10.0]), np.array([0.0, 1.0, 1.0]), Offer())
    assert choice.chances.tolist() == [0.0, 1.0, 0.0]


class TestApart:
    """Rows are contacted from a cut-off that other entities have chosen."""

    def test_forecasts_that_tell_nothing_earn_nothing(self) -> None:
        offer = Offer(success_rate=0.3, incentive_cost_eur=0, contact_cost_eur=30)
        apart, within = [], []
        for seed in range(40):
            random = np.random.default_rng(seed)
            target = (random.random(200) < 0.4).astype(float)
            contacts = priced(target, random.random(200), np.full(200, 200.0), offer)
            apart.append(contacts.judge_apart(choose_best).profit.mean())
            within.append(contacts.judge_within(choose_best).profit.mean())
        assert min(within) >= 0
        assert np.mean(within) > 0.2
        assert np.mean(apart) < 0

    def test_an_entity_has_no_say_in_its_own_rows(self) -> None:
        """Every entity has a forecast of its own: only its other rows could tell that it pays."""
        target = np.repeat(np.tile([1.0, 0.0], 10), 6)
        entity = np.repeat(np.arange(20), 6)
        probability = np.repeat(np.tile([0.9, 0.1], 10) + np.arange(20) / 1000, 6)
        value = np.full(120, 200.0)
        split = priced(target, probability, value, DEAR).judge_apart(choose_best)
        whole = priced(target, probability, value, DEAR, entity).judge_apart(choose_best)
        assert whole.share < split.share <= 0.5

    def test_same_seed_same_parts(self) -> None:
        contacts = priced(*make_world(6), DEAR)
        first, second = (contacts.judge_apart(choose_by_rate).profit for _ in range(2))
        np.testing.assert_array_equal(first, second)

    def test_two_entities_are_enough_to_judge(self) -> None:
        target, entity = np.array([1.0, 0.0, 1.0, 0.0]), np.array([0, 0, 1, 1])
        contacts = priced(target, np.array([0.9, 0.1, 0.9, 0.1]), np.full(4, 100.0), FREE, entity)
        assert contacts.judge_apart(choose_best).profit.mean() == pytest.approx(20.0)

    def test_a_lone_entity_has_nobody_who_chooses(self) -> None:
        target, entity = np.array([1.0, 0.0]), np.zeros(2)
        contacts = priced(target, np.array([0.9, 0.1]), np.full(2, 100.0), FREE, entity)
        assert contacts.judge_apart(choose_best).share == 0


def test_weights_count_as_copies() -> None:
    target, probability, value = make_world(7, 50)
    copies = np.random.default_rng(7).integers(1, 4, 50)
    rows = LabelledRows.of(target, weight=copies, value=value)
    weighed = Contacts.of(rows, Ranking.of(target, probability), DEAR)
    target, probability, value = (np.repeat(column, copies) for column in (target, probability, value))
    copied = priced(target, probability, value, DEAR)
    found, expected = weighed.running(weighed.draws.weight[None]), copied.running(np.ones((1, copies.sum())))
    for by_weight, by_copy in zip(found, expected, strict=True):
        np.testing.assert_allclose(by_weight[0], by_copy[0])
    assert weighed.judge_within(choose_best).share == pytest.approx(copied.judge_within(choose_best).share)


def test_more_expensive_contacts_reach_fewer() -> None:
    world = make_world(8)
    offers = [Offer(contact_cost_eur=cost) for cost in (0, 5, 20, 60)]
    shares = [priced(*world, offer).judge_within(choose_by_rate).share for offer in offers]
    assert all(fewer < more for more, fewer in pairwise(shares))

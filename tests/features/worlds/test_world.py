"""Inside the world: who the customers are, what they live through, how they come to leave."""

import numpy as np
import pytest

from features.worlds.effects import FEELINGS, GOAL_LATE_SHARE, HAZARD, probability
from features.worlds.experience import _remember
from features.worlds.leaving import log_odds_of_leaving
from features.worlds.vocabulary import DAY, NEVER, PLANS, REGIONS, SIZES
from features.worlds.world import World, draw_world


@pytest.fixture(scope="module")
def world() -> World:
    return draw_world(11, 2000, 24)


def test_a_world_is_the_same_again_and_another_with_another_seed(world):
    again, other = draw_world(11, 2000, 24), draw_world(12, 2000, 24)
    assert (again.lives.ends == world.lives.ends).all()
    assert (again.lives.mood == world.lives.mood).all()
    assert (other.lives.ends != world.lives.ends).any()


def test_two_thirds_are_there_at_the_start(world):
    assert (world.customers.starts < world.period.since).mean() == pytest.approx(0.66, abs=0.04)
    assert (world.customers.starts % DAY == 0).all()
    assert world.customers.starts.max() < world.period.until


def test_codes_fit_the_vocabulary(world):
    customers = world.customers
    assert set(customers.size.tolist()) == set(range(len(SIZES)))
    assert set(customers.plan.tolist()) == set(customers.later_plan.tolist()) == set(range(len(PLANS)))
    assert set(customers.region.tolist()) == set(range(len(REGIONS)))


def test_large_companies_have_more_seats_and_bring_more(world):
    customers = world.customers
    small, enterprise = customers.size == 0, customers.size == 2
    assert np.median(customers.seats[enterprise]) > 10 * np.median(customers.seats[small])
    revenue = customers.revenue_eur(customers.seats, customers.plan)
    assert np.median(revenue[enterprise]) > 10 * np.median(revenue[small])


def test_a_plan_changes_on_its_day(world):
    customers = world.customers
    who = np.flatnonzero((customers.changes != NEVER) & (customers.plan != customers.later_plan))
    assert who.size > 50
    moment = int(customers.changes[who[0]])
    assert customers.plan_at(moment - 1)[who[0]] == customers.plan[who[0]]
    assert customers.plan_at(moment)[who[0]] == customers.later_plan[who[0]]


def test_the_state_moves_with_each_event_and_rests_without():
    cells = np.array([0, 0, 5])  # customer 0: two events in month 0; customer 1: one in month 2 (of 3)
    states = _remember(np.array([1.0, 3.0, 8.0]), cells, np.array([0.0, 4.0]), 0.5, 3)
    assert states[0].tolist() == [0.0, 1.5, 1.5, 1.5]
    assert states[1].tolist() == [4.0, 4.0, 4.0, 6.0]


def test_meeting_the_goal_never_makes_it_worse(world):
    experience = world.experience
    assert (experience.resolution_at_goal <= experience.resolution + 1e-12).all()
    assert (experience.late_share_at_goal <= np.maximum(experience.late_share, 0.0) + 1e-12).all()
    assert experience.late_share_at_goal.max() == GOAL_LATE_SHARE


def test_some_meet_each_goal_and_many_do_not(world):
    assert 0.3 < (world.experience.tickets.hours <= 24).mean() < 0.7
    assert 0.3 < (world.experience.late_share[:, 12] <= GOAL_LATE_SHARE).mean() < 0.7


def test_the_hazard_adds_up_as_planted(world):
    count = world.customers.count
    start = int(world.period.edges[12])

    def hazard(resolution, ease, late_share, own_mood):
        states = tuple(np.full(count, state) for state in (resolution, ease, late_share, own_mood))
        return log_odds_of_leaving(world.customers, start, states)

    base = hazard(0.0, FEELINGS.ease_level, 0.15, 0.0)
    assert hazard(1.0, FEELINGS.ease_level, 0.15, 0.0) - base == pytest.approx(HAZARD.resolution_direct)
    assert hazard(0.0, FEELINGS.ease_level + 1, 0.15, 0.0) - base == pytest.approx(HAZARD.ease)
    assert hazard(0.0, FEELINGS.ease_level, 0.25, 0.0) - base == pytest.approx(HAZARD.late_share / 10)
    assert hazard(0.0, FEELINGS.ease_level, 0.15, 1.0) - base == pytest.approx(HAZARD.mood)


def test_as_many_form_the_intention_as_the_hazard_says(world):
    lives, edges = world.lives, world.period.edges
    months = range(8, 24)
    expected = sum(probability(lives.log_odds[lives.is_at_risk[:, month], month]).sum() for month in months)
    formed = ((lives.intends >= edges[8]) & (lives.intends < edges[24])).sum()
    assert formed == pytest.approx(expected, abs=4 * np.sqrt(expected))


def test_the_intention_comes_before_the_end_and_after_the_start(world):
    lives = world.lives
    leavers = lives.ends != NEVER
    assert (lives.intends[leavers] < lives.ends[leavers]).all()
    assert (lives.intends[~leavers] == NEVER).all()
    assert (lives.intends[leavers] >= world.customers.starts[leavers]).all()
    months = (lives.ends - lives.intends)[leavers & ~lives.took_offer] / (30 * DAY)
    assert months.min() > 0
    assert months.max() < 5.1
    assert 1.0 < months.mean() < 3.0


def test_the_offer_takes_only_the_unhappy_and_only_in_one_month(world):
    lives, period = world.lives, world.period
    month = int(period.waves[1]) + 1
    assert lives.took_offer.sum() > 20
    assert (period.month_of(lives.ends[lives.took_offer]) == month).all()
    assert np.quantile(lives.mood[lives.took_offer, month - 1], 0.9) < np.mean(lives.mood[:, month - 1]) - 0.5


def test_mood_is_free_again_after_the_planted_wave(world):
    held = int(world.period.waves[2])
    swing = (world.lives.mood[:, held + 1] - world.lives.mood[:, held]).std()
    assert swing > 0.1
    assert world.lives.mood[:, -1].std() == pytest.approx(world.lives.mood[:, 2].std(), rel=0.2)


def test_an_export_shows_only_what_was_under_contract_and_known(world):
    customer = np.zeros(4, dtype=np.int64)
    start = max(int(world.customers.starts[0]), world.period.since)
    happened = np.array([start - 1, start, start + 1, start + 2])
    known = np.array([start + 9, start + 8, start + 7, world.period.until])
    assert world.order(customer, happened, known).tolist() == [2, 1]

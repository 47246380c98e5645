import numpy as np
import pytest

from features.worlds.flights import FlightPlan
from tests.training.journey.flight_touches import (
    BAG_FEE,
    COMPLAINT,
    EASE,
    FLIGHT,
    POINTS,
    RATING,
    read_touches,
)
from training.journey import Touches, map_journeys


def map_of(touches, context=(), **settings):
    given = {"usecase": "flights", "restart_days": 180, "end_day": 20_454.0, "n_draws": 99} | settings
    return map_journeys(touches, POINTS, context=context, **given)


def test_the_stages_of_the_airline_are_found(flights):
    assert flights.stages == ((0,), (1,), (2,), (3,), (4,), (5,))
    assert not flights.is_declared
    assert flights.order.cycles == ()


def test_stages_with_different_questions_are_rated_side_by_side(flights):
    assert [each.stage for each in flights.experiences] == [EASE, FLIGHT, RATING, COMPLAINT]
    assert flights.weakest.stages == (RATING,)
    assert flights.weakest.is_clear
    assert flights.n_hidden == 0


def test_the_planted_effects_are_found_with_their_grades(flights):
    found = {(each.stage, each.point, each.later): each for each in flights.effects if each.is_clear}
    fee, delay = found[BAG_FEE, BAG_FEE, RATING], found[FLIGHT, None, RATING]
    assert fee.standing.high < 0 < delay.standing.low
    assert (fee.grade, delay.grade) == ("B", "B")
    assert found[EASE, None, RATING].grade == "C"
    assert (BAG_FEE, BAG_FEE, COMPLAINT) in found


def test_nothing_is_found_where_nothing_is_planted(quiet):
    assert not any(each.is_clear for each in quiet.effects)
    assert len(quiet.effects) > 5


def test_rows_of_transitions_add_up_to_one(flights):
    assert len(flights.transitions) == 6
    for row in flights.transitions:
        assert sum(share.value for share in row.shares) == pytest.approx(1, abs=1e-12)


def test_coverage_counts_journeys_people_and_touches(flights):
    touches, _ = read_touches(7, 1_500, FlightPlan())
    coverage = flights.coverage
    assert (coverage.n_entities, coverage.n_journeys) == (1_500, touches.n_journeys)
    assert coverage.n_touches == touches.day.size
    assert coverage.observed_until == "2026-01-01"
    assert coverage.journeys[0] == coverage.n_journeys
    assert coverage.told[BAG_FEE] == 0 < coverage.journeys[BAG_FEE]
    assert coverage.told[RATING] == coverage.journeys[RATING]


def test_touches_in_another_order_give_the_same_map():
    touches, travel_class = read_touches(3, 400, FlightPlan())
    order = np.random.default_rng(1).permutation(touches.day.size)
    shuffled = Touches.of(
        entity=touches.entity[touches.journey][order],
        journey=touches.journey[order],
        point=touches.point[order],
        day=touches.day[order],
        value=touches.value[order],
        is_good=touches.is_good[order],
    )
    assert map_of(shuffled, [travel_class]).to_json() == map_of(touches, [travel_class]).to_json()


def test_declared_stages_are_used():
    touches, _ = read_touches(4, 300, FlightPlan())
    record = map_of(touches, stages=((0, 1, 2), (3,), (4, 5)))
    assert record.is_declared
    assert [each.stage for each in record.experiences] == [0, 1, 2]
    assert {effect.stage for effect in record.effects} <= {0, 1}


def test_groups_below_the_limits_are_not_told_of():
    touches, _ = read_touches(5, 300, FlightPlan())
    record = map_of(touches, fewest_shown=10_000, fewest_for_effects=10_000)
    assert (record.experiences, record.transitions, record.effects, record.windows) == ((), (), (), ())
    assert record.n_hidden == 4
    assert record.weakest.stages == ()

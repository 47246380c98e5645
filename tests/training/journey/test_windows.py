import numpy as np
import pytest

from tests.training.journey.flight_touches import BAG_FEE, BOOKING, EASE, FLIGHT, RATING
from tests.training.journey.made import journeys_of, points_of
from training.journey.footing import level
from training.journey.order import find_order
from training.journey.setting import GOING_ON, Setting
from training.journey.windows import find_windows

POINTS = points_of("book", "call", "buy", "rate", rate="csat")
STAGES = ((0,), (1,), (2,), (3,))


def windows_of(trips, points=POINTS, end=10_000.0, n_draws=199):
    journeys = journeys_of(points, trips)
    order = find_order(journeys)
    table = level(journeys, points, order.stages)
    setting = Setting(points, order.stages, journeys, table, (), table.last_day + 180 <= end)
    found = find_windows(setting, order, 25, n_draws=n_draws)
    return {(each.after, each.point, each.later): each for each in found}


def calls(seed, n=600, *, best=0.0, after_buying=False):
    """Return trips in which a call in the first week makes more people buy."""
    chance = np.random.default_rng(seed)
    trips = []
    for _ in range(n):
        lag = chance.uniform(1, 30)
        trip = [("book", 0.0), ("call", lag)]
        if chance.random() < 0.4 + best * (lag < 8):
            trip.append(("buy", chance.uniform(2, 60) if after_buying else lag + chance.uniform(2, 20)))
        trips.append(trip)
    return trips


def test_the_best_time_of_the_fee_is_found_in_the_airline(flights):
    clear = {(each.after, each.point, each.later): each for each in flights.windows if each.is_clear}
    window = clear[BOOKING, BAG_FEE, RATING]
    assert window.band.low.value == pytest.approx(3, abs=1.5)
    assert window.band.high.value == pytest.approx(10, abs=1.5)
    assert window.held_equal == ("context:travel_class", f"experience:{EASE}", "time")
    assert {point for _, point, _ in clear} == {BAG_FEE}


def test_the_fee_hurts_at_other_times_and_hardly_at_the_best_one(flights):
    window = next(each for each in flights.windows if (each.after, each.point, each.later) == (0, 2, 4))
    assert window.outside.high < -0.1
    assert window.inside.high > -0.02
    unclear = next(each for each in flights.windows if not each.is_clear)
    assert (unclear.inside, unclear.outside) == (None, None)


def test_no_time_stands_out_where_nothing_is_planted(quiet):
    assert len(quiet.windows) > 10
    assert not any(each.is_clear for each in quiet.windows)


def test_only_touchpoints_that_follow_each_other_have_a_time_between(flights):
    pairs = {(each.after, each.point) for each in flights.windows}
    assert all(flights.order.is_before(after, point) for after, point in pairs)
    assert (BOOKING, BAG_FEE) in pairs
    assert (FLIGHT, BAG_FEE) not in pairs


def test_the_best_time_for_going_on_is_found():
    window = windows_of(calls(1, best=0.4))[0, 1, GOING_ON]
    assert window.is_clear
    assert window.band.high.value == pytest.approx(8, abs=2)
    assert window.band.difference.low > 0.2
    assert window.inside is None


def test_what_often_comes_after_going_on_has_no_best_time_for_it():
    """Early calls look best there, only because late ones are seen where nobody bought."""
    assert (0, 1, GOING_ON) not in windows_of(calls(2, after_buying=True))


def test_journeys_whose_end_is_not_known_yet_say_nothing_of_going_on():
    assert (0, 1, GOING_ON) not in windows_of(calls(3), end=60.0)


def test_few_entities_tell_nothing():
    crowd = {f"{n % 20}/{n}": trip for n, trip in enumerate(calls(4))}
    assert windows_of(crowd) == {}


def parcels(seed, n=700, *, is_asked_on_delivery=True):
    """Return trips in which parcels of more than eight days displease."""
    chance = np.random.default_rng(seed)
    trips = []
    for _ in range(n):
        lag = chance.uniform(1, 20)
        asked = lag + chance.uniform(0.5, 3) if is_asked_on_delivery else chance.uniform(25, 60)
        rating = np.clip(np.round(4 - 1.0 * (lag > 8) + chance.normal()), 1, 5)
        trips.append([("book", 0.0), ("call", lag), ("rate", asked, float(rating))])
    return trips


@pytest.mark.parametrize(("is_asked_on_delivery", "held"), [(True, ()), (False, ("time",))])
def test_the_time_until_an_answer_that_follows_at_once_is_not_held_equal(is_asked_on_delivery, held):
    window = windows_of(parcels(5, is_asked_on_delivery=is_asked_on_delivery))[0, 1, 2]
    assert window.held_equal == held
    assert window.is_clear
    assert window.band.is_early
    assert window.band.high.value == pytest.approx(8, abs=1.5)

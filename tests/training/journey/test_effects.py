import numpy as np
import pytest

from tests.training.journey.made import points_of, touches_of
from training.journey.effects import find_effects
from training.journey.footing import level
from training.journey.setting import GOING_ON, Setting
from training.journey.touches import Point, gather
from training.statistics.controls import Control

NAMES = ("book", "ease", "fee", "fly", "rate")
BOOK, EASE, FEE, FLY, RATE = range(5)
STAGES = ((BOOK,), (EASE,), (FEE,), (FLY,), (RATE,))
POINTS = points_of(*NAMES, ease="ces", rate="csat")
OF_COMPANY = tuple(
    Point(point.name, point.label, point.question, is_company_fact=point.name == "fee") for point in POINTS
)


def draw(seed, n=500, *, hurt=0.0, mood=0.0, confounding=0.0, loss=0.0, late_fees=False):
    """Return trips and their class: the fee hurts the rating, a bad start makes people leave."""
    chance = np.random.default_rng(seed)
    trips, classes = [], chance.integers(0, 2, n)
    for better in classes.tolist():
        own = mood * chance.normal()
        trip = [("book", 0.0)]
        ease = np.clip(np.round(3 + own + chance.normal()), 1, 5)
        if chance.random() < 0.8:
            trip.append(("ease", 1.0, ease))
        answered = chance.uniform(20, 60)
        fee_day = chance.uniform(2, 70 if late_fees else 15)
        has_fee = chance.random() < 0.5 - confounding * (better - 0.5)
        if has_fee and fee_day < 120:
            trip.append(("fee", fee_day))
        if chance.random() > loss * (ease <= 2):
            trip += [("fly", answered - 1)]
            slow = 0.08 * (answered - 40) if late_fees else 0.0
            rating = 3 + own - hurt * has_fee + confounding * better + slow + chance.normal()
            trip.append(("rate", answered, float(np.clip(np.round(rating), 1, 5))))
        trips.append(trip)
    return trips, classes


def setting_of(trips, classes=None, points=POINTS, stages=STAGES, end=10_000.0):
    journeys = gather(touches_of(points, trips), points)
    table = level(journeys, points, stages)
    context = () if classes is None else (Control("class", np.asarray(classes, dtype=np.float64)),)
    return Setting(points, stages, journeys, table, context, table.last_day + 180 <= end)


def effects_of(*arguments, **settings):
    return {
        (effect.stage, effect.point, effect.later): effect
        for effect in find_effects(setting_of(*arguments, **settings), 25)
    }


def test_a_fee_that_hurts_a_later_stage_is_found_with_its_size():
    found = effects_of(*draw(1, hurt=1.0))[2, FEE, 4]
    assert found.is_clear
    assert found.standing.high < 0
    assert found.good is not None
    trips, _ = draw(1, hurt=1.0)
    rated = [(any(told[0] == "fee" for told in trip), trip[-1][2]) for trip in trips if trip[-1][0] == "rate"]
    with_fee, without = ([value >= 4 for fee, value in rated if fee is side] for side in (True, False))
    assert found.good.value == pytest.approx(np.mean(with_fee) - np.mean(without), abs=0.03)
    assert found.standing.n == len(rated)


def test_nothing_planted_is_seldom_found():
    found = [any(each.is_clear for each in effects_of(*draw(seed, 250)).values()) for seed in range(40)]
    assert sum(found) <= 6  # 2 expected; more than 6 in 1 of 200 such tests


def test_context_that_goes_with_both_is_held_equal():
    trips, classes = draw(3, n=1500, confounding=0.7)
    assert effects_of(trips)[2, FEE, 4].standing.high < 0
    held = effects_of(trips, classes)[2, FEE, 4]
    assert held.standing.low < 0 < held.standing.high
    assert held.held_equal == ("context:class", "experience:1", "time")


def test_events_that_come_late_are_not_praised_for_late_answers():
    """The later the answer, the better it is here, and the more fees have come before it."""
    wrong = 0
    for seed in range(8):
        wrong += effects_of(*draw(seed, 800, late_fees=True))[2, FEE, 4].p_value < 0.05
    assert wrong <= 2


def test_mood_goes_through_all_stages_and_stays_an_association():
    found = effects_of(*draw(4, mood=1.0))[1, None, 4]
    assert found.is_clear
    assert found.standing.low > 0
    assert found.grade == "C"


def test_a_bad_start_makes_people_leave():
    found = effects_of(*draw(5, loss=0.6))[1, None, GOING_ON]
    assert found.is_clear
    assert found.standing.low > 0
    assert found.good is None
    assert (1, None, GOING_ON) not in effects_of(*draw(5))


def test_experiences_told_after_the_journey_went_on_say_nothing_of_going_on():
    trips = [[("book", 0.0), ("fly", 1.0), ("ease", 5.0, 1.0 + n % 5)] for n in range(120)]
    trips += [[("book", 0.0), ("ease", 5.0, 1.0 + n % 5)] for n in range(120)]
    assert (1, None, GOING_ON) not in effects_of(trips)


def test_only_facts_of_the_company_are_more_than_associations():
    trips, classes = draw(6, hurt=1.0)
    assert effects_of(trips, classes)[2, FEE, 4].grade == "C"
    assert effects_of(trips, classes, points=OF_COMPANY)[2, FEE, 4].grade == "B"


def test_without_anything_held_equal_a_fact_of_the_company_is_an_association():
    trips, _ = draw(7, hurt=1.0)
    bare = [[told for told in trip if told[0] != "ease"] for trip in trips]
    found = effects_of(bare, points=OF_COMPANY)[2, FEE, 4]
    assert (found.grade, found.held_equal) == ("C", ("time",))


def test_journeys_of_one_entity_are_no_separate_witnesses():
    trips, _ = draw(8, n=120, hurt=0.6)
    once = effects_of(trips)[2, FEE, 4]
    copies = {f"{n}/{copy}": trip for n, trip in enumerate(trips) for copy in range(4)}
    again = effects_of(copies)[2, FEE, 4]
    assert again.standing.value == pytest.approx(once.standing.value, abs=0.01)
    assert again.standing.high - again.standing.low > 0.9 * (once.standing.high - once.standing.low)


def test_few_journeys_or_entities_tell_nothing():
    trips, _ = draw(9, n=40)
    assert effects_of(trips) == {}
    crowd = {f"{n % 20}/{n}": trip for n, trip in enumerate(draw(9, n=400)[0])}
    assert effects_of(crowd) == {}


def test_events_that_all_or_none_have_are_not_looked_at():
    trips, _ = draw(10)
    assert not any(effect.point in {BOOK, FLY} for effect in effects_of(trips).values())


def test_what_comes_after_the_event_is_not_held_equal():
    trips, _ = draw(11, hurt=0.5)
    late = [
        [(told[0], told[1] + 18, told[2]) if told[0] == "ease" else told for told in trip] for trip in trips
    ]
    assert "experience:1" not in effects_of(late)[2, FEE, 4].held_equal


def test_a_bad_event_is_an_outcome_and_gives_no_time_away():
    points = points_of("book", "fee", "moan", moan="bad")
    chance = np.random.default_rng(12)
    trips = []
    for _ in range(600):
        has_fee = chance.random() < 0.5
        trip = [("book", 0.0), *([("fee", 2.0)] if has_fee else [])]
        if chance.random() < 0.1 + 0.2 * has_fee:
            trip.append(("moan", chance.uniform(5, 20)))
        trips.append(trip)
    found = effects_of(trips, None, points, ((0,), (1,), (2,)))[1, 1, 2]
    assert found.is_clear
    assert found.held_equal == ()
    assert found.good.low < -0.2 < found.good.high

import numpy as np
import pytest

from tests.training.journey.made import journeys_of, points_of
from training.journey.order import find_order

POINTS = points_of("a", "b", "c", "d")


def trips(*orders: str, times: int = 40):
    """Return journeys that come by touchpoints one a day, each order so many times."""
    return [[(name, float(day)) for day, name in enumerate(order)] for order in orders for _ in range(times)]


def named(order):
    return ["".join("abcd"[number] for number in stage) for stage in order.stages]


def test_touchpoints_in_a_row_are_stages():
    order = find_order(journeys_of(POINTS, trips("abcd")))
    assert named(order) == ["a", "b", "c", "d"]
    assert order.is_before(0, 3)
    assert not order.is_before(3, 0)
    assert order.cycles == ()


def test_touchpoints_whose_order_is_not_clear_share_a_stage():
    order = find_order(journeys_of(POINTS, trips("abcd", "acbd")))
    assert named(order) == ["a", "bc", "d"]
    pair = next(each for each in order.precedences if {each.earlier, each.later} == {1, 2})
    assert pair.share.value == 0.5
    assert not pair.is_clear


def test_a_touchpoint_that_comes_anywhere_does_not_glue_the_rest_together():
    order = find_order(journeys_of(POINTS, trips("dabc", "adbc", "abdc", "abcd")))
    assert named(order) == ["ad", "b", "c"] or named(order) == ["a", "bd", "c"]


def test_a_touchpoint_that_follows_one_and_not_another_stands_beside_the_other():
    order = find_order(journeys_of(POINTS, trips("adbc", "abdc", "abcd")))
    assert named(order)[0] == "a"
    assert named(order)[-1] == "c"
    assert any("d" in stage and "b" in stage for stage in named(order))


def test_a_clear_majority_is_not_enough_where_it_may_be_less_than_two_of_three():
    few = find_order(journeys_of(POINTS, trips("ab", times=8) + trips("ba", times=2)))
    many = find_order(journeys_of(POINTS, trips("ab", times=400) + trips("ba", times=100)))
    assert named(few) == ["abcd"]
    assert named(many) == ["acd", "b"]
    assert many.is_before(0, 1)


def test_a_pair_that_hardly_ever_meets_has_no_order():
    order = find_order(journeys_of(POINTS, trips("ab", times=9)))
    assert order.precedences == ()
    assert named(order) == ["abcd"]


def test_ties_count_half():
    same_day = [[("a", 1.0), ("b", 1.0)]] * 30
    (pair,) = find_order(journeys_of(POINTS, same_day)).precedences
    assert (pair.share.value, pair.is_clear, pair.share.n) == (0.5, False, 30)


def test_circles_share_a_stage_and_are_told():
    order = find_order(journeys_of(POINTS, trips("ab", "bc", "ca", "ad")))
    assert order.cycles == ((0, 1, 2),)
    assert named(order) == ["abc", "d"]


def test_declared_stages_are_kept_and_pairs_told_beside_them():
    order = find_order(journeys_of(POINTS, trips("abcd")), ((0, 1), (2, 3)))
    assert order.stages == ((0, 1), (2, 3))
    assert order.is_before(0, 1)


@pytest.mark.parametrize("seed", range(5))
def test_a_planted_order_is_found_through_noise(seed):
    chance = np.random.default_rng(seed)
    noisy = [
        [(name, place + chance.normal(0, 0.45)) for place, name in enumerate("abcd") if chance.random() < 0.8]
        for _ in range(400)
    ]
    assert named(find_order(journeys_of(POINTS, [trip for trip in noisy if trip]))) == ["a", "b", "c", "d"]


def test_touchpoints_without_any_order_are_rarely_told_apart():
    wrong = 0
    for seed in range(40):
        chance = np.random.default_rng(seed)
        mixed = [[(name, chance.random()) for name in "abcd"] for _ in range(60)]
        wrong += len(find_order(journeys_of(POINTS, mixed)).stages) > 1
    assert wrong == 0

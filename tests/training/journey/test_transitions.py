import numpy as np
import pytest

from tests.training.journey.made import points_of, touches_of
from training.journey.transitions import LEFT, count_transitions, find_stays
from training.statistics import share

POINTS = points_of("book", "pay", "fly")
STAGES = ((0,), (1,), (2,))
END = 1_000.0


def table_of(trips, stages=STAGES, end=END, patience=30.0):
    stays = find_stays(touches_of(POINTS, trips), stages, patience_days=patience, end_day=end)
    return count_transitions(stays, len(stages))


def shares(row):
    return [share.value for share in row.shares]


def test_departures_are_counted_by_stage():
    trips = [[("book", 0.0), ("pay", 1.0), ("fly", 2.0)]] * 6 + [[("book", 0.0), ("fly", 2.0)]] * 3
    trips += [[("book", 0.0)]]
    book, pay, fly = table_of(trips)
    assert shares(book) == pytest.approx([0, 0.6, 0.3, 0.1])
    assert shares(pay) == [0, 0, 1, 0]
    assert shares(fly) == [0, 0, 0, 1]
    assert (book.shares[1].low, book.shares[1].high) == pytest.approx((share(6, 10).low, share(6, 10).high))
    assert {each.n for each in book.shares} == {10}


@pytest.mark.parametrize("seed", range(6))
def test_rows_add_up_to_one(seed):
    chance = np.random.default_rng(seed)
    trips = {
        f"{chance.integers(0, 30)}/{number}": [
            (("book", "pay", "fly")[chance.integers(0, 3)], float(day))
            for day in range(chance.integers(1, 6))
        ]
        for number in range(60)
    }
    for stages in (STAGES, ((0, 1), (2,))):
        for row in table_of(trips, stages):
            assert sum(shares(row)) == pytest.approx(1, abs=1e-12)
            assert row.shares[row.stage].value == 0


def test_touches_of_one_stage_are_one_stay_and_people_may_come_back():
    (first, second) = table_of(
        [[("book", 0.0), ("pay", 1.0), ("book", 2.0), ("fly", 3.0), ("pay", 4.0)]] * 4, ((0, 1), (2,))
    )
    assert shares(first) == [0, 0.5, 0.5]
    assert shares(second) == [1, 0, 0]
    assert {each.n for each in first.shares} == {8}


def test_touches_of_one_moment_follow_the_order_of_stages():
    book, pay, fly = table_of([[("fly", 1.0), ("book", 1.0), ("pay", 1.0)]] * 3)
    assert [shares(book)[1], shares(pay)[2], shares(fly)[-1]] == [1, 1, 1]


def test_a_stay_too_near_to_the_end_is_open_whether_or_not_it_went_on():
    settled = [[("book", 900.0), ("fly", 901.0)]] * 3 + [[("book", 900.0)]] * 3
    open_ones = [[("book", 990.0), ("fly", 991.0)]] * 4 + [[("book", 990.0)]] * 1
    book, fly = table_of(settled + open_ones)
    assert shares(book) == pytest.approx([0, 0, 0.5, 0.5])
    assert (book.n_open, fly.n_open) == (5, 4)


def test_leaving_is_not_overcounted_among_young_journeys():
    """All go on after 20 days; half of them began in the last weeks."""
    chance = np.random.default_rng(4)
    starts = chance.uniform(900, 1_000, 400)
    trips = [
        [("book", start), *([("fly", start + 20)] if start + 20 < END else [])] for start in starts.tolist()
    ]
    book = table_of(trips)[0]
    assert book.shares[-1].value == 0
    assert book.n_open > 100


def test_the_journeys_of_an_entity_do_not_run_into_each_other():
    stays = find_stays(
        touches_of(POINTS, {"a": [("book", 0.0)], "a/1": [("fly", 500.0)]}),
        STAGES,
        patience_days=30,
        end_day=END,
    )
    assert stays.following.tolist() == [LEFT, LEFT]
    assert stays.entity.tolist() == [0, 0]


def test_stages_of_too_few_entities_have_no_row():
    stays = find_stays(
        touches_of(POINTS, {f"a/{n}": [("book", 0.0)] for n in range(9)}),
        STAGES,
        patience_days=30,
        end_day=END,
    )
    assert len(count_transitions(stays, 3, 1)) == 1
    assert count_transitions(stays, 3, 2) == ()

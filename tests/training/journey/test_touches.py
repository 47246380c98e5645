import numpy as np
import pytest

from tests.training.journey.made import journeys_of, points_of, touches_of
from training.journey.touches import Touches, gather

POINTS = points_of("book", "fly", "rate", rate="csat")


def test_touches_are_sorted_by_journey_and_time():
    touches = touches_of(POINTS, {"b": [("fly", 9.0), ("book", 1.0)], "a": [("rate", 5.0, 3.0)]})
    assert touches.journey.tolist() == [0, 1, 1]
    assert touches.point.tolist() == [2, 0, 1]
    assert touches.day.tolist() == [5.0, 1.0, 9.0]
    assert touches.entity.tolist() == [0, 1]


def test_an_entity_may_have_several_journeys():
    touches = touches_of(POINTS, {"a": [("book", 1.0)], "a/1": [("book", 400.0)], "b": [("book", 2.0)]})
    assert touches.n_journeys == 3
    assert touches.entity.tolist() == [0, 0, 1]


def test_a_journey_counts_a_touchpoint_once_with_its_first_touch_and_first_answer():
    journeys = journeys_of(
        POINTS, [[("book", 1.0), ("book", 4.0), ("rate", 6.0), ("rate", 7.0, 2.0), ("rate", 8.0, 5.0)]]
    )
    assert journeys.first_day[0].tolist()[0::2] == [1.0, 6.0]
    assert np.isnan(journeys.first_day[0, 1])
    assert journeys.is_touched.tolist() == [[True, False, True]]
    assert (journeys.value[0, 2], journeys.is_good[0, 2], journeys.value_day[0, 2]) == (2.0, 0.0, 7.0)
    assert journeys.start.tolist() == [1.0]


def test_rows_in_another_order_give_the_same_touches():
    chance = np.random.default_rng(3)
    columns = {
        "entity": chance.integers(0, 9, 80),
        "journey": chance.integers(0, 2, 80),
        "point": chance.integers(0, 3, 80),
        "day": chance.integers(0, 20, 80).astype(np.float64),
        "value": chance.integers(1, 6, 80).astype(np.float64),
    }
    shuffled = chance.permutation(80)
    one = Touches.of(**columns)
    other = Touches.of(**{name: column[shuffled] for name, column in columns.items()})
    for name in ("journey", "point", "day", "value", "entity"):
        assert np.array_equal(getattr(one, name), getattr(other, name))
    assert np.array_equal(gather(one, POINTS).value, gather(other, POINTS).value, equal_nan=True)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"day": []}, "0 touches were passed; at least one"),
        ({"day": [np.nan, 1.0]}, "2 touches were passed; at least one, each with a finite day"),
        ({"value": [1.0]}, r"value has the shape \(1,\) where \(2,\) is needed"),
        ({"point": [1, 1, 1]}, r"point has the shape \(3,\) where \(2,\) is needed"),
    ],
)
def test_columns_that_do_not_fit_are_named(change, message):
    columns = {"entity": ["a", "b"], "journey": [0, 0], "point": [0, 1], "day": [1.0, 2.0]}
    with pytest.raises(ValueError, match=message):
        Touches.of(**(columns | change))

import numpy as np
import pytest

from features.usecase import LeverCost
from training.drivers import GradedLever, Stakes, prioritise
from training.statistics import Estimate

EXPECTED = np.array([0.4, 0.2, 0.1])
SLOPE = Estimate(-0.01, -0.02, -0.005, n=500)
SHORTFALL = np.array([1.0, 0.0, np.nan])


def test_an_unknown_revenue_is_not_counted():
    stakes = Stakes(EXPECTED, revenue=np.array([10.0, np.nan, 5.0]), weight=np.array([2.0, 1.0, 1.0]))
    assert stakes.priced.tolist() == [20.0, 0.0, 5.0]
    assert Stakes(EXPECTED).priced.tolist() == [0.0, 0.0, 0.0]


def test_what_acting_could_take_from_a_row():
    assert Stakes(EXPECTED).movable.tolist() == [0.4, 0.2, 0.1]
    assert Stakes(EXPECTED, is_bad=False).movable.tolist() == [0.6, 0.8, 0.9]


@pytest.mark.parametrize("margin", [0.0, -0.1, 1.2, float("nan")])
def test_a_margin_is_a_share(margin):
    with pytest.raises(ValueError, match=f"margin is {margin:g}; it is the share"):
        Stakes(EXPECTED, margin=margin)


@pytest.mark.parametrize(
    "kind", [{"is_event": False}, {"is_bad": False}, {"is_event": False, "is_bad": False}], ids=str
)
def test_revenue_is_kept_only_by_those_who_do_not_leave(kind):
    with pytest.raises(ValueError, match="this target is not leaving; pass None"):
        Stakes(EXPECTED, revenue=np.ones(3), **kind)


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        ({"expected": np.array([0.1, np.nan, 0.2])}, "expected is nan in row 1"),
        ({"revenue": np.ones(2)}, "revenue has 2 rows where 3 are needed"),
        ({"revenue": np.array([1.0, np.inf, 2.0])}, "revenue is inf in row 1"),
        ({"weight": np.array([1.0, -1.0, 1.0])}, "weight has the minimum -1"),
    ],
    ids=["expected", "short revenue", "endless revenue", "weight"],
)
def test_columns_fit_together(columns, message):
    with pytest.raises(ValueError, match=message):
        Stakes(**{"expected": EXPECTED, **columns})


def test_an_association_is_no_priority():
    with pytest.raises(
        ValueError, match="wait has the evidence grade C; priorities are made from effects of"
    ):
        GradedLever("wait", "C", SLOPE, SHORTFALL)


def test_a_lever_without_slope_is_named():
    nothing = Estimate(float("nan"), float("nan"), float("nan"), n=0)
    with pytest.raises(ValueError, match=r"wait has no slope short of its goal .*; leave it out"):
        GradedLever("wait", "B", nothing, SHORTFALL)


@pytest.mark.parametrize("found", [-1.0, float("inf")])
def test_a_shortfall_is_0_or_more(found):
    with pytest.raises(ValueError, match=r"wait has a shortfall of .*; it is 0 or more, finite"):
        GradedLever("wait", "B", SLOPE, np.array([1.0, found, np.nan]))


def test_a_shortfall_may_be_unknown_for_all():
    assert GradedLever("wait", "B", SLOPE, np.full(3, np.nan)).reach == 1.0


@pytest.mark.parametrize(
    ("cost", "prices", "reach"),
    [
        (None, None, 1.0),
        ({"reach": 0.5}, None, 0.5),
        ({"per_person_eur": 3.0}, (3.0, 0.0), 1.0),
        ({"fixed_eur": 4.0, "reach": 0.5}, (0.0, 4.0), 0.5),
        ({"per_person_eur": 0.0, "fixed_eur": 0.0}, (0.0, 0.0), 1.0),
    ],
    ids=["none", "reach", "per person", "fixed", "free"],
)
def test_what_is_not_declared_is_not_known(cost, prices, reach):
    lever = GradedLever("wait", "A", SLOPE, SHORTFALL, cost=None if cost is None else LeverCost(**cost))
    assert (lever.prices, lever.reach) == (prices, reach)


def test_levers_speak_of_the_rows_of_the_stakes():
    wait = GradedLever("wait", "B", SLOPE, SHORTFALL)
    with pytest.raises(ValueError, match="wait is there 2 times; pass each lever once"):
        prioritise([wait, wait], Stakes(EXPECTED))
    with pytest.raises(ValueError, match=r"wait has a shortfall of the shape \(3,\), the stakes \(2,\)"):
        prioritise([wait], Stakes(EXPECTED[:2]))

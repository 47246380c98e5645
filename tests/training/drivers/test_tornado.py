import json
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from features.usecase import LeverCost
from training.drivers import GradedLever, Stakes, TornadoBar, prioritise
from training.statistics import Estimate

NAN = float("nan")
STAKES = Stakes(np.array([0.4, 0.2, 0.1, 0.3]), revenue=np.array([1000.0, 2000.0, NAN, 500.0]), margin=0.5)
WAIT = GradedLever(
    "wait",
    "B",
    Estimate(-0.01, -0.015, -0.004, n=900),
    np.array([10.0, 0.0, 20.0, NAN]),
    "h",
    LeverCost(per_person_eur=20.0, fixed_eur=5.0, reach=0.8),
)


def bars_of(lever: GradedLever = WAIT, stakes: Stakes = STAKES) -> dict[str, TornadoBar]:
    return {bar.assumption: bar for bar in prioritise([lever], stakes).levers[0].tornado}


def values_of(bar: TornadoBar) -> tuple[float, ...]:
    return bar.planned, bar.low, bar.high, bar.net_low, bar.net_high, bar.swing


@pytest.mark.parametrize(
    ("assumption", "expected"),
    [
        ("effect", (0.24, 0.096, 0.36, 16 - 37, 60 - 37, 44)),
        ("reach", (0.8, 0.64, 0.96, 32 - 30.6, 48 - 43.4, 3.2)),
        ("margin", (0.5, 0.4, 0.6, 32 - 37, 48 - 37, 16)),
        ("revenue", (1000, 800, 1200, 32 - 37, 48 - 37, 16)),
        ("cost", (37, 29.6, 44.4, 40 - 29.6, 40 - 44.4, 14.8)),
    ],
    ids=["effect", "reach", "margin", "revenue", "cost"],
)
def test_each_bar_moves_one_assumption(assumption, expected):
    assert values_of(bars_of()[assumption]) == pytest.approx(expected)


def test_the_widest_bar_stands_first():
    assert list(bars_of()) == ["effect", "margin", "revenue", "cost", "reach"]


def test_shares_end_at_one():
    full = replace(WAIT, cost=LeverCost(per_person_eur=20.0, reach=0.9))
    bars = bars_of(full, replace(STAKES, margin=1.0))
    assert (bars["reach"].low, bars["reach"].high) == pytest.approx((0.72, 1.0))
    assert (bars["margin"].low, bars["margin"].high) == pytest.approx((0.8, 1.0))
    net = prioritise([full], replace(STAKES, margin=1.0)).levers[0].net_eur
    assert net is not None
    assert bars["margin"].net_high == pytest.approx(net.value)


def test_the_bar_of_the_effect_is_the_range_of_the_net_value():
    net = prioritise([WAIT], STAKES).levers[0].net_eur
    assert net is not None
    assert (bars_of()["effect"].net_low, bars_of()["effect"].net_high) == (net.low, net.high)


def test_nobody_short_of_the_goal_has_bars_all_the_same():
    met = replace(WAIT, shortfall=np.zeros(4))
    assert values_of(bars_of(met)["revenue"]) == (0.0, 0.0, 0.0, -5.0, -5.0, 0.0)
    assert values_of(bars_of(met)["cost"]) == pytest.approx((5.0, 4.0, 6.0, -4.0, -6.0, 2.0))


def test_json_reads_back_what_it_wrote():
    for bar in bars_of().values():
        assert TornadoBar.from_json(json.loads(json.dumps(bar.to_json()))) == bar


@given(st.floats(-0.05, 0.05), st.floats(0, 0.02), st.floats(0, 300), st.floats(0.05, 1), st.floats(0.05, 1))
def test_bars_hold_the_plan_and_are_sorted(value, half, price, reach, margin):
    slope = Estimate(value, value - half, value + half, n=900)
    lever = replace(WAIT, slope=slope, cost=LeverCost(per_person_eur=price, reach=reach))
    found = prioritise([lever], replace(STAKES, margin=margin)).levers[0]
    assert found.net_eur is not None
    for bar in found.tornado:
        low, high = sorted([bar.net_low, bar.net_high])
        assert low - 1e-9 <= found.net_eur.value <= high + 1e-9
        assert bar.low <= bar.planned <= bar.high
    swings = [bar.swing for bar in found.tornado]
    assert swings == pytest.approx(sorted(swings, reverse=True), rel=1e-6)

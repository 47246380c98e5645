"""Smaller plans agree with the plan of the priorities and with the steps of the what-if table."""

from dataclasses import fields, replace

import numpy as np
import pytest

from features.usecase import LeverCost
from training.drivers import Goal, GradedLever, Prospect, Stakes, look_ahead, prioritise, what_if
from training.statistics import Estimate

SLOPE = Estimate(-0.004, -0.006, -0.001, n=900)
SHORTFALL = np.array([20.0, 0.0, 10.0, np.nan, 5.0])
RISK = np.array([0.3, 0.2, 0.1, 0.2, 0.4])
REVENUE = np.array([1000.0, 500.0, 400.0, 700.0, np.nan])
COST = LeverCost(per_person_eur=3.0, fixed_eur=10.0, reach=0.75)


def lever(cost: LeverCost | None = COST) -> GradedLever:
    return GradedLever("wait", "B", SLOPE, SHORTFALL, "h", cost)


def stakes(revenue=REVENUE, **more) -> Stakes:
    return Stakes(RISK, revenue=revenue, margin=0.5, **more)


def plan(outlook, share: float, way: float) -> Prospect:
    return next(line for line in outlook.lines if (line.share, line.way) == (share, way))


def test_the_declared_reach_is_the_plan_of_the_priorities():
    chosen = plan(look_ahead(lever(), stakes()), 0.75, 1.0)
    listed = prioritise([lever()], stakes()).levers[0]
    for field in {field.name for field in fields(Prospect)} - {"share", "way"}:
        assert getattr(chosen, field) == getattr(listed, field), field


def test_lines_are_the_steps_of_the_what_if_table():
    goal = Goal("wait", "<=", 24.0, "h")
    waits = 24.0 + np.nan_to_num(SHORTFALL)
    grid = what_if(waits[:, None], lambda rows: 0.01 * rows[:, 0], {0: 24.0}, goal).grid
    wanted = [(step.share, step.way) for step in grid.steps if step.share > 0]
    outlook = look_ahead(lever(), stakes())
    assert [(line.share, line.way) for line in outlook.lines] == wanted
    of_grid = {(step.share, step.way): step.people_moved for step in grid.steps}
    known = look_ahead(replace(lever(), shortfall=np.nan_to_num(SHORTFALL)), stakes())
    assert [line.people_reached for line in known.lines] == [of_grid[step] for step in wanted]


def test_figures_by_hand():
    half = plan(look_ahead(lever(), stakes()), 0.5, 0.5)
    assert half.people_reached == pytest.approx(1.5)
    assert half.kept is not None
    assert half.kept.value == pytest.approx(0.004 * 35 * 0.25)
    assert half.revenue_kept_eur is not None
    assert half.revenue_kept_eur.low == pytest.approx(0.001 * (20 * 1000 + 10 * 400) * 0.25)
    assert half.cost_eur == pytest.approx(3 * 1.5 + 10)
    assert half.net_eur is not None
    assert half.net_eur.value == pytest.approx(0.5 * 0.004 * 24000 * 0.25 - 14.5)
    assert half.break_even_eur == 0.0


def test_it_pays_up_to_the_break_even_cost_and_not_beyond():
    whole = plan(look_ahead(lever(LeverCost(fixed_eur=2.0)), stakes()), 1.0, 1.0)
    assert whole.break_even_eur is not None
    assert whole.break_even_eur > 0
    for factor, sign in ((0.999, 1), (1.001, -1)):
        cost = LeverCost(per_person_eur=whole.break_even_eur * factor, fixed_eur=2.0)
        again = plan(look_ahead(lever(cost), stakes()), 1.0, 1.0)
        assert again.net_eur is not None
        assert sign * again.net_eur.low > 0


def test_half_the_way_brings_half_and_costs_the_same():
    outlook = look_ahead(lever(), stakes())
    whole, half = plan(outlook, 1.0, 1.0), plan(outlook, 1.0, 0.5)
    assert whole.kept is not None
    assert half.kept is not None
    assert half.kept.high == pytest.approx(whole.kept.high / 2)
    assert half.cost_eur == whole.cost_eur


def test_without_money_there_is_none():
    outlook = look_ahead(lever(None), stakes(None))
    assert (outlook.prices, outlook.margin) == (None, None)
    assert all(line.revenue_kept_eur is line.net_eur is line.cost_eur is None for line in outlook.lines)
    assert (look_ahead(lever(), stakes()).prices, look_ahead(lever(), stakes()).margin) == ((3.0, 10.0), 0.5)


def test_an_answer_has_a_change_of_its_mean_and_nobody_is_kept():
    better = replace(lever(None), slope=Estimate(0.02, 0.01, 0.03, n=900))
    answers = Stakes(np.array([3.0, 4.0, 2.0, 5.0, 3.0]), is_event=False, is_bad=False)
    whole = plan(look_ahead(better, answers), 1.0, 1.0)
    assert whole.kept is None
    assert whole.mean_change.value == pytest.approx(0.02 * 35 / 5)

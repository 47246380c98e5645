from dataclasses import replace

from training.drivers import (
    DRIVER_COLUMNS,
    DriverRow,
    Goal,
    driver_sheet,
    estimate_cells,
    goal_cell,
    rows_from_json,
    rows_to_json,
)
from training.statistics import Estimate

WAITING = DriverRow(
    name="waiting",
    role="lever",
    label={"en": "Waiting", "de": "Warten"},
    share=Estimate(0.6, 0.5, 0.7, n=400),
    interval_method="entity bootstrap",
    direction="higher",
    main_feature="wait",
    features=("wait", "wait_before"),
    goal=Goal("wait", "<=", 24.0, "hours"),
    goal_met=Estimate(0.25, 0.2, 0.3, n=380),
    may_swap_with=("tone", "plan"),
    rank_low=1,
    rank_high=3,
    rank_low_joint=1,
    rank_high_joint=4,
    tie_group=1,
)
PLAN = DriverRow(
    name="plan",
    role=None,
    label={"en": "Plan", "de": "Tarif"},
    share=Estimate(0.4, 0.3, 0.5, n=400),
    interval_method="entity bootstrap",
    direction="groups",
    main_feature="plan",
    features=("plan",),
)


def test_every_record_has_the_same_columns_and_plain_values():
    sheet = driver_sheet([WAITING, PLAN])
    assert [tuple(record) for record in sheet] == [DRIVER_COLUMNS] * 2
    assert {type(cell) for record in sheet for cell in record.values()} <= {str, int, float, bool, type(None)}


def test_figures_stand_with_their_ends():
    (waiting,) = driver_sheet([WAITING])
    assert (waiting["share"], waiting["share_low"], waiting["share_high"], waiting["n"]) == (
        0.6,
        0.5,
        0.7,
        400,
    )
    assert (waiting["goal_met_low"], waiting["goal_met"], waiting["goal_met_high"]) == (0.2, 0.25, 0.3)
    assert (waiting["rank_low"], waiting["rank_high"], waiting["tie_group"]) == (1, 3, 1)
    assert (waiting["rank_low_joint"], waiting["rank_high_joint"]) == (1, 4)


def test_lists_and_goals_become_texts():
    (waiting,) = driver_sheet([WAITING])
    assert waiting["features"] == "wait, wait_before"
    assert waiting["may_swap_with"] == "tone, plan"
    assert waiting["goal"] == "<= 24 hours"
    assert goal_cell(replace(WAITING.goal, unit=None, bound=0.1)) == "<= 0.1"


def test_what_does_not_exist_is_none():
    (plan,) = driver_sheet([PLAN])
    for name in ("role", "goal", "goal_met", "goal_met_low", "rank_low", "may_be_top_three", "turns_at"):
        assert plan[name] is None
    assert plan["may_swap_with"] == ""
    assert set(estimate_cells("size", None).values()) == {None}
    assert goal_cell(None) is None


def test_rank_is_the_order_and_the_top_three_are_told():
    sheet = driver_sheet([WAITING, replace(PLAN, rank_low=4, rank_high=5)])
    assert [record["rank"] for record in sheet] == [1, 2]
    assert [record["may_be_top_three"] for record in sheet] == [True, False]


def test_a_stored_ranking_gives_the_same_sheet():
    rows = [WAITING, PLAN]
    assert driver_sheet(rows_from_json(rows_to_json(rows))) == driver_sheet(rows)


def test_no_drivers_give_no_records():
    assert driver_sheet([]) == []

from typing import Any

from features.usecase import Language, Source
from tests.training.reports import samples
from training.reports import build_report, render_html
from training.reports.associations import build_associations
from training.reports.sections import DriverLine


def test_roles_decide_the_group_and_context_is_no_row() -> None:
    shown = build_associations(samples.inputs())
    assert [line.name for line in shown.levers] == ["resolution", "deliveries", "disputes", "onboarding"]
    assert [line.name for line in shown.signs] == ["ease", "usage", "tone"]
    assert [label["en"] for label in shown.context] == ["Age of contract", "Region"]
    names = {line.name for line in (*shown.levers, *shown.signs, *shown.others)}
    assert not names & {"tenure", "region"}


def test_features_of_no_driver_are_others_and_the_small_ones_are_counted() -> None:
    shown = build_associations(samples.inputs())
    assert [line.name for line in shown.others] == ["o_customers.seats"]
    assert (shown.rest_count, round(shown.rest_share, 10)) == (2, 0.02)


def test_everything_adds_up_to_the_whole() -> None:
    shown = build_associations(samples.inputs())
    lines = (*shown.levers, *shown.signs, *shown.others)
    assert round(sum(line.share.value for line in lines) + shown.context_share + shown.rest_share, 10) == 1.0


def test_lines_say_how_many_miss_the_goal_out_of_those_with_a_value() -> None:
    ease = build_associations(samples.inputs()).signs[0]
    assert ease.goal_met is not None
    assert (ease.people_missing_goal, ease.goal_met.n) == (round(1771 * 0.38), 1771)


def test_rows_of_a_weighted_sample_are_no_count_of_people() -> None:
    plain = samples.usecase()
    assert plain.table is not None
    weighted = plain.model_copy(update={"table": plain.table.model_copy(update={"weight": "stands_for"})})
    ease = build_associations(samples.inputs(usecase=weighted)).signs[0]
    assert ease.goal_met is not None
    assert (ease.people_missing_goal, ease.goal_met.value) == (None, 0.62)


def test_the_unit_of_a_goal_is_in_both_languages() -> None:
    tickets = {
        "file": "t.csv",
        "event_time": "at",
        "known_at": "same",
        "units": {"logins": {"en": "logins per week", "de": "Anmeldungen pro Woche"}, "hours": "h"},
    }
    usecase = samples.usecase().model_copy(update={"sources": {"t": Source.model_validate(tickets)}})
    lines = [
        samples.driver(name, "lever", name, name, (0.2, 0.1, 0.3), goal=samples.goal(">=", 1, unit))
        for name, unit in [("a", "logins per week per 30 days"), ("b", "h"), ("c", None)]
    ]
    shown = build_associations(samples.inputs(usecase=usecase, drivers=tuple(lines))).levers
    assert [line.goal_unit for line in shown] == [
        {"en": "logins per week per 30 days", "de": "Anmeldungen pro Woche je 30 Tage"},
        {"en": "h", "de": "h"},
        None,
    ]


def test_ties_are_named_within_a_group_only() -> None:
    mixed = samples.driver("late", "lever", "Late", "Spät", (0.2, 0.1, 0.3), may_swap_with=("usage", "early"))
    early = samples.driver("early", "lever", "Early", "Früh", (0.2, 0.1, 0.3), may_swap_with=("late",))
    usage = samples.driver("usage", "signal", "Usage", "Nutzung", (0.2, 0.1, 0.3), may_swap_with=("late",))
    shown = build_associations(samples.inputs(drivers=(mixed, early, usage)))
    assert [[label["en"] for label in line.may_swap_with] for line in shown.levers] == [["Early"], ["Late"]]
    assert shown.signs[0].may_swap_with == ()


def test_ranges_that_reach_nothing_are_unclear() -> None:
    shown = build_associations(samples.inputs())
    assert [line.name for line in shown.levers if line.is_unclear] == ["onboarding"]


def test_no_drivers_no_section() -> None:
    assert build_report(samples.inputs(drivers=())).associations is None


def shown_in(
    language: Language, share: tuple[float, float, float] = (0.2, 0.1, 0.3), **driver: Any
) -> tuple[DriverLine, str]:
    """Return the line of one lever, and the page it stands on as plain words."""
    row = samples.driver("food", "lever", "Food", "Essen", share, **driver)
    inputs = samples.inputs(drivers=(row,))
    page = " ".join(render_html(build_report(inputs), language).split())
    return build_associations(inputs).levers[0], page


def test_a_goal_that_goes_with_the_worse_outcome_is_told() -> None:
    line, english = shown_in("en", goal=samples.goal(">=", 4, None), direction="higher")
    assert line.is_against_goal
    assert "a higher risk. That is the opposite of what its goal asks for" in english
    line, german = shown_in("de", goal=samples.goal(">=", 4, None), direction="lower")
    assert not line.is_against_goal
    assert "Gegenteil dessen" not in german


def test_a_direction_that_only_holds_beside_the_others_is_not_held_against_the_goal() -> None:
    turned: dict[str, Any] = {
        "goal": samples.goal(">=", 4, None),
        "direction": "higher",
        "is_opposite_alone": True,
    }
    line, english = shown_in("en", **turned)
    assert (line.is_opposite_alone, line.is_against_goal) == (True, False)
    assert "Higher values go with a higher risk. That is so beside the other drivers; seen alone" in english
    assert "the opposite of what its goal asks for" not in english
    assert "für sich betrachtet ist es umgekehrt" in shown_in("de", **turned)[1]


def test_what_is_too_uncertain_to_plan_on_turns_nowhere() -> None:
    assert "a higher risk. But not throughout: it turns at 2." in shown_in("en", turns_at=2.0)[1]
    page = shown_in("en", (0.2, 0.0, 0.3), turns_at=2.0, is_opposite_alone=True)[1]
    assert "Too small or too uncertain to plan on." in page
    assert "it turns at" not in page
    assert "seen alone" not in page


def test_places_shown_side_by_side_hold_together() -> None:
    driver = samples.driver(
        "wait",
        "lever",
        "Wait",
        "Warten",
        (0.5, 0.4, 0.6),
        rank_low=1,
        rank_high=1,
        rank_low_joint=1,
        rank_high_joint=2,
    )
    (line,) = build_associations(samples.inputs(drivers=(driver,))).levers
    assert (line.rank_low, line.rank_high, line.may_be_top_three) == (1, 2, True)

from collections.abc import Mapping
from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from features.catalogue import Catalogue, Feature
from features.timeline import Duration, Horizon
from tests.training.levers import flat_world, panel_world
from training.levers import comparison as module
from training.levers import declared_drivers
from training.levers.comparison import compare
from training.rows import FollowUp, LabelOutcome, Timing, TrainingRows
from training.statistics.controls import Control

SPAN, UNTIL = Horizon(Duration(30)), date(2026, 1, 1)
FEATURES = (
    Feature("o_crm.size", "number", "crm"),
    Feature("o_crm.plan", "category", "crm"),
    Feature("o_tickets.hours.mean_90d", "number", "tickets"),
    Feature("o_shifts.agents.mean_90d", "number", "shifts"),
)
USECASE = panel_world.make_usecase()
# Two customers at three snapshots each, 60 days apart; the numbers say whose row it is and which.
DATES = np.tile(np.datetime64("2025-01-01") + np.array([0, 60, 120], "timedelta64[D]"), 2)
ENTITY = np.array(["a"] * 3 + ["b"] * 3, dtype=object)


def make_rows(**changes) -> TrainingRows:
    columns = {
        "o_crm.size": np.array([10.0, 11, 12, 20, 21, 22]),
        "o_crm.plan": np.array(["s", None, "m", "m", "s", "s"], dtype=object),
        "o_tickets.hours.mean_90d": np.array([1.0, 2, 3, 4, 5, 6]),
        "o_shifts.agents.mean_90d": np.array([0.1, 0.2, np.nan, 0.4, 0.5, 0.6]),
    }
    outcome = LabelOutcome(
        np.array([5.0, 6, 7, 8, 9, 10]),
        "numeric",
        question="surveys.csat",
        timing=Timing(DATES, np.full(6, 20.0), SPAN, UNTIL),
    )
    catalogue = Catalogue(FEATURES).with_drivers(
        {name: USECASE.drivers[name] for name in ("size", "plan", "waiting", "staffing")}
    )
    rows = TrainingRows(catalogue, columns, ENTITY, ENTITY, outcome, None, None)
    return replace(rows, **changes)


def with_answers(rows: TrainingRows, answers, known_days) -> TrainingRows:
    """Return rows with other answers, known so many days after the snapshot."""
    timing = Timing(DATES, np.array(known_days, dtype=np.float64), SPAN, UNTIL)
    outcome = LabelOutcome(
        np.array(answers, dtype=np.float64), "numeric", question="surveys.csat", timing=timing
    )
    return replace(rows, outcome=outcome)


def compared(rows: TrainingRows, days: float, usecase=USECASE, names=("waiting", "staffing"), seed=0):
    drivers = {one.group.name: one for one in declared_drivers(usecase, rows.catalogue, 120)}
    context = [one for one in drivers.values() if one.group.role == "context"]
    return compare(rows, [drivers[name] for name in names], context, days, seed)


def values(controls: Mapping[str, Control]) -> dict[str, list[float]]:
    return {name: control.values.tolist() for name, control in controls.items()}


def test_context_is_what_was_known_in_the_row_from_before_the_window():
    found = compared(make_rows(), 90)
    assert found.entity.tolist() == ["a", "b"]
    assert found.target.tolist() == [7, 10]
    assert values(found.levers)["waiting"] == [3, 6]
    size, plan = found.context["size"][0], found.context["plan"][0]
    assert size.values.tolist() == [10, 20]
    assert plan.values.tolist() == [1, 0]
    assert (size.is_category, plan.is_category) == (False, True)


def test_rows_without_an_earlier_row_are_left_out():
    assert len(compared(make_rows(), 60)) == 4
    assert len(compared(make_rows(), 120)) == 2
    assert len(compared(make_rows(), 121)) == 0


def test_of_several_earlier_rows_the_newest_is_taken():
    found = compared(make_rows(), 60)
    assert found.context["size"][0].values.tolist() == [10, 11, 20, 21]
    assert np.isnan(found.context["plan"][0].values).tolist() == [False, True, False, False]


def test_without_a_window_context_is_taken_from_the_row_itself():
    found = compared(make_rows(), 0)
    assert len(found) == 6
    assert found.context["size"][0].values.tolist() == [10, 11, 12, 20, 21, 22]
    assert found.before is None


def test_the_wave_is_that_of_the_row():
    wave = compared(make_rows(), 60).wave
    assert wave is not None
    assert wave.is_category
    assert np.diff(wave.values).tolist() == [60, -60, 60]


def test_missing_values_of_a_lever_stay_missing():
    assert np.isnan(compared(make_rows(), 90).levers["staffing"].values).tolist() == [True, False]


def test_what_people_said_is_not_held_equal():
    rows = make_rows()
    said = Feature("x_crm.size", "number", "crm", "X", driver="size", role="context")
    rows = replace(
        rows,
        catalogue=Catalogue((*rows.catalogue.features[1:], said)),
        columns={**rows.columns, "x_crm.size": rows.columns["o_crm.size"]},
    )
    assert compared(rows, 90).context["size"] == ()


def test_rows_without_an_answer_are_out():
    rows = with_answers(make_rows(), [5, 6, np.nan, 8, 9, 10], [20] * 6)
    assert compared(rows, 90).entity.tolist() == ["b"]


def test_censored_rows_are_out():
    """The first left in time, the second went otherwise, the third was not watched to the end."""
    days, event = np.array([40.0, 40, 5, 40, 40, 5]), np.array([0.0, 0, 1, 0, 0, 0])
    outcome = FollowUp(DATES, days, event, np.where(event > 0, days, np.nan), (SPAN,), SPAN, UNTIL)
    found = compared(make_rows(outcome=outcome), 60)
    assert found.entity.tolist() == ["a", "a", "b"]
    assert found.target.tolist() == [0, 1, 0]
    assert found.before is None
    early = replace(outcome, observed_until=date(2025, 5, 20))
    assert compared(make_rows(outcome=early), 60).entity.tolist() == ["a", "b"]


def test_the_answer_from_before_was_known_before_the_window_and_brings_its_levers():
    found = compared(make_rows(), 90)  # 120 days: the answer of day 0 was known on day 20, the next on day 80
    assert found.before is not None
    assert found.before.tolist() == [5, 8]
    assert values(found.history)["waiting"] == [1, 4]
    later = compared(make_rows(), 60)  # the row of day 60 has none: that of day 0 was known on day 20
    assert later.before is not None
    assert np.isnan(later.before).tolist() == [True, False, True, False]
    assert values(later.history)["waiting"][1::2] == [1, 4]


def test_an_answer_that_was_known_too_late_is_none_from_before():
    late = with_answers(make_rows(), [5, 6, 7, 8, 9, 10], [20, 20, 20, 31, 20, 20])
    found = compared(late, 90)
    assert found.before is not None
    assert np.isnan(found.before).tolist() == [False, True]
    # with 10 days less before, the second answer is known on time
    early = with_answers(make_rows(), [5, 6, 7, 8, 9, 10], [20, 0, 20, 20, 0, 20])
    newest = compared(early, 60)
    assert newest.before is not None
    assert newest.before.tolist()[1::2] == [6, 9]


def test_the_gap_delays_when_an_answer_was_known():
    """Day 120 asks for what was known on day 30; the first answer was known 20 days after the gap."""
    rows = make_rows()
    outcome = rows.outcome
    assert isinstance(outcome, LabelOutcome)
    assert outcome.timing is not None
    for gap, is_known in ((10, True), (11, False)):
        timing = replace(outcome.timing, span=Horizon(Duration(30), gap_days=gap))
        before = compared(replace(rows, outcome=replace(outcome, timing=timing)), 90).before
        assert before is not None
        assert np.isfinite(before).tolist() == [is_known, is_known]


def test_a_silent_row_is_passed_over_for_the_answer_from_before():
    rows = with_answers(make_rows(), [5, np.nan, 7, 8, 9, 10], [0, np.nan, 0, 0, 0, 0])
    found = compared(rows, 60)
    assert found.before is not None
    assert found.before.tolist() == [5, 8, 9]  # a at day 120 · b at day 60 and at day 120


def test_an_event_has_no_answer_from_before():
    rows = panel_world.make_panel(20, outcome="events")
    assert compared(rows, 90).before is None


def test_a_flat_table_is_compared_as_it_stands():
    usecase = flat_world.make_usecase()
    rows = flat_world.make_members(50)
    found = compared(rows, 90, usecase, names=("waiting", "visits"))
    assert len(found) == 50
    assert found.wave is None
    assert found.before is None
    assert found.context["size"][0].values.tolist() == rows.columns["size"].tolist()


def test_taking_rows_takes_them_everywhere():
    found = compared(make_rows(), 60)
    chosen = np.array([True, False, False, True])
    taken = found.take(chosen)
    assert len(taken) == 2
    assert taken.target.tolist() == found.target[chosen].tolist()
    assert taken.entity.tolist() == ["a", "b"]
    assert values(taken.levers)["waiting"] == [2, 6]
    assert values(taken.history)["waiting"][1] == 4
    assert taken.context["size"][0].values.tolist() == [10, 21]
    assert taken.before is not None
    assert taken.wave is not None
    assert len(taken.before) == len(taken.wave.values) == 2


@pytest.mark.parametrize("limit", [40, 55])
def test_a_sample_keeps_whole_entities(monkeypatch, limit):
    rows = panel_world.make_panel(30, n_snapshots=8)  # five rows each with an earlier one
    monkeypatch.setattr(module, "MOST_ROWS", limit)
    found = compared(rows, 90)
    counts = np.unique(found.entity.astype(str), return_counts=True)[1]
    assert set(counts.tolist()) == {5}
    assert len(found) == limit // 5 * 5
    assert compared(rows, 90).entity.tolist() == found.entity.tolist()
    assert compared(rows, 90, seed=1).entity.tolist() != found.entity.tolist()


def test_nothing_is_left_out_where_there_are_few_rows():
    rows = panel_world.make_panel(30, n_snapshots=8)
    assert len(compared(rows, 90)) == 30 * 5

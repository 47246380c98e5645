"""Segments and waves against a plain, slow computation; what is too small never shows."""

import numpy as np
import pyarrow as pa
import pytest

from tests.training.answer_world import make_answers
from tests.training.breakdown.worlds import forecast_truly, make_table
from tests.training.examples import LINEAR
from training.assessment import assess
from training.breakdown.groups import OF_ANSWERS, OF_EVENTS, judge_segments, judge_waves
from training.statistics import N_BINS


def cut_of(names):
    return {"region": pa.chunked_array([pa.array(list(names), pa.string())])}


@pytest.fixture(scope="module")
def world():
    rows = make_table(900)
    names = np.array(["north", "south", "west"], dtype=object)[np.arange(900) % 3]
    names[:4] = "island"
    names[4:30] = None
    names[30:60] = "camp"
    rows.outcome.target[30:60] = 0.0
    return rows, forecast_truly(rows), names


@pytest.fixture(scope="module")
def found(world):
    rows, forecasts, names = world
    return judge_segments(rows, forecasts, cut_of(names), minimum=5)["cuts"]["region"]


def slow_auc(label, forecast):
    """Return the share of pairs in the right order."""
    pairs = [
        (one > other) + 0.5 * (one == other) for one in forecast[label == 1] for other in forecast[label == 0]
    ]
    return np.mean(pairs)


def slow_ece(label, forecast):
    """Return the mean gap over tenths; forecasts differ, so tenths are plain slices."""
    order = np.argsort(-forecast)
    parts = np.array_split(order, N_BINS)
    return sum(len(part) * abs(forecast[part].mean() - label[part].mean()) for part in parts) / len(label)


@pytest.mark.parametrize("name", ["north", "south", "west"])
def test_figures_are_those_of_a_plain_computation(world, found, name):
    rows, forecasts, names = world
    chosen = names == name
    label, forecast = rows.outcome.target[chosen], forecasts.probabilities[chosen, 0]
    part = found["groups"][name]
    assert (part["n_rows"], part["n_entities"], part["n_events"]) == (chosen.sum(), chosen.sum(), label.sum())
    values = {figure: part["figures"][figure]["value"] for figure in OF_EVENTS}
    assert values["event_share"] == pytest.approx(label.mean())
    assert values["level_error"] == pytest.approx(forecast.mean() - label.mean())
    assert values["auc"] == pytest.approx(slow_auc(label, forecast))
    loss = -np.mean(label * np.log(forecast) + (1 - label) * np.log(1 - forecast))
    assert values["log_loss"] == pytest.approx(loss)
    assert values["ece"] == pytest.approx(slow_ece(label, forecast), abs=0.02)
    for figure in part["figures"].values():
        assert figure["low"] <= figure["value"] <= figure["high"]
        assert figure["n"] == chosen.sum()


def test_intervals_hold_the_truth_of_true_forecasts(found):
    """The forecasts are the true probabilities, so the level is right in every segment."""
    inside = [
        part["figures"]["level_error"]["low"] <= 0 <= part["figures"]["level_error"]["high"]
        for part in found["groups"].values()
        if part["figures"]
    ]
    assert sum(inside) >= 2


class TestTooSmall:
    def test_small_segments_are_named_and_nothing_more(self, found):
        assert found["suppressed"] == ["island"]
        assert "island" not in found["groups"]

    def test_too_few_events_are_said_in_words_without_any_count(self, found):
        part = found["groups"]["camp"]
        assert (part["n_rows"], part["n_events"], part["figures"]) == (30, None, {})
        assert "too few people had the event" in part["words"]

    def test_nobody_hidden_can_be_found_by_subtraction(self, world):
        """With everybody else in a shown segment the four islanders would be total minus shown."""
        rows, forecasts, names = world
        full = names.copy()
        full[[name is None for name in full]] = "north"
        cut = judge_segments(rows, forecasts, cut_of(full), minimum=5)["cuts"]["region"]
        assert "island" in cut["suppressed"]
        assert len(cut["suppressed"]) == 2

    def test_without_cuts_there_are_no_segments(self, world):
        rows, forecasts, _ = world
        assert judge_segments(rows, forecasts, {}, minimum=5)["cuts"] == {}


class TestWaves:
    def test_every_forecast_snapshot_has_its_figures(self, company):
        learned = company.learned
        found = company.bundle.evaluation["waves"]
        assert list(found["groups"]) == ["2025-07-01", "2025-08-01", "2025-09-01"]
        judged = learned.assessment.all_rows.by_horizon["90d"]
        assert found["horizon"] == "90d"
        assert sum(part["n_rows"] for part in found["groups"].values()) == judged.n_rows
        events = [part["n_events"] for part in found["groups"].values()]
        assert all(count is None for count in events) or sum(filter(None, events)) <= judged.n_events

    def test_a_flat_table_has_none(self, world):
        rows, forecasts, _ = world
        assert judge_waves(rows, forecasts, 5)["groups"] == {}

    def test_answers_have_the_figures_of_answers(self):
        rows = make_answers(120)
        forecasts = assess(rows, LINEAR).forecasts
        found = judge_waves(rows, forecasts, 5)["groups"]
        assert list(found) == ["2025-09-01", "2025-10-01", "2025-11-01"]
        days = rows.outcome.timing.snapshot_date[forecasts.positions].astype(str)
        for day, part in found.items():
            error = forecasts.answers.value[days == day] - forecasts.target[days == day]
            assert part["figures"]["bias"]["value"] == pytest.approx(error.mean())
            assert part["figures"]["mae"]["value"] == pytest.approx(np.abs(error).mean())
            assert set(part["figures"]) == set(OF_ANSWERS)

    def test_too_few_answers_are_said_in_words(self):
        rows = make_answers(120)
        forecasts = assess(rows, LINEAR).forecasts
        names = np.where(np.isin(np.arange(len(rows)), forecasts.positions[:12]), "few", "many")
        part = judge_segments(rows, forecasts, cut_of(names), 5)["cuts"]["region"]["groups"]["few"]
        assert part["figures"] == {}
        assert "12 test rows have an answer" in part["words"]

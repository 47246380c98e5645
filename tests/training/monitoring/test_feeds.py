"""Checks of sources: silence, amount, a past that changed, units."""

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest

from features.frame import Arrivals
from tests.training.monitoring.faults import feed
from training.monitoring.feeds import check_feeds, p_of_silence, period_days
from training.reference import Reference

UNTIL = date(2026, 1, 1)


@pytest.fixture
def reference(company):
    """Return what the training kept."""
    found = Reference.from_json(company.bundle.reference)
    assert found is not None
    return found


def find(frame, reference, unit, source):
    """Return the check of a source in rows or days."""
    checks = check_feeds(frame, reference)
    return next(one for one in checks if (one.unit, one.about) == (unit, source))


def with_counts(frame, source, counts, until=UNTIL):
    """Return a frame in which a source had so many rows on each of the last days."""
    arrivals = Arrivals(until - timedelta(len(counts)), tuple(map(int, counts)))
    match = {**frame.facts.matches[source], "arrivals": arrivals.to_json(), "rows": sum(arrivals.counts)}
    facts = replace(frame.facts, matches={source: match}, observed_until=until)
    return replace(frame, facts=facts)


def test_every_source_is_watched(batch, reference):
    found = list(check_feeds(batch, reference))
    assert {one.about for one in found} == set(batch.facts.matches)
    assert {one.state for one in found} == {"no clear change"}


def test_silence_counts_from_the_last_row_to_the_end_of_observation(batch, reference):
    found = find(feed(batch, "tickets", lambda counts: counts[:-12]), reference, "days", "tickets")
    assert found.value.value == 13
    assert found.state == "alert"
    assert "13 days before the end of observation" in found.sentence["en"]
    assert "13 Tage vor dem Ende der Beobachtung" in found.sentence["de"]


def test_a_monthly_delivery_is_late_after_more_than_a_month():
    gaps = np.array([31.0, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31])
    assert [p_of_silence(days, gaps) for days in (31, 40, 47)] == [1.0, 1.0, 1.0]
    assert p_of_silence(60, gaps) < 1e-4


def test_silences_of_a_lively_source_alarm_rarely():
    random = np.random.default_rng(1)
    alarms = 0
    for _ in range(2000):
        gaps = np.ceil(random.exponential(3, 200))
        alarms += p_of_silence(gaps[-1], gaps[:-1]) < 0.01
    assert alarms <= 2


def test_a_source_without_a_rhythm_is_never_late(batch):
    few = with_counts(batch, "tickets", [1, 0, 0, 1, 0, 0, 1] + [0] * 200)
    assert all(one.unit != "days" for one in check_feeds(few, None))


def test_the_amount_of_a_period_is_held_against_earlier_ones(batch):
    random = np.random.default_rng(2)
    usual = random.poisson(20, 400)
    for factor, state in (
        (1.0, "no clear change"),
        (0.5, "alert"),
        (2.0, "alert"),
        (1.15, "no clear change"),
    ):
        newest = random.poisson(20 * factor, 31)
        found = find(with_counts(batch, "tickets", [*usual[:-31], *newest]), None, "rows", "tickets")
        assert found.state == state, factor
        assert found.value.value == newest.sum()


def test_a_quarterly_survey_is_counted_by_three_periods_at_once(batch):
    random = np.random.default_rng(3)
    counts = np.zeros(31 * 3 * 8, int)
    for quarter in range(8):
        counts[quarter * 93 : quarter * 93 + 20] = random.poisson(15, 20)
    full = find(with_counts(batch, "tickets", counts), None, "rows", "tickets")
    assert full.state == "no clear change"
    assert "93 days" in full.sentence["en"]
    counts[-93:] //= 3
    assert find(with_counts(batch, "tickets", counts), None, "rows", "tickets").state == "alert"


def test_a_young_source_has_no_usual_amount(batch):
    assert all(one.unit != "rows" for one in check_feeds(with_counts(batch, "tickets", [5] * 90), None))


def test_a_past_that_grew_or_is_gone_is_told(batch, reference):
    known = reference.sources["invoices"].rows
    for factor, state in ((1.0, "no clear change"), (0.8, "no clear change"), (2, "alert"), (0.5, "alert")):
        changed = feed(batch, "invoices", lambda counts, f=factor: [int(n * f) for n in counts])
        found = [
            one for one in check_feeds(changed, reference) if one.about == "invoices" and one.p_value is None
        ]
        assert found[0].state == state, factor
        assert f"at the training it had {known:,}" in found[0].sentence["en"]


def test_a_new_change_of_unit_is_told_and_one_that_training_knew_is_not(batch, reference):
    change = {"column": "hours", "first_day": "2025-06-20", "factor": 60.0, "share": 1.0, "sentence": ""}
    matches = dict(batch.facts.matches)
    matches["tickets"] = {**matches["tickets"], "unit_changes": [change]}
    frame = replace(batch, facts=replace(batch.facts, matches=matches))
    found = [one for one in check_feeds(frame, reference) if one.kind == "unit"]
    assert [(one.about, one.state) for one in found] == [("tickets.hours", "alert")]
    assert "20 June 2025" in found[0].sentence["en"]
    assert "60-Fache" in found[0].sentence["de"]
    marks = {
        **reference.sources,
        "tickets": replace(reference.sources["tickets"], unit_changes=("hours 2025-06-20",)),
    }
    assert not [one for one in check_feeds(frame, replace(reference, sources=marks)) if one.kind == "unit"]
    assert [one for one in check_feeds(frame, None) if one.kind == "unit"]
    old = {**change, "first_day": "2024-02-01"}
    matches["tickets"] = {**matches["tickets"], "unit_changes": [old]}
    frame = replace(batch, facts=replace(batch.facts, matches=matches))
    assert not [one for one in check_feeds(frame, None) if one.kind == "unit"]


def test_a_source_of_no_rows_at_all_is_told(batch):
    match = {**batch.facts.matches["tickets"], "arrivals": None, "kept": 0}
    frame = replace(batch, facts=replace(batch.facts, matches={"tickets": match}))
    (found,) = check_feeds(frame, None)
    assert (found.kind, found.state) == ("feed", "alert")
    assert "not a single row" in found.sentence["en"]


def test_a_flat_table_has_no_clocks(batch):
    assert not list(check_feeds(replace(batch, facts=replace(batch.facts, observed_until=None)), None))


def test_the_period_is_that_between_snapshots():
    assert period_days([UNTIL]) == 30
    assert period_days([UNTIL, UNTIL + timedelta(7), UNTIL + timedelta(14)]) == 7

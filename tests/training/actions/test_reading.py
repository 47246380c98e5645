"""Read-outs: whose time is over, who is lost, what is told, and what it is worth."""

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest

from tests.training.actions.made import DAY, make_action, make_people, start
from training.actions import Ledger, Note, Plan, Seen, Stakes, read_out, tell_plan, tell_read_out

OVER = DAY + timedelta(days=97)
AFTER = date(2026, 5, 1)


@pytest.fixture
def ledger(tmp_path):
    return Ledger(tmp_path / "actions")


def _outcomes(people, treated=0.05, held_back=0.15):
    """Return outcomes with given shares of events in the arms, the same people each time."""
    found = {}
    for arm, share in (("treated", treated), ("held_back", held_back)):
        names = [
            name
            for name, own in zip(
                people.column("entity_id").to_pylist(), people.column("arm").to_pylist(), strict=True
            )
            if own == arm
        ]
        found |= {name: float(place < share * len(names)) for place, name in enumerate(names)}
    return found


def _read(ledger, entry, *, as_of=AFTER, stakes=None, outcomes=None, **shares):
    people = ledger.people(entry)
    seen = {DAY: Seen(OVER, _outcomes(people[DAY], **shares) if outcomes is None else outcomes)}
    return read_out(entry, people, seen, as_of=as_of, stakes=stakes or Stakes(margin=0.6))


def test_a_planted_effect_is_told_with_people_and_money(ledger):
    entry = start(ledger)
    found = _read(ledger, entry)
    assert found.verdict == "better"
    assert (found.treated, found.held_back, found.lost) == (500, 500, 0)
    assert found.comparison.difference.value == pytest.approx(-0.10, abs=0.01)
    assert found.kept.value == pytest.approx(50.0, abs=5)
    assert found.revenue_eur.value == pytest.approx(1000.0 * found.kept.value)
    assert found.cost_eur == 5500.0
    assert found.net_eur.value == pytest.approx(0.6 * found.revenue_eur.value - 5500.0)
    assert found.net_eur.low == pytest.approx(0.6 * found.revenue_eur.low - 5500.0)


def test_before_the_time_is_over_nothing_is_told(ledger):
    entry = start(ledger)
    found = _read(ledger, entry, as_of=OVER - timedelta(days=1))
    assert (found.verdict, found.open_until, found.treated) == ("too early", OVER, 0)
    assert _read(ledger, entry, as_of=OVER).verdict == "better"


def test_who_is_lost_counts_in_neither_arm(ledger):
    entry = start(ledger)
    outcomes = _outcomes(ledger.people(entry)[DAY])
    gone = sorted(outcomes)[:100]
    lost = {name: value for name, value in outcomes.items() if name not in gone[:50]}
    lost |= dict.fromkeys(gone[50:], np.nan)
    found = _read(ledger, entry, outcomes=lost)
    assert found.lost == 100
    assert found.treated + found.held_back == 900


def test_an_action_for_the_worse_is_told_as_such(ledger):
    assert _read(ledger, start(ledger), treated=0.2, held_back=0.08).verdict == "worse"


def test_more_may_be_better(ledger):
    entry = start(ledger, make_action(is_more_better=True))
    found = _read(ledger, entry, treated=0.2, held_back=0.08)
    assert found.verdict == "better"
    assert found.kept.value > 0
    assert found.revenue_eur is None  # nobody is kept from leaving by that


def test_no_difference_is_no_effect_seen(ledger):
    assert _read(ledger, start(ledger), treated=0.1, held_back=0.1).verdict == "no effect seen"


def test_without_a_hold_out_nothing_is_ever_told(ledger):
    plan = replace(make_action().plan, hold_out=0.0)
    entry = start(ledger, make_action(plan=plan, no_hold_out_because="all are promised it"))
    found = _read(ledger, entry)
    assert (found.verdict, found.comparison, found.kept) == ("no hold-out", None, None)


def test_small_arms_of_people_at_work_are_not_told(ledger):
    entry = start(ledger, people=make_people(120))
    assert _read(ledger, entry, stakes=Stakes(fewest=61), treated=0.3, held_back=0.6).verdict == "too few"
    assert _read(ledger, entry, stakes=Stakes(fewest=60), treated=0.3, held_back=0.6).verdict != "too few"


def test_without_prices_there_is_no_money(ledger):
    found = _read(ledger, start(ledger), stakes=Stakes())
    assert found.kept is not None
    assert (found.revenue_eur, found.net_eur) == (None, None)


def test_answers_bring_no_people(ledger):
    entry = start(ledger, make_action(is_share=False, is_more_better=True))
    people = ledger.people(entry)
    generator = np.random.default_rng(1)
    names = people[DAY].column("entity_id").to_pylist()
    arms = people[DAY].column("arm").to_pylist()
    outcomes = {
        name: float(generator.normal(3.4 + 0.4 * (arm == "treated"), 0.8))
        for name, arm in zip(names, arms, strict=True)
    }
    found = _read(ledger, entry, outcomes=outcomes)
    assert found.verdict == "better"
    assert found.kept is None
    assert tell_read_out(entry, found)["en"].startswith("Measured in a test: +0.4")


def test_who_was_reached_is_told_beside(ledger):
    entry = start(ledger)
    people = ledger.people(entry)
    treated = [
        name
        for name, arm in zip(
            people[DAY].column("entity_id").to_pylist(), people[DAY].column("arm").to_pylist(), strict=True
        )
        if arm == "treated"
    ]
    seen = {DAY: Seen(OVER, _outcomes(people[DAY]))}
    reached = frozenset(treated[:125])
    found = read_out(entry, people, seen, as_of=AFTER, stakes=Stakes(), reached=reached)
    assert found.reached_share == 0.25
    assert found.comparison == _read(ledger, entry).comparison


def test_costs_added_later_count(ledger):
    entry = start(ledger)
    ledger.note(entry.id, Note(DAY, "cost", "training", 1000.0))
    assert _read(ledger, ledger.find(entry.id)).cost_eur == 6500.0


@pytest.mark.parametrize(
    ("shares", "english", "german"),
    [
        ({}, "Measured in a test: −10.", "In einem Versuch gemessen: −10,"),
        ({"treated": 0.1, "held_back": 0.1}, "No effect seen: ", "Kein Effekt zu sehen: "),
        ({"treated": 0.2, "held_back": 0.08}, "and against the hope", "gegen die Hoffnung"),
    ],
)
def test_sentences_say_it_in_both_languages(ledger, shares, english, german):
    entry = start(ledger)
    told = tell_read_out(entry, _read(ledger, entry, **shares))
    assert english in told["en"]
    assert german in told["de"]


def test_sentences_say_why_nothing_is_told(ledger):
    entry = start(ledger)
    early = tell_read_out(entry, _read(ledger, entry, as_of=DAY))
    assert early["en"] == "Nothing can be told before 8 April 2026: then the first 90 days are over."
    assert early["de"] == "Vor dem 8. April 2026 lässt sich nichts sagen: Dann sind die ersten 90 Tage um."
    few = tell_read_out(entry, replace(_read(ledger, entry), verdict="too few", comparison=None))
    assert "500 treated, 500 held back" in few["en"]
    open_end = replace(_read(ledger, entry, as_of=DAY), open_until=None)
    assert tell_read_out(entry, open_end)["en"] == "Nothing can be told yet."
    unknown = replace(_read(ledger, entry), verdict="no hold-out", comparison=None)
    assert tell_read_out(entry, unknown)["de"].startswith("Niemand wurde zurückgehalten")


def test_a_test_that_could_show_nothing_says_so(ledger):
    plan = replace(make_action().plan, smallest_effect=None)
    entry = start(ledger, make_action(plan=plan))
    told = tell_read_out(entry, _read(ledger, entry, treated=0.1, held_back=0.1))
    assert told["en"].endswith("The test was too small to show anything.")


def test_a_plan_says_what_is_missing():
    plan = Plan(-0.03, 0.1, 0.5, 0.05, 0.8, 5000, 800, None)
    lines = tell_plan(plan, is_share=True)
    assert lines[0] == "to show -3.0 points from 10.0% in 80% of cases: 5,000 people, 50% held back"
    assert any("no effect can be shown" in line for line in lines)
    assert lines[-1].startswith("not enough: 4,200 more people")
    enough = Plan(0.2, 3.4, 0.5, 0.05, 0.8, 500, 800, 0.15)
    assert "smallest effect that they can show: 0.1" in tell_plan(enough, is_share=False)[-1]

"""The example company: how well a call is rated when five of its ten turns have been heard."""

import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from features.calls import RiskModel, measure_calls, take_start
from features.worlds.voices.calls import Calls, draw_calls, turn_table
from features.worlds.world import draw_world
from tests.features.calls.tone_words import TONE_READER

PAGE = (Path(__file__).parents[3] / "docs" / "calls.md").read_text(encoding="utf-8")
HEARD = 5
DRAWS = 500


@dataclass(frozen=True)
class Held:
    """Calls of customers that no model has seen: measures at the fifth turn, and how the call went."""

    calls: Calls
    turns: pa.Table
    measures: pa.Table
    is_held_out: np.ndarray


@pytest.fixture(scope="module")
def company() -> Held:
    calls = draw_calls(world := draw_world(7, 5000, 24))
    turns = turn_table(world, calls)
    measures = measure_calls(take_start(turns, HEARD), TONE_READER)
    return Held(calls, turns, measures, calls.customer % 2 == 0)


def auc(risk, is_bad):
    """Return the share of pairs of a bad and a good call that are in the right order; ties count half."""
    order = np.unique(risk, return_inverse=True)[1]
    good = np.bincount(order[~is_bad], minlength=order.max() + 1)
    bad = np.bincount(order[is_bad], minlength=order.max() + 1)
    below = np.concatenate([[0], np.cumsum(good)[:-1]])
    return float((bad * (below + good / 2)).sum() / (good.sum() * bad.sum()))


def interval(risk, is_bad, customer):
    """Return the AUC with the ends between which 95 of 100 resamples of customers lie."""
    random = np.random.default_rng(1)
    names, places = np.unique(customer, return_inverse=True)
    rows_of = np.split(np.argsort(places, kind="stable"), np.cumsum(np.bincount(places))[:-1])
    found = []
    for _ in range(DRAWS):
        rows = np.concatenate([rows_of[one] for one in random.integers(0, names.size, names.size)])
        found.append(auc(risk[rows], is_bad[rows]))
    low, high = np.quantile(found, [0.025, 0.975])
    return auc(risk, is_bad), float(low), float(high)


def outcome_of(company, name):
    return {
        "the customer escalates": company.calls.is_escalated,
        "nothing is solved": ~company.calls.is_solved,
    }[name]


def rate(company, kind, is_bad):
    """Return the risk of the calls held out."""
    held_out = company.measures.filter(pa.array(company.is_held_out))
    if kind == "cold start":
        return held_out["risk"].to_numpy()
    learnt_from = company.measures.filter(pa.array(~company.is_held_out))
    return np.array(RiskModel.fit(learnt_from, is_bad[~company.is_held_out].tolist()).rate_calls(held_out))


ROWS = re.findall(r"^\| (the customer escalates|nothing is solved) \| (.*) \| (.*) \|$", PAGE, re.MULTILINE)


def test_the_page_shows_both_outcomes():
    assert [name for name, _, _ in ROWS] == ["the customer escalates", "nothing is solved"]


@pytest.mark.parametrize("place", [0, 1])
@pytest.mark.parametrize(("column", "kind"), [(1, "cold start"), (2, "learnt")])
def test_the_figures_of_the_page_are_those_found(company, place, column, kind):
    name, shown = ROWS[place][0], ROWS[place][column]
    is_bad = outcome_of(company, name)
    risk = rate(company, kind, is_bad)
    held = company.is_held_out
    found = interval(risk, is_bad[held], company.calls.customer[held])
    assert shown == "{:.2f} ({:.2f} to {:.2f})".format(*found)


def test_an_escalation_is_seen_coming_better_than_by_chance_and_better_when_learnt(company):
    is_bad = outcome_of(company, "the customer escalates")
    held = is_bad[company.is_held_out]
    customer = company.calls.customer[company.is_held_out]
    cold, low, _ = interval(rate(company, "cold start", is_bad), held, customer)
    assert low > 0.7
    assert auc(rate(company, "learnt", is_bad), held) > cold


def test_a_learnt_risk_is_right_on_average_and_too_high_at_the_top_as_the_page_says(company):
    is_bad = outcome_of(company, "the customer escalates")
    risk = rate(company, "learnt", is_bad)
    held = is_bad[company.is_held_out]
    assert risk.mean() == pytest.approx(held.mean(), abs=0.015)
    highest = np.argsort(-risk)[: risk.size // 10]
    assert 0.6 < held[highest].mean() / risk[highest].mean() < 1.1
    assert "0.31 were expected and 0.22 did" in PAGE


def test_words_of_escalation_are_found_where_somebody_escalates(company):
    escalates = measure_calls(company.turns, TONE_READER)["escalation"].to_numpy(zero_copy_only=False)
    truth = company.calls.is_escalated
    assert escalates[truth].mean() > 0.95
    assert escalates[~truth].mean() < 0.05


def test_the_area_is_that_of_pairs():
    random = np.random.default_rng(2)
    risk, is_bad = random.integers(0, 5, 60).astype(float), random.random(60) < 0.3
    pairs = [(one > other) + (one == other) / 2 for one in risk[is_bad] for other in risk[~is_bad]]
    assert auc(risk, is_bad) == pytest.approx(np.mean(pairs))

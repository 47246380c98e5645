"""The plans in the file are what scoring answers when it is asked about people brought to the goal."""

import json
from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from tests.training.reports.lever_samples import RESOLUTION
from tests.training.runs.test_risk_waves import trusted
from training.drivers import Goal
from training.levers import levers_to_json
from training.runs.report import write
from training.scoring import Scorer

TODAY = date(2026, 1, 15)
GOAL = Goal("price", "<=", 30.0, None)


@pytest.fixture(scope="module")
def bundle(members):
    """Return a usable model of members with one lever that is offered: the price."""
    lever = replace(
        RESOLUTION, name="price", label={"en": "Price", "de": "Preis"}, feature="price", goal=GOAL
    )
    usable = trusted(members.bundle)
    return replace(usable, evaluation={**usable.evaluation, "levers": levers_to_json([lever])})


@pytest.fixture(scope="module")
def content(bundle, members, tmp_path_factory):
    """Return the JSON file of the report."""
    files = write(bundle, members.frame, tmp_path_factory.mktemp("report"), made_on=TODAY)
    return json.loads(files["report.json"].read_text(encoding="utf-8"))


def ask(bundle, members, way):
    """Return what scoring answers for each member as today, and after so much of the way to the goal."""
    rows = members.frame.latest.select(list(bundle.catalogue.names)).to_pylist()
    moved = [{**row, "price": row["price"] - way * max(0.0, row["price"] - GOAL.bound)} for row in rows]
    scorer = Scorer(bundle)
    return tuple(
        np.array([score.probabilities["outcome"] for score in scorer.score(asked)]) for asked in (rows, moved)
    )


def test_the_grid_of_the_file_is_what_scoring_answers(bundle, members, content):
    (table,) = content["prospects"]["tables"]
    assert len(table["lines"]) >= 8
    answers = {way: ask(bundle, members, way) for way in {line["expects"]["way"] for line in table["lines"]}}
    for line in table["lines"]:
        step = line["expects"]
        assert (step["share"], step["way"]) == (line["plan"]["share"], line["plan"]["way"])
        today, then = answers[step["way"]]
        assert step["change_sum"] == pytest.approx(step["share"] * (then - today).sum(), rel=1e-9, abs=1e-9)
        assert step["expected_sum"] == pytest.approx(today.sum() + step["change_sum"], rel=1e-9)


def test_the_people_reached_are_those_who_miss_the_goal(members, content):
    price = np.array(members.frame.latest.column("price").to_pylist())
    n_short = int((price > GOAL.bound).sum())
    for line in content["prospects"]["tables"][0]["lines"]:
        assert line["plan"]["people_reached"] == pytest.approx(line["plan"]["share"] * n_short)
        kept = -RESOLUTION.effect.short_slope.value * (price - GOAL.bound)[price > GOAL.bound].sum()
        assert abs(line["gain"]["value"]) == pytest.approx(
            abs(kept) * line["plan"]["share"] * line["plan"]["way"]
        )


def test_the_page_opens_with_a_line_of_the_file(content):
    first = content["prospects"]["tables"][0]["lines"][content["prospects"]["first"]]
    assert (first["plan"]["share"], first["plan"]["way"]) == (0.5, 1.0)
    assert content["first_steps"]["steps"][0]["expects"]["people"] == 700

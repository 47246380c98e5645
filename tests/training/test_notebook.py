"""Levers, rankings and splits of variance from pandas tables."""

import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from features.errors import InputError, SpecError
from features.usecase import Driver
from training.notebook import compare_levers, rank_from_shap, split_explained

PAGE = Path(__file__).parents[2] / "docs" / "notebook.md"
EARLY = {"from": "720d", "to": "360d"}
LATE = {"from": "90d", "to": "1d"}
DRIVERS = {
    "size": {"features": ["size", "plan"], "role": "context", "window": EARLY},
    "wait": {"features": ["wait"], "role": "lever", "actor": "company", "goal": "<= 24", "window": LATE},
    "calls": {"features": ["calls"], "role": "lever", "actor": "person", "goal": "<= 2", "window": LATE},
    "tone": {"features": ["tone"], "role": "lever", "actor": "company", "goal": ">= 4", "window": LATE},
    "idle": {"features": ["idle"], "role": "lever", "actor": "company", "goal": ">= 0", "window": LATE},
}


@pytest.fixture(scope="module")
def answers():
    """Return customers whose size moves waiting and rating alike."""
    random = np.random.default_rng(4)
    size, plan = random.normal(size=1500), random.choice(["basic", "plus"], 1500)
    wait = 24 + 8 * size + 8 * random.normal(size=1500)
    calls = random.poisson(3, size=1500)
    rating = 8 - 0.05 * wait - 0.3 * calls + 0.8 * size + (plan == "plus") + random.normal(size=1500)
    table = {"size": size, "plan": plan, "wait": wait, "calls": calls, "tone": rating.round()}
    return pd.DataFrame({**table, "idle": random.normal(size=1500), "rating": rating})


@pytest.fixture(scope="module")
def levers(answers):
    found = compare_levers(answers, "rating", DRIVERS, experience=["tone"])
    return found.set_index("lever")


def test_a_lever_that_works_is_offered_with_its_size(levers):
    wait = levers.loc["wait"]
    assert (wait.grade, wait.status, wait.reasons) == ("B", "offered", "")
    assert wait.slope_low < -0.05 < wait.slope_high < 0
    assert wait.contrast_low > 0
    assert (wait.n, wait.n_entities, wait.controls) == (1500, 1500, "size, idle")


def test_what_does_nothing_is_unclear_and_what_people_say_or_do_is_refused(levers):
    assert (levers.loc["idle"].grade, levers.loc["idle"].status) == ("B", "unclear")
    for name, words in (("calls", "what people do themselves"), ("tone", "rating by the same people")):
        assert (levers.loc[name].grade, levers.loc[name].status) == ("C", "refused")
        assert words in levers.loc[name].reasons
        assert np.isnan(levers.loc[name].slope)


def test_events_have_less_as_the_better(answers):
    left = answers.assign(left=np.where(answers["rating"] < 5, "gone", "here"))
    found = compare_levers(
        left.drop(columns=["rating", "tone"]), "left", pick("size", "wait"), positive="gone"
    )
    assert found.loc[0, "status"] == "offered"
    assert found.loc[0, "slope"] > 0
    assert found.loc[0, "contrast"] < 0


def pick(*names):
    """Return some of the declared drivers."""
    return {name: DRIVERS[name] for name in names}


def test_declarations_may_be_drivers_of_a_use_case(answers, levers):
    drivers = {name: Driver.model_validate(declared) for name, declared in DRIVERS.items()}
    found = compare_levers(answers, "rating", drivers, experience=["tone"]).set_index("lever")
    pd.testing.assert_frame_equal(found, levers)


def test_rows_of_one_entity_are_one_customer(answers):
    twice = pd.concat([answers, answers], ignore_index=True)
    twice["customer"] = np.tile(np.arange(len(answers)), 2)
    found = compare_levers(twice, "rating", pick("size", "wait"), entity="customer").loc[0]
    assert (found.n, found.n_entities) == (3000, 1500)


def test_rows_without_a_target_are_left_out(answers):
    gaps = answers.assign(rating=answers["rating"].where(answers.index % 3 > 0))
    assert compare_levers(gaps, "rating", pick("size", "wait")).loc[0, "n"] == 1000


def test_a_column_that_is_not_there_is_named_with_those_that_are(answers):
    with pytest.raises(InputError, match="column 'score': is not in the table; it has: size, plan"):
        compare_levers(answers, "score", DRIVERS)
    with pytest.raises(InputError, match="column 'pace'"):
        split_explained(answers, "rating", ["pace"])


def test_a_target_that_no_row_has_is_named(answers):
    with pytest.raises(InputError, match="no row has the target 'gold'; it has: "):
        compare_levers(answers, "plan", pick("wait"), positive="gold")


def test_declarations_are_checked_as_in_a_file(answers):
    with pytest.raises(SpecError, match="a lever needs 'actor'"):
        compare_levers(answers, "rating", {"wait": {"features": ["wait"], "role": "lever"}})


def test_shap_values_of_any_model_are_ranked_by_driver():
    random = np.random.default_rng(5)
    values = pd.DataFrame(random.normal(size=(400, 3)), columns=["a", "b", "c"])
    attributions = values * [0.5, 0.5, 0.2]
    both = {"pair": {"features": ["a", "b"], "role": "signal"}}
    found = rank_from_shap(attributions, values, both)
    assert found["driver"].tolist() == ["pair", "c"]
    assert found["share"].sum() == pytest.approx(1)
    size = (attributions["a"] + attributions["b"]).abs().mean()
    assert found.loc[0, "share"] == pytest.approx(size / (size + attributions["c"].abs().mean()))
    assert found.loc[0, "interval_method"] == "entity bootstrap"
    refits = [attributions * random.normal(1, 0.05, 3) for _ in range(8)]
    wider = rank_from_shap(attributions, values, both, refits=refits, entities=range(400))
    assert wider.loc[0, "interval_method"] == "half-sample refits and entity bootstrap"
    assert wider.loc[0, "share_high"] > found.loc[0, "share_high"]


def test_attributions_and_values_need_the_same_columns():
    table = pd.DataFrame({"a": [0.1, 0.2]})
    with pytest.raises(InputError, match=r"has the columns \['b'\], attributions \['a'\]"):
        rank_from_shap(table, table.rename(columns={"a": "b"}))


def test_explained_variance_is_split_over_columns(answers):
    found = split_explained(answers, "rating", ["wait", "calls", "idle"])
    assert found["relative_weight"].sum() == pytest.approx(1)
    assert found["shapley_r2"].sum() == pytest.approx(found.attrs["r2"]["value"])
    weights = found.set_index("column")["relative_weight"]
    assert weights["idle"] < 0.05 < weights["calls"]


def test_the_page_runs_as_it_stands(capsys):
    code = re.search(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    names: dict[str, object] = {}
    exec(code.group(1), names)  # the page of this repository
    levers = names["levers"].set_index("lever")
    assert levers["status"].to_dict() == {"wait": "offered", "calls": "refused"}
    assert abs(levers.loc["wait"].slope + 0.05) < 0.01
    assert "relative_weight" in capsys.readouterr().out

"""Levers, rankings and splits of variance from pandas tables."""

import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from features.errors import ContractError, InputError, SpecError
from features.usecase import Driver
from tests.training.levers import flat_world
from training.levers import judge_levers, lever_sheet
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


def test_features_are_found_by_name_and_further_columns_are_not_read():
    random = np.random.default_rng(6)
    values = pd.DataFrame(random.normal(size=(200, 2)), columns=["a", "b"])
    attributions = values * [0.5, -0.2]
    other_way_round = values.assign(note="x", when=pd.Timestamp("2025-01-01"))[["when", "b", "note", "a"]]
    found = rank_from_shap(attributions, other_way_round)
    pd.testing.assert_frame_equal(found, rank_from_shap(attributions, values))
    assert found["direction"].tolist() == ["higher", "lower"]


def test_a_category_has_a_share_and_no_direction():
    random = np.random.default_rng(6)
    values = pd.DataFrame({"plan": random.choice(["a", "b"], 200), "size": random.normal(size=200)})
    values.loc[3, "plan"] = None
    attributions = pd.DataFrame({"plan": np.where(values["plan"] == "a", 1.0, -1.0), "size": 0.1})
    found = rank_from_shap(attributions, values).set_index("driver")
    assert (found.loc["plan"].direction, found.loc["plan"].tie_group) == ("groups", 1)


@pytest.mark.parametrize("name", ["attributions", "values", "refits[1]"])
def test_tables_of_a_ranking_are_named_when_they_lack_a_column(name):
    good = pd.DataFrame({"a": [0.1, 0.2], "b": [0.3, 0.1]})
    bad = good.rename(columns={"b": 7 if name == "attributions" else "c"})
    tables = {"attributions": good, "values": good, "refits[1]": good} | {name: bad}
    refits = [good, tables["refits[1]"]]
    problem = f"{name}: has a column named 7" if name == "attributions" else f"'b': is not in {name}; it has"
    with pytest.raises(InputError, match=re.escape(problem)):
        rank_from_shap(tables["attributions"], tables["values"], refits=refits)


def test_a_row_without_attribution_would_make_all_shares_zero_and_is_refused():
    table = pd.DataFrame({"a": [0.1, np.nan], "b": [0.3, 0.1]})
    with pytest.raises(InputError, match="column 'a': has no attribution in 1 rows"):
        rank_from_shap(table, table)


def test_zero_and_one_do_not_say_which_is_better(answers):
    left = answers.drop(columns=["rating", "tone"]).assign(left=(answers["rating"] < 5).astype(int))
    with pytest.raises(InputError, match="target 'left': holds 0, 1 alone; pass positive="):
        compare_levers(left, "left", pick("wait"))
    statuses = {
        positive: compare_levers(left, "left", pick("size", "wait"), positive=positive).loc[0, "status"]
        for positive in (1, 0)
    }
    assert statuses == {1: "offered", 0: "wrong way"}
    with pytest.raises(InputError, match="target 'plan': holds 'plus', 'basic', not numbers; pass positive="):
        compare_levers(answers, "plan", pick("wait"))


def test_rows_of_nobody_are_refused_instead_of_put_together(answers):
    table = answers.assign(customer=[None if place < 5 else place for place in range(len(answers))])
    with pytest.raises(InputError, match="column 'customer': is empty in 5 rows"):
        compare_levers(table, "rating", pick("wait"), entity="customer")


def test_columns_of_no_driver_are_not_read(answers, levers):
    more = answers.assign(when=pd.Timestamp("2025-01-01"), ratio=np.inf)
    found = compare_levers(more, "rating", DRIVERS, experience=["tone"]).set_index("lever")
    pd.testing.assert_frame_equal(found, levers)
    declared = {"when": {**DRIVERS["wait"], "features": ["when"]}}
    with pytest.raises(InputError, match="column 'when': holds moments"):
        compare_levers(more, "rating", declared)


def test_a_pattern_that_fits_no_column_is_named(answers):
    with pytest.raises(ContractError, match=r"drivers\.pace\.features: 'pace\*' matches no feature"):
        compare_levers(answers, "rating", {"pace": {"features": ["pace*"], "role": "context"}})


def test_the_same_table_is_judged_as_training_judges_it():
    """Give the rows of a flat world both as training has them and as a table: every lever comes out alike."""
    usecase, rows = flat_world.make_usecase(), flat_world.make_members(1200, seed=2)
    table = pd.DataFrame({name: rows.columns[name] for name in rows.catalogue.names})
    table["left"] = np.where(rows.outcome.target == 1, "Yes", "No")
    found = compare_levers(table, "left", usecase.drivers, positive="Yes", experience=["ease"])
    expected = pd.DataFrame(lever_sheet(judge_levers(rows, usecase)), columns=found.columns)
    pd.testing.assert_frame_equal(found, expected)
    assert set(found["grade"]) == {"A", "B", "C"}


def test_explained_variance_is_split_over_columns(answers):
    found = split_explained(answers, "rating", ["wait", "calls", "idle"])
    assert found["relative_weight"].sum() == pytest.approx(1)
    assert found["shapley_r2"].sum() == pytest.approx(found.attrs["r2"]["value"])
    weights = found.set_index("column")["relative_weight"]
    assert weights["idle"] < 0.05 < weights["calls"]


def test_columns_that_are_combinations_say_of_which(answers):
    table = answers.assign(double=2 * answers["wait"])
    found = split_explained(table, "rating", ["wait", "calls", "double"]).set_index("column")
    assert found["combination_of"].to_dict() == {"wait": "", "calls": "", "double": "wait"}
    assert np.isnan(found.loc["double"].relative_weight)
    assert found.loc["wait"].relative_weight > 0


def test_shares_of_an_explanation_stand_beside_with_their_agreement(answers):
    columns = ["wait", "calls", "idle", "size"]
    plain = split_explained(answers, "rating", columns)
    assert "agreement" not in plain.attrs
    shares = plain.set_index("column")["relative_weight"]
    same = split_explained(answers, "rating", columns, shares=shares)
    assert same["share"].tolist() == shares.tolist()
    assert (same.attrs["agreement"]["correlation"], same.attrs["agreement"]["verdict"]) == (1.0, "agree")
    turned = dict(zip(shares.sort_values().index, shares.sort_values(ascending=False), strict=True))
    other = split_explained(answers, "rating", columns, shares=turned)
    assert (other.attrs["agreement"]["correlation"], other.attrs["agreement"]["verdict"]) == (
        -1.0,
        "disagree",
    )
    with pytest.raises(InputError, match="shares: tells of pace, columns are wait, calls"):
        split_explained(answers, "rating", columns, shares={"pace": 1.0})


def test_variance_of_an_event_and_of_zeros_and_ones_is_the_same(answers):
    table = answers.assign(event=(answers["rating"] < 5).astype(int), word=answers["rating"].lt(5).map(str))
    zeros = split_explained(table, "event", ["wait", "calls"])
    words = split_explained(table, "word", ["wait", "calls"], positive="True")
    pd.testing.assert_frame_equal(zeros, words)
    with pytest.raises(InputError, match="column 'plan': holds 'plus', 'basic', not numbers"):
        split_explained(table, "event", ["plan"])


def test_rows_of_one_entity_widen_the_ranges_of_a_split(answers):
    twice = pd.concat([answers] * 4, ignore_index=True)
    twice["customer"] = np.tile(np.arange(len(answers)), 4)
    alone, together = (
        split_explained(twice, "rating", ["wait", "calls"], entity=entity) for entity in (None, "customer")
    )
    assert together.attrs["r2"]["value"] == pytest.approx(alone.attrs["r2"]["value"])
    widths = [found["relative_weight_high"] - found["relative_weight_low"] for found in (alone, together)]
    assert (widths[1] > 1.5 * widths[0]).all()


def test_the_page_runs_as_it_stands(capsys):
    code = re.search(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    names: dict[str, object] = {}
    exec(code.group(1), names)  # the page of this repository
    levers = names["levers"].set_index("lever")
    assert levers["status"].to_dict() == {"wait": "offered", "calls": "refused"}
    assert abs(levers.loc["wait"].slope + 0.05) < 0.01
    assert names["views"].attrs["agreement"]["n_drivers"] == 4
    ranked = names["ranking"].set_index("driver")
    assert set(ranked["interval_method"]) == {"half-sample refits and entity bootstrap"}
    assert ranked.loc["noise"].share < ranked.loc["wait"].share_low
    printed = capsys.readouterr().out
    assert all(word in printed for word in ("relative_weight", "tie_group", "offered", "drawn by lot"))

from dataclasses import replace

import pytest

from training.card import missing_parts


def without(mapping, *names):
    return {name: part for name, part in mapping.items() if name not in names}


def test_what_training_writes_is_complete(company, members, staff):
    for example in (company, members, staff):
        assert missing_parts(example.bundle) == ()


@pytest.mark.parametrize(
    ("lost", "missing"),
    [
        (("data_digest",), ("facts.data_digest",)),
        (("seed",), ("facts.seed",)),
        (("fit",), ("facts.fit",)),
        (("rows",), ("facts.rows",)),
        (("as_of", "data_from"), ("facts.data_from", "facts.as_of")),
    ],
    ids=["digest", "seed", "members", "counts", "window"],
)
def test_lost_facts_are_named(company, lost, missing):
    bundle = replace(company.bundle, facts=without(company.bundle.facts, *lost))
    assert missing_parts(bundle) == missing


def test_attributes_nobody_looked_at_are_named(staff):
    bundle = replace(staff.bundle, evaluation=without(staff.bundle.evaluation, "fairness"))
    assert missing_parts(bundle) == ("evaluation.fairness.gender", "evaluation.fairness.birth_year")
    bundle = replace(staff.bundle, evaluation=without(staff.bundle.evaluation, "proxies"))
    assert missing_parts(bundle) == ("evaluation.proxies.gender", "evaluation.proxies.birth_year")


def test_groups_too_small_to_compare_are_no_gap(staff):
    judged = staff.bundle.evaluation["fairness"]
    small = {"state": "one_group", "reference": None, "groups": {}, "alarms": [], "n_hidden": 2}
    attributes = {name: {**small, "is_absorbed": False} for name in judged["attributes"]}
    evaluation = {**staff.bundle.evaluation, "fairness": {**judged, "attributes": attributes}}
    assert missing_parts(replace(staff.bundle, evaluation=evaluation)) == ()


@pytest.mark.parametrize(
    ("part", "missing"),
    [("baselines", "evaluation.baselines"), ("bins", "evaluation.calibration")],
    ids=["baselines", "calibration"],
)
def test_figures_have_to_be_there(members, part, missing):
    judged = members.bundle.evaluation["all_rows"]
    horizons = {name: without(found, part) for name, found in judged["horizons"].items()}
    evaluation = {"all_rows": {**judged, "horizons": horizons}}
    assert missing_parts(replace(members.bundle, evaluation=evaluation)) == (missing,)
    assert missing_parts(replace(members.bundle, evaluation={})) == ("evaluation.all_rows",)

"""From the use case through training into the bundle, the verb drivers and the report."""

from datetime import date

import pytest

from features.usecase import parse
from tests.training.examples import LINEAR, _train, believed, write_members
from training.beliefs import Place, belief_from_json
from training.reports import build_report
from training.runs.drivers import describe_beliefs
from training.runs.report import gather


@pytest.fixture(scope="module")
def example(tmp_path_factory):
    """Train on members of whom managers believe that the plan matters more than the price."""
    folder = tmp_path_factory.mktemp("believing")
    usecase = write_members(folder / "data")
    content = usecase.to_json() | {"beliefs": {"managers": ["plan", "price"]}}
    return _train(parse(content, "members.yaml").located(usecase.folder), folder / "bundle", LINEAR)


def test_the_bundle_holds_the_check(example):
    found = belief_from_json(example.bundle.evaluation["beliefs"])
    assert found.stated is None
    assert [row.driver for row in found.rows] == ["plan", "price"]
    assert found.rows[0].managers == Place(1, 1, 2)
    # Features that no driver claims take no place, so two are left.
    assert {row.measured.of for row in found.rows} == {2}


def test_the_bundle_repeats_its_use_case_with_the_beliefs(example):
    assert example.bundle.usecase.beliefs.managers == ["plan", "price"]


def test_the_verb_tells_it(example):
    lines = describe_beliefs(example.bundle)
    assert lines[0] == "what people say and what goes with it"
    assert lines[1].startswith("  Plan: believed first by managers; measured place ")


def test_the_report_shows_it_only_with_a_usable_model(example, members):
    inputs = gather(believed(example.bundle), example.frame, made_on=date(2026, 1, 15))
    shown = build_report(inputs).beliefs
    assert inputs.evaluation.is_usable
    assert shown is not None
    assert [row.driver for row in shown.rows] == ["plan", "price"]
    without = gather(believed(members.bundle), members.frame, made_on=date(2026, 1, 15))
    assert build_report(without).beliefs is None


def test_a_bundle_without_beliefs_tells_nothing(members):
    assert "beliefs" not in members.bundle.evaluation
    assert describe_beliefs(members.bundle) == []

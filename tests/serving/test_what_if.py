"""A plan over HTTP is the plan of the report and of the priorities, for every share, way and cost."""

import json
from dataclasses import replace

import msgspec
import pytest

from features.usecase import LeverCost
from serving.champions import Champion
from serving.plan_schemas import ReportOutline, WhatIfRequest
from serving.problems import ProblemError
from serving.what_if import ask_what_if
from tests.serving.papers import LEVER, make_report
from tests.training.reports import lever_samples
from training.bundle import load
from training.drivers import look_ahead, prioritise, what_if
from training.scoring import Scorer

INPUTS = lever_samples.inputs()
GRADED, STAKES = lever_samples.stakes(INPUTS)


@pytest.fixture(scope="module")
def champion(bundles) -> Champion:
    return Champion(Scorer(load(bundles.churn)))


@pytest.fixture(scope="module")
def content(champion):
    return make_report("churn", champion.bundle.model_version)


def outline(content) -> ReportOutline:
    return msgspec.json.decode(json.dumps(content), type=ReportOutline)


def ask(champion, content, **more):
    request = msgspec.convert({"usecase": "churn", "lever": LEVER, **more}, WhatIfRequest)
    return ask_what_if(champion, request, None if content is None else outline(content))


def plan_by_priorities(share: float, way: float, cost: LeverCost):
    """Return what priorities say of a plan: another way to the same figures."""
    first = GRADED[0]
    cost = cost.model_copy(update={"reach": share})
    return prioritise([replace(first, shortfall=first.shortfall * way, cost=cost)], STAKES).levers[0]


def same(found, expected) -> None:
    ends = (found.value, found.low, found.high)
    assert ends == pytest.approx((expected.value, expected.low, expected.high), rel=1e-9)


@pytest.mark.parametrize("lever", [LEVER, "deliveries"])
def test_every_plan_of_the_report_is_answered_with_the_figures_of_the_report(champion, content, lever):
    table = next(one for one in content["prospects"]["tables"] if one["name"] == lever)
    assert len(table["lines"]) == 12
    for line in table["lines"]:
        plan = line["plan"]
        answer = ask(champion, content, lever=lever, way=plan["way"], reach={"share": plan["share"]})
        assert answer.people_reached == pytest.approx(plan["people_reached"], rel=1e-12)
        assert answer.exceeds_expected is plan["exceeds_expected"]
        assert answer.cost_eur == pytest.approx(plan["cost_eur"], rel=1e-9)
        assert answer.break_even_eur == pytest.approx(plan["break_even_eur"], rel=1e-9)
        for name in ("mean_change", "revenue_kept_eur", "net_eur"):
            found = msgspec.to_builtins(getattr(answer, name))
            assert found == pytest.approx({end: plan[name][end] for end in found}, rel=1e-9)
        assert answer.gain.value == pytest.approx(line["gain"]["value"], rel=1e-9)
        if line["gain_by_model"] is None:
            assert answer.expected_by_model is None
        else:
            assert answer.expected_by_model.gain == pytest.approx(line["gain_by_model"], rel=1e-9)
            assert not answer.expected_by_model.is_interpolated
            assert answer.target == pytest.approx(line["expects"]["value"], rel=1e-9)


@pytest.mark.parametrize(
    ("share", "way"), [(0.37, 0.61), (1.0, 0.01), (0.001, 1.0), (0.9, 0.25), (1 / 3, 2 / 3)]
)
@pytest.mark.parametrize("cost", [LeverCost(per_person_eur=12.5, fixed_eur=900.0), LeverCost(fixed_eur=1e6)])
def test_a_plan_between_those_of_the_report_is_that_of_the_priorities(champion, content, share, way, cost):
    prices = {"per_person_eur": cost.per_person_eur or 0.0, "fixed_eur": cost.fixed_eur or 0.0}
    answer = ask(champion, content, way=way, reach={"share": share}, cost=prices)
    expected = plan_by_priorities(share, way, cost)
    same(answer.gain, expected.kept)
    same(answer.mean_change, expected.mean_change)
    same(answer.revenue_kept_eur, expected.revenue_kept_eur)
    same(answer.net_eur, expected.net_eur)
    assert answer.cost_eur == pytest.approx(expected.cost_eur)
    assert answer.break_even_eur == pytest.approx(expected.break_even_eur)
    assert answer.people_reached == pytest.approx(expected.people_reached)
    assert answer.exceeds_expected or not expected.exceeds_expected


@pytest.mark.parametrize("share", [0.1, 0.5, 1.0])
@pytest.mark.parametrize("way", [0.1, 0.4, 0.9])
def test_the_model_is_asked_about_the_share_exactly_and_between_two_ways_on_a_line(
    champion, content, share, way
):
    wait = lever_samples.values_of(lever_samples.WAIT, len(INPUTS.scored.entity_ids))[:, None]
    found = what_if(
        wait,
        lambda rows: 0.05 + 0.001 * rows[:, 0],
        {0: lever_samples.WAIT.bound},
        lever_samples.WAIT,
        share=share,
        way=way,
    )
    answer = ask(champion, content, way=way, reach={"share": share})
    # This model is a line, so a point between two others lies on it.
    assert answer.expected_by_model.gain == pytest.approx(-found.asked.change_sum, rel=1e-9)
    assert answer.expected_by_model.is_interpolated
    assert answer.target == pytest.approx(found.asked.value, rel=1e-9)
    assert answer.value_today == pytest.approx(found.grid.value_today, rel=1e-9)


def test_a_target_and_people_are_other_words_for_way_and_share(champion, content):
    first = ask(champion, content, way=0.3, reach={"share": 0.2})
    again = ask(champion, content, target=first.target, reach={"people": first.people_reached})
    assert (again.way, again.share) == pytest.approx((0.3, 0.2))
    assert again.gain.value == pytest.approx(first.gain.value)
    whole = ask(champion, content)
    assert (whole.way, whole.share, whole.target) == (1.0, 1.0, whole.goal.bound)
    assert ask(champion, content, target=whole.goal.bound).way == 1.0
    assert ask(champion, content, reach={"people": whole.people_short}).share == 1.0


def test_the_goal_says_which_direction_is_wanted_and_the_answer_where_it_is_from(champion, content):
    answer = ask(champion, content)
    assert (answer.goal.wanted, answer.goal.unit, answer.evidence_grade) == ("lower", "hours", "B")
    assert (answer.made_on, answer.as_of) == ("2026-11-20", content["header"]["snapshot_date"])
    assert (answer.unit_of_gain, answer.decision_support_only) == ("people", True)
    assert answer.model_version == champion.bundle.model_version
    assert look_ahead(GRADED[0], STAKES).prices == (60.0, 5000.0)
    assert answer.cost_eur == pytest.approx(60.0 * answer.people_reached + 5000.0)


def refusal(champion, content, **more) -> ProblemError:
    with pytest.raises(ProblemError) as caught:
        ask(champion, content, **more)
    return caught.value


@pytest.mark.parametrize(
    ("lever", "code", "words"),
    [
        ("onboarding", "lever_not_offered", "“Onboarding call held” is what people do themselves"),
        ("disputes", "lever_not_offered", "no effect beyond chance"),
        ("turned", "lever_not_offered", "against its goal"),
        ("tenure", "value", "offered are: resolution_time, deliveries, reached"),
        ("reached", "value", "everybody with a value meets its goal"),
    ],
)
def test_only_offered_levers_are_answered_the_others_with_the_reason(champion, content, lever, code, words):
    problem = refusal(champion, content, lever=lever)
    assert (problem.status, problem.code, problem.errors[0].path) == (422, code, "lever")
    assert words in problem.detail


@pytest.mark.parametrize(
    ("more", "path"),
    [
        ({"target": 50.0}, "target"),
        ({"target": 23.9}, "target"),
        ({"target": 30.0, "way": 0.5}, "way"),
        ({"reach": {}}, "reach"),
        ({"reach": {"share": 0.5, "people": 3}}, "reach"),
        ({"reach": {"people": 1e9}}, "reach.people"),
        ({"lever": "deliveries", "target": 0.15}, "target"),
    ],
)
def test_a_plan_that_cannot_be_is_refused_with_its_place(champion, content, more, path):
    problem = refusal(champion, content, **more)
    assert (problem.status, [one.path for one in problem.errors]) == (422, [path])


def test_the_bounds_of_a_target_are_told_but_not_what_was_sent(champion, content):
    problem = refusal(champion, content, target=77.125)
    assert "must lie between 44.59" in problem.detail
    assert "77.125" not in problem.detail


def test_a_report_of_another_model_gives_no_plan(champion, content):
    old = json.loads(json.dumps(content))
    old["trust"]["model_version"] = "churn-000000000000"
    assert refusal(champion, old).code == "report_outdated"


def test_a_report_that_does_not_name_its_levers_is_outdated(champion, content):
    old = json.loads(json.dumps(content))
    for table in old["prospects"]["tables"]:
        del table["name"]
    problem = refusal(champion, old)
    assert (problem.status, problem.code) == (409, "report_outdated")


def test_without_a_report_there_is_no_plan(champion):
    problem = refusal(champion, None)
    assert (problem.status, problem.code) == (404, "report_absent")


def test_a_model_that_is_not_usable_gives_no_plan_whatever_the_report_says(champion, content):
    doubt = {"problem": "ranking", "words": "the ranking may be little better than chance"}
    judged = {"all_rows": {"horizons": {"90d": {"usable": False, "doubts": [doubt]}}}}
    evaluation = {**champion.bundle.evaluation, **judged}
    doubtful = Champion(Scorer(replace(champion.bundle, evaluation=evaluation)))
    problem = refusal(doubtful, content)
    assert (problem.status, problem.code) == (409, "model_not_usable")
    assert doubt["words"] in problem.detail


def test_people_at_work_have_no_price(bundles):
    champion = Champion(Scorer(load(bundles.attrition)))
    content = make_report("attrition", champion.bundle.model_version, "employee")
    answer = ask(champion, content, usecase="attrition", cost={"per_person_eur": 10})
    assert answer.revenue_kept_eur is answer.net_eur is answer.break_even_eur is None
    assert answer.cost_eur == pytest.approx(10 * answer.people_reached)
    assert ask(champion, content, usecase="attrition").cost_eur is None
    assert answer.gain.value > 0


def test_of_answers_the_rise_of_the_mean_is_told(champion, content):
    answers = json.loads(json.dumps(content))
    answers["header"]["kind"] = "satisfaction"
    assert ask(champion, answers).unit_of_gain == "answer"


def test_what_exceeds_the_expected_is_said_at_the_further_way(champion, content):
    bold = json.loads(json.dumps(content))
    for line in bold["prospects"]["tables"][0]["lines"]:
        line["plan"]["exceeds_expected"] = line["plan"]["way"] >= 0.5
    flags = [ask(champion, bold, way=way).exceeds_expected for way in (0.2, 0.25, 0.26, 0.5, 0.7, 1.0)]
    assert flags == [False, False, True, True, True, True]

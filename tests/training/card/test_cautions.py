from dataclasses import replace

import pytest

from training.card.cautions import judge_use, list_findings, list_limits

ACCEPTED = {
    "column": "o_usage.mean_30d",
    "kind": "auc",
    "severity": "error",
    "evidence": "alone it ranks the label with an AUC of 0.970",
    "remedy": "exclude it",
    "accepted": "known the evening before",
}


def test_the_verdict_is_that_of_the_primary_horizon(company):
    found = judge_use(company.bundle)
    figures = company.learned.assessment.all_rows.by_horizon["90d"]
    assert found.is_usable == figures.is_usable
    assert [doubt.problem for doubt in found.doubts] == [doubt.problem for doubt in figures.doubts]


def test_reasons_against_it_are_kept_with_their_limit(members):
    judged = members.bundle.evaluation["all_rows"]
    horizon = {
        **judged["horizons"]["outcome"],
        "usable": False,
        "doubts": [{"problem": "ranking", "found": 0.55, "limit": 0.6}],
    }
    evaluation = {"all_rows": {**judged, "horizons": {"outcome": horizon}}}
    found = judge_use(replace(members.bundle, evaluation=evaluation))
    assert not found.is_usable
    assert [(doubt.problem, doubt.found, doubt.limit) for doubt in found.doubts] == [("ranking", 0.55, 0.6)]


def test_what_was_never_judged_is_not_usable(members):
    found = judge_use(replace(members.bundle, evaluation={}))
    assert (found.is_usable, found.doubts) == (False, ())


def test_an_accepted_leak_is_told_with_its_reason(company):
    bundle = replace(company.bundle, facts={**company.bundle.facts, "findings": [ACCEPTED]})
    (found,) = list_findings(bundle)
    assert (found.column, found.accepted) == ("o_usage.mean_30d", "known the evening before")


@pytest.mark.parametrize("is_pooled", [True, False])
def test_limits_are_those_that_apply(staff_card, is_pooled):
    making = replace(staff_card.making, is_pooled=is_pooled)
    found = list_limits(staff_card.purpose, making, staff_card.fairness)
    assert ("pooled" in found) is is_pooled
    assert {"association", "sample", "drift", "unclear_groups"} <= set(found)
    assert "silent" not in found


def test_nothing_declared_is_a_limit_of_its_own(company_card):
    assert "unchecked_groups" in company_card.limits
    assert "unclear_groups" not in company_card.limits

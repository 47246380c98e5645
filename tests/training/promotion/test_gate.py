"""Each check refuses what it is for, in a sentence with the figure, and nothing else."""

from dataclasses import replace

import pytest

from training.evaluation import Comparison, HorizonEvaluations
from training.promotion import Contest, check_version
from training.statistics import Estimate

NAMES = ["usable", "simple rules", "model card", "leaks", "champion"]
ZERO = Estimate(0.0, -0.01, 0.01, 500)


def estimate(low, high):
    return Estimate((low + high) / 2, low, high, 500)


def difference(low, high):
    return Comparison(estimate(low, high), ZERO, ZERO)


@pytest.fixture
def bundle(company):
    """Return a bundle that every check lets pass."""
    baselines = {
        "prior": difference(-0.05, -0.02),
        "last_score": difference(-0.04, -0.01),
        "logistic": difference(-0.002, 0.004),
    }
    return judged_as(company.bundle, baselines=baselines, auc=estimate(0.7, 0.8))


def judged_as(bundle, **figures):
    judged = HorizonEvaluations.from_json(bundle.evaluation["all_rows"])
    found = replace(judged.by_horizon["90d"], **figures)
    everything = replace(judged, by_horizon={**judged.by_horizon, "90d": found})
    return replace(bundle, evaluation={**bundle.evaluation, "all_rows": everything.to_json()})


def with_rules(bundle, **rules):
    judged = HorizonEvaluations.from_json(bundle.evaluation["all_rows"]).by_horizon["90d"]
    kept = {name: found for name, found in (judged.baselines | rules).items() if found is not None}
    return judged_as(bundle, baselines=kept)


def refused(bundle, **others):
    """Return the sentences of the checks that refuse, by name."""
    checks = check_version(bundle, **others)
    assert [check.name for check in checks] == NAMES
    return {check.name: check.sentence for check in checks if not check.is_passed}


def contest(low, high, champion=1):
    return Contest(champion, 2, "90d", difference(low, high), n_rows=500, n_entities=400)


def test_a_good_first_version_passes(bundle):
    assert refused(bundle) == {}


def test_a_ranking_near_chance_is_refused_with_its_figure(bundle):
    found = refused(judged_as(bundle, auc=estimate(0.55, 0.75)))
    assert list(found) == ["usable"]
    assert "0.550 is below 0.60" in found["usable"]


def test_a_bundle_that_was_never_judged_is_refused(bundle):
    found = refused(replace(bundle, evaluation={}))
    assert set(found) == {"usable", "simple rules", "model card"}
    assert found["usable"] == "no horizon was judged"
    assert "evaluation.all_rows" in found["model card"]


@pytest.mark.parametrize("name", ["prior", "last_score"])
def test_no_better_than_what_anybody_knows_is_refused(bundle, name):
    found = refused(with_rules(bundle, **{name: difference(-0.02, 0.001)}))
    assert list(found) == ["simple rules"]
    assert (
        f"differs from that of {name} by -0.009 (-0.020 to 0.001), not clearly better"
        in found["simple rules"]
    )


@pytest.mark.parametrize(("low", "high", "is_refused"), [(0.001, 0.02, True), (-0.001, 0.02, False)])
def test_a_plain_model_must_not_be_clearly_better(bundle, low, high, is_refused):
    found = refused(with_rules(bundle, logistic=difference(low, high)))
    assert ("simple rules" in found) is is_refused
    assert not is_refused or "of logistic by" in found["simple rules"]


def test_a_rule_that_does_not_exist_for_want_of_answers_is_not_asked_for(bundle):
    assert refused(with_rules(bundle, last_score=None)) == {}
    assert "prior" in refused(with_rules(bundle, prior=None))["simple rules"]


@pytest.mark.parametrize("name", ["rows", "seed"])
def test_a_gap_in_the_card_is_refused_and_named(bundle, name):
    found = refused(replace(bundle, facts={key: part for key, part in bundle.facts.items() if key != name}))
    assert found == {"model card": f"the model card lacks facts.{name}"}


@pytest.mark.parametrize(
    ("severity", "accepted", "is_refused"),
    [("error", None, True), ("error", "known on the day", False), ("warning", None, False)],
)
def test_an_open_leak_is_refused(bundle, severity, accepted, is_refused):
    finding = {
        "column": "o_exit",
        "kind": "value",
        "severity": severity,
        "accepted": accepted,
        "evidence": "AUC 1.000 alone",
        "remedy": "exclude it",
    }
    found = refused(replace(bundle, facts={**bundle.facts, "findings": [finding]}))
    assert list(found) == (["leaks"] if is_refused else [])
    assert not is_refused or found["leaks"] == "o_exit may know the outcome: AUC 1.000 alone"


@pytest.mark.parametrize(("low", "high", "is_refused"), [(0.001, 0.01, True), (-0.01, 0.02, False)])
def test_clearly_worse_than_the_champion_is_refused(bundle, low, high, is_refused):
    found = refused(bundle, champion=1, contest=contest(low, high))
    assert list(found) == (["champion"] if is_refused else [])
    assert not is_refused or "0.005 (0.001 to 0.010), clearly worse" in found["champion"] or low != 0.001


def test_what_was_not_compared_is_refused(bundle):
    assert "was not compared with champion 1" in refused(bundle, champion=1)["champion"]
    of_another = contest(-0.02, -0.01, champion=7)
    assert "was not compared with champion 1" in refused(bundle, champion=1, contest=of_another)["champion"]
    nothing = Contest(1, 2, "90d", None, "no row was new to both")
    assert "no row was new to both" in refused(bundle, champion=1, contest=nothing)["champion"]


def test_plain_values(bundle):
    assert check_version(bundle)[-1].to_json() == {
        "name": "champion",
        "passed": True,
        "sentence": "there is no champion yet",
    }

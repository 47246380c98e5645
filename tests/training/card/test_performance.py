from dataclasses import replace

from tests.training.reports import samples
from training.card.performance import describe_performance


def test_every_judged_horizon_is_there_with_its_figures(company):
    found = describe_performance(company.bundle)
    judged = company.learned.assessment.all_rows
    assert [one.horizon for one in found.horizons] == list(judged.by_horizon)
    assert [one.horizon for one in found.horizons if one.is_primary] == ["90d"]
    for one in found.horizons:
        evaluation = judged.by_horizon[one.horizon]
        assert one.figures["auc"].value == evaluation.auc.value
        assert one.figures["capture_top_tenth"].high == evaluation.capture["10%"].high
        assert (one.n_rows, one.n_events) == (evaluation.n_rows, evaluation.n_events)
        assert len(one.bins) == len(evaluation.bins)
    assert found.left_out == judged.left_out


def test_baselines_stand_beside_it(company):
    primary = next(one for one in describe_performance(company.bundle).horizons if one.is_primary)
    comparisons = company.learned.assessment.all_rows.by_horizon["90d"].baselines
    assert {one.rule: one.is_better for one in primary.baselines} == {
        name: comparison.is_better for name, comparison in comparisons.items()
    }


def test_people_new_to_the_model_are_judged_apart(company):
    new = company.learned.assessment.new_entities
    found = {one.horizon: one.of_new_entities for one in describe_performance(company.bundle).horizons}
    for horizon, figures in found.items():
        if new is not None and horizon in new.by_horizon:
            assert figures["auc"].value == new.by_horizon[horizon].auc.value
        else:
            assert figures == {}


def test_answers_have_their_own_figures(members):
    judged = {"horizons": {"outcome": samples.satisfaction().evaluation.to_json()}, "left_out": {}}
    found = describe_performance(replace(members.bundle, evaluation={"all_rows": judged})).horizons[0]
    assert set(found.figures) == {"rank_correlation", "mae", "rps", "bias", "coverage", "width"}
    assert found.n_events is None


def test_a_bundle_without_figures_has_none(members):
    found = describe_performance(replace(members.bundle, evaluation={}))
    assert (found.horizons, found.left_out, found.segments) == ((), {}, ())
    assert (found.waves, found.feature_kinds, found.learning_curve) == (None, None, None)

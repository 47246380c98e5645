from dataclasses import replace
from datetime import date

import pytest

from tests.training.examples import believed
from tests.training.reports import samples
from training.card import build_card, render_card
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


def test_money_is_told_for_all_who_are_scored(company):
    money = company.bundle.evaluation["money"]
    found = describe_performance(believed(company.bundle)).money
    assert found.scored == company.frame.latest.num_rows
    assert found.share.value == money["best_share"]["value"]
    assert found.cutoff.high == money["best_cutoff"]["high"]
    assert found.profit.low == pytest.approx(money["best_profit"]["low"] * found.scored)
    assert found.over_random.value == pytest.approx(money["gain_over_random"]["value"] * found.scored)
    assert found.reference_values == ()


def test_ratings_and_older_bundles_have_no_money(company):
    older = {key: part for key, part in company.bundle.evaluation.items() if key != "money"}
    assert describe_performance(replace(company.bundle, evaluation=older)).money is None


def test_whom_to_contact_is_no_question_for_forecasts_that_may_not_be_used(company):
    assert company.bundle.evaluation["money"]
    assert describe_performance(company.bundle).money is None


def test_no_dot_stands_for_few_rows(company):
    fewest = 5 * company.usecase.privacy.minimum_group
    judged = company.bundle.evaluation["all_rows"]
    first = next(iter(judged["horizons"]))
    found = judged["horizons"][first]
    single = {"forecast": 0.0, "observed": {"value": 1.0, "low": 0.2, "high": 1.0, "n": 1}}
    horizons = {**judged["horizons"], first: {**found, "bins": [single, *found["bins"]]}}
    evaluation = {**company.bundle.evaluation, "all_rows": {**judged, "horizons": horizons}}
    (shown, *_) = describe_performance(replace(company.bundle, evaluation=evaluation)).horizons
    assert len(shown.bins) == len(found["bins"])
    assert min(one.observed.n for one in shown.bins) >= fewest


def money_on_page(company, language, **figures):
    money = {**company.bundle.evaluation["money"], "cohort_size": 1000, **figures}
    trusted = believed(company.bundle)
    bundle = replace(trusted, evaluation={**trusted.evaluation, "money": money})
    return " ".join(render_card(build_card(bundle, made_on=date(2026, 1, 15)), language).split())


def figures(value):
    return {"value": value, "low": value - 1, "high": value + 1, "n": 100}


def test_card_says_whom_to_contact(company):
    told = {"best_profit": figures(2.0), "best_share": figures(0.2), "best_cutoff": figures(0.125)}
    english = money_on_page(company, "en", **told, reference_defaults=["success_rate"])
    assert "the 20.0% with the highest forecasts, those from 12.5% on, earns €2,000 more" in english
    assert "€1,000 to €3,000" in english
    assert "taken from the literature: success rate." in english
    german = money_on_page(company, "de", **told)
    assert "mehr als ohne jeden Kontakt, bei 1.000 Bewerteten" in german
    assert "Alle Kosten und der Erfolg eines Kontakts sind im Anwendungsfall angegeben." in german


def test_card_says_that_no_profit_is_seen(company):
    assert "No profit of contacts is seen at these costs" in money_on_page(
        company, "en", best_profit=figures(-2.0)
    )
    assert "kein Gewinn durch Kontakte" in money_on_page(company, "de", best_profit=figures(-2.0))


def test_a_bundle_without_figures_has_none(members):
    found = describe_performance(replace(members.bundle, evaluation={}))
    assert (found.horizons, found.left_out, found.segments) == ((), {}, ())
    assert (found.waves, found.feature_kinds, found.learning_curve) == (None, None, None)


SILENT = {
    "lead": "nps",
    "answered": 900,
    "silent": 2100,
    "strongest": "o_tickets.count_90d",
    "values": {
        "nps": {
            "answered": {"value": 31.0, "low": 27.0, "high": 35.0, "n": 900},
            "corrected": {"value": 12.0, "low": 6.0, "high": 18.0, "n": 3000},
            "bound": {"low": figures(-4.0), "high": figures(22.0)},
            "worst_case": {"low": -61.0, "high": 79.0},
        }
    },
}


def test_card_says_what_everybody_thinks_beside_what_was_answered(company):
    bundle = replace(company.bundle, evaluation={**company.bundle.evaluation, "population": SILENT})
    card = build_card(bundle, made_on=date(2026, 1, 15))
    silence = card.performance.silence
    assert (silence.measure, silence.answered, silence.silent) == ("nps", 900, 2100)
    assert (silence.as_answered.value, silence.corrected.low) == (31.0, 6.0)
    assert (silence.low, silence.high, silence.worst, silence.best) == (-4.0, 22.0, -61.0, 79.0)
    english, german = (" ".join(render_card(card, language).split()) for language in ("en", "de"))
    for said in ("900 of 3,000 answered", "<b>31</b>", "<b>12</b>", "−4 to 22 if silence also"):
        assert said in english
    assert "−61 bis 79, was immer Schweigende denken" in german


def test_events_and_older_bundles_have_no_silence(company):
    assert describe_performance(company.bundle).silence is None

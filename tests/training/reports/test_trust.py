import csv
import io
from dataclasses import replace

import pytest

from tests.training.reports import samples
from training.evaluation import CalibrationBin, RatingBin
from training.reports import build_report, render_csv, render_html
from training.reports.sections import Trust
from training.reports.trust import build_trust
from training.statistics import Estimate

HIT, MISS = (CalibrationBin(0.1, Estimate(v, v - 0.02, v + 0.02, n=100)) for v in (0.11, 0.2))


@pytest.mark.parametrize(
    ("auc", "verdict"),
    [
        ((0.79, 0.76, 0.82, 100), "good"),
        ((0.72, 0.66, 0.78, 100), "rough"),
        ((0.65, 0.59, 0.71, 100), "unusable"),
    ],
    ids=["good", "rough", "refused"],
)
def test_the_verdict_follows_the_lower_end(auc, verdict: str) -> None:
    evaluation = samples.evaluation(auc=Estimate(*auc))
    assert build_trust(samples.inputs(evaluation=evaluation)).verdict == verdict


def test_problems_are_named() -> None:
    assert build_trust(samples.unusable()).problems == ("ranking", "level")
    assert build_trust(samples.inputs()).problems == ()
    top = samples.evaluation(level_error_top_tenth=Estimate(-0.1, -0.13, -0.07, n=400))
    trust = build_trust(samples.inputs(evaluation=top))
    assert isinstance(trust, Trust)
    assert (trust.problems, trust.verdict, trust.agrees) == (("level_top_tenth",), "unusable", False)
    assert trust.level_gap_top_tenth.value == 0.1


def test_the_gap_has_no_sign() -> None:
    evaluation = samples.evaluation(level_error=Estimate(-0.03, -0.05, -0.01, n=100))
    trust = build_trust(samples.inputs(evaluation=evaluation))
    assert isinstance(trust, Trust)
    gap = trust.level_gap
    assert (gap.value, gap.low, gap.high) == (0.03, 0.01, 0.05)


@pytest.mark.parametrize(
    ("misses", "agrees"), [(0, True), (2, True), (3, False)], ids=["none", "two", "three"]
)
def test_two_misses_of_ten_are_chance_three_are_not(misses: int, agrees) -> None:
    evaluation = samples.evaluation(bins=(*[MISS] * misses, *[HIT] * (10 - misses)))
    assert build_trust(samples.inputs(evaluation=evaluation)).agrees is agrees


def test_forecasts_off_in_level_never_agree() -> None:
    evaluation = samples.evaluation(bins=(HIT,) * 10, level_error=Estimate(0.08, 0.06, 0.1, n=100))
    assert not build_trust(samples.inputs(evaluation=evaluation)).agrees


def test_answers_have_their_denominator_or_are_absent() -> None:
    assert build_trust(samples.inputs()).answered_share == pytest.approx(1771 / 2882)
    assert build_trust(samples.without_survey()).answered_share is None


def test_no_dot_of_people_at_work_stands_for_a_single_person() -> None:
    """Rows of one forecast fill one bin, and leave the next one with a row of its own."""
    single = CalibrationBin(0.05, Estimate(1.0, 0.2, 1.0, n=1))
    wide = CalibrationBin(0.1, Estimate(0.1, 0.08, 0.12, n=500))
    inputs = samples.inputs(
        usecase=samples.usecase("employee"), evaluation=samples.evaluation(bins=(single, wide))
    )
    (shown,) = build_trust(inputs).bins
    assert shown.observed.n == 501
    assert shown.observed.value == pytest.approx(51 / 501)
    text = render_csv(build_report(inputs))
    assert not [
        row for row in csv.DictReader(io.StringIO(text)) if row["section"] == "trust" and row["n"] == "1"
    ]


def test_answers_of_few_people_are_joined_too() -> None:
    bins = tuple(RatingBin(float(n), Estimate(3.0, 2.0, 4.0, n=6)) for n in range(1, 6))
    inputs = samples.satisfaction(evaluation=samples.rating_evaluation(bins=bins))
    (shown,) = build_trust(inputs).bins
    assert (shown.forecast, shown.observed.n) == (3.0, 30)


def test_without_a_dot_the_page_stands_all_the_same() -> None:
    few = samples.rating_evaluation(bins=(RatingBin(3.0, Estimate(3.0, 2.0, 4.0, n=6)),))
    report = build_report(samples.satisfaction(evaluation=few))
    assert report.trust.bins == ()
    assert "How far can you trust this?" in render_html(report, "en")


def test_a_model_that_is_not_usable_is_not_told_to_agree() -> None:
    weak = samples.evaluation(auc=Estimate(0.5, 0.45, 0.55, n=900), bins=(HIT,) * 10)
    page = render_html(build_report(samples.inputs(evaluation=weak)), "en")
    assert "Forecast and outcome agree" not in page
    assert "Forecast beside outcome" in page


def test_the_name_of_the_model_is_said_once() -> None:
    model = replace(samples.inputs().model, name="churn", version="churn-3f9a0c51d2e4")
    page = render_html(build_report(samples.inputs(model=model)), "en")
    assert "<b>churn-3f9a0c51d2e4</b>" in page


@pytest.mark.parametrize(
    ("drift", "words", "is_warned"),
    [
        ("not checked", "was not checked", False),
        ("no alert", "nothing that moved beyond chance", False),
        ("alerts", "do not look like those it learned from", True),
    ],
)
def test_what_monitoring_found_stands_beside_the_model(drift, words, is_warned):
    inputs = samples.inputs()
    report = build_report(replace(inputs, model=replace(inputs.model, drift=drift)))
    assert report.trust.drift == drift
    page = render_html(report, "en")
    assert words in page
    assert ("changes beyond chance in the data of this report" in page) is is_warned

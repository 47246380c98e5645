import json
import math
from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest

from features.errors import InputError
from tests.training.reports import samples
from training.reports import build_report, render_html
from training.statistics import Estimate


def test_the_headline_is_the_mean_of_the_forecasts() -> None:
    inputs = samples.inputs()
    headline = build_report(inputs).headline
    assert headline.expected_share is not None
    assert headline.expected_count is not None
    assert headline.expected_loss is not None
    assert inputs.scored.revenue is not None
    assert headline.people == len(inputs.scored.entity_ids)
    assert headline.expected_share.value == pytest.approx(inputs.scored.probabilities.mean())
    assert headline.expected_count.value == pytest.approx(inputs.scored.probabilities.sum())
    assert headline.expected_loss.value == pytest.approx(inputs.scored.probabilities @ inputs.scored.revenue)


def test_unknown_revenue_is_left_out_not_taken_for_nothing() -> None:
    cohort = samples.cohort()
    assert cohort.revenue is not None
    revenue = cohort.revenue.copy()
    revenue[:100] = np.nan
    report = build_report(samples.inputs(scored=replace(cohort, revenue=revenue)))
    assert report.headline.expected_loss is not None
    assert report.headline.expected_loss.n == len(revenue) - 100
    assert report.headline.expected_loss.value == pytest.approx(cohort.probabilities[100:] @ revenue[100:])


def test_a_model_that_is_not_usable_gives_no_forecast_drivers_or_calls() -> None:
    report = build_report(samples.unusable())
    assert (report.headline.is_usable, report.associations, report.calls) == (False, None, None)
    assert (
        report.headline.expected_share,
        report.headline.expected_count,
        report.headline.expected_loss,
    ) == (None,) * 3
    assert [kpi.kind for kpi in report.kpis] == ["nps", "ces"]
    assert report.trust.verdict == "unusable"
    assert "drivers" not in report.method.topics


def test_few_events_are_said_with_how_many_are_missing() -> None:
    inputs = samples.inputs()
    few = build_report(replace(inputs, model=replace(inputs.model, missing_events=212)))
    assert (few.method.missing_events, "few_events" in few.method.topics) == (212, True)
    assert "With 212 more cases" in render_html(few, "en")
    assert "Mit 212 weiteren Fällen" in render_html(few, "de")
    enough = build_report(inputs)
    assert (enough.method.missing_events, "few_events" in enough.method.topics) == (None, False)


def test_without_values_no_money_is_shown() -> None:
    report = build_report(samples.without_value())
    assert report.headline.expected_loss is None
    assert "expected_loss" not in [kpi.kind for kpi in report.kpis]
    assert report.calls is not None
    assert report.calls.ordered_by == "risk"
    assert "loss" not in report.method.topics


def test_employees_are_never_listed() -> None:
    report = build_report(samples.employees())
    assert report.calls is None
    assert "K-12" not in json.dumps(report.to_json())


@pytest.mark.parametrize("subject", ["supplier", "applicant"])
def test_only_customers_are_called(subject: str) -> None:
    assert build_report(samples.inputs(usecase=samples.usecase(subject))).calls is None


def test_a_cohort_below_the_minimum_group_is_refused() -> None:
    with pytest.raises(InputError, match=r"churn: cohort: 4 rows are too few .*minimum_group asks for 5"):
        build_report(samples.inputs(scored=samples.cohort(4)))


@pytest.mark.parametrize("days", [0, 100, 101])
def test_a_model_much_older_than_the_data_is_said_to_be(days: int) -> None:
    inputs = samples.inputs()
    assert inputs.snapshot_date is not None
    learned = replace(inputs.model, data_to=inputs.snapshot_date - timedelta(days=days))
    report = build_report(replace(inputs, model=learned))
    assert (report.header.model_age_days, report.header.is_model_old) == (days, days > 100)
    assert ("The model is old" in render_html(report, "en")) is (days > 100)
    assert ("Das Modell ist alt" in render_html(report, "de")) is (days > 100)


def test_the_run_is_named_so_that_its_figures_are_found() -> None:
    inputs = samples.inputs()
    report = build_report(replace(inputs, model=replace(inputs.model, run_id="4f1d")))
    assert report.to_json()["trust"]["run_id"] == "4f1d"
    assert "MLflow run 4f1d" in render_html(report, "en")
    assert "MLflow" not in render_html(build_report(inputs), "en")


def test_json_is_plain_and_finite() -> None:
    broken = samples.evaluation(capture={"10%": Estimate(math.nan, math.nan, math.nan, n=0)})
    content = build_report(samples.inputs(evaluation=broken)).to_json()
    text = json.dumps(content, allow_nan=False)
    assert json.loads(text) == content
    assert (content["format"], content["format_version"]) == ("xm-predict report", 1)
    assert content["header"]["made_on"] == "2026-11-23"
    assert content["trust"]["capture_top_tenth"]["value"] is None


def test_the_same_inputs_give_the_same_report() -> None:
    assert build_report(samples.inputs()) == build_report(samples.inputs())

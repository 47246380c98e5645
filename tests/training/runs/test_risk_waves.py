"""The expected share at earlier snapshots is what the same model says of the cohort as it was."""

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from tests.training.examples import believed
from training.reports import build_report, render_csv, render_html
from training.rows import feature_columns
from training.runs.report import gather
from training.runs.risk_waves import MOST_WAVES, list_risk_waves
from training.scoring import Scorer

TODAY = date(2026, 1, 15)


def trusted(bundle):
    """Return the same bundle with figures that support its use."""
    bundle = believed(bundle)
    judged = bundle.evaluation["all_rows"]
    near_zero = {"value": 0.0, "low": -0.01, "high": 0.01, "n": 900}
    good = {
        "auc": {"value": 0.8, "low": 0.75, "high": 0.85, "n": 900},
        "level_error": near_zero,
        "level_error_top_tenth": near_zero,
    }
    horizons = {name: {**found, **good} for name, found in judged["horizons"].items()}
    return replace(bundle, evaluation={**bundle.evaluation, "all_rows": {**judged, "horizons": horizons}})


@pytest.fixture(scope="module")
def inputs(company):
    return gather(trusted(company.bundle), company.frame, made_on=TODAY)


def waves_of(company, inputs, **changed):
    bundle = replace(trusted(company.bundle), **changed)
    return list_risk_waves(Scorer(bundle), company.frame, inputs.scored.probabilities, inputs.evaluation)


class TestWaves:
    def test_they_are_the_last_snapshots_oldest_first(self, inputs, company):
        dates = [day.isoformat() for day in sorted(company.frame.facts.snapshot_dates)]
        assert [point.wave for point in inputs.risk_waves] == dates[-MOST_WAVES:]

    def test_each_is_the_mean_forecast_of_everybody_then(self, inputs, company):
        days = np.array([str(day) for day in company.frame.table.column("snapshot_date").to_pylist()])
        columns = feature_columns(company.frame.table, company.bundle.catalogue)
        forecasts = company.bundle.model.probabilities(company.bundle.encoder.encode(columns).matrix)
        place = company.bundle.horizons.index("90d")
        for point in inputs.risk_waves[:-1]:
            there = days == point.wave
            assert point.estimate.value == pytest.approx(forecasts[there, place].mean())
            assert point.estimate.n == there.sum() > 300
            assert point.estimate.low < point.estimate.value < point.estimate.high

    def test_the_newest_is_what_the_headline_says(self, inputs):
        report = build_report(inputs)
        assert inputs.risk_waves[-1].estimate == report.headline.expected_share

    def test_people_at_work_have_none(self, company, inputs):
        """Two dates that differ by one person would tell that person's forecast."""
        privacy = company.usecase.privacy.model_copy(update={"subject": "employee"})
        workers = company.usecase.model_copy(update={"privacy": privacy})
        assert waves_of(company, inputs, usecase=workers) == ()

    def test_a_snapshot_of_few_people_is_left_out(self, company, inputs):
        privacy = company.usecase.privacy.model_copy(update={"minimum_group": 10_000})
        found = waves_of(company, inputs, usecase=company.usecase.model_copy(update={"privacy": privacy}))
        assert [point.wave for point in found] == [inputs.risk_waves[-1].wave]

    def test_forecasts_that_may_not_be_used_have_none(self, company):
        assert gather(company.bundle, company.frame, made_on=TODAY).risk_waves == ()

    def test_flat_tables_have_none(self, members):
        assert gather(trusted(members.bundle), members.frame, made_on=TODAY).risk_waves == ()


class TestPage:
    def test_card_csv_and_method_tell_of_them(self, inputs):
        report = build_report(inputs)
        card = next(kpi for kpi in report.kpis if kpi.kind == "expected_share")
        assert card.waves == inputs.risk_waves
        assert card.change is not None
        before, after = (point.estimate.value for point in inputs.risk_waves[-2:])
        assert card.change.value == pytest.approx(after - before)
        assert f"kpi,expected_share,{inputs.risk_waves[0].wave}," in render_csv(report)
        assert "pts since 1 November 2025" in render_html(report, "en")
        assert "Pkt. seit 1. November 2025" in render_html(report, "de")
        assert "trend" in report.method.topics
        assert "today’s model is asked about the earlier dates" in render_html(report, "en")

"""The report refers to a frozen baseline, and says what changed since."""

import json
from dataclasses import replace

import pytest

from tests.training.frozen import frozen_samples
from tests.training.reports import samples
from tests.training.reports.test_first_steps import page
from training.frozen import detectable_change
from training.reports import ReportInputs, build_report, to_level


def frozen(inputs: ReportInputs, wave: int = 0, **more):
    """Return a baseline that was frozen when an earlier wave of the same series was the newest."""
    levels = [to_level(replace(series, points=(series.points[wave],))) for series in inputs.experience]
    margins = tuple(replace(level, detectable=detectable_change(level.estimate)) for level in levels)
    return frozen_samples.baseline(levels=margins, **more)


def with_baseline(inputs: ReportInputs | None = None, wave: int = 0) -> ReportInputs:
    inputs = inputs or samples.inputs()
    return replace(inputs, baseline=frozen(inputs, wave))


def test_a_report_without_a_baseline_says_nothing_of_one():
    report = build_report(samples.inputs())
    assert report.baseline is None
    assert report.to_json()["baseline"] is None
    assert "baseline" not in page(samples.inputs())


def test_plain_values_carry_id_and_day():
    content = json.loads(json.dumps(build_report(with_baseline()).to_json(), allow_nan=False))["baseline"]
    assert (content["id"], content["frozen_on"]) == ("0123456789ab", "2026-03-01")
    assert [change["metric"] for change in content["changes"]] == ["nps", "ces"]


def test_the_change_is_that_of_the_newest_wave_against_the_frozen_one():
    inputs = with_baseline()
    since = build_report(inputs).baseline
    nps, series = since.changes[0], inputs.experience[0]
    assert nps.before == series.points[0].estimate
    assert nps.now == series.points[-1].estimate
    assert nps.change.value == pytest.approx(nps.now.value - nps.before.value)
    assert nps.verdict == "better"


def test_the_page_says_it_in_both_languages():
    assert "Since the baseline of 1 March 2026 (0123456789ab): NPS +" in page(with_baseline())
    german = page(with_baseline(), "de")
    assert "Seit der Ausgangsmessung vom 1. März 2026 (0123456789ab): NPS +" in german
    assert "klare Veränderung zum Guten" in german or "klare Verbesserung" in german or "Pkt." in german


def test_a_change_that_is_not_clear_stands_beside_the_smallest_that_would_show():
    words = page(with_baseline(wave=-2))
    assert "no clear change (about " in words
    assert "pts would show)" in words


def test_a_report_of_the_same_wave_knows_no_newer_one():
    assert "NPS: no newer wave" in page(with_baseline(wave=-1))


def test_a_metric_that_only_one_of_both_holds_is_left_out():
    inputs = replace(samples.inputs(), baseline=frozen_samples.baseline(levels=()))
    assert build_report(inputs).baseline.changes == ()
    assert "no survey value that both hold." in page(inputs)
    nothing = replace(samples.without_survey(), baseline=frozen_samples.baseline())
    assert build_report(nothing).baseline.changes == ()


def test_a_share_of_good_answers_is_compared_on_one_scale_only():
    inputs = samples.inputs()
    other = replace(frozen(inputs).newest_levels()["ces"], scale_high=5.0)
    baseline = frozen_samples.baseline(levels=(other,))
    assert build_report(replace(inputs, baseline=baseline)).baseline.changes == ()


def test_an_unusable_model_takes_no_baseline_away():
    assert build_report(with_baseline(samples.unusable())).baseline.id == "0123456789ab"

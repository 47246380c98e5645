"""The report refers to a frozen baseline, and says what changed since."""

import json
from dataclasses import replace

import pytest

from tests.training.frozen import frozen_samples
from tests.training.reports import samples
from tests.training.reports.test_first_steps import page
from tests.training.reports.wave_samples import risen, survivors
from training.frozen import detectable_change
from training.pages import render_report
from training.reports import ReportInputs, WaveRows, build_report, build_series, set_against, to_level


def frozen(inputs: ReportInputs, wave: int = 0, **more):
    """Return a baseline that was frozen when an earlier wave of the same series was the newest."""
    levels = [to_level(replace(series, points=(series.points[wave],))) for series in inputs.experience]
    margins = tuple(replace(level, detectable=detectable_change(level.estimate)) for level in levels)
    return frozen_samples.baseline(levels=margins, **more)


def with_baseline(inputs: ReportInputs | None = None, wave: int = 0) -> ReportInputs:
    inputs = inputs or samples.inputs()
    return replace(inputs, baseline=frozen(inputs, wave))


def with_parts(inputs: ReportInputs | None = None, wave: int = 0) -> ReportInputs:
    """Return a report whose table still holds the people of the baseline's wave."""
    found = with_baseline(inputs, wave)
    assert found.baseline is not None
    levels, minimum = found.baseline.newest_levels(), found.usecase.privacy.minimum_group
    by_metric = {rows.metric: rows for rows in samples.experience_rows()}
    experience = tuple(
        set_against(series, by_metric[series.metric], levels[series.metric, None], minimum=minimum)
        for series in found.experience
    )
    return replace(found, experience=experience)


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
    assert nps.change.low > 0
    assert nps.verdict == "unconfirmed"


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
    other = replace(frozen(inputs).newest_levels()["ces", None], scale_high=5.0)
    baseline = frozen_samples.baseline(levels=(other,))
    assert build_report(replace(inputs, baseline=baseline)).baseline.changes == ()


def test_an_unusable_model_takes_no_baseline_away():
    assert build_report(with_baseline(samples.unusable())).baseline.id == "0123456789ab"


class TestParts:
    def test_start_parts_and_end_are_those_of_the_line(self):
        nps, ces = build_report(with_parts()).baseline.changes
        for change in (nps, ces):
            start, *parts, end = change.composition.steps
            assert start.value.value == pytest.approx(change.before.value)
            assert end.value.value == pytest.approx(change.now.value)
            total = sum(step.value.value for step in parts)
            assert total == pytest.approx(change.change.value, abs=1e-9)

    def test_the_range_knows_who_answered_both_times(self):
        alone = build_report(with_baseline(wave=-2)).baseline.changes[0]
        paired = build_report(with_parts(wave=-2)).baseline.changes[0]
        assert (alone.is_paired, paired.is_paired) == (False, True)
        assert alone.change.value == pytest.approx(paired.change.value)
        assert paired.change.high - paired.change.low < alone.change.high - alone.change.low

    def test_against_the_wave_before_it_is_the_section_of_changes(self):
        report = build_report(with_parts(wave=-2))
        for change, since in zip(report.changes, report.baseline.changes, strict=True):
            assert since.composition.steps == change.steps
            assert since.composition.verdict == change.verdict

    def test_a_rise_is_one_for_the_better_only_where_minds_changed(self):
        found = build_report(inputs_of(risen())).baseline.changes[0]
        assert (found.verdict, found.composition.verdict) == ("better", "rise_confirmed")
        other = build_report(inputs_of(survivors(fall=0.0))).baseline.changes[0]
        assert other.change.low > 0
        assert (other.verdict, other.composition.verdict) == ("unconfirmed", "rise_from_composition")

    def test_a_fall_is_one_for_the_worse_whatever_it_is_made_of(self):
        rows = risen(rise=-60.0)
        assert build_report(inputs_of(rows)).baseline.changes[0].verdict == "worse"

    def test_the_page_says_what_it_is_made_of_in_both_languages(self):
        words = page(inputs_of(survivors(fall=0.0)))
        assert "NPS +" in words
        assert "a rise that is not confirmed" in words
        assert "NPS: is the change since 2025 Q4 real?" in words
        assert "No. The rise goes with who left" in words
        assert "NPS: what the change since the baseline is made of" in words
        german = page(inputs_of(survivors(fall=0.0)), "de")
        assert "NPS: Ist die Veränderung seit 2025 Q4 echt?" in german
        assert "ein Anstieg, der nicht bestätigt ist" in german

    def test_what_was_frozen_is_not_told_anew_where_answers_changed(self):
        frozen_then = with_baseline()
        late = replace(frozen_then.experience[0], doubt="altered")
        found = replace(frozen_then, experience=(late,))
        since = build_report(found).baseline.changes[0]
        assert (since.composition, since.doubt, since.is_paired) == (None, "altered", False)
        assert "The answers of 2025 Q3 are not those that were frozen" in page(found)
        gone = replace(frozen_then, experience=(replace(late, doubt="missing"),))
        assert "The answers of 2025 Q3 are not in the table any more" in page(gone)
        assert "stehen nicht mehr in der Tabelle" in page(gone, "de")

    def test_parts_of_too_few_are_not_told_and_the_verdict_is(self):
        rows = risen()
        found = build_report(inputs_of(rows, minimum=201)).baseline.changes[0]
        assert (found.composition.state, found.composition.steps) == ("too few", ())
        assert found.composition.verdict == "rise_confirmed"
        assert "Too few customers to show the parts" in page(inputs_of(rows, minimum=201))

    def test_a_report_made_before_there_were_parts_is_still_drawn(self):
        document = build_report(with_baseline()).to_json()
        for change in document["baseline"]["changes"]:
            for name in ("composition", "doubt", "survey", "is_paired"):
                del change[name]
        assert "Since the baseline of 1 March 2026" in render_report(document, "en")

    def test_plain_values_hold_parts_and_verdict(self):
        content = json.loads(json.dumps(build_report(with_parts()).to_json(), allow_nan=False))
        change = content["baseline"]["changes"][0]
        assert change["composition"]["before"] == change["wave_before"]
        assert change["composition"]["steps"][0]["kind"] == "start"


def inputs_of(rows: WaveRows, minimum: int = 5) -> ReportInputs:
    """Return a report of one question whose last but one wave was frozen."""
    series = build_series(rows, minimum=minimum)
    assert series is not None
    level = to_level(replace(series, points=series.points[-2:-1]))
    against = set_against(series, rows, level, minimum=minimum)
    return samples.inputs(experience=(against,), baseline=frozen_samples.baseline(levels=(level,)))

"""Checks against the baseline: each metric with its range, and in words what its change is made of."""

from dataclasses import replace

import pytest

from tests.training.frozen import frozen_samples
from tests.training.reports.test_baseline import inputs_of, with_baseline, with_parts
from tests.training.reports.wave_samples import risen, survivors
from training.monitoring import check_baseline, decide
from training.reports import ReportInputs, compare_with_baseline


def checks_of(inputs: ReportInputs):
    minimum = inputs.usecase.privacy.minimum_group
    return list(check_baseline(compare_with_baseline(inputs.baseline, inputs.experience, minimum)))


def test_without_a_baseline_nothing_is_checked():
    assert list(check_baseline(None)) == []
    assert checks_of(replace(with_parts(), baseline=None)) == []


def test_there_is_one_check_for_each_metric_with_a_newer_wave():
    found = checks_of(with_parts())
    assert [(check.kind, check.about) for check in found] == [("baseline", "nps"), ("baseline", "ces")]
    assert checks_of(with_baseline(wave=-1)) == []


def test_a_check_holds_the_level_now_against_that_of_the_baseline():
    inputs = with_parts()
    check, frozen = checks_of(inputs)[0], inputs.baseline.newest_levels()["nps", None]
    assert check.value == inputs.experience[0].points[-1].estimate
    assert check.usual == (frozen.estimate.low, frozen.estimate.high)
    assert check.unit == "points"


@pytest.mark.parametrize("fall", [0.0, 2.0, 12.0])
def test_it_is_surprising_exactly_where_the_report_calls_it_clear(fall):
    inputs = inputs_of(survivors(fall=fall))
    (check,) = checks_of(inputs)
    change = inputs.experience[0].since.change
    assert (check.p_value < 0.05) is not (change.low <= 0 <= change.high)


@pytest.mark.parametrize(
    ("rows", "english", "german"),
    [
        (risen, "changed their minds for the better", "zum Guten geändert"),
        (lambda: risen(rise=-60.0), "changed their minds for the worse", "zum Schlechten geändert"),
        (lambda: survivors(fall=0.0), "who left, who joined and who answered", "wer ging, wer kam"),
        (
            lambda: risen(rise=0.0),
            "the whole difference may be chance",
            "kann Zufall sein",
        ),
    ],
    ids=["rise", "fall", "composition", "nothing"],
)
def test_the_sentence_says_what_the_change_is_made_of(rows, english, german):
    (check,) = checks_of(inputs_of(rows()))
    assert english in check.sentence["en"]
    assert german in check.sentence["de"]
    assert all(text.endswith(".") for text in check.sentence.values())


@pytest.mark.parametrize(
    ("doubt", "said"),
    [("missing", "are not in the table any more"), ("altered", "not those that were frozen")],
)
def test_it_says_why_nobody_can_know(doubt, said):
    inputs = with_baseline()
    found = checks_of(replace(inputs, experience=(replace(inputs.experience[0], doubt=doubt),)))
    assert said in found[0].sentence["en"]
    assert "2025" in found[0].sentence["en"]


def test_no_number_of_people_behind_a_part_is_told():
    inputs = inputs_of(risen(n=613))
    split = inputs.experience[0].since.split
    (check,) = checks_of(inputs)
    for count in (split.counts.fell_silent, split.counts.repeated):
        assert str(count) not in check.sentence["en"]


def test_two_surveys_that_ask_the_same_are_told_apart():
    inputs = inputs_of(risen())
    (level,) = inputs.baseline.newest_levels().values()
    named = replace(inputs.experience[0], survey="pulse")
    baseline = frozen_samples.baseline(
        levels=(replace(level, survey="pulse"), replace(level, survey="yearly"))
    )
    (check,) = checks_of(replace(inputs, experience=(named,), baseline=baseline))
    assert check.about == "nps (pulse)"
    assert check.label["en"] == "NPS (pulse) since the baseline"
    mixed = frozen_samples.baseline(levels=(level, level))
    assert checks_of(replace(inputs, baseline=mixed)) == []


def test_the_family_decides_whether_it_is_an_alert():
    (check,) = decide(checks_of(inputs_of(risen())))
    assert check.state == "alert"

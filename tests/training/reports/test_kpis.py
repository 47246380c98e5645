from dataclasses import replace

import pytest

from tests.training.reports import samples
from training.reports import WavePoint, build_report
from training.reports.kpis import _difference, _verdict
from training.statistics import Estimate

RISE, FALL, OPEN = (Estimate(v, v - 1, v + 1, n=9) for v in (2.0, -2.0, 0.5))


@pytest.mark.parametrize(
    ("change", "more_is_better", "verdict"),
    [
        (None, True, "first wave"),
        (OPEN, True, "no clear change"),
        (RISE, True, "better"),
        (FALL, True, "worse"),
        (RISE, False, "worse"),
        (FALL, False, "better"),
    ],
    ids=["first", "open", "rise-good", "fall-bad", "rise-bad", "fall-good"],
)
def test_a_change_is_named_only_when_its_range_leaves_out_zero(change, more_is_better, verdict: str) -> None:
    assert _verdict(change, more_is_better=more_is_better) == verdict


def test_the_change_of_risk_joins_both_ranges() -> None:
    before, after = (
        WavePoint("a", Estimate(0.1, 0.07, 0.14, n=5)),
        WavePoint("b", Estimate(0.2, 0.17, 0.24, n=7)),
    )
    change = _difference((before, after))
    assert change is not None
    assert change.value == pytest.approx(0.1)
    assert [change.low, change.high] == pytest.approx([0.1 - 0.05, 0.1 + 0.05])
    assert _difference((before,)) is None


def test_cards_come_in_order_with_their_waves() -> None:
    kpis = build_report(samples.inputs()).kpis
    assert [(kpi.kind, kpi.unit, len(kpi.waves)) for kpi in kpis] == [
        ("expected_share", "share", 6),
        ("expected_loss", "eur", 0),
        ("nps", "points", 6),
        ("ces", "share", 6),
    ]
    assert kpis[2].value == kpis[2].waves[-1].estimate
    assert kpis[1].whole == pytest.approx(float(samples.cohort().revenue.sum()))  # type: ignore[union-attr]


def test_a_first_wave_has_no_change() -> None:
    assert {kpi.verdict for kpi in build_report(samples.first_wave()).kpis} == {"first wave"}


def test_without_surveys_only_the_forecast_is_shown() -> None:
    assert [kpi.kind for kpi in build_report(samples.without_survey()).kpis] == [
        "expected_share",
        "expected_loss",
    ]


def test_at_most_two_survey_cards_are_shown() -> None:
    nps, ces = samples.inputs().experience
    inputs = samples.inputs(experience=(nps, ces, replace(ces, metric="csat")))
    assert [kpi.kind for kpi in build_report(inputs).kpis][2:] == ["nps", "ces"]

"""Metrics since the frozen baseline."""

from datetime import date

import pytest

from training.frozen import FrozenLevel
from training.frozen.record import Baseline, Measured, Window
from training.monitoring.since_baseline import check_baseline
from training.statistics import Estimate


def level(wave, value, margin, metric="nps", unit="points"):
    estimate = Estimate(value, value - margin, value + margin, n=400)
    return FrozenLevel(metric, wave, unit, estimate, None, 9, 10)


@pytest.fixture
def baseline():
    measured = Measured(
        usecase="churn",
        spec_hash="0" * 64,
        data_digest="0" * 32,
        window=Window(None, None, None),
        entities=800,
        levels=(level("2026 Q1", 20.0, 6.0), level("2026 Q1", 0.5, 0.05, "csat", "share")),
        response_rates=(),
        sources=(),
        model=None,
    )
    return Baseline("0123456789ab", 1, date(2026, 4, 2), measured)


def test_a_clear_change_is_an_alert_and_a_small_one_none(baseline):
    clear, small = level("2026 Q3", 5.0, 6.0), level("2026 Q3", 0.52, 0.05, "csat", "share")
    first, second = check_baseline(baseline, (clear, small))
    assert (first.kind, first.about, first.state) == ("baseline", "nps", "alert")
    assert second.state == "no clear change"
    assert first.usual == (14.0, 26.0)
    assert "NPS was 20.0 in 2026 Q1, when the baseline was frozen on 2 April 2026" in first.sentence["en"]
    assert "a change of −15.0 (likely range −23.5 to −6.5)" in first.sentence["en"]
    assert "CSAT war 50,0\N{NO-BREAK SPACE}% in 2026 Q1" in second.sentence["de"]


def test_the_same_wave_is_no_change(baseline):
    assert list(check_baseline(baseline, (level("2026 Q1", 5.0, 6.0),))) == []


def test_without_a_baseline_nothing_is_checked():
    assert list(check_baseline(None, (level("2026 Q1", 5.0, 6.0),))) == []

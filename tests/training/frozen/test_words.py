from tests.training.frozen import frozen_samples as samples
from training.frozen import tell_baseline


def told(**more) -> str:
    return "\n".join(tell_baseline(samples.baseline(**more)))


def test_everything_that_was_frozen_is_told():
    words = told()
    assert "baseline 1 of churn: 0123456789ab, frozen on 2026-03-01" in words
    assert "snapshots from 2025-01-01 to 2025-12-01, observed until 2026-01-01" in words
    assert "nps 2025 Q3: 3.3 (" in words
    assert "csat 2025 Q4: 66.7% (61.2% to 71.8%), 300 answers, a change of " in words
    assert "response rate surveys.response_rate_180d: 41.0% (39.0% to 43.0%)" in words
    assert "source surveys: X-data, survey relationship (nps, csat), 4,321 rows" in words
    assert "source tickets: O-data, 9,876 rows" in words
    assert "champion: version 3 (churn-0123456789ab)" in words
    assert "90d auc: 0.780 (0.750 to 0.810)" in words


def test_what_was_not_there_is_said():
    words = told(model=None, response_rates=())
    assert "no champion at that time" in words
    assert "response rate: not known" in words


def test_a_model_that_could_not_be_used_is_said_to_be_that():
    model = samples.measured().model
    assert "not reliable enough for forecasts" in told(model=type(model)(1, "m", False, ()))

import numpy as np
import pytest

from training.reports import calibration_bins


def test_bins_are_equal_in_size_and_rise() -> None:
    random = np.random.default_rng(1)
    forecasts = random.random(1003)
    outcomes = random.random(1003) < forecasts
    bins = calibration_bins(forecasts, outcomes)
    assert {bin_.observed.n for bin_ in bins} == {100, 101}
    assert [bin_.forecast for bin_ in bins] == sorted(bin_.forecast for bin_ in bins)
    assert sum(bin_.observed.value * bin_.observed.n for bin_ in bins) == pytest.approx(outcomes.sum())


def test_few_rows_give_few_bins() -> None:
    assert len(calibration_bins([0.1, 0.2, 0.3], [0, 1, 0])) == 3


def test_forecast_and_outcome_must_have_equal_length() -> None:
    with pytest.raises(ValueError, match="outcomes has 1 rows where 2 are needed"):
        calibration_bins([0.1, 0.2], [1])

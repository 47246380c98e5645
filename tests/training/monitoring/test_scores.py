"""Checks of forecasts: moved, or all alike."""

import numpy as np

from tests.training.monitoring.faults import change
from training.monitoring.comparison import compare_rows
from training.monitoring.scores import LEAST_ROWS, check_scores
from training.reference.counting import forecast_rows


def check(company, frame):
    """Return the checks of all horizons by horizon."""
    said = forecast_rows(frame.latest, company.bundle.encoder, company.bundle.model)
    return {one.about: one for one in check_scores(compare_rows(company.bundle, frame), said)}


def test_every_horizon_is_watched(company, batch):
    found = check(company, batch)
    assert list(found) == list(company.bundle.horizons)
    assert {one.state for one in found.values()} == {"no clear change"}
    assert found["90d"].sentence["en"].startswith("The forecasts for 90 days for ")
    assert found["90d"].label["de"] == "Prognosen für 90 Tage"


def test_forecasts_that_moved_are_told(company, batch):
    worse = batch
    weights = {
        "o_tickets.hours_to_resolve.mean_90d": 3,
        "o_tickets.hours_to_resolve.mean_180d": 3,
        "o_deliveries.is_late.mean_90d": 3,
        "o_deliveries.is_late.mean_180d": 3,
    }
    for name, times in weights.items():
        worse = change(worse, name, lambda x, k=times: x + k * np.nanstd(x))
    found = check(company, worse)
    moved = found["365d"].value.value - 0.5
    assert abs(moved) > 0.1
    assert found["365d"].state == "alert"


def test_equal_forecasts_are_told_unless_they_are_few(company, batch):
    compared = compare_rows(company.bundle, batch)
    (found,) = check_scores(compared, {"90d": np.full(LEAST_ROWS, 0.1)})
    assert found.state == "alert"
    assert "the same for all 20 customers" in found.sentence["en"]
    (found,) = check_scores(compared, {"90d": np.full(LEAST_ROWS - 1, 0.1)})
    assert found.state == "no clear change"


def test_a_model_that_lacks_a_feature_says_nothing(company, batch):
    gone = batch.latest.drop_columns(["o_usage.logins.mean_90d"])
    assert forecast_rows(gone, company.bundle.encoder, company.bundle.model) == {}

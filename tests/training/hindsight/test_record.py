"""The record of hindsight: what a loss says of itself, and how it is written."""

from datetime import date

import pytest

from training.hindsight import Loss, PastForecast


def forecast(band, percentile=10.0):
    return PastForecast(date(2025, 9, 1), "went_out", "v1", 0.1, percentile, band, is_in_highest_tenth=False)


@pytest.mark.parametrize(
    ("bands", "is_low"),
    [
        (("low", "low", "low"), True),
        (("low", None, None), True),
        (("low", "low", "medium"), False),
        (("high", "low", "low"), False),
        ((None, None, None), False),
    ],
)
def test_low_until_the_end_means_every_forecast_there_is(bands, is_low):
    found = {days: band and forecast(band) for days, band in zip((30, 60, 90), bands, strict=True)}
    assert Loss("c1", date(2025, 11, 1), found).is_low_until_the_end is is_low


def test_a_loss_comes_back_from_plain_values():
    loss = Loss("c1", date(2025, 11, 1), {30: forecast("high"), 60: None, 90: forecast("low", 3.25)})
    plain = loss.to_json()
    assert list(plain["forecasts"]) == ["30", "60", "90"]
    assert plain["forecasts"]["30"]["source"] == "went_out"
    assert Loss.from_json(plain) == loss

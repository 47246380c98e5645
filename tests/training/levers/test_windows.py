import math

import pytest

from features.catalogue import Feature
from training.levers.windows import window_days


@pytest.mark.parametrize(
    ("name", "days"),
    [
        ("o_tickets.count_30d", 30),
        ("o_tickets.hours.mean_90d", 90),
        ("o_tickets.hours.share_within_24h_90d", 90),
        ("o_tickets.count.slope_180d", 180),
        ("o_tickets.count.delta_90d", 180),
        ("o_tickets.hours.delta_365d", 730),
        ("o_tickets.count.ratio_30d_180d", 180),
        ("x_surveys.response_rate_180d", 180),
        ("x_surveys.response_rate.lag_90d", 90),
        ("o_tickets.days_since_last", math.inf),
        ("o_customers.plan", math.inf),
        ("x_surveys.nps.last", math.inf),
        ("x_surveys.response_rate.streak", math.inf),
        ("o_tickets.over_7d.last", math.inf),
        ("o_tickets.over_7d.mean_90d", 90),
        ("o_tickets.delta_7d.mean_90d", 90),
        ("wait", math.inf),
    ],
)
def test_a_feature_looks_back_as_far_as_its_function_says(name, days):
    assert window_days(Feature(name, "number", "tickets")) == days


def test_of_two_spans_in_a_share_the_longer_one_counts():
    """The name of a condition may look like a window; too long is safe, too short would not be."""
    assert window_days(Feature("o_tickets.hours.share_open_365d_90d", "number", "tickets")) == 365

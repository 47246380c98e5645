"""How far back a feature looks."""

import math
import re

from features.catalogue import Feature

_WINDOWS = re.compile(r"_(\d+)d(?=_|$)")


def window_days(feature: Feature) -> float:
    """Return how many days before the snapshot the first event lies that a feature can speak of.

    Returns
    -------
    float
        Infinity for what reaches back without limit: the latest value, days since something.

    Examples
    --------
    >>> window_days(Feature("o_tickets.hours.mean_90d", "number", "tickets"))
    90.0
    >>> window_days(Feature("o_tickets.count.delta_90d", "number", "tickets"))  # and the 90 days before those
    180.0
    >>> window_days(Feature("o_customers.plan", "category", "customers"))
    inf
    """
    function = feature.name.rsplit(".", 1)[-1]
    found = [float(days) for days in _WINDOWS.findall(function)]
    if not found:
        return math.inf
    return 2 * found[-1] if function.startswith("delta_") else max(found)

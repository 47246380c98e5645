"""The words and array types that all parts of an example company share."""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Flags = NDArray[np.bool_]
Seconds = NDArray[np.int64]
"""Moments as whole seconds since 1970-01-01 UTC."""

HOUR = 3_600
DAY = 24 * HOUR
NEVER = np.iinfo(np.int64).max
"""The moment that does not come: customers who stay end then."""

SIZES = ("Small business", "Mid-market", "Enterprise", "Public sector")
PLANS = ("Basic", "Standard", "Premium")
REGIONS = ("North", "East", "South", "West", "AT/CH")
INDUSTRIES = ("Manufacturing", "Retail", "Logistics", "Health", "Construction", "Services")
LANGUAGES = ("de", "en")

"""The leakage audit: columns that know the outcome are found by their values, never by their names.

Import from here; the modules inside are an arrangement, not an interface.
"""

from features.leaks.audit import audit
from features.leaks.evidence import split_at_median
from features.leaks.finding import Finding, enforce
from features.leaks.same_survey import find_same_survey

__all__ = ["Finding", "audit", "enforce", "find_same_survey", "split_at_median"]

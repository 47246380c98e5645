"""The leakage audit: columns that know the outcome are found by their values, never by their names.

Import from here; the modules inside are an arrangement, not an interface.
"""

from features.leaks.audit import audit
from features.leaks.evidence import split_at_median
from features.leaks.finding import Finding, enforce
from features.leaks.lives import audit_lives
from features.leaks.presence import find_training_only
from features.leaks.same_survey import find_same_survey
from features.leaks.witnesses import audit_sources

__all__ = [
    "Finding",
    "audit",
    "audit_lives",
    "audit_sources",
    "enforce",
    "find_same_survey",
    "find_training_only",
    "split_at_median",
]

"""Whether a new version may replace the champion: both on the same rows, and a gate of named checks."""

from training.promotion.contest import Candidate, Contest, compare
from training.promotion.gate import Check, check_version
from training.promotion.kept_back import KeptBack
from training.promotion.unseen import can_score, find_unseen

__all__ = [
    "Candidate",
    "Check",
    "Contest",
    "KeptBack",
    "can_score",
    "check_version",
    "compare",
    "find_unseen",
]

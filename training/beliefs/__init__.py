"""What people say drives the outcome, beside what is measured: two answers to two questions.

Import from here; the modules inside are an arrangement, not an interface.
"""

from training.beliefs.comparing import check_beliefs
from training.beliefs.places import Place, Verdict, judge_place, place_measured, place_shares
from training.beliefs.record import BeliefCheck, BeliefRow, StatedSide, belief_from_json
from training.beliefs.words import CAVEAT, tell_beliefs

__all__ = [
    "CAVEAT",
    "BeliefCheck",
    "BeliefRow",
    "Place",
    "StatedSide",
    "Verdict",
    "belief_from_json",
    "check_beliefs",
    "judge_place",
    "place_measured",
    "place_shares",
    "tell_beliefs",
]

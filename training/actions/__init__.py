"""The action ledger: what was tried, for whom, who was held back by lot, and what it changed.

Import from here; the modules inside are an arrangement, not an interface.
"""

from training.actions.effects import Comparison, compare_arms
from training.actions.planning import Plan, PlannedOutcome, make_plan
from training.actions.record import Action, Assigned, Cost, Entry, Note, ReadOut, Target

__all__ = [
    "Action",
    "Assigned",
    "Comparison",
    "Cost",
    "Entry",
    "Note",
    "Plan",
    "PlannedOutcome",
    "ReadOut",
    "Target",
    "compare_arms",
    "make_plan",
]

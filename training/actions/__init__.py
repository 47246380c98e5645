"""The action ledger: what was tried, for whom, who was held back by lot, and what it changed.

Import from here; the modules inside are an arrangement, not an interface.
"""

from training.actions.assigning import People, draw_lots, draw_secret, to_table
from training.actions.effects import Comparison, compare_arms
from training.actions.ledger import SUMMARY, Ledger, digest_of
from training.actions.planning import Plan, PlannedOutcome, make_plan
from training.actions.reading import Seen, Stakes, judge, read_out
from training.actions.record import HELD_BACK, TREATED, Action, Assigned, Cost, Entry, Note, ReadOut, Target
from training.actions.showing import Actions, ShownAction, ShownEffect, show_actions
from training.actions.words import tell_plan, tell_read_out

__all__ = [
    "HELD_BACK",
    "SUMMARY",
    "TREATED",
    "Action",
    "Actions",
    "Assigned",
    "Comparison",
    "Cost",
    "Entry",
    "Ledger",
    "Note",
    "People",
    "Plan",
    "PlannedOutcome",
    "ReadOut",
    "Seen",
    "ShownAction",
    "ShownEffect",
    "Stakes",
    "Target",
    "compare_arms",
    "digest_of",
    "draw_lots",
    "draw_secret",
    "judge",
    "make_plan",
    "read_out",
    "show_actions",
    "tell_plan",
    "tell_read_out",
    "to_table",
]

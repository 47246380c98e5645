"""Levers: which drivers one may work on first, with evidence grades, effects on equal terms, and refusals.

Import from here; the modules inside are an arrangement, not an interface.
"""

from training.levers.declared import DeclaredDriver, declared_drivers, refuse_by_metadata
from training.levers.judging import judge_levers
from training.levers.record import Lever, LeverEffect, Status, levers_from_json, levers_to_json
from training.levers.sheet import LEVER_COLUMNS, lever_sheet
from training.levers.tested import TestedEffect, grade_by_tests
from training.levers.views import compare_views
from training.levers.words import GRADE_WORDS, foresee_refusals, tell_levers

__all__ = [
    "GRADE_WORDS",
    "LEVER_COLUMNS",
    "DeclaredDriver",
    "Lever",
    "LeverEffect",
    "Status",
    "TestedEffect",
    "compare_views",
    "declared_drivers",
    "foresee_refusals",
    "grade_by_tests",
    "judge_levers",
    "lever_sheet",
    "levers_from_json",
    "levers_to_json",
    "refuse_by_metadata",
    "tell_levers",
]

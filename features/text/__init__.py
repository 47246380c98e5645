"""Verbatims become language, sentiment, topics, effort and whether one could act; names stay out."""

from features.text.actionability import find_actionable
from features.text.corrections import Corrections
from features.text.duplicates import group_near_duplicates
from features.text.effort import rate_effort
from features.text.languages import find_languages
from features.text.redaction import Redactor
from features.text.review import Doubt, list_doubts, write_review

__all__ = [
    "Corrections",
    "Doubt",
    "Redactor",
    "find_actionable",
    "find_languages",
    "group_near_duplicates",
    "list_doubts",
    "rate_effort",
    "write_review",
]

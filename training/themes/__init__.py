"""What people write about: topics, tone, and how both changed; never the words, but for approved quotes.

Import from here; the modules inside are an arrangement, not an interface.
"""

from training.themes.measuring import MeasuredThemes, SourceTexts, list_questions, measure_themes
from training.themes.quotes import demand_known, read_quotes
from training.themes.record import (
    EmergingTopic,
    Quote,
    ShareChange,
    SourceThemes,
    Span,
    Theme,
    ToldShare,
    ToneChange,
    TopicName,
    Unread,
)
from training.themes.rows import VerbatimRows
from training.themes.showing import Histories

__all__ = [
    "EmergingTopic",
    "Histories",
    "MeasuredThemes",
    "Quote",
    "ShareChange",
    "SourceTexts",
    "SourceThemes",
    "Span",
    "Theme",
    "ToldShare",
    "ToneChange",
    "TopicName",
    "Unread",
    "VerbatimRows",
    "demand_known",
    "list_questions",
    "measure_themes",
    "read_quotes",
]

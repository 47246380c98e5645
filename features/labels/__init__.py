"""What happened to each row after its snapshot: an event, silence, or an answer.

Import from here; the modules inside are an arrangement, not an interface.
"""

from features.labels.events import (
    Labels,
    Outcomes,
    count_causes,
    find_gone,
    find_outcomes,
    label_rows,
    labels_as_known,
)
from features.labels.ratings import group_nps
from features.labels.spans import SpanLabels, label_answers, label_silence

__all__ = [
    "Labels",
    "Outcomes",
    "SpanLabels",
    "count_causes",
    "find_gone",
    "find_outcomes",
    "group_nps",
    "label_answers",
    "label_rows",
    "label_silence",
    "labels_as_known",
]

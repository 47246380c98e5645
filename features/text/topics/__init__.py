"""Topics of verbatims: found, named in two languages, kept over waves, edited by a person; and new ones."""

from features.text.topics.edits import TopicEdits, write_starter
from features.text.topics.emerging import EmergingTopic, Range, find_emerging
from features.text.topics.matching import TopicMatch, match_topics
from features.text.topics.model import Assigned, TopicModel
from features.text.topics.topic import Topic

__all__ = [
    "Assigned",
    "EmergingTopic",
    "Range",
    "Topic",
    "TopicEdits",
    "TopicMatch",
    "TopicModel",
    "find_emerging",
    "match_topics",
    "write_starter",
]

"""Topics of verbatims: found, named in two languages, kept over waves, edited by a person."""

from features.text.topics.model import Assigned, TopicModel
from features.text.topics.topic import Topic

__all__ = ["Assigned", "Topic", "TopicModel"]

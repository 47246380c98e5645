"""What a change of a survey metric is made of: changed minds, other members, other people answering."""

from training.statistics.composition.decomposition import Composition, Unexplained, WhyUnexplained, decompose
from training.statistics.composition.people import GroupCounts
from training.statistics.composition.verdict import Verdict

__all__ = ["Composition", "GroupCounts", "Unexplained", "Verdict", "WhyUnexplained", "decompose"]

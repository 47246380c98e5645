"""Why a score is another one than before: changed features, a changed model, and of groups who came and went.

Import from here; the modules inside are an arrangement, not an interface.
"""

from training.change.effects import DriverEffect, FeatureEffect
from training.change.group import GroupChange, Snapshot, explain_group_change
from training.change.rows import read_entity, read_snapshot
from training.change.single import Change, explain_change
from training.change.words import describe_group_change, describe_single_change

__all__ = [
    "Change",
    "DriverEffect",
    "FeatureEffect",
    "GroupChange",
    "Snapshot",
    "describe_group_change",
    "describe_single_change",
    "explain_change",
    "explain_group_change",
    "read_entity",
    "read_snapshot",
]

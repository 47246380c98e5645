"""What training keeps for later comparison: how features and forecasts lay on its snapshots, nobody in them.

Import from here; the modules inside are an arrangement, not an interface.
"""

from training.reference.bins import Bins, Counts
from training.reference.counting import SnapshotCounts, count_snapshots
from training.reference.record import Reference, SourceMark
from training.reference.taking import take_reference

__all__ = [
    "Bins",
    "Counts",
    "Reference",
    "SnapshotCounts",
    "SourceMark",
    "count_snapshots",
    "take_reference",
]

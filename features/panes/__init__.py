"""Events become cells: one streamed pass, whatever the order, and every cell can be merged with any other.

Time is cut at every snapshot and window edge. A cell holds what is to be remembered of the events of one
entity in one pane that the same snapshots may know. Import from here; the modules inside are an arrangement,
not an interface.
"""

from features.panes.adding import Events
from features.panes.compiled import Places, Words, as_real, as_whole, compiled, inlined
from features.panes.grid import Grid
from features.panes.layout import FIRST_DAY, KEY, LAST_DAY, SKETCH_BITS, Layout
from features.panes.log import CellLog, ClosedLog, SortedCells, find_starts, first_snapshots, split_key
from features.panes.merging import clear, merge
from features.panes.roster import Roster
from features.panes.runs import Runs
from features.panes.texts import Texts, hash_ids, hash_text

__all__ = [
    "FIRST_DAY",
    "KEY",
    "LAST_DAY",
    "SKETCH_BITS",
    "CellLog",
    "ClosedLog",
    "Events",
    "Grid",
    "Layout",
    "Places",
    "Roster",
    "Runs",
    "SortedCells",
    "Texts",
    "Words",
    "as_real",
    "as_whole",
    "clear",
    "compiled",
    "find_starts",
    "first_snapshots",
    "hash_ids",
    "hash_text",
    "inlined",
    "merge",
    "split_key",
]

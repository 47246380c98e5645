"""Drivers: groups of features that one can speak about, ranked by their share of the explanation.

Import from here; the modules inside are an arrangement, not an interface.
"""

from features.catalogue import plain_name
from training.drivers.agreement import Agreement, Disagreement, Verdict, agree
from training.drivers.attribution import (
    DriverGroup,
    driver_groups,
    importance_shares,
    sample_rows,
    sum_by_driver,
)
from training.drivers.direction import Direction, direction_of
from training.drivers.evidence import DriverFacts, MetadataRefusal, controls_of, partners_of, refuse_lever
from training.drivers.goal import Goal, goal_bounds, goal_met, meets, read_goal, shortfall
from training.drivers.observed import Observed
from training.drivers.priorities import DoNothing, ExperienceCost, Priorities, Priority, prioritise
from training.drivers.prospects import Outlook, Prospect, look_ahead
from training.drivers.quadrants import STRONG_FROM, QuadrantRow, place_drivers
from training.drivers.ranking import rank_drivers
from training.drivers.refusals import DataRefusal, Refusal, RefusalCode, read_refusal, word_refusal
from training.drivers.row import (
    TELLING_ROLES,
    DriverRow,
    EvidenceGrade,
    IntervalMethod,
    rows_from_json,
    rows_to_json,
)
from training.drivers.segments import CutDrivers, SegmentDriver, SegmentDrivers, rank_by_segment
from training.drivers.shares import DriverShares, RowWeights, Spread
from training.drivers.sheet import DRIVER_COLUMNS, Cell, driver_sheet, estimate_cells, goal_cell
from training.drivers.stakes import GradedLever, Stakes
from training.drivers.tornado import TornadoBar
from training.drivers.views import VarianceSplit, main_columns, split_variance
from training.drivers.whatif import WhatIf, WhatIfGrid, WhatIfStep, what_if

__all__ = [
    "DRIVER_COLUMNS",
    "STRONG_FROM",
    "TELLING_ROLES",
    "Agreement",
    "Cell",
    "CutDrivers",
    "DataRefusal",
    "Direction",
    "Disagreement",
    "DoNothing",
    "DriverFacts",
    "DriverGroup",
    "DriverRow",
    "DriverShares",
    "EvidenceGrade",
    "ExperienceCost",
    "Goal",
    "GradedLever",
    "IntervalMethod",
    "MetadataRefusal",
    "Observed",
    "Outlook",
    "Priorities",
    "Priority",
    "Prospect",
    "QuadrantRow",
    "Refusal",
    "RefusalCode",
    "RowWeights",
    "SegmentDriver",
    "SegmentDrivers",
    "Spread",
    "Stakes",
    "TornadoBar",
    "VarianceSplit",
    "Verdict",
    "WhatIf",
    "WhatIfGrid",
    "WhatIfStep",
    "agree",
    "controls_of",
    "direction_of",
    "driver_groups",
    "driver_sheet",
    "estimate_cells",
    "goal_bounds",
    "goal_cell",
    "goal_met",
    "importance_shares",
    "look_ahead",
    "main_columns",
    "meets",
    "partners_of",
    "place_drivers",
    "plain_name",
    "prioritise",
    "rank_by_segment",
    "rank_drivers",
    "read_goal",
    "read_refusal",
    "refuse_lever",
    "rows_from_json",
    "rows_to_json",
    "sample_rows",
    "shortfall",
    "split_variance",
    "sum_by_driver",
    "what_if",
    "word_refusal",
]

"""Drivers: groups of features that one can speak about, ranked by their share of the explanation.

Import from here; the modules inside are an arrangement, not an interface.
"""

from training.drivers.agreement import Agreement, Disagreement, Verdict, agree
from training.drivers.attribution import (
    DriverGroup,
    driver_groups,
    importance_shares,
    plain_name,
    sample_rows,
    sum_by_driver,
)
from training.drivers.direction import Direction, direction_of
from training.drivers.goal import Goal, goal_met, meets, read_goal
from training.drivers.quadrants import QuadrantRow, place_drivers
from training.drivers.ranking import rank_drivers
from training.drivers.row import DriverRow, EvidenceGrade, IntervalMethod, rows_from_json, rows_to_json
from training.drivers.segments import CutDrivers, SegmentDriver, SegmentDrivers, rank_by_segment
from training.drivers.shares import DriverShares, RowWeights, Spread
from training.drivers.views import VarianceSplit, main_columns, split_variance

__all__ = [
    "Agreement",
    "CutDrivers",
    "Direction",
    "Disagreement",
    "DriverGroup",
    "DriverRow",
    "DriverShares",
    "EvidenceGrade",
    "Goal",
    "IntervalMethod",
    "QuadrantRow",
    "RowWeights",
    "SegmentDriver",
    "SegmentDrivers",
    "Spread",
    "VarianceSplit",
    "Verdict",
    "agree",
    "direction_of",
    "driver_groups",
    "goal_met",
    "importance_shares",
    "main_columns",
    "meets",
    "place_drivers",
    "plain_name",
    "rank_by_segment",
    "rank_drivers",
    "read_goal",
    "rows_from_json",
    "rows_to_json",
    "sample_rows",
    "split_variance",
    "sum_by_driver",
]

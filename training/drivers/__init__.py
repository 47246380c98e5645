"""Drivers: groups of features that one can speak about, ranked by their share of the explanation.

Import from here; the modules inside are an arrangement, not an interface.
"""

from training.drivers.attribution import (
    DriverGroup,
    driver_groups,
    importance_shares,
    plain_name,
    sample_rows,
    sum_by_driver,
)
from training.drivers.direction import Direction, direction_of
from training.drivers.evidence import DriverFacts, MetadataRefusal, controls_of, partners_of, refuse_lever
from training.drivers.goal import Goal, goal_met, read_goal
from training.drivers.ranking import RowWeights, rank_drivers
from training.drivers.refusals import DataRefusal, Refusal, RefusalCode, read_refusal, word_refusal
from training.drivers.row import DriverRow, EvidenceGrade, IntervalMethod, rows_from_json, rows_to_json

__all__ = [
    "DataRefusal",
    "Direction",
    "DriverFacts",
    "DriverGroup",
    "DriverRow",
    "EvidenceGrade",
    "Goal",
    "IntervalMethod",
    "MetadataRefusal",
    "Refusal",
    "RefusalCode",
    "RowWeights",
    "controls_of",
    "direction_of",
    "driver_groups",
    "goal_met",
    "importance_shares",
    "partners_of",
    "plain_name",
    "rank_drivers",
    "read_goal",
    "read_refusal",
    "refuse_lever",
    "rows_from_json",
    "rows_to_json",
    "sample_rows",
    "sum_by_driver",
    "word_refusal",
]

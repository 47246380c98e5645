"""Raw tables out of files and databases, and the types of their values; every fault is one line.

Import from here; the modules inside are an arrangement, not an interface.
"""

from features.reading.capacity import demand_room
from features.reading.columnar import fingerprint_files, is_parquet
from features.reading.detection import Detected, detect
from features.reading.files import stage_file, stage_source
from features.reading.guesses import guess_column, holds_dates
from features.reading.moments import ZONED, is_days, to_moment
from features.reading.peeking import list_time_columns
from features.reading.proposal import Readable, hint_at_values, propose_reading, proposing
from features.reading.staged import Column, Place, Staged, clean_text, demand_columns, nearest
from features.reading.values import check_scale, is_numeric, to_flag, to_number, to_text

__all__ = [
    "ZONED",
    "Column",
    "Detected",
    "Place",
    "Readable",
    "Staged",
    "check_scale",
    "clean_text",
    "demand_columns",
    "demand_room",
    "detect",
    "fingerprint_files",
    "guess_column",
    "hint_at_values",
    "holds_dates",
    "is_days",
    "is_numeric",
    "is_parquet",
    "list_time_columns",
    "nearest",
    "propose_reading",
    "proposing",
    "stage_file",
    "stage_source",
    "to_flag",
    "to_moment",
    "to_number",
    "to_text",
]

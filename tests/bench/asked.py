"""What every contender has to compute: 31 features of one column, at 12 snapshots over 4 windows.

A feature table is a Parquet file, or a folder of them, with ``entity_id``, ``snapshot`` (date) and the
columns of :func:`list_features`. An entity that has no known event at a snapshot may be absent there, or have
counts of 0 and nothing else.
"""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

SNAPSHOTS: tuple[date, ...] = tuple(date(2025, month, 1) for month in range(1, 13))
WINDOWS: tuple[int, ...] = (30, 90, 180, 365)
MEASURE = "amount"
BOUND = 50.0  # a share counts the values above it
PER_WINDOW = ("count", "sum", "mean", "min", "max", "share", "slope")
WHOLE_HISTORY = ("last", "days_since_first", "days_since_last")


def list_features(windows: Sequence[int] = WINDOWS) -> list[str]:
    """Return the names of the features in the order of the table.

    Examples
    --------
    >>> len(list_features())
    31
    """
    return [f"{function}_{days}d" for function in PER_WINDOW for days in windows] + list(WHOLE_HISTORY)


def list_files(log: Path) -> list[Path]:
    """Return the files of a log or a feature table: itself, or the Parquet files of the folder."""
    return sorted(log.glob("*.parquet")) if log.is_dir() else [log]


def midnight_of(snapshot: date, days_before: int = 0) -> datetime:
    """Return 00:00 UTC of a snapshot, or of a day before it."""
    return datetime(snapshot.year, snapshot.month, snapshot.day, tzinfo=UTC) - timedelta(days=days_before)

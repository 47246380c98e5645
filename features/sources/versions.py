"""Events that were corrected or withdrawn: which row speaks of an event from when until when.

Rows of one id are versions in the order in which they became known; of those known at the same moment a
withdrawal comes last, else the event time and then the values decide. A version counts from its ``known_at``
until the ``known_at`` of the next one. A withdrawal is no version, it only ends the one before it. Rows
without an id are events of their own.
"""

from collections.abc import Sequence
from typing import NamedTuple

COUNTS = "known_until IS NULL OR known_at < known_until"
VALID = "known_until IS NULL"


class Thinned(NamedTuple):
    """Say how many rows repeat an earlier one, were corrected, and were withdrawn."""

    duplicates: int
    corrected: int = 0
    withdrawn: int = 0


def drop_repeats(rows: str, id_column: str, order: Sequence[str], said: Sequence[str]) -> str:
    """Return SQL without the rows that say what the version before them says.

    Parameters
    ----------
    rows
        Table of one row per version or withdrawal.
    id_column
        Column that tells the event.
    order
        Columns in whose order versions follow each other.
    said
        Columns that make up what a version says.
    """
    says = f"ROW({', '.join(said)})"
    before = f"lag({says}) OVER (PARTITION BY {id_column} ORDER BY {', '.join(order)})"
    return f"SELECT * FROM {rows} QUALIFY {id_column} IS NULL OR {before} IS DISTINCT FROM {says}"


def end_versions(rows: str, id_column: str, order: Sequence[str], withdraws: str) -> str:
    """Return SQL in which ``known_until`` ends each version where the next row of its id became known.

    ``withdraws`` is true in rows that withdraw an event; afterwards it tells of each version whether it was
    withdrawn in the end, NULL where nothing follows. Versions that never counted, because the next one was
    known as early, are still there: ``known_until`` is not after ``known_at`` in them.
    """
    versions = f"OVER (PARTITION BY {id_column} ORDER BY {', '.join(order)})"
    has_id = f"{id_column} IS NOT NULL"
    ended = (
        f"CASE WHEN {has_id} THEN lead(known_at) {versions} END AS known_until",
        f"CASE WHEN {has_id} THEN lead({withdraws}) {versions} END AS {withdraws}",
    )
    return f"SELECT * REPLACE ({', '.join(ended)}) FROM {rows} AS r QUALIFY NOT r.{withdraws}"

"""The row of the same entity at an earlier snapshot: what was known before a lever's window began."""

import numpy as np
from numpy.typing import NDArray

Positions = NDArray[np.intp]
Dates = NDArray[np.datetime64]


def find_earlier(
    entity: NDArray[np.object_], snapshot_date: Dates, days: float, known_date: Dates | None = None
) -> tuple[Positions, Positions]:
    """Pair each row with the newest row of the same entity that was known at least ``days`` before it.

    Parameters
    ----------
    entity
        Shape (rows,).
    snapshot_date
        Shape (rows,), in days.
    known_date
        Shape (rows,), the day from which each row can be the earlier one, NaT for never; its snapshot if
        absent. Of rows known on the same day the one with the newest snapshot is taken.

    Returns
    -------
    rows, earlier
        Positions of the rows that have an earlier one, in order, and of that earlier row.

    Examples
    --------
    >>> days = np.array(["2025-01-01", "2025-03-01", "2025-05-01"], dtype="datetime64[D]")
    >>> rows, earlier = find_earlier(np.array(["a", "a", "a"], dtype=object), days, 90)
    >>> rows.tolist(), earlier.tolist()
    ([2], [0])
    """
    codes = np.unique(entity.astype(str), return_inverse=True)[1].astype(np.int64)
    day = _count_days(snapshot_date)
    known = day if known_date is None else _count_days(known_date)
    is_ever = np.ones(len(day), np.bool_) if known_date is None else ~np.isnat(known_date)
    low = min(day.min(initial=0), known[is_ever].min(initial=0))
    never = max(day.max(initial=0), known[is_ever].max(initial=0)) - low + 1
    begin = np.where(is_ever, known - low, never)
    order = np.lexsort((day, begin, codes))
    base = codes * (never + 1)
    place = np.searchsorted((base + begin)[order], base + day - low - int(days), side="right") - 1
    found = order[np.maximum(place, 0)]
    rows = np.flatnonzero((place >= 0) & (codes[found] == codes))
    return rows, found[rows]


def _count_days(dates: Dates) -> NDArray[np.int64]:
    """Return dates as numbers of days."""
    return dates.astype("datetime64[D]").astype(np.int64)

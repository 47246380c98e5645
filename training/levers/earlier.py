"""The row of the same entity at an earlier snapshot: what was known before a lever's window began."""

import numpy as np
from numpy.typing import NDArray

Positions = NDArray[np.intp]


def find_earlier(
    entity: NDArray[np.object_], snapshot_date: NDArray[np.datetime64], days: float
) -> tuple[Positions, Positions]:
    """Pair each row with the newest row of the same entity that is at least ``days`` older.

    Parameters
    ----------
    entity
        Shape (rows,).
    snapshot_date
        Shape (rows,), in days.

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
    day = snapshot_date.astype("datetime64[D]").astype(np.int64)
    day = day - day.min(initial=0)
    reach = int(day.max(initial=0)) + int(days) + 2
    keys = codes * (2 * reach) + day + reach
    order = np.argsort(keys, kind="stable")
    place = np.searchsorted(keys[order], keys - int(days), side="right") - 1
    found = order[np.maximum(place, 0)]
    is_paired = (place >= 0) & (codes[found] == codes)
    rows = np.flatnonzero(is_paired)
    return rows, found[rows]

"""How many rows of a source became known on each day: what tells a feed that has stopped from a live one."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Self

import duckdb
import numpy as np

from features.sql import quoted_name

KEPT_DAYS = 800
"""Days that are kept up to the last one with a row: two years, so that a season has been there before."""
_EPOCH = date(1970, 1, 1)


@dataclass(frozen=True)
class Arrivals:
    """Hold how many rows became known on each day.

    Attributes
    ----------
    first_day
        Day of the first count.
    counts
        One number per day without a gap, up to the last day with a row.

    Examples
    --------
    >>> found = Arrivals(date(2026, 3, 1), (3, 0, 5))
    >>> found.within(date(2026, 3, 1), date(2026, 3, 3)), found.last_day
    (3, datetime.date(2026, 3, 3))
    """

    first_day: date
    counts: tuple[int, ...]

    @property
    def last_day(self) -> date:
        """Return the last day on which a row became known."""
        return self.first_day + timedelta(days=len(self.counts) - 1)

    def within(self, start: date, end: date) -> int:
        """Return how many rows became known from one day on and before another."""
        low, high = (max(0, (day - self.first_day).days) for day in (start, end))
        return sum(self.counts[low:high])

    def to_json(self) -> dict[str, str]:
        """Return plain values; the counts as one text, since a list would be a line per day in the file."""
        return {"first_day": self.first_day.isoformat(), "counts": " ".join(map(str, self.counts))}

    @classmethod
    def from_json(cls, content: dict[str, Any]) -> Self:
        """Read what :meth:`to_json` gave."""
        return cls(date.fromisoformat(content["first_day"]), tuple(map(int, content["counts"].split())))


def count_arrivals(connection: duckdb.DuckDBPyConnection, table: str, today: date) -> Arrivals | None:
    """Count the rows of a typed table by the day on which they became known; None where there are none.

    Parameters
    ----------
    connection
        Where the table is; its session speaks UTC.
    table
        Table with ``known_at``; one without clocks has no arrivals.
    today
        The day of the run; later days do not count.
    """
    columns = {str(row[0]) for row in connection.execute(f"DESCRIBE {quoted_name(table)}").fetchall()}
    if "known_at" not in columns:
        return None
    span = f"known_at > TIMESTAMP '0001-01-02' AND known_at < DATE '{today}' + INTERVAL 1 DAY"
    query = f"""
        SELECT CAST(known_at AS DATE) - DATE '1970-01-01' AS day, count(*) AS n
        FROM {quoted_name(table)} WHERE {span} GROUP BY day ORDER BY day
    """
    found = connection.sql(query).fetchnumpy()
    days = np.asarray(found["day"], np.int64)
    if not days.size:
        return None
    is_kept = days > days[-1] - KEPT_DAYS
    counts = np.zeros(days[-1] - days[is_kept][0] + 1, np.int64)
    counts[days[is_kept] - days[is_kept][0]] = np.asarray(found["n"], np.int64)[is_kept]
    return Arrivals(_EPOCH + timedelta(days=int(days[is_kept][0])), tuple(counts.tolist()))

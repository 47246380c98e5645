"""The only date arithmetic: durations, snapshot grids, windows and horizons; half-open, day-aligned, UTC."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal, Self

_DURATION = re.compile(r"([1-9][0-9]{0,4})d", re.ASCII)
_NEAR_DURATION = re.compile(r"(?<![0-9.,])([0-9]{1,6})(?![0-9.,])\s*([a-z]?)", re.ASCII)
_DAYS_PER_UNIT = {"w": 7, "m": 30, "q": 91, "y": 365}
_MOST_DAYS = 99_999
JUDGED_SNAPSHOTS = 3

Step = Literal["day", "week", "month", "quarter"]


@dataclass(frozen=True, order=True)
class Duration:
    """Hold a whole number of days, written ``90d``.

    Examples
    --------
    >>> Duration.parse("90d").days
    90
    >>> str(Duration(7))
    '7d'
    """

    days: int

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read ``90d``.

        Raises
        ------
        ValueError
            If ``text`` is not a number of days from 1 to 99999 with a ``d``; the message says what to write.
        """
        match = _DURATION.fullmatch(text.strip())
        if match is None:
            message = f"'{text}' is not a duration; write '{_nearest_days(text)}d'"
            raise ValueError(message)
        return cls(int(match.group(1)))

    def __str__(self) -> str:
        return f"{self.days}d"


def _nearest_days(text: str) -> int:
    """Return the days that ``text`` seems to mean (``2 weeks``, ``3 months``, ``90``), or 90."""
    match = _NEAR_DURATION.search(text.lower())
    if match is None:
        return 90
    days = int(match.group(1)) * _DAYS_PER_UNIT.get(match.group(2), 1)
    return days if 0 < days <= _MOST_DAYS else 90


@dataclass(frozen=True)
class Horizon:
    """Hold the span after a snapshot in which the target is observed, the last day excluded.

    It starts ``gap_days`` after the snapshot: ``[snapshot + gap, snapshot + gap + length)``.

    Examples
    --------
    >>> horizon = Horizon(Duration(30), gap_days=7)
    >>> horizon.start(date(2025, 1, 1)), horizon.end(date(2025, 1, 1))
    (datetime.date(2025, 1, 8), datetime.date(2025, 2, 7))
    """

    length: Duration
    gap_days: int = 0

    def start(self, snapshot_date: date) -> date:
        """Return the first day on which the target counts."""
        return snapshot_date + timedelta(days=self.gap_days)

    def end(self, snapshot_date: date) -> date:
        """Return the first day after the horizon."""
        return self.start(snapshot_date) + timedelta(days=self.length.days)


def list_judged(
    snapshot_dates: Iterable[date], primary: Horizon, observed_until: date, most: int = JUDGED_SNAPSHOTS
) -> tuple[date, ...]:
    """Return the newest snapshots that can judge a forecast: horizon over, earlier ones to learn from.

    Parameters
    ----------
    snapshot_dates
        All snapshots.
    primary
        The horizon that reports lead with.
    observed_until
        First day that is not observed.
    most
        How many at most.

    Examples
    --------
    >>> months = [date(2025, month, 1) for month in range(1, 7)]
    >>> [str(day) for day in list_judged(months, Horizon(Duration(30)), date(2025, 6, 1), most=2)]
    ['2025-04-01', '2025-05-01']
    """
    dates = sorted(set(snapshot_dates))
    usable = [day for day in dates if primary.end(day) <= observed_until and primary.start(dates[0]) < day]
    return tuple(usable[-most:])


@dataclass(frozen=True)
class SnapshotGrid:
    """Hold the days on which rows are known and scored: ``first``, then every ``step`` up to ``last``.

    The day ``last`` counts when the grid falls on it. Months and quarters keep the day of ``first``, or take
    the last day of a shorter month.

    Examples
    --------
    >>> SnapshotGrid("month", date(2025, 1, 31), date(2025, 3, 31)).dates()[1]
    datetime.date(2025, 2, 28)
    """

    step: Step
    first: date
    last: date

    def dates(self) -> tuple[date, ...]:
        """Return all snapshot dates in order."""
        found: list[date] = []
        while (day := self._at(len(found))) <= self.last:
            found.append(day)
        return tuple(found)

    def _at(self, index: int) -> date:
        """Return the snapshot ``index`` steps after the first."""
        if self.step == "day":
            return self.first + timedelta(days=index)
        if self.step == "week":
            return self.first + timedelta(weeks=index)
        return _add_months(self.first, index * (3 if self.step == "quarter" else 1))


def _add_months(day: date, months: int) -> date:
    """Return the same day of a later month, or that month's last day."""
    year, month0 = divmod(day.year * 12 + day.month - 1 + months, 12)
    following = date(year + (month0 == 11), (month0 + 1) % 12 + 1, 1)
    last_day = (following - timedelta(days=1)).day
    return date(year, month0 + 1, min(day.day, last_day))

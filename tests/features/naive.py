"""The features of events by their definitions: row by row, measure by measure, nothing shared or kept.

An event counts at a snapshot ``s`` (00:00 UTC of its day) if ``event_time < s``, ``known_at <= s`` and
``s < known_until``, where an absent ``known_until`` means that the event is still valid.
"""

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from features.measures import Measure, Shape
from features.panes import hash_text

Event = Mapping[str, Any]
Row = tuple[str, date]
Value = float | str | None
Mask = npt.NDArray[np.bool_]
EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001 - the tables hold UTC without a zone
DAY = 86_400_000_000  # microseconds
_SLOPE_DAYS = 30
_FOREVER = np.iinfo(np.int64).max


def microseconds_of(moment: datetime) -> int:
    """Return a moment as microseconds since 1970-01-01."""
    return (moment - EPOCH) // timedelta(microseconds=1)


def read_value(value: Any, shape: Shape) -> Value:
    """Return what a cell holds: a finite number, a text that is not empty, or a day since 1970-01-01."""
    if value is None or value == "":
        return None
    if shape == "text":
        return str(value)
    if shape == "time":
        day = value.date() if isinstance(value, datetime) else value
        return float((day - EPOCH.date()).days)
    return float(value) if math.isfinite(float(value)) else None


class History:
    """The events of one entity as columns."""

    def __init__(self, events: Sequence[Event], id_column: str | None = None) -> None:
        self._events = events
        self._id_column = id_column
        self._columns: dict[tuple[str, Shape], npt.NDArray[Any]] = {}
        self._masks: dict[tuple[str, Shape], Mask] = {}
        self.event_time = self._times("event_time")
        self.known_at = self._times("known_at")
        self.known_until = self._times("known_until")

    def _times(self, column: str) -> npt.NDArray[np.int64]:
        moments = [event.get(column) for event in self._events]
        found = [_FOREVER if moment is None else microseconds_of(moment) for moment in moments]
        return np.array(found, dtype=np.int64)

    def column(self, name: str, shape: Shape) -> npt.NDArray[Any]:
        """Return the values of a column; a missing one is ``None``."""
        if (name, shape) not in self._columns:
            found = np.empty(len(self._events), dtype=object)
            found[:] = [read_value(event[name], shape) for event in self._events]
            self._columns[name, shape] = found
        return self._columns[name, shape]

    def has_value(self, name: str, shape: Shape) -> Mask:
        """Tell which events have a value in a column."""
        if (name, shape) not in self._masks:
            found = [value is not None for value in self.column(name, shape)]
            self._masks[name, shape] = np.array(found, dtype=np.bool_)
        return self._masks[name, shape]

    @cached_property
    def rank(self) -> npt.NDArray[np.int64]:
        """Return the place of each event by event time, known time and id; equal keys share a place."""
        ids = [0 if self._id_column is None else event[self._id_column] for event in self._events]
        keys = list(zip(self.event_time.tolist(), self.known_at.tolist(), ids, strict=True))
        places = {key: place for place, key in enumerate(sorted(set(keys)))}
        return np.array([places[key] for key in keys], dtype=np.int64)

    def at(self, snapshot: date) -> "View":
        """Return what may be known at 00:00 of a day."""
        midnight = microseconds_of(datetime.combine(snapshot, time()))
        seen = (self.event_time < midnight) & (self.known_at <= midnight) & (self.known_until > midnight)
        return View(self, midnight, seen)


@dataclass(frozen=True)
class View:
    """What one row may know of its entity."""

    history: History
    midnight: int
    is_seen: Mask

    def window(self, days: int | None, skip_days: int = 0) -> Mask:
        """Tell the events of ``[s - skip - days, s - skip)`` known at ``s``; all of them without days."""
        if days is None:
            return self.is_seen
        end = self.midnight - skip_days * DAY
        moments = self.history.event_time
        return self.is_seen & (moments >= end - days * DAY) & (moments < end)

    def valued(self, measure: Measure, days: int | None, skip_days: int = 0) -> Mask:
        """Tell the events of a window that have a value in the column of the measure."""
        return self.window(days, skip_days) & self.history.has_value(measure.column or "", measure.shape)

    def column(self, measure: Measure) -> npt.NDArray[Any]:
        """Return the column that a measure reads."""
        return self.history.column(measure.column or "", measure.shape)

    def values(self, measure: Measure, days: int | None, skip_days: int = 0) -> list[Any]:
        """Return the values of a window, without the missing ones."""
        return self.column(measure)[self.valued(measure, days, skip_days)].tolist()

    def days_before(self, moments: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
        """Return the age of events in days: 1 on the day before the snapshot."""
        return self.midnight // DAY - moments // DAY


def view_rows(events: Sequence[Event], rows: Sequence[Row], id_column: str | None = None) -> Iterator[View]:
    """Yield what each row may know."""
    grouped: dict[str, list[Event]] = {}
    for event in events:
        grouped.setdefault(event["entity_id"], []).append(event)
    histories = {entity: History(found, id_column) for entity, found in grouped.items()}
    nothing = History([])
    for entity, snapshot in rows:
        yield histories.get(entity, nothing).at(snapshot)


def read(view: View, measure: Measure) -> Value:
    """Return one feature of one row."""
    return READINGS[str(measure.function)](view, measure)


def fit_line(points: Sequence[tuple[int, float]]) -> float | None:
    """Return the least-squares change of y per unit of x; missing without two different x."""
    start = min((x for x, _ in points), default=0)
    middle_x = math.fsum(x - start for x, _ in points) / max(len(points), 1)
    middle_y = math.fsum(y for _, y in points) / max(len(points), 1)
    below = math.fsum((x - start - middle_x) ** 2 for x, _ in points)
    if len({x for x, _ in points}) < 2:
        return None
    return math.fsum((x - start - middle_x) * (y - middle_y) for x, y in points) / below


def timed_values(view: View, measure: Measure) -> list[tuple[int, float]]:
    """Return the exact times and the values of a window."""
    chosen = view.valued(measure, measure.window_days)
    moments = view.history.event_time[chosen].tolist()
    return list(zip(moments, view.column(measure)[chosen].tolist(), strict=True))


def _count(view: View, measure: Measure) -> float:
    if measure.column is None:
        return int(view.window(measure.window_days).sum())
    return len(view.values(measure, measure.window_days))


def _of_numbers(function: Callable[[list[float]], float], at_least: int = 1) -> Callable[..., Value]:
    def found(view: View, measure: Measure) -> Value:
        numbers = view.values(measure, measure.window_days)
        return function(numbers) if len(numbers) >= at_least else None

    return found


def _mean(numbers: Sequence[float]) -> float:
    return math.fsum(numbers) / len(numbers)


def _sample_deviation(numbers: Sequence[float]) -> float:
    middle = _mean(numbers)
    return math.sqrt(math.fsum((number - middle) ** 2 for number in numbers) / (len(numbers) - 1))


def _end(of: Callable[..., Any]) -> Callable[..., Value]:
    """Pick the first or last value; of events with equal times and id the smallest or greatest value.

    Texts are put in the order of their hashes.
    """

    def found(view: View, measure: Measure) -> Value:
        chosen, rank = view.valued(measure, measure.window_days), view.history.rank
        if not chosen.any():
            return None
        rivals = view.column(measure)[chosen & (rank == of(rank[chosen]))].tolist()
        value = of(rivals, key=hash_text if measure.shape == "text" else None)
        return view.midnight // DAY - value if measure.shape == "time" else value

    return found


def _slope(view: View, measure: Measure) -> Value:
    slope = fit_line(timed_values(view, measure))
    return None if slope is None else slope * _SLOPE_DAYS * DAY


def _count_slope(view: View, measure: Measure) -> Value:
    days, chosen = measure.window_days or 0, view.window(measure.window_days)
    counts = np.bincount(view.days_before(view.history.event_time[chosen]), minlength=days + 1).tolist()
    slope = fit_line([(-age, counts[age]) for age in range(1, days + 1)])
    return None if slope is None or not chosen.any() else slope * _SLOPE_DAYS


def _share(view: View, measure: Measure) -> Value:
    comparison, bound = measure.condition or ("=", "")
    limit: Any = bound if measure.shape == "text" else float(bound)
    meets: dict[str, Callable[[Any], bool]] = {
        ">=": lambda value: value >= limit,
        "<=": lambda value: value <= limit,
        ">": lambda value: value > limit,
        "<": lambda value: value < limit,
        "=": lambda value: value == limit,
    }
    values = view.values(measure, measure.window_days)
    return sum(map(meets[comparison], values)) / len(values) if values else None


def _ratio(view: View, measure: Measure) -> Value:
    short, long = measure.window_days or 0, measure.long_days or 0
    in_short, in_long = int(view.window(short).sum()), int(view.window(long).sum())
    return (in_short / short) / (in_long / long) if in_long else None


def _days_since(of: Callable[[Any], Any]) -> Callable[..., Value]:
    def found(view: View, measure: Measure) -> Value:
        moments = view.history.event_time[view.window(measure.window_days)]
        return int(of(view.days_before(moments))) if moments.size else None

    return found


def _delta(view: View, measure: Measure) -> Value:
    days = measure.window_days or 0
    recent, before = view.values(measure, days), view.values(measure, days, days)
    return _mean(recent) - _mean(before) if recent and before else None


def _count_delta(view: View, measure: Measure) -> Value:
    days = measure.window_days or 0
    return int(view.window(days).sum()) - int(view.window(days, days).sum())


READINGS: dict[str, Callable[[View, Measure], Value]] = {
    "count": _count,
    "sum": _of_numbers(math.fsum),
    "mean": _of_numbers(_mean),
    "min": _of_numbers(min),
    "max": _of_numbers(max),
    "std": _of_numbers(_sample_deviation, at_least=2),
    "first": _end(min),
    "last": _end(max),
    "slope": _slope,
    "count_slope": _count_slope,
    "share": _share,
    "ratio": _ratio,
    "days_since_first": _days_since(max),
    "days_since_last": _days_since(min),
    "delta": _delta,
    "count_delta": _count_delta,
    "distinct": lambda view, measure: len(set(view.values(measure, measure.window_days))),
}

"""Rows and values that were known later than declared, told by what else the rows hold.

Four witnesses speak of when a row, or a value in it, came to be: another column of times, the order of the
ids, the order of the rows, and a value that measures how long something took. Times are days since
1970-01-01 as floats.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from features.leaks.finding import Finding
from features.leaks.ranks import rank

Floats = NDArray[np.float64]
Booleans = NDArray[np.bool_]

_FEWEST_ROWS = 200
_FEW = 20
_NEIGHBOURS = 10
_WEEK = 7.0
_IN_ORDER = 0.3
_SORTED = 0.99
_TIED = 0.9
_RATIO = 4.0
_FEW_WAITS = 50
_NEXT_DAY = 1.0  # what is loaded overnight counts as known at the event
_ENOUGH_CUT = 12.0  # by chance none of them in one of e^12 cases
_UNITS = {"days": 1.0, "hours": 1 / 24, "minutes": 1 / 1440, "seconds": 1 / 86400}


@dataclass(frozen=True)
class EventRows:
    """Hold the rows of one source in the order of the file.

    Attributes
    ----------
    source
        Name of the source, for messages.
    happened, known
        Event time, and known time as declared.
    exit
        When the entity's own target event came; NaN where none did.
    moments
        Other columns of times; NaN where missing.
    numbers
        Columns of numbers that features are made of; NaN where missing.
    ids
        Ids of the rows as texts, if there are any.
    grid
        The snapshots, in order.
    end
        The newest moment of all sources: nothing was recorded after it.
    """

    source: str
    happened: Floats
    known: Floats
    exit: Floats
    grid: Floats
    end: float
    moments: Mapping[str, Floats] = field(default_factory=dict)
    numbers: Mapping[str, Floats] = field(default_factory=dict)
    ids: NDArray[np.object_] | None = None

    def is_seen_before(self, moments: Floats) -> Booleans:
        """Tell which rows count at a snapshot that lies before these moments."""
        first = np.maximum(np.nextafter(self.happened, np.inf), self.known)
        place = np.searchsorted(self.grid, first, side="left")
        seen = np.append(self.grid, np.inf)[place]
        return np.asarray(seen < moments)  # false where a moment is missing


def find_late(rows: EventRows) -> list[Finding]:
    """Return what was known later than declared: values with an error, whole rows with an error or a warning.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> opened = np.sort(rng.uniform(0, 300, 2000))
    >>> hours = rng.gamma(2, 60, 2000)
    >>> closed = opened + hours / 24
    >>> rows = EventRows(
    ...     "tickets", opened, opened, np.full(2000, np.nan), np.arange(30, 300, 30.0), 330.0,
    ...     {"closed": closed}, {"hours": hours},
    ... )
    >>> found = find_late(rows)[0]
    >>> found.column, found.kind, found.severity
    ('tickets.hours', 'settled_late', 'error')
    """
    if len(rows.happened) < _FEWEST_ROWS:
        return []
    recorded = {name: moment for name, moment in rows.moments.items() if _is_recorded(rows, moment)}
    found = [
        finding
        for name, values in rows.numbers.items()
        if (finding := _judge_values(rows, name, values, recorded)) is not None
    ]
    whole = next(_judge_rows(rows, recorded), None)
    return found if whole is None else [*found, whole]


def _is_recorded(rows: EventRows, moments: Floats) -> bool:
    """Tell times at which something came to be from planned ones.

    A planned time lies after the end of the data for the newest rows, or at a few fixed distances from the
    event: a due date, the end of a term.
    """
    later = moments - rows.happened
    present = later[~np.isnan(later)]
    if len(present) < _FEW or (moments > rows.end + 1).sum() > max(2, 0.001 * len(present)):
        return False
    distances, counts = np.unique(np.round(present * 1440), return_counts=True)
    most = np.sort(counts)[::-1][:12].sum() >= 0.9 * len(present)
    steps = np.unique(np.round(distances / 1440))
    is_dense = len(steps) > 2 and len(steps) > 0.5 * (steps[-1] - steps[0] + 1)
    return not most or is_dense


def _judge_values(
    rows: EventRows, name: str, values: Floats, recorded: Mapping[str, Floats]
) -> Finding | None:
    """Return an error if a value came to be after it counts."""
    for column, moments in recorded.items():
        why = _tie(values, moments, rows.happened)
        count = int((rows.is_seen_before(moments) & ~np.isnan(values)).sum())
        if why is not None and count >= _FEW:
            evidence = (
                f"{why} '{column}', and {count:,} of {len(values):,} rows count at a snapshot before that"
            )
            return _tell_values(rows, name, evidence, f"known_at: {column}")
    return _judge_length(rows, name, values)


def _tie(values: Floats, moments: Floats, happened: Floats) -> str | None:
    """Say how a value hangs on a moment: it measures the time until then, or is there from then on only."""
    has_value, has_moment = ~np.isnan(values), ~np.isnan(moments)
    both = has_value & has_moment
    if both.sum() >= _FEW and np.ptp(values[both]) > 0:
        waits = (moments - happened)[both]
        if np.ptp(waits) > 0 and np.corrcoef(rank(values[both]), rank(waits))[0, 1] > _TIED:
            return "it grows with the time until"
    empty = (~has_value).sum()
    if empty >= _FEW and both.sum() >= _FEW and (has_value == has_moment).mean() > _SORTED:
        return "it is there only where there is"
    return None


def _judge_length(rows: EventRows, name: str, values: Floats) -> Finding | None:
    """Return an error if a value measures how long something took: none lasts beyond the end of the data.

    By chance, values of earlier rows would: rows near the end lack the long ones because these still run.
    """
    for unit, days in _UNITS.items():
        lengths = values * days
        if _is_cut_off(rows.happened, lengths, rows.end):
            count = int(rows.is_seen_before(rows.happened + lengths).sum())
            if count >= _FEW:
                evidence = (
                    f"taken as {unit} after the event it never reaches beyond the end of the data, as "
                    f"only a time that had to pass first does; {count:,} of {len(values):,} rows count "
                    "at a snapshot before it had passed"
                )
                return _tell_values(rows, name, evidence, "known_at: the column with that moment")
    return None


def _is_cut_off(happened: Floats, lengths: Floats, end: float) -> bool:
    """Tell whether no length crosses the latest moment that one reaches, though many would by chance."""
    present = ~np.isnan(lengths) & (lengths >= 0)
    if present.sum() < _FEWEST_ROWS:
        return False
    latest = float((happened + lengths)[present].max())
    left = latest - happened
    # Lengths of rows that are far enough from the end to be whole.
    whole = np.sort(lengths[present & (left > np.quantile(lengths[present], 0.99))])
    if latest > end + 1 or len(whole) < _FEWEST_ROWS / 2 or np.unique(whole).size < _FEW:
        return False
    crossing = 1 - np.searchsorted(whole, left[left >= 0], side="right") / len(whole)
    return float(crossing.sum()) >= _ENOUGH_CUT


def _tell_values(rows: EventRows, name: str, evidence: str, clock: str) -> Finding:
    """Return the finding on the values of one column of a source."""
    column = f"{rows.source}.{name}"
    remedy = f"write {clock}, or accept_leak: {{{column}: why it was known at the event}}"
    return Finding(column, "settled_late", "error", evidence, remedy)


def _judge_rows(rows: EventRows, recorded: Mapping[str, Floats]) -> Iterator[Finding]:
    """Yield what shows that whole rows were written later than declared; errors first."""
    witnesses = [(f"'{name}'", moments, False) for name, moments in recorded.items()]
    orders = [("the order of the rows", np.arange(len(rows.happened)))]
    if rows.ids is not None:
        orders.append(("the order of the ids", np.argsort(_sortable(rows.ids), kind="stable")))
    for name, order in orders:
        if (implied := _imply(rows.happened, order)) is not None:
            witnesses.append((name, implied, True))
    for name, moments, _ in witnesses:
        if (finding := _judge_exits(rows, name, moments)) is not None:
            yield finding
    for name, moments, is_order in witnesses:
        is_early = rows.is_seen_before(moments - _NEXT_DAY)
        early = int(is_early.sum())
        if early >= max(_FEW / 2, 0.01 * len(moments)) and (is_order or _waits_for(rows, moments)):
            days = float(np.median((moments - rows.known)[is_early]))
            evidence = (
                f"{early:,} of {len(moments):,} rows count at a snapshot before they were written: "
                f"{name} puts them {days:.0f} days after their known_at"
            )
            yield _tell_rows(rows, "warning", evidence)


def _judge_exits(rows: EventRows, name: str, moments: Floats) -> Finding | None:
    """Return an error if rows of leavers were written after the exit far more often than waits explain."""
    waits, left = moments - rows.happened, rows.exit - rows.happened
    is_before = (left > 0) & ~np.isnan(moments)
    crossing = is_before & (moments >= rows.exit) & rows.is_seen_before(moments)
    # Waits of those who stayed, and of leavers so long before the exit that no wait reaches it.
    far = left > (float(left[crossing].max()) if crossing.any() else np.inf)
    expected = 0.0
    for known in (waits[np.isnan(rows.exit) & ~np.isnan(waits)], waits[is_before & far]):
        if len(known) >= _FEW_WAITS:
            reached = np.searchsorted(np.sort(known), left[is_before])
            expected += float((1 - reached / len(known)).sum())
    count = int(crossing.sum())
    if count < _FEW or count < _RATIO * expected + _FEW / 2:
        return None
    evidence = (
        f"{count:,} rows of entities that left lie before the exit and were written after it, as {name} "
        f"tells, where {expected:,.0f} would be usual; they count at snapshots before"
    )
    return _tell_rows(rows, "error", evidence)


def _tell_rows(rows: EventRows, severity: str, evidence: str) -> Finding:
    """Return the finding on the rows of a source."""
    remedy = "name the time at which rows were written under known_at"
    if severity == "error":
        remedy += f", or write accept_leak: {{{rows.source}: why they were known before}}"
        return Finding(rows.source, "known_late", "error", evidence, remedy)
    return Finding(rows.source, "known_late", "warning", evidence, remedy)


def _waits_for(rows: EventRows, moments: Floats) -> bool:
    """Tell whether rows are written only when a moment has come: the newest rows all have it.

    If rows were written at the event, those whose moment is still to come would be there without it.
    """
    waits = moments - rows.happened
    if np.isnan(waits).mean() > 0.001 or (waits < 0).mean() > 0.001:
        return False
    newest = float(rows.happened.max())
    per_day = len(waits) / max(newest - float(rows.happened.min()), 1.0)
    still_waiting = per_day * float(np.maximum(waits - (rows.end - newest), 0.0).mean())
    return still_waiting >= _FEW


def _imply(happened: Floats, order: NDArray[np.int64]) -> Floats | None:
    """Return when each row was written, as its place tells; nothing if the order is not that of time.

    A row is no older than the newest row before it. One that is newer than all its neighbours is an error of
    typing and speaks for no other.
    """
    for direction in (order, order[::-1]):
        times = happened[direction]
        near = np.lib.stride_tricks.sliding_window_view(
            np.pad(times, (0, _NEIGHBOURS), mode="edge"), _NEIGHBOURS
        )
        is_backed = (near[1:, :] >= times[:, None] - _WEEK).sum(axis=1) >= 2
        newest = np.maximum.accumulate(np.where(is_backed, times, times.min()))
        late = np.maximum(newest - times, 0.0)
        if (late <= max(2.0, 0.01 * float(np.ptp(times)))).mean() < _IN_ORDER:
            continue
        is_late = late > max(2.0, 6 * float(np.quantile(late, _IN_ORDER)))
        implied = np.full(len(order), np.nan)
        implied[direction] = np.where(is_late, newest, times)
        return implied
    return None


def _sortable(ids: NDArray[np.object_]) -> NDArray[np.str_]:
    """Return ids as texts that sort by length first: numbers at their end then follow each other."""
    texts = np.array(["" if value is None else str(value) for value in ids])
    width = int(np.char.str_len(texts).max()) if len(texts) else 0
    return np.char.rjust(texts, width)

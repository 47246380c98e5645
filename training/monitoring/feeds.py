"""Checks of the sources: nothing new, far less or more than usual, a past that changed, another unit."""

import math
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

import numpy as np

from features.frame import Arrivals, Frame
from training.monitoring.feed_words import (
    label_source,
    tell_amount,
    tell_changed_past,
    tell_nothing_ever,
    tell_stale,
    tell_unit_change,
)
from training.monitoring.movement import Past, judge_movement
from training.monitoring.record import Check
from training.reference import Reference, SourceMark
from training.statistics import Estimate, Floats

ALLOWED_RATIO = 1.25
"""A period with a quarter more or fewer rows than was to be expected is not told."""
LONGEST_GAP_TIMES = 1.5
"""A feed is late once its silence is so many times the longest one that it ever kept."""
SPARE_DAYS = 2.0
LEAST_ARRIVALS = 8
"""A source of fewer days with new rows has no rhythm to be late for."""
LEAST_GROWTH, MOST_GROWTH = 0.75, 1.1
"""What training knew of a source may shrink by a quarter (old rows are dropped) and grow by a tenth."""
USUAL_PERIOD_DAYS = 30
_LONG_PERIOD = 3
_MOST_PERIODS = 13
_Z = 1.959963984540054


def check_feeds(frame: Frame, reference: Reference | None) -> Iterator[Check]:
    """Yield the checks of all sources of a use case; none for a flat table, which has no clocks.

    Parameters
    ----------
    frame
        The feature table as it is today.
    reference
        What training kept; None: only today's rows tell what is usual.
    """
    until = frame.facts.observed_until
    if until is None:
        return
    period = period_days(frame.facts.snapshot_dates)
    marks = {} if reference is None else reference.sources
    trained_until = None if reference is None else reference.observed_until
    for name, match in frame.facts.matches.items():
        mark = marks.get(name)
        yield from _check_source(name, match, until, period, mark, trained_until)
        yield from _check_units(name, match, mark, until - timedelta(2 * period))


def period_days(snapshots: Sequence[date]) -> int:
    """Return the usual days between two snapshots.

    Examples
    --------
    >>> period_days([date(2026, 1, 1), date(2026, 2, 1), date(2026, 3, 1), date(2026, 4, 1)])
    31
    """
    steps = [(later - earlier).days for earlier, later in pairwise(snapshots)]
    return int(np.median(steps)) if steps else USUAL_PERIOD_DAYS


def _check_source(
    name: str,
    match: Mapping[str, Any],
    until: date,
    period: int,
    mark: SourceMark | None,
    trained_until: date | None,
) -> Iterator[Check]:
    """Yield the checks of what came from a source, and when."""
    told = match.get("arrivals")
    if told is None:
        if match.get("kept") == 0:
            sentence = tell_nothing_ever(name)
            yield Check.stated("feed", name, label_source(name), "alert", sentence)
        return
    arrivals = Arrivals.from_json(told)
    yield from _check_silence(name, arrivals, until)
    yield from _check_amount(name, arrivals, until, period)
    if mark is not None and mark.rows and trained_until is not None:
        yield from _check_past(name, match, arrivals, mark, trained_until)


def _check_silence(name: str, arrivals: Arrivals, until: date) -> Iterator[Check]:
    """Check for how long nothing has come, beside the silences before."""
    days = np.flatnonzero(arrivals.counts)
    days = days[days < (until - arrivals.first_day).days]
    if len(days) < LEAST_ARRIVALS:
        return
    gap = (until - arrivals.first_day).days - int(days[-1])
    silences = np.diff(days).astype(np.float64)
    longest, p_value = int(silences.max()), p_of_silence(gap, silences)
    found, usual = Estimate(gap, gap, gap, n=len(days)), (0.0, float(longest))
    last = arrivals.first_day + timedelta(int(days[-1]))
    sentence = tell_stale(name, last, gap, longest, len(days))
    yield Check.tested("feed", name, label_source(name), found, usual, "days", p_value, sentence)


def p_of_silence(gap: float, silences: Floats) -> float:
    """Return how surprising it is that nothing came for so many days.

    Silences beyond the longest one are taken to thin out as those beyond nine tenths of all do: by their mean
    excess (exponential, as the tail of most waiting times). Up to half more than the longest one, and two
    days, are no surprise at all.

    Parameters
    ----------
    gap
        Days since the last row.
    silences
        ``[n]`` days between earlier days with new rows.

    Examples
    --------
    >>> daily, monthly = np.ones(300), np.array([28.0, 30, 31, 30, 31, 30, 31, 31])
    >>> [p_of_silence(days, daily) < 1e-6 for days in (3, 8)], p_of_silence(33, monthly)
    ([False, True], 1.0)
    """
    longest = float(silences.max())
    if gap <= LONGEST_GAP_TIMES * longest + SPARE_DAYS:
        return 1.0
    edge = float(np.quantile(silences, 0.9))
    excess = max(0.5, float((silences[silences >= edge] - edge).mean()))
    return math.exp(-(gap - longest) / excess) / (len(silences) + 1)


def _check_amount(name: str, arrivals: Arrivals, until: date, period: int) -> Iterator[Check]:
    """Check how many rows came in the newest period, beside the periods before."""
    chosen = _choose_periods(arrivals, until, period)
    if chosen is None:
        return
    length, counts = chosen
    now, before = counts[-1], counts[:-1]
    past = Past(np.log(before + 0.5).tolist(), 1 / (before[-1] + 0.5))
    moved = judge_movement(math.log(now + 0.5), 1 / (now + 0.5), past, math.log(ALLOWED_RATIO))
    if moved is None:
        return
    usual = (max(0.0, math.exp(moved.low) - 0.5), max(0.0, math.exp(moved.high) - 0.5))
    margin = _Z * math.sqrt(now)
    found = Estimate(now, max(0.0, now - margin), now + margin, n=int(now))
    sentence = tell_amount(name, found, usual, length)
    yield Check.tested("feed", name, label_source(name), found, usual, "rows", moved.p_value, sentence)


def _choose_periods(arrivals: Arrivals, until: date, period: int) -> tuple[int, Floats] | None:
    """Return the length of the periods that tell most, and the rows that came in each, oldest first.

    A quarterly survey comes in bursts: there, three periods at once say more than one.
    """
    found = []
    for length in (period, _LONG_PERIOD * period):
        n = min(_MOST_PERIODS, (until - arrivals.first_day).days // length)
        if n < 4:
            continue
        starts = [until - timedelta(length * back) for back in range(n, 0, -1)]
        counts = np.array([arrivals.within(start, start + timedelta(length)) for start in starts], float)
        noise = float(np.std(np.diff(np.log(counts[:-1] + 0.5))))
        found.append((noise, length, counts))
    if not found:
        return None
    # The longer period has to be much calmer: it sees a fault later, and less of it.
    _, length, counts = min(found, key=lambda one: one[0] + (0.25 if one[1] > period else 0.0))
    return length, counts


def _check_past(
    name: str, match: Mapping[str, Any], arrivals: Arrivals, mark: SourceMark, trained_until: date
) -> Iterator[Check]:
    """Check whether what training knew of a source is there still, and no more than that."""
    since = max(0, (trained_until - arrivals.first_day).days)
    known = int(match["rows"]) - sum(arrivals.counts[since:])
    ratio = known / mark.rows
    usual = (LEAST_GROWTH * mark.rows, MOST_GROWTH * mark.rows)
    yield Check(
        kind="feed",
        about=name,
        label=label_source(name),
        value=Estimate(known, known, known, n=known),
        usual=usual,
        unit="rows",
        p_value=None,
        state="no clear change" if LEAST_GROWTH <= ratio <= MOST_GROWTH else "alert",
        sentence=tell_changed_past(name, known, mark.rows, trained_until),
    )


def _check_units(
    name: str, match: Mapping[str, Any], mark: SourceMark | None, since: date
) -> Iterator[Check]:
    """Yield an alert for each change of unit that training did not know."""
    known = () if mark is None else mark.unit_changes
    for change in match.get("unit_changes", ()):
        is_new = f"{change['column']} {change['first_day']}" not in known
        if is_new and (mark is not None or date.fromisoformat(change["first_day"]) >= since):
            about = f"{name}.{change['column']}"
            sentence = tell_unit_change(name, change)
            label = label_source(name, change["column"])
            yield Check.stated("unit", about, label, "alert", sentence)

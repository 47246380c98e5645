"""Tables about hours: monthly working hours with the first lever, and absences with the warning sign."""

import numpy as np
import pyarrow as pa

from features.worlds.arrivals import draw_arrivals
from features.worlds.columns import moments, numbered, texts, words
from features.worlds.period import scatter
from features.worlds.vocabulary import DAY, Floats, Integers, Seconds
from features.worlds.workforce.workforce import Workforce

ABSENCE_KINDS = ("sick", "care", "unpaid")
_KIND_SHARES = (0.80, 0.15, 0.05)
_SHORT_PER_MONTH, _LONG_PER_MONTH = 0.16, 0.03
_SHORT_MORE_WHEN_INTENDING = 0.8
_NIGHT_SHIFTS = 1.2


def hours_table(workforce: Workforce) -> pa.Table:
    """Return one row per employee and whole month: overtime, home office and night shifts.

    ``night_shifts`` is noise; ``remote_share`` follows the site and has no effect of its own.
    """
    random, work, period = workforce.stream("hours"), workforce.work, workforce.period
    employee, month = _month_pairs(workforce)
    is_whole = workforce.staff.hired[employee] <= period.edges[month]
    employee, month = employee[is_whole], month[is_whole]
    month_end = period.edges[month + 1] - 1
    known = month_end + (random.uniform(1, 4, month.size) * DAY).astype(np.int64)
    nights = random.poisson(_NIGHT_SHIFTS, month.size)
    rows = workforce.order(employee, month_end, known, since=period.since)
    columns = {
        "employee_id": texts(workforce.staff.employee_id[employee[rows]]),
        "month_end": moments(month_end[rows]),
        "ingested_at": moments(known[rows]),
        "overtime_hours": pa.array(work.overtime[employee[rows], month[rows]]),
        "remote_share": pa.array(work.remote[employee[rows], month[rows]]),
        "night_shifts": pa.array(nights[rows]),
    }
    return pa.table(columns)


def absence_table(workforce: Workforce) -> pa.Table:
    """Return one row per absence, known after its end; short ones become more once somebody wants to go."""
    random = workforce.stream("absences")
    parts = [_short(workforce, random), _more_short(workforce, random), _long(workforce, random)]
    employee, started, days = (np.concatenate(part) for part in zip(*parts, strict=True))
    known = draw_arrivals(started + days * DAY, random)
    kind = random.choice(len(ABSENCE_KINDS), employee.size, p=_KIND_SHARES)
    rows = workforce.order(employee, started, known, since=workforce.period.since)
    columns = {
        "absence_id": numbered("B", rows.size),
        "employee_id": texts(workforce.staff.employee_id[employee[rows]]),
        "started_at": moments(started[rows]),
        "known_at": moments(known[rows]),
        "days": pa.array(days[rows]),
        "kind": words(kind[rows], ABSENCE_KINDS),
    }
    return pa.table(columns)


_Absences = tuple[Integers, Seconds, Integers]
"""Employee, first day, days."""


def _short(workforce: Workforce, random: np.random.Generator) -> _Absences:
    """Draw the short absences that everybody has, some more than others."""
    habit = random.gamma(3.0, _SHORT_PER_MONTH / 3.0, workforce.staff.count)
    return _draw(workforce, np.repeat(habit, workforce.period.months), random, short=True)


def _more_short(workforce: Workforce, random: np.random.Generator) -> _Absences:
    """Draw the additional short absences after the intention to resign."""
    pairs = workforce.staff.count * workforce.period.months
    rate = np.full(pairs, _SHORT_MORE_WHEN_INTENDING)
    employee, started, days = _draw(workforce, rate, random, short=True)
    is_after = workforce.careers.intends_at(employee, started)
    return employee[is_after], started[is_after], days[is_after]


def _long(workforce: Workforce, random: np.random.Generator) -> _Absences:
    """Draw the long absences, which say nothing."""
    pairs = workforce.staff.count * workforce.period.months
    return _draw(workforce, np.full(pairs, _LONG_PER_MONTH), random, short=False)


def _draw(workforce: Workforce, rate: Floats, random: np.random.Generator, *, short: bool) -> _Absences:
    """Draw absences at a rate per employee and month."""
    employee, month = _month_pairs(workforce)
    number = random.poisson(rate)
    employee, month = np.repeat(employee, number), np.repeat(month, number)
    started = scatter(workforce.period, month, random) // DAY * DAY
    days = 1 + random.integers(0, 3, employee.size) if short else random.integers(6, 40, employee.size)
    return employee, started, days


def _month_pairs(workforce: Workforce) -> tuple[Integers, Integers]:
    """Return employee and month of every pair."""
    count, months = workforce.staff.count, workforce.period.months
    return np.repeat(np.arange(count), months), np.tile(np.arange(months), count)

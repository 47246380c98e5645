"""How employees come to leave: the intention to resign month by month, and the competing ways out.

Nothing here knows the tables. Working life changes the felt workload; both change the hazard of forming the
intention; the last working day follows after the notice. Dismissal, retirement and the end of a fixed term
come from other causes and may come first.
"""

from dataclasses import dataclass

import numpy as np

from features.worlds.effects import probability
from features.worlds.period import Period, stream
from features.worlds.vocabulary import DAY, NEVER, Flags, Floats, Integers, Seconds
from features.worlds.workforce.effects import (
    CLIMATE,
    NOTICE_SHARES,
    RESIGNING,
    UNREST_DAYS,
)
from features.worlds.workforce.staff import YEAR, Staff
from features.worlds.workforce.teams import Teams
from features.worlds.workforce.working import Work, over_typical, teams_by_month

CAUSES = ("resigned", "dismissed", "retired", "end_of_contract")
_PERSISTENCE = 0.8
_DISMISSED_IN_PROBATION, _DISMISSED_LATER = 0.010, 0.0012
_PROBATION_DAYS = 180


@dataclass(frozen=True)
class Careers:
    """Hold what becomes of each employee; shapes are [employees] and [employees, months].

    ``log_odds`` is the hazard of forming the intention to resign in a month, ``is_at_risk`` where it applied,
    ``workload`` the felt workload (1 to 5, not rounded) as the month begins. ``cause`` is a code, of meaning
    only where ``ends`` is not NEVER.
    """

    intends: Seconds
    ends: Seconds
    cause: Integers
    workload: Floats
    log_odds: Floats
    is_at_risk: Flags

    def intends_at(self, employee: Integers, moment: Seconds | int) -> Flags:
        """Tell whether an employee has the intention to resign at a moment."""
        return np.asarray(self.intends[employee] <= moment)


def follow_careers(seed: int, period: Period, teams: Teams, staff: Staff, work: Work) -> Careers:
    """Let the employees live through the period."""
    workload = _feel_workload(stream(seed, "workforce: workload"), work)
    log_odds = log_odds_of_resigning(period, teams, staff, work, workload)
    others = _draw_other_ends(stream(seed, "workforce: other ends"), period, staff)
    first_other, which = others.min(axis=0), others.argmin(axis=0)
    intends, notice_ends, is_at_risk = _form_intentions(
        stream(seed, "workforce: resigning"), period, staff, log_odds, first_other
    )
    resigns = notice_ends < first_other
    cause = np.where(resigns, CAUSES.index("resigned"), 1 + which)
    ends = np.minimum(notice_ends, first_other)
    return Careers(intends, ends, cause, workload, log_odds, is_at_risk)


def log_odds_of_resigning(period: Period, teams: Teams, staff: Staff, work: Work, workload: Floats) -> Floats:
    """Return the log-odds of forming the intention in each month, [employees, months]."""
    starts, team = period.edges[:-1], teams_by_month(staff, period)
    month = np.arange(period.months)
    tenure_years = (starts - staff.hired[:, None]) / YEAR
    tenure = np.asarray(RESIGNING.tenure)[np.searchsorted((1.0, 3.0), tenure_years, side="right")]
    moves = staff.moves[:, None]
    has_moved = (moves < starts) & (starts - UNREST_DAYS * DAY <= moves)
    context = (
        np.asarray(RESIGNING.department)[teams.department[team]]
        + np.asarray(RESIGNING.site)[teams.site[team]]
        + np.asarray(RESIGNING.level)[staff.level][:, None]
        + tenure
        + RESIGNING.unrest * np.maximum(teams.is_unsettled[team, month], has_moved)
        + RESIGNING.leading * teams.leading[team, month]
    )
    felt = RESIGNING.workload * (workload - CLIMATE.workload_level)
    lived = (
        RESIGNING.overtime_direct * over_typical(work.load)
        + RESIGNING.untrained * work.untrained_years
        + RESIGNING.pay * (work.pay_ratio - 1.0)
    )
    return np.asarray(RESIGNING.intercept + context + felt + lived, dtype=np.float64)


def _feel_workload(random: np.random.Generator, work: Work) -> Floats:
    """Return the felt workload: overtime raises it, the rest is each person's own."""
    own = np.zeros_like(work.load)
    own[:, 0] = random.standard_normal(own.shape[0])
    for month in range(1, own.shape[1]):
        fresh = random.standard_normal(own.shape[0])
        own[:, month] = _PERSISTENCE * own[:, month - 1] + np.sqrt(1.0 - _PERSISTENCE**2) * fresh
    explained = CLIMATE.workload_level + CLIMATE.workload_per_ten_hours * over_typical(work.load)
    return np.asarray(explained + CLIMATE.workload_own * own, dtype=np.float64)


def _draw_other_ends(random: np.random.Generator, period: Period, staff: Staff) -> Seconds:
    """Draw when each employee would be dismissed, retire or see the fixed term end, [3, employees]."""
    starts = period.edges[:-1]
    is_new = starts - staff.hired[:, None] < _PROBATION_DAYS * DAY
    chance = np.where(is_new, _DISMISSED_IN_PROBATION, _DISMISSED_LATER) * (starts > staff.hired[:, None])
    is_drawn = random.random(chance.shape) < chance
    day = starts[is_drawn.argmax(axis=1)] + random.integers(1, 28, staff.count) * DAY
    dismissed = np.where(is_drawn.any(axis=1), day, NEVER)
    age_years = np.clip(64.8 + 0.9 * random.standard_normal(staff.count), 63.0, 67.0)
    retired = (staff.born + (age_years * YEAR).astype(np.int64)) // DAY * DAY
    soonest = np.maximum(staff.hired, period.since) + random.integers(30, 700, staff.count) * DAY
    ended = np.where(staff.is_extended, NEVER, staff.term_ends)
    return np.stack([dismissed, np.maximum(retired, soonest), ended])


def _form_intentions(
    random: np.random.Generator, period: Period, staff: Staff, log_odds: Floats, first_other: Seconds
) -> tuple[Seconds, Seconds, Flags]:
    """Draw who forms the intention when, the last day after the notice, and who was at risk when."""
    starts, count = period.edges[:-1], staff.count
    is_there = (staff.hired[:, None] <= starts) & (starts < first_other[:, None])
    is_forming = is_there & (random.random(log_odds.shape) < probability(log_odds))
    month = np.where(is_forming.any(axis=1), is_forming.argmax(axis=1), period.months)
    is_at_risk = is_there & (np.arange(period.months) <= month[:, None])
    intends = period.edges[np.minimum(month, period.months - 1)] + random.integers(0, 28 * DAY, count)
    notice_days = (
        20 + 30 * random.choice(len(NOTICE_SHARES), count, p=NOTICE_SHARES) + random.integers(0, 30, count)
    )
    notice_ends = (intends // DAY + notice_days) * DAY
    is_formed = month < period.months
    return np.where(is_formed, intends, NEVER), np.where(is_formed, notice_ends, NEVER), is_at_risk

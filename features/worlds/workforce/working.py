"""What employees live through: overtime, home office, trainings and pay, and the state these leave.

The two real levers are here, overtime and the time since the last training. Both are decided by teams and
by chance, never by somebody's wish to leave.
"""

from dataclasses import dataclass

import numpy as np

from features.worlds.period import FIRST_MONTH, Period, stream
from features.worlds.vocabulary import DAY, Floats, Integers, Seconds
from features.worlds.workforce.effects import LONGEST_UNTRAINED_YEARS, TYPICAL_OVERTIME_HOURS
from features.worlds.workforce.staff import YEAR, Staff
from features.worlds.workforce.teams import Teams

_MEMORY_MONTHS = 3
_PAST_MONTHS = 36
_TRAININGS_PER_MONTH = 0.055
_SITE_REMOTE = (0.60, 0.20, 0.10, 0.35)
_MARKET_PERCENT = 3.0
_SHARE_RAISED = 0.85
_SHARE_PROMOTED = 0.12


@dataclass(frozen=True)
class Trainings:
    """Hold one element per finished training, also of the three years before the period."""

    employee: Integers
    finished: Seconds
    hours: Integers


@dataclass(frozen=True)
class Raises:
    """Hold one element per change of pay; all are effective on the first day of a month."""

    employee: Integers
    effective: Seconds
    percent: Floats


@dataclass(frozen=True)
class Work:
    """Hold working life per employee and month; shapes are [employees, months].

    ``overtime`` are the hours of the month, ``load`` the mean of the three months before the month begins,
    ``untrained_years`` the years since the last training (at most three) as it begins, ``remote`` the share
    of days worked from home, ``pay_ratio`` pay over the market's as it begins.
    """

    overtime: Floats
    load: Floats
    untrained_years: Floats
    remote: Floats
    pay_ratio: Floats
    trainings: Trainings
    raises: Raises


def draw_work(seed: int, period: Period, teams: Teams, staff: Staff) -> Work:
    """Draw working life as if nobody ever left; what comes after the end is cut off later."""
    overtime = _draw_overtime(stream(seed, "workforce: overtime"), period, teams, staff)
    trainings = _draw_trainings(stream(seed, "workforce: trainings"), period, teams, staff)
    pay_ratio, raises = _draw_pay(stream(seed, "workforce: pay"), period, staff)
    windows = [overtime[:, month : month + _MEMORY_MONTHS].mean(axis=1) for month in range(period.months)]
    return Work(
        overtime=overtime[:, _MEMORY_MONTHS:],
        load=np.stack(windows, axis=1),
        untrained_years=_years_since_last(trainings, period, staff.count),
        remote=_draw_remote(stream(seed, "workforce: remote"), period, teams, staff),
        pay_ratio=pay_ratio,
        trainings=trainings,
        raises=raises,
    )


def teams_by_month(staff: Staff, period: Period) -> Integers:
    """Return the team of every employee as each month begins, [employees, months]."""
    everyone = np.arange(staff.count)
    return np.stack([staff.team_at(everyone, int(edge)) for edge in period.edges[:-1]], axis=1)


def _draw_overtime(random: np.random.Generator, period: Period, teams: Teams, staff: Staff) -> Floats:
    """Draw hours per employee and month, three months before the start included."""
    months = period.months + _MEMORY_MONTHS
    wander = np.zeros((teams.count, months))
    for month in range(1, months):
        wander[:, month] = 0.85 * wander[:, month - 1] + 1.8 * random.standard_normal(teams.count)
    usual = teams.overtime[:, None] + wander
    current = teams_by_month(staff, period)
    team = np.concatenate([current[:, :1].repeat(_MEMORY_MONTHS, axis=1), current], axis=1)
    own = 4.5 * random.standard_normal((staff.count, 1))
    hours = usual[team, np.arange(months)] + own + 3.5 * random.standard_normal(team.shape)
    return np.asarray(np.maximum(np.rint(2.0 * hours) / 2.0, 0.0), dtype=np.float64)


def _draw_trainings(random: np.random.Generator, period: Period, teams: Teams, staff: Staff) -> Trainings:
    """Draw trainings: one at the beginning for everybody, the others as the team sends its people."""
    edges = _long_edges(period)
    rates = _TRAININGS_PER_MONTH * teams.schooling[staff.team] * random.gamma(3.0, 1.0 / 3.0, staff.count)
    employee, month = np.nonzero(random.random((staff.count, edges.size - 1)) < rates[:, None])
    finished = edges[month] + (random.random(month.size) * (edges[month + 1] - edges[month])).astype(np.int64)
    is_hired = finished > staff.hired[employee] + 30 * DAY
    onboarded = staff.hired + random.integers(5, 20, staff.count) * DAY
    refreshed = period.since - random.integers(20, _PAST_MONTHS * 30, staff.count) * DAY
    at_first = np.maximum(onboarded, refreshed) + random.integers(9, 17, staff.count) * 3600
    hours = random.choice([4, 8, 16, 24], int(is_hired.sum()) + staff.count, p=(0.3, 0.4, 0.2, 0.1))
    return Trainings(
        np.concatenate([np.arange(staff.count), employee[is_hired]]),
        np.concatenate([at_first, finished[is_hired]]),
        hours,
    )


def _long_edges(period: Period) -> Seconds:
    """Return the first moment of every month from three years before the period to its end."""
    months = FIRST_MONTH + np.arange(-_PAST_MONTHS, period.months + 1).astype("timedelta64[M]")
    return months.astype("datetime64[D]").astype("datetime64[s]").astype(np.int64)


def _years_since_last(trainings: Trainings, period: Period, count: int) -> Floats:
    """Return the years since the last training as each month begins, at most three."""
    edges = _long_edges(period)
    month = np.clip(np.searchsorted(edges, trainings.finished, side="right") - 1, 0, edges.size - 2)
    last = np.full((count, edges.size - 1), edges[0])
    np.maximum.at(last, (trainings.employee, month), trainings.finished)
    last = np.maximum.accumulate(last, axis=1)[:, _PAST_MONTHS - 1 : -1]
    years = (period.edges[:-1] - last) / YEAR
    return np.asarray(np.clip(years, 0.0, LONGEST_UNTRAINED_YEARS), dtype=np.float64)


def _draw_remote(random: np.random.Generator, period: Period, teams: Teams, staff: Staff) -> Floats:
    """Draw the share of days worked from home: the site decides it, and the site decides part of the risk."""
    site = teams.site[teams_by_month(staff, period)]
    own = 0.12 * random.standard_normal((staff.count, 1))
    share = np.asarray(_SITE_REMOTE)[site] + own + 0.06 * random.standard_normal(site.shape)
    return np.asarray(np.round(np.clip(share, 0.0, 1.0), 2), dtype=np.float64)


def _draw_pay(random: np.random.Generator, period: Period, staff: Staff) -> tuple[Floats, Raises]:
    """Draw pay over market pay and its changes: a round every April and some promotions."""
    shape = (staff.count, period.months)
    is_april = np.arange(period.months) % 12 == 3
    starts = period.edges[:-1]
    is_there = staff.hired[:, None] + 90 * DAY < starts
    in_round = is_april & is_there & (random.random(shape) < _SHARE_RAISED)
    promoted = is_there & (random.random(shape) < _SHARE_PROMOTED / 12)
    percent = in_round * np.clip(_MARKET_PERCENT + 1.2 * random.standard_normal(shape), 0.5, None)
    percent = np.round(percent + promoted * random.uniform(4.0, 8.0, shape), 1)
    growth = np.cumprod((1.0 + percent / 100.0) / (1.0 + is_april * _MARKET_PERCENT / 100.0), axis=1)
    at_first = 1.0 + 0.10 * random.standard_normal((staff.count, 1))
    employee, month = np.nonzero(percent > 0)
    return at_first * growth, Raises(employee, starts[month], percent[employee, month])


def load_at_goal(load: Floats, goal_hours: float) -> Floats:
    """Return the load had nobody worked more overtime than the goal.

    Examples
    --------
    >>> load_at_goal(np.array([4.0, 22.0]), 10.0).tolist()
    [4.0, 10.0]
    """
    return np.minimum(load, goal_hours)


def over_typical(load: Floats) -> Floats:
    """Return a load as tens of hours above what is typical."""
    return np.asarray((load - TYPICAL_OVERTIME_HOURS) / 10.0, dtype=np.float64)

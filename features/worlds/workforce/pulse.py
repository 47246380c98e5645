"""The anonymous pulse survey: answers of a unit in a wave, without anything that points to a person.

A row holds the unit, the day of the wave and the answers; there is no person id, no time of answering, and
the order of rows inside a unit is random. Units with fewer than five answers are withheld altogether.
"""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from features.worlds.columns import moments
from features.worlds.effects import probability
from features.worlds.vocabulary import DAY, Flags, Floats, Integers, Seconds
from features.worlds.workforce.effects import CLIMATE
from features.worlds.workforce.workforce import Workforce

LEAST_ANSWERS = 5
WAVE_MONTHS = (2, 5, 8, 11)
"""Months of a year (0 = January) in which the pulse survey runs."""
_WAVE_DAY = 9
_KNOWN_AFTER_DAYS = 14
_FIRST_WEEKS = 30 * DAY


@dataclass(frozen=True)
class Pulse:
    """Hold the answers that are published, and how many were asked and answered before withholding."""

    team: Integers
    wave_at: Seconds
    enps: Integers
    workload: Integers
    manager_support: Integers
    asked: int
    answered: int


def take_pulse(workforce: Workforce) -> Pulse:
    """Ask everybody in every wave that is known before the export."""
    random, period = workforce.stream("pulse"), workforce.period
    is_wave = np.isin(np.arange(period.months) % 12, WAVE_MONTHS)
    months = np.flatnonzero(
        is_wave & (_wave_days(period.edges[:-1]) + _KNOWN_AFTER_DAYS * DAY < period.until)
    )
    waves = [_ask(workforce, int(month), random) for month in months]
    employee, month, team = (np.concatenate(part) for part in zip(*waves, strict=True))
    answers = random.random(employee.size) < _willingness(workforce, employee, month, team)
    asked, answered = employee.size, int(answers.sum())
    employee, month, team = employee[answers], month[answers], team[answers]
    enps, workload, support = _rate(workforce, employee, month, team, random)
    rows = np.lexsort((random.random(team.size), team, month))
    rows = rows[_is_published(team, month)[rows]]
    wave_at = _wave_days(period.edges[month[rows]])
    return Pulse(team[rows], wave_at, enps[rows], workload[rows], support[rows], asked, answered)


def pulse_table(workforce: Workforce, pulse: Pulse) -> pa.Table:
    """Return one row per published answer."""
    columns = {
        "unit_id": pa.array(workforce.teams.id_of(pulse.team)),
        "wave_at": moments(pulse.wave_at),
        "enps": pa.array(pulse.enps),
        "workload": pa.array(pulse.workload),
        "manager_support": pa.array(pulse.manager_support),
    }
    return pa.table(columns)


def _wave_days(month_starts: Seconds) -> Seconds:
    return month_starts + _WAVE_DAY * DAY


def _ask(
    workforce: Workforce, month: int, random: np.random.Generator
) -> tuple[Integers, Integers, Integers]:
    """Return who is asked in a wave, in random order, with month and team."""
    moment = int(_wave_days(workforce.period.edges[month : month + 1])[0])
    is_asked = workforce.is_employed(moment) & (workforce.staff.hired + _FIRST_WEEKS <= moment)
    employee = random.permutation(np.flatnonzero(is_asked))
    return employee, np.full(employee.size, month), workforce.staff.team_at(employee, moment)


def _willingness(workforce: Workforce, employee: Integers, month: Integers, team: Integers) -> Floats:
    """Return the probability of answering: six in ten, more where the manager leads well."""
    moment = _wave_days(workforce.period.edges[month])
    is_intending = workforce.careers.intends_at(employee, moment)
    return probability(0.5 + 0.2 * workforce.teams.leading[team, month] - 0.5 * is_intending)


def _rate(
    workforce: Workforce, employee: Integers, month: Integers, team: Integers, random: np.random.Generator
) -> tuple[Integers, Integers, Integers]:
    """Return eNPS (0 to 10), workload and support by the manager (1 to 5)."""
    felt, leading = workforce.careers.workload[employee, month], workforce.teams.leading[team, month]
    is_intending = workforce.careers.intends_at(employee, _wave_days(workforce.period.edges[month]))
    noise = random.standard_normal((3, employee.size))
    enps = (
        CLIMATE.enps_level
        + CLIMATE.enps_per_workload * (felt - CLIMATE.workload_level)
        + CLIMATE.enps_per_leading * leading
        + CLIMATE.enps_intending * is_intending
        + CLIMATE.enps_noise * noise[0]
    )
    support = CLIMATE.support_level + CLIMATE.support_per_leading * leading + 0.8 * noise[1]
    return _whole(enps, 0, 10), _whole(felt + 0.5 * noise[2], 1, 5), _whole(support, 1, 5)


def _whole(rating: Floats, low: int, high: int) -> Integers:
    return np.clip(np.rint(rating), low, high).astype(np.int64)


def _is_published(team: Integers, month: Integers) -> Flags:
    """Tell which answers belong to a unit and wave with at least five of them."""
    cell = month * (team.max(initial=0) + 1) + team
    return np.asarray(np.bincount(cell)[cell] >= LEAST_ANSWERS)

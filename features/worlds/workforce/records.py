"""Tables of the personnel file: history as it became known, hirings, pay, trainings, managers."""

import numpy as np
import pyarrow as pa

from features.worlds.arrivals import draw_arrivals
from features.worlds.columns import flags, moments, numbered, texts, words
from features.worlds.vocabulary import HOUR, NEVER, Integers, Seconds
from features.worlds.workforce.staff import CONTRACT_TYPES, GENDERS, LEVELS, YEAR
from features.worlds.workforce.teams import DEPARTMENTS, SITES
from features.worlds.workforce.workforce import Workforce

_EPOCH_YEAR = 1970


def employee_versions(workforce: Workforce) -> pa.Table:
    """Return the personnel history: one row per version, appended when it became known.

    A version holds until a newer one begins; ``valid_to`` is filled only where the end was agreed from the
    start (a fixed term). ``left_at`` is null until the row that reports the exit. Gender and year of birth
    are protected attributes: they are here to audit fairness, never to predict.
    """
    employee, begins, known = (np.concatenate(part) for part in zip(*_changes(workforce), strict=True))
    staff, careers, teams = workforce.staff, workforce.careers, workforce.teams
    is_shown = (known < workforce.period.until) & (begins <= careers.ends[employee])
    rows = np.flatnonzero(is_shown)
    rows = rows[np.argsort(known[rows], kind="stable")]
    who, begins, known = employee[rows], begins[rows], known[rows]
    is_last = begins == careers.ends[who]
    is_fixed = (staff.term_ends[who] != NEVER) & (begins < staff.term_ends[who])
    team = staff.team_at(who, begins)
    pay_ratio = workforce.work.pay_ratio[who, workforce.period.month_of(begins)]
    columns = {
        "employee_id": texts(staff.employee_id[who]),
        "valid_from": moments(begins),
        "valid_to": moments(np.where(is_fixed & ~is_last, staff.term_ends[who], NEVER)),
        "loaded_at": moments(known),
        "unit_id": pa.array(teams.id_of(team)),
        "department": words(teams.department[team], DEPARTMENTS),
        "site": words(teams.site[team], SITES),
        "job_level": words(staff.level[who], LEVELS),
        "contract_type": words(is_fixed.astype(np.int64), CONTRACT_TYPES),
        "pay_ratio": pa.array(np.round(pay_ratio, 3)),
        "hired_at": moments(staff.hired[who]),
        "left_at": moments(np.where(is_last, begins, NEVER)),
        "gender": words(staff.gender[who], GENDERS),
        "birth_year": pa.array(_EPOCH_YEAR + staff.born[who] // YEAR),
    }
    return pa.table(columns)


_Changes = tuple[Integers, Seconds, Seconds]
"""Employee, when a version begins, when it is loaded."""


def _changes(workforce: Workforce) -> list[_Changes]:
    """Return every beginning of a version: hiring, pay comparison, promotion, move, conversion, exit."""
    staff, raises = workforce.staff, workforce.work.raises
    period, ends = workforce.period, workforce.careers.ends
    random = workforce.stream("versions")
    everyone = np.arange(staff.count)
    aprils = period.edges[:-1][np.arange(period.months) % 12 == 3]
    compared, april = np.tile(everyone, aprils.size), np.repeat(aprils, staff.count)
    is_there = (staff.hired[compared] < april) & (april < ends[compared])
    is_own = ~np.isin(raises.effective, aprils) & (raises.effective < ends[raises.employee])
    movers = np.flatnonzero(staff.moves < ends)
    converted = np.flatnonzero((staff.term_ends < ends) & staff.is_extended)
    first = staff.hired + (random.uniform(1, 30, staff.count) * HOUR).astype(np.int64)
    who, left = workforce.leavers()
    return [
        (everyone, staff.hired, first),
        _arriving(compared[is_there], april[is_there], random),
        _arriving(raises.employee[is_own], raises.effective[is_own], random),
        _arriving(movers, staff.moves[movers], random),
        (converted, staff.term_ends[converted], staff.term_ends[converted] + HOUR),
        (who, left, exits_known(workforce, left)),
    ]


def _arriving(employee: Integers, begins: Seconds, random: np.random.Generator) -> _Changes:
    return employee, begins, draw_arrivals(begins, random)


def exits_known(workforce: Workforce, left: Seconds) -> Seconds:
    """Return when each exit is known; the same for every table that reports it."""
    return draw_arrivals(left, workforce.stream("exits known"))


def hiring_table(workforce: Workforce) -> pa.Table:
    """Return one row per employee: when somebody was hired."""
    staff, random = workforce.staff, workforce.stream("hirings")
    known = staff.hired + (random.uniform(1, 30, staff.count) * HOUR).astype(np.int64)
    rows = np.argsort(known, kind="stable")
    columns = {
        "hiring_id": numbered("H", rows.size),
        "employee_id": texts(staff.employee_id[rows]),
        "hired_at": moments(staff.hired[rows]),
        "ingested_at": moments(known[rows]),
    }
    return pa.table(columns)


def pay_table(workforce: Workforce) -> pa.Table:
    """Return one row per change of pay; it is known when payroll has run."""
    raises = workforce.work.raises
    known = draw_arrivals(raises.effective, workforce.stream("pay known"))
    rows = workforce.order(raises.employee, raises.effective, known, since=workforce.period.since)
    columns = {
        "change_id": numbered("G", rows.size),
        "employee_id": texts(workforce.staff.employee_id[raises.employee[rows]]),
        "effective_at": moments(raises.effective[rows]),
        "known_at": moments(known[rows]),
        "percent": pa.array(raises.percent[rows]),
    }
    return pa.table(columns)


def training_table(workforce: Workforce) -> pa.Table:
    """Return one row per finished training, also of the three years before the period.

    Whether it was online is noise.
    """
    trainings, random = workforce.work.trainings, workforce.stream("trainings known")
    known = draw_arrivals(trainings.finished, random)
    is_online = random.random(known.size) < 0.4
    rows = workforce.order(trainings.employee, trainings.finished, known, since=0)
    columns = {
        "training_id": numbered("L", rows.size),
        "employee_id": texts(workforce.staff.employee_id[trainings.employee[rows]]),
        "finished_at": moments(trainings.finished[rows]),
        "ingested_at": moments(known[rows]),
        "hours": pa.array(trainings.hours[rows]),
        "is_online": flags(is_online[rows]),
    }
    return pa.table(columns)


def manager_table(workforce: Workforce) -> pa.Table:
    """Return one row per employee who got another manager: a new one in the team, or a new team."""
    staff, teams = workforce.staff, workforce.teams
    pairs = [
        (np.flatnonzero(staff.team_at(np.arange(staff.count), int(when)) == team), int(when))
        for team, when in zip(teams.changed_team, teams.changed_at, strict=True)
    ]
    movers = np.flatnonzero(staff.moves != NEVER)
    employee = np.concatenate([*(who for who, _ in pairs), movers])
    changed = np.concatenate([*(np.full(who.size, when) for who, when in pairs), staff.moves[movers]])
    is_move = np.arange(employee.size) >= employee.size - movers.size
    known = draw_arrivals(changed, workforce.stream("managers known"))
    rows = workforce.order(employee, changed, known, since=workforce.period.since)
    columns = {
        "change_id": numbered("M", rows.size),
        "employee_id": texts(staff.employee_id[employee[rows]]),
        "changed_at": moments(changed[rows]),
        "ingested_at": moments(known[rows]),
        "kind": words(is_move[rows].astype(np.int64), ("new manager", "new team")),
    }
    return pa.table(columns)

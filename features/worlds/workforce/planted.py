"""The planted drivers of resigning: what each does, and how much that is in this very workforce."""

import numpy as np
import pyarrow as pa

from features.worlds.columns import moments, texts
from features.worlds.effects import probability
from features.worlds.truth import EmployeeTruth, PlantedDriver
from features.worlds.vocabulary import Floats
from features.worlds.workforce.departures import STATED_REASONS, STATED_WEIGHTS
from features.worlds.workforce.effects import (
    CLIMATE,
    GOAL_OVERTIME_HOURS,
    GOAL_UNTRAINED_YEARS,
    RESIGNING,
    overtime_total,
)
from features.worlds.workforce.pulse import Pulse
from features.worlds.workforce.quitting import CAUSES
from features.worlds.workforce.staff import LEVELS, YEAR
from features.worlds.workforce.teams import DEPARTMENTS, SITES
from features.worlds.workforce.workforce import Workforce
from features.worlds.workforce.working import load_at_goal

_HALF_YEAR_MONTHS = 6


def tell_employee_truth(workforce: Workforce, pulse: Pulse) -> EmployeeTruth:
    """Work out the truth about the employees of a company."""
    return EmployeeTruth(
        n_employees=workforce.staff.count,
        n_teams=workforce.teams.count,
        horizon_days=180,
        drivers=(*_levers(workforce), *_others(), *_signals(), *_context(), *_noise()),
        figures=_figures(workforce)
        | {"pulse_response_rate": pulse.answered / max(pulse.asked, 1)}
        | {
            f"stated_{reason.lower().replace(' ', '_')}": weight
            for reason, weight in zip(STATED_REASONS, STATED_WEIGHTS, strict=True)
        },
    )


def _risk_change(workforce: Workforce, log_odds_change: Floats) -> float:
    """Return the average change of the half-year risk of those at risk if log-odds change for good."""
    is_at_risk = workforce.careers.is_at_risk
    before = workforce.careers.log_odds[is_at_risk]
    after = before + log_odds_change[is_at_risk]
    return float(np.mean(_within_half_a_year(after) - _within_half_a_year(before)))


def _within_half_a_year(log_odds: Floats) -> Floats:
    return np.asarray(1.0 - (1.0 - probability(log_odds)) ** _HALF_YEAR_MONTHS)


def _levers(workforce: Workforce) -> tuple[PlantedDriver, ...]:
    work = workforce.work
    less_hours = (load_at_goal(work.load, GOAL_OVERTIME_HOURS) - work.load) / 10.0
    fewer_years = np.minimum(work.untrained_years, GOAL_UNTRAINED_YEARS) - work.untrained_years
    return (
        PlantedDriver(
            "overtime",
            "lever",
            ("hours.overtime_hours*",),
            overtime_total(),
            "10 hours of overtime a month",
            f"{RESIGNING.overtime_direct:g} of it directly, the rest through the felt workload",
            f"<= {GOAL_OVERTIME_HOURS:g}",
            _risk_change(workforce, overtime_total() * less_hours),
        ),
        PlantedDriver(
            "training",
            "lever",
            ("trainings.days_since_last", "trainings.hours*"),
            RESIGNING.untrained,
            "year since the last training, up to three",
            "all of it directly",
            f"<= {365 * GOAL_UNTRAINED_YEARS:g}",
            _risk_change(workforce, RESIGNING.untrained * fewer_years),
        ),
    )


def _others() -> tuple[PlantedDriver, ...]:
    """Return mediator, decoy and the lever that people overrate."""
    felt = f"rises by {CLIMATE.workload_per_ten_hours:g} points per 10 hours, then changes the hazard itself"
    remote = "no effect: sites with much home office stand in livelier labour markets"
    pay = "hardly any effect, although managers name it first, and 89 in 100 leavers (figures.stated_pay)"
    pay_features = ("employees.pay_ratio", "pay_changes.*")
    return (
        PlantedDriver(
            "workload", "mediator", ("pulse.workload*",), RESIGNING.workload, "point of 1 to 5", felt
        ),
        PlantedDriver("remote_work", "decoy", ("hours.remote_share*",), 0.0, "share", remote),
        PlantedDriver("pay", "weak_lever", pay_features, RESIGNING.pay, "unit of pay over market pay", pay),
    )


def _signals() -> tuple[PlantedDriver, ...]:
    absent = "short absences rise after the intention to resign; fewer of them change nothing"
    enps = "mirror of workload and leading; falls when people of the unit want to go"
    support = "mirror of how well the manager leads, which changes the hazard"
    return (
        PlantedDriver("short_absences", "signal", ("absences.*",), 0.0, "absence", absent),
        PlantedDriver("recommendation", "signal", ("pulse.enps*",), 0.0, "point of 0 to 10", enps),
        PlantedDriver(
            "support",
            "signal",
            ("pulse.manager_support*",),
            RESIGNING.leading,
            "standard deviation of leading",
            support,
        ),
    )


def _context() -> tuple[PlantedDriver, ...]:
    tenure = dict(zip(("first year", "second and third", "later"), RESIGNING.tenure, strict=True))
    unrest = {"half a year after": RESIGNING.unrest, "otherwise": 0.0}
    parts: tuple[tuple[str, str, dict[str, float]], ...] = (
        ("department", "employees.department", dict(zip(DEPARTMENTS, RESIGNING.department, strict=True))),
        ("site", "employees.site", dict(zip(SITES, RESIGNING.site, strict=True))),
        ("job_level", "employees.job_level", dict(zip(LEVELS, RESIGNING.level, strict=True))),
        ("tenure", "hirings.days_since_last", tenure),
        ("manager_change", "manager_changes.*", unrest),
    )
    note = "changes the hazard; cannot be acted on"
    return tuple(
        PlantedDriver(name, "context", (feature,), effects, "category", note)
        for name, feature, effects in parts
    )


def _noise() -> tuple[PlantedDriver, ...]:
    parts = (
        ("night_shifts", "hours.night_shifts*"),
        ("online_training", "trainings.is_online*"),
        ("contract_type", "employees.contract_type"),
    )
    note = "drawn without regard to resigning"
    return tuple(PlantedDriver(name, "noise", (feature,), 0.0, "any", note) for name, feature in parts)


def _figures(workforce: Workforce) -> dict[str, float]:
    """Return for every whole year the share of employees who left, by cause, over their average number."""
    edges, careers = workforce.period.edges, workforce.careers
    shares = {}
    for year in range(workforce.period.months // 12):
        months = edges[12 * year : 12 * year + 13]
        average = np.mean([workforce.is_employed(int(edge)).sum() for edge in months[:-1]])
        is_inside = (careers.ends >= months[0]) & (careers.ends < months[-1])
        for code, cause in enumerate(CAUSES):
            left = is_inside & (careers.cause == code)
            shares[f"{cause}_{2024 + year}"] = float(left.sum() / average)
    return shares


def employee_months(workforce: Workforce) -> pa.Table:
    """Return what goes on inside every employee, per month employed: for tests, never for a model."""
    starts = workforce.period.edges[:-1]
    staff, careers, work = workforce.staff, workforce.careers, workforce.work
    employee, month = np.nonzero((staff.hired[:, None] <= starts) & (starts < careers.ends[:, None]))
    team = staff.team_at(employee, starts[month])
    columns = {
        "employee_id": texts(staff.employee_id[employee]),
        "month": moments(starts[month]),
        "load_hours": pa.array(work.load[employee, month]),
        "workload": pa.array(careers.workload[employee, month]),
        "untrained_years": pa.array(work.untrained_years[employee, month]),
        "pay_ratio": pa.array(work.pay_ratio[employee, month]),
        "remote_share": pa.array(work.remote[employee, month]),
        "manager_quality": pa.array(workforce.teams.leading[team, month]),
        "tenure_years": pa.array((starts[month] - staff.hired[employee]) / YEAR),
        "is_at_risk": pa.array(careers.is_at_risk[employee, month]),
        "forms_intention": pa.array(
            (careers.intends[employee] >= starts[month])
            & (careers.intends[employee] < workforce.period.edges[month + 1])
        ),
    }
    return pa.table(columns)

"""The example company: draw customers and employees, write their tables and the truth beside them."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pyarrow as pa

from features.errors import InputError
from features.files import whole_folder
from features.progress import Report, silent
from features.worlds.action import PlantedAction
from features.worlds.arrivals import LATE_SHARE
from features.worlds.columns import write_gzipped_csv, write_parquet, write_plain_csv
from features.worlds.customer_tables import CustomerRecords
from features.worlds.export import Export
from features.worlds.moods import describe_planted_wave
from features.worlds.planted import list_drivers
from features.worlds.survey_export import write_survey_export
from features.worlds.truth import EmployeeTruth, Truth, TruthOfAction
from features.worlds.vocabulary import DAY
from features.worlds.workforce.planted import tell_employee_truth
from features.worlds.workforce.pulse import take_pulse
from features.worlds.workforce.staff import LEAST_EMPLOYEES
from features.worlds.workforce.tables import employee_tables
from features.worlds.workforce.workforce import draw_workforce
from features.worlds.world import World, draw_world

_CUSTOMERS_PER_EMPLOYEE = 2.5
_FOLLOW_UP_DAYS = 180


def build_company(
    folder: Path,
    *,
    seed: int = 7,
    n_customers: int = 5000,
    n_employees: int | None = None,
    months: int = 24,
    known_by: date | None = None,
    action: PlantedAction | None = None,
    report: Report = silent,
) -> Truth:
    """Write the tables of a made-up company whose customers and employees leave for known reasons.

    Equal arguments give equal bytes. The folder appears only when all of it is written; the use-case files
    that fit are ``mlproject/usecases/{churn,satisfaction,attrition}.yaml``.

    Parameters
    ----------
    folder
        Where the tables, ``truth.json`` and ``truth.parquet`` go; an existing folder is replaced.
    seed
        Start of all random numbers.
    n_customers
        Customers over the whole period, at least 50; two thirds are there at the start.
    n_employees
        Employees over the whole period, at least 60; two for every five customers if not given.
    months
        Whole months from January 2024, at least 9.
    known_by
        First day that the export does not know of; the end of the period if not given. An export of an
        earlier day is the beginning of a later one of the same company. The truth is that of all months.
    action
        Something that is done for some customers from a day on: until then the company is the same.
    report
        Called with one line per table.

    Returns
    -------
    Truth
        What was planted: levers, mediator, decoy, signals, noise and the wave in which NPS rises for a
        false reason; the same for employees in a section of its own.

    Raises
    ------
    InputError
        If too few customers, employees or months are asked for, or a day lies outside the period.
    """
    world = draw_world(seed, n_customers, months)
    end = _find_end(world, known_by, action)
    if n_employees is None:
        n_employees = max(LEAST_EMPLOYEES, round(n_customers / _CUSTOMERS_PER_EMPLOYEE))
    workforce = draw_workforce(seed, n_employees, months)
    pulse = take_pulse(workforce)
    records = CustomerRecords.draw(world)
    export = Export(records.makers())
    figures = _churn_per_year(world) | records.answering() | {"late_arrival_share": LATE_SHARE}
    truth = _tell_truth(world, figures, tell_employee_truth(workforce, pulse))
    if action is not None:
        acted = draw_world(seed, n_customers, months, action)
        later = CustomerRecords.draw(acted, records.answers.habits)
        export = export.then(Export(later.makers()), action.moment)
        truth = replace(truth, action=_tell_action(world, acted, action))
    export = Export({**export.makers, **employee_tables(workforce, pulse, end)})
    if end < world.period.until:
        export = export.until(end)
    with whole_folder(folder) as draft:
        for name, make in export.makers.items():
            table = make()
            _write(table, draft / name)
            report(f"{name}: {table.num_rows} rows")
        (draft / "truth.json").write_text(truth.to_json(), encoding="utf-8")
    return truth


def _find_end(world: World, known_by: date | None, action: PlantedAction | None) -> int:
    """Return the moment of the export.

    Raises
    ------
    InputError
        If it, or the start of the action, lies outside the period.
    """
    period = world.period
    days = {"known_by": known_by, "action": None if action is None else action.starts}
    for name, day in days.items():
        if day is not None and not period.since < _moment(day) <= period.until:
            problem = f"{day} does not lie in the {period.months} months from January 2024"
            raise InputError(
                f"example company: {name}", problem, "name a day in them, or ask for more months"
            )
    return period.until if known_by is None else _moment(known_by)


def _moment(day: date) -> int:
    """Return the first moment of a day, in seconds since 1970."""
    return int(np.datetime64(day, "s").astype(np.int64))


def _write(table: pa.Table, path: Path) -> None:
    """Write a table in the form that its file name says."""
    if path.name == "surveys.csv":
        write_survey_export(table, path)
        return
    write = {".parquet": write_parquet, ".gz": write_gzipped_csv, ".csv": write_plain_csv}[path.suffix]
    write(table, path)


def _tell_action(world: World, acted: World, action: PlantedAction) -> TruthOfAction:
    """Count who of the treated left in the first half year, with the action and without."""
    is_treated = action.reaches(world.customers) & world.is_active(action.moment)
    end = action.moment + _FOLLOW_UP_DAYS * DAY
    without, left = (int((one.lives.ends[is_treated] < end).sum()) for one in (world, acted))
    return TruthOfAction(action.starts.isoformat(), int(is_treated.sum()), _FOLLOW_UP_DAYS, without, left)


def _tell_truth(world: World, figures: dict[str, float], employees: EmployeeTruth) -> Truth:
    """Work out the truth of a world; ``figures`` are facts of its tables."""
    edges = np.array([world.period.since, world.period.until]).astype("datetime64[s]")
    observed = edges.astype("datetime64[D]").astype(str)
    return Truth(
        seed=world.seed,
        n_customers=world.customers.count,
        months=world.period.months,
        observed_from=str(observed[0]),
        observed_until=str(observed[1]),
        drivers=list_drivers(world),
        planted_wave=describe_planted_wave(world),
        figures=figures,
        employees=employees,
    )


def _churn_per_year(world: World) -> dict[str, float]:
    """Return for every whole year the share of customers who cancelled, over their average number."""
    shares = {}
    for year in range(world.period.months // 12):
        edges = world.period.edges[12 * year : 12 * year + 13]
        average = np.mean([world.is_active(int(edge)).sum() for edge in edges[:-1]])
        left = ((world.lives.ends >= edges[0]) & (world.lives.ends < edges[-1])).sum()
        shares[f"churn_{2024 + year}"] = float(left / average)
    return shares

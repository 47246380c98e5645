"""The example company: draw customers and employees, write their tables and the truth beside them."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyarrow as pa

from features.files import whole_folder
from features.progress import Report, silent
from features.worlds.arrivals import LATE_SHARE
from features.worlds.billing import invoice_table
from features.worlds.columns import write_gzipped_csv, write_parquet, write_plain_csv
from features.worlds.contacts import contact_table, draw_contacts
from features.worlds.contracts import cancellations, contract_starts, contract_versions
from features.worlds.goods import delivery_table
from features.worlds.moods import customer_months, describe_planted_wave
from features.worlds.noise import newsletter_table, portal_table
from features.worlds.planted import list_drivers
from features.worlds.support import close_tickets, ticket_table
from features.worlds.survey_export import write_survey_export
from features.worlds.surveys import Answers, Invites, draw_answers, invite_table, send_invites
from features.worlds.truth import EmployeeTruth, Truth
from features.worlds.usage import usage_table
from features.worlds.voices.tables import voice_tables
from features.worlds.workforce.planted import tell_employee_truth
from features.worlds.workforce.pulse import take_pulse
from features.worlds.workforce.staff import LEAST_EMPLOYEES
from features.worlds.workforce.tables import employee_tables
from features.worlds.workforce.workforce import draw_workforce
from features.worlds.world import World, draw_world

_CUSTOMERS_PER_EMPLOYEE = 2.5


def build_company(
    folder: Path,
    *,
    seed: int = 7,
    n_customers: int = 5000,
    n_employees: int | None = None,
    months: int = 24,
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
        If too few customers, employees or months are asked for.
    """
    world = draw_world(seed, n_customers, months)
    if n_employees is None:
        n_employees = max(LEAST_EMPLOYEES, round(n_customers / _CUSTOMERS_PER_EMPLOYEE))
    workforce = draw_workforce(seed, n_employees, months)
    pulse = take_pulse(workforce)
    contacts, tickets = draw_contacts(world), close_tickets(world)
    invites = send_invites(world, contacts, tickets)
    answers = draw_answers(world, invites, tickets)
    figures = _churn_per_year(world) | _answering(world, invites, answers)
    truth = _tell_truth(world, figures, tell_employee_truth(workforce, pulse))
    tables: dict[str, Callable[[], pa.Table]] = {
        "customers.parquet": lambda: contract_versions(world),
        "contracts.parquet": lambda: contract_starts(world),
        "cancellations.parquet": lambda: cancellations(world),
        "tickets.parquet": lambda: ticket_table(world, tickets),
        "deliveries.parquet": lambda: delivery_table(world),
        "invoices.parquet": lambda: invoice_table(world),
        "newsletters.parquet": lambda: newsletter_table(world),
        "portal.parquet": lambda: portal_table(world),
        "invites.parquet": lambda: invite_table(world, contacts, invites),
        "contacts.csv": lambda: contact_table(world, contacts),
        "usage.csv.gz": lambda: usage_table(world),
        "truth.parquet": lambda: customer_months(world),
        **employee_tables(workforce, pulse),
        **voice_tables(world),
    }
    with whole_folder(folder) as draft:
        for name, make in tables.items():
            table = make()
            _write(table, draft / name)
            report(f"{name}: {table.num_rows} rows")
        write_survey_export(world, contacts, invites, answers, draft / "surveys.csv")
        report(f"surveys.csv: {answers.invite.size} rows")
        (draft / "truth.json").write_text(truth.to_json(), encoding="utf-8")
    return truth


def _write(table: pa.Table, path: Path) -> None:
    """Write a table in the form that its file name says."""
    write = {".parquet": write_parquet, ".gz": write_gzipped_csv, ".csv": write_plain_csv}[path.suffix]
    write(table, path)


def _answering(world: World, invites: Invites, answers: Answers) -> dict[str, float]:
    """Return facts about answering."""
    is_invited = np.bincount(invites.customer, minlength=world.customers.count) > 0
    has_answered = np.bincount(invites.customer[answers.invite], minlength=world.customers.count) > 0
    return {
        "response_rate": float(answers.invite.size / max(invites.sent.size, 1)),
        "never_answered_share": float(1.0 - has_answered[is_invited].mean()),
        "late_arrival_share": LATE_SHARE,
    }


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

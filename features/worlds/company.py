"""The example company for churn: draw the world, write its tables and the truth beside them."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyarrow as pa

from features.files import whole_folder
from features.worlds.arrivals import LATE_SHARE
from features.worlds.billing import invoice_table
from features.worlds.columns import write_gzipped_csv, write_parquet, write_plain_csv
from features.worlds.contacts import contact_table, draw_contacts
from features.worlds.contracts import cancellations, contract_starts, contract_versions
from features.worlds.goods import delivery_table
from features.worlds.noise import newsletter_table, portal_table
from features.worlds.support import close_tickets, ticket_table
from features.worlds.survey_export import write_survey_export
from features.worlds.surveys import Answers, Invites, draw_answers, invite_table, send_invites
from features.worlds.truth import Truth, customer_months, tell_truth
from features.worlds.usage import usage_table
from features.worlds.world import World, draw_world

Report = Callable[[str], object]
"""Takes one line of progress."""


def _silent(_: str) -> None:
    """Report nothing."""


def build_company(
    folder: Path, *, seed: int = 7, n_customers: int = 5000, months: int = 24, report: Report = _silent
) -> Truth:
    """Write the tables of a made-up company whose customers leave for known reasons.

    Equal arguments give equal bytes. The folder appears only when all of it is written; the use-case file that fits
    is ``mlproject/usecases/churn.yaml``.

    Parameters
    ----------
    folder
        Where the tables, ``truth.json`` and ``truth.parquet`` go; an existing folder is replaced.
    seed
        Start of all random numbers.
    n_customers
        Customers over the whole period, at least 50; two thirds are there at the start.
    months
        Whole months from January 2024, at least 9.
    report
        Called with one line per table.

    Returns
    -------
    Truth
        What was planted: levers, mediator, decoy, signals, noise and the wave in which NPS rises for a false reason.

    Raises
    ------
    InputError
        If too few customers or months are asked for.
    """
    world = draw_world(seed, n_customers, months)
    contacts, tickets = draw_contacts(world), close_tickets(world)
    invites = send_invites(world, contacts, tickets)
    answers = draw_answers(world, invites, tickets)
    truth = tell_truth(world, _describe(world, invites, answers))
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


def _describe(world: World, invites: Invites, answers: Answers) -> dict[str, float]:
    """Return facts about answering."""
    is_invited = np.bincount(invites.customer, minlength=world.customers.count) > 0
    has_answered = np.bincount(invites.customer[answers.invite], minlength=world.customers.count) > 0
    return {
        "response_rate": float(answers.invite.size / max(invites.sent.size, 1)),
        "never_answered_share": float(1.0 - has_answered[is_invited].mean()),
        "late_arrival_share": LATE_SHARE,
    }

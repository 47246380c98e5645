"""All tables about the customers of a world, under the names of their files."""

from dataclasses import dataclass
from typing import Self

import numpy as np

from features.worlds.billing import invoice_table
from features.worlds.contacts import Contacts, contact_table, draw_contacts
from features.worlds.contracts import cancellations, contract_starts, contract_versions
from features.worlds.export import Maker
from features.worlds.goods import delivery_table
from features.worlds.moods import customer_months
from features.worlds.noise import newsletter_table, portal_table
from features.worlds.support import ClosedTickets, close_tickets, ticket_table
from features.worlds.survey_export import survey_table
from features.worlds.surveys import Answers, Habits, Invites, draw_answers, invite_table, send_invites
from features.worlds.usage import usage_table
from features.worlds.voices.tables import voice_tables
from features.worlds.world import World


@dataclass(frozen=True)
class CustomerRecords:
    """Hold what several tables share: who is asked, whose ticket was closed, who answered."""

    world: World
    contacts: Contacts
    tickets: ClosedTickets
    invites: Invites
    answers: Answers

    @classmethod
    def draw(cls, world: World, habits: Habits | None = None) -> Self:
        """Draw the records of a world; with the habits of another world of the same customers, if given."""
        contacts, tickets = draw_contacts(world), close_tickets(world)
        invites = send_invites(world, contacts, tickets)
        return cls(world, contacts, tickets, invites, draw_answers(world, invites, tickets, habits))

    def makers(self) -> dict[str, Maker]:
        """Return file name and maker of every table."""
        world, invites = self.world, self.invites
        return {
            "customers.parquet": lambda: contract_versions(world),
            "contracts.parquet": lambda: contract_starts(world),
            "cancellations.parquet": lambda: cancellations(world),
            "tickets.parquet": lambda: ticket_table(world, self.tickets),
            "deliveries.parquet": lambda: delivery_table(world),
            "invoices.parquet": lambda: invoice_table(world),
            "newsletters.parquet": lambda: newsletter_table(world),
            "portal.parquet": lambda: portal_table(world),
            "invites.parquet": lambda: invite_table(world, self.contacts, invites),
            "contacts.csv": lambda: contact_table(world, self.contacts),
            "surveys.csv": lambda: survey_table(world, self.contacts, invites, self.answers),
            "usage.csv.gz": lambda: usage_table(world),
            "truth.parquet": lambda: customer_months(world),
            **voice_tables(world),
        }

    def answering(self) -> dict[str, float]:
        """Return facts about answering."""
        count, invites, answers = self.world.customers.count, self.invites, self.answers
        is_invited = np.bincount(invites.customer, minlength=count) > 0
        has_answered = np.bincount(invites.customer[answers.invite], minlength=count) > 0
        return {
            "response_rate": float(answers.invite.size / max(invites.sent.size, 1)),
            "never_answered_share": float(1.0 - has_answered[is_invited].mean()),
        }

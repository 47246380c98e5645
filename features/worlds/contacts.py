"""Who answers surveys at a customer: the crosswalk from contact to customer."""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from features.worlds.columns import moments, numbered, texts
from features.worlds.vocabulary import DAY, Integers, Seconds
from features.worlds.world import World

_AT_MOST = 3
_SHARE_OF_MORE = (0.15, 0.4, 0.7, 0.5)


@dataclass(frozen=True)
class Contacts:
    """Hold one element per contact, those of one customer side by side, the first there from the start."""

    customer: Integers
    since: Seconds
    first: Integers
    """row of each customer's first contact"""
    number: Integers
    """contacts per customer"""

    def pick(self, customer: Integers, moment: Seconds, random: np.random.Generator) -> Integers:
        """Return a contact of each customer who is there at the moment."""
        chosen = self.first[customer] + (random.random(customer.size) * self.number[customer]).astype(
            np.int64
        )
        return np.where(self.since[chosen] <= moment, chosen, self.first[customer])

    def id_of(self, contact: Integers) -> list[str]:
        """Return the ids of contacts."""
        return [f"P-{number:07d}" for number in (contact + 1).tolist()]


def draw_contacts(world: World) -> Contacts:
    """Draw one to three contacts per customer; the others come within three years of the start."""
    random, customers = world.stream("contacts"), world.customers
    more = random.binomial(_AT_MOST - 1, np.asarray(_SHARE_OF_MORE)[customers.size])
    number = (1 + more).astype(np.int64)
    first = np.cumsum(number) - number
    customer = np.repeat(np.arange(customers.count), number)
    is_first = np.isin(np.arange(customer.size), first)
    later_days = np.where(is_first, 0, random.integers(1, 3 * 365, customer.size))
    return Contacts(customer, customers.starts[customer] + later_days * DAY, first, number)


def contact_table(world: World, contacts: Contacts) -> pa.Table:
    """Return the crosswalk; contacts that come after the export or after the contract are not there."""
    is_there = (contacts.since < world.period.until) & (contacts.since < world.lives.ends[contacts.customer])
    columns = {
        "contact_id": numbered("P", contacts.customer.size),
        "customer_id": texts(world.customers.customer_id[contacts.customer]),
        "since": moments(contacts.since),
    }
    return pa.table(columns).filter(pa.array(is_there))

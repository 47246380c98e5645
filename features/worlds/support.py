"""The tickets table. The first lever, the time to resolve, is known only when a ticket is closed."""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from features.worlds.arrivals import draw_arrivals
from features.worlds.columns import moments, numbered, texts, words
from features.worlds.vocabulary import HOUR, Floats, Integers, Seconds
from features.worlds.world import World

TOPICS = ("Technical", "Billing", "Delivery", "How-to", "Access")
CHANNELS = ("Email", "Phone", "Portal", "Chat")


@dataclass(frozen=True)
class ClosedTickets:
    """Hold the tickets that the export shows, in order of arrival."""

    customer: Integers
    opened: Seconds
    closed: Seconds
    known: Seconds
    hours: Floats


def close_tickets(world: World) -> ClosedTickets:
    """Return the tickets that were closed and known before the export."""
    tickets = world.experience.tickets
    closed = tickets.opened + (tickets.hours * HOUR).astype(np.int64)
    known = draw_arrivals(closed, world.stream("tickets: arrivals"))
    rows = world.order(tickets.customer, tickets.opened, known)
    return ClosedTickets(
        tickets.customer[rows], tickets.opened[rows], closed[rows], known[rows], tickets.hours[rows]
    )


def ticket_table(world: World, tickets: ClosedTickets) -> pa.Table:
    """Return one row per ticket; topic and channel are noise."""
    random = world.stream("tickets: topics")
    count = tickets.customer.size
    columns = {
        "ticket_id": numbered("T", count),
        "customer_id": texts(world.customers.customer_id[tickets.customer]),
        "opened_at": moments(tickets.opened),
        "ingested_at": moments(tickets.known),
        "hours_to_resolve": pa.array(tickets.hours),
        "topic": words(random.choice(len(TOPICS), count, p=(0.34, 0.18, 0.2, 0.2, 0.08)), TOPICS),
        "channel": words(random.choice(len(CHANNELS), count, p=(0.45, 0.25, 0.2, 0.1)), CHANNELS),
    }
    return pa.table(columns)

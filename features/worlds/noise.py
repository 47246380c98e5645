"""Tables that have nothing to do with leaving: newsletters and visits to the customer portal."""

import numpy as np
import pyarrow as pa

from features.worlds.arrivals import draw_arrivals
from features.worlds.columns import flags, moments, numbered, texts
from features.worlds.period import scatter
from features.worlds.vocabulary import DAY, HOUR
from features.worlds.world import World

_VISITS_PER_MONTH = 2.0


def newsletter_table(world: World) -> pa.Table:
    """Return one row per newsletter (monthly, to everybody) with whether it was opened within three days."""
    random = world.stream("newsletters")
    customer, month = world.month_pairs()
    sent = world.period.edges[month] + 14 * DAY + 8 * HOUR
    habit = random.beta(2.0, 3.0, world.customers.count)
    opened = random.random(customer.size) < habit[customer]
    known = draw_arrivals(sent + 3 * DAY, random)
    rows = world.order(customer, sent, known)
    columns = {
        "mailing_id": numbered("N", rows.size),
        "customer_id": texts(world.customers.customer_id[customer[rows]]),
        "sent_at": moments(sent[rows]),
        "ingested_at": moments(known[rows]),
        "opened": flags(opened[rows]),
    }
    return pa.table(columns)


def portal_table(world: World) -> pa.Table:
    """Return one row per visit to the customer portal with whether it was at a weekend (UTC)."""
    random = world.stream("portal")
    customer, month = world.month_pairs()
    visits = random.poisson(_VISITS_PER_MONTH, customer.size)
    customer, month = np.repeat(customer, visits), np.repeat(month, visits)
    visited = scatter(world.period, month, random)
    known = draw_arrivals(visited, random)
    rows = world.order(customer, visited, known)
    weekday = (visited[rows] // DAY + 3) % 7
    columns = {
        "visit_id": numbered("V", rows.size),
        "customer_id": texts(world.customers.customer_id[customer[rows]]),
        "visited_at": moments(visited[rows]),
        "ingested_at": moments(known[rows]),
        "is_weekend": flags(weekday >= 5),
    }
    return pa.table(columns)

"""The invoices table with the confounded decoy: small companies dispute more, and they leave more."""

import numpy as np
import pyarrow as pa

from features.worlds.arrivals import draw_arrivals
from features.worlds.columns import flags, moments, numbered, texts
from features.worlds.effects import DISPUTES_PER_INVOICE
from features.worlds.vocabulary import DAY
from features.worlds.world import World

_DUE_DAYS = (14, 30)


def invoice_table(world: World) -> pa.Table:
    """Return one row per monthly invoice, known once it is paid.

    A dispute depends on company size alone, never on experience, mood or the intention to leave.
    """
    random, customers = world.stream("invoices"), world.customers
    customer, month = world.month_pairs()
    issued = world.period.edges[month] + random.integers(7 * 3600, 17 * 3600, customer.size)
    plan = np.where(
        customers.changes[customer] <= issued, customers.later_plan[customer], customers.plan[customer]
    )
    is_disputed = random.random(customer.size) < np.asarray(DISPUTES_PER_INVOICE)[customers.size[customer]]
    due_days = random.choice(_DUE_DAYS, customer.size)
    days_to_pay = np.maximum(1, due_days + random.normal(-4, 6, customer.size)).astype(np.int64)
    known = draw_arrivals(issued + days_to_pay * DAY, random)
    rows = world.order(customer, issued, known)
    who = customer[rows]
    columns = {
        "invoice_id": numbered("R", rows.size),
        "customer_id": texts(customers.customer_id[who]),
        "issued_at": moments(issued[rows]),
        "ingested_at": moments(known[rows]),
        "amount_eur": pa.array(np.round(customers.revenue_eur(customers.seats[who], plan[rows]) / 12, 2)),
        "due_days": pa.array(due_days[rows]),
        "days_to_pay": pa.array(days_to_pay[rows]),
        "disputed": flags(is_disputed[rows]),
    }
    return pa.table(columns)

"""The deliveries table: the second lever is the share that comes late."""

import pyarrow as pa

from features.worlds.arrivals import draw_arrivals
from features.worlds.columns import flags, moments, numbered, texts
from features.worlds.world import World


def delivery_table(world: World) -> pa.Table:
    """Return one row per delivery; the event is the arrival of the goods, when lateness is a fact."""
    deliveries = world.experience.deliveries
    known = draw_arrivals(deliveries.delivered, world.stream("deliveries: arrivals"))
    rows = world.order(deliveries.customer, deliveries.delivered, known)
    days_late = deliveries.days_late[rows]
    columns = {
        "delivery_id": numbered("D", rows.size),
        "customer_id": texts(world.customers.customer_id[deliveries.customer[rows]]),
        "promised_at": moments(deliveries.promised[rows]),
        "delivered_at": moments(deliveries.delivered[rows]),
        "ingested_at": moments(known[rows]),
        "days_late": pa.array(days_late),
        "is_late": flags(days_late > 0),
    }
    return pa.table(columns)

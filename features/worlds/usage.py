"""The weekly usage table: its fall in the months before leaving is a warning sign, not a cause."""

import numpy as np
import pyarrow as pa

from features.worlds.columns import moments, texts
from features.worlds.vocabulary import DAY, Floats
from features.worlds.world import World

_FALL_PER_DAY = 0.0045
_DEEPEST_FALL = 0.50
_LOGINS_PER_SEAT = 2.2


def usage_table(world: World) -> pa.Table:
    """Return one row per customer and whole week under contract.

    ``session_minutes`` and ``exports`` are noise.
    """
    random, customers = world.stream("usage"), world.customers
    week_ends = world.week_ends()
    share = _draw_share(world, random)
    starts = np.maximum(customers.starts, world.period.since)[:, None]
    is_whole = (week_ends - 7 * DAY >= starts) & (week_ends < world.lives.ends[:, None])
    week, customer = np.nonzero(is_whole.T)
    active = random.binomial(customers.seats[customer], share[customer, week])
    columns = {
        "customer_id": texts(customers.customer_id[customer]),
        "week_end": moments(week_ends[week]),
        "logins": pa.array(random.poisson(_LOGINS_PER_SEAT * active)),
        "active_seats": pa.array(active),
        "active_share": pa.array(np.round(active / customers.seats[customer], 3)),
        "session_minutes": pa.array(np.round(random.gamma(6.0, 3.0, customer.size), 1)),
        "exports": pa.array(random.poisson(1.5, customer.size)),
    }
    return pa.table(columns)


def _draw_share(world: World, random: np.random.Generator) -> Floats:
    """Draw the expected share of seats in use per customer and week; it falls from the intention on."""
    week_ends = world.week_ends()
    level = random.normal(0.55, 0.6, world.customers.count)[:, None]
    steps = 0.10 * random.standard_normal((world.customers.count, week_ends.size))
    wander = np.zeros_like(steps)
    for week in range(1, week_ends.size):
        wander[:, week] = 0.93 * wander[:, week - 1] + steps[:, week]
    days = np.clip(week_ends - world.lives.intends[:, None], 0, None) / DAY
    kept = 1.0 - np.minimum(_FALL_PER_DAY * days, _DEEPEST_FALL)
    return np.asarray(kept / (1.0 + np.exp(-(level + wander))), dtype=np.float64)

"""Tables about contracts: their history as it became known, their starts, contacts and cancellations."""

import numpy as np
import pyarrow as pa

from features.worlds.arrivals import draw_arrivals
from features.worlds.columns import moments, numbered, texts, words
from features.worlds.vocabulary import DAY, HOUR, INDUSTRIES, NEVER, PLANS, REGIONS, SIZES, Integers, Seconds
from features.worlds.world import World

_EXTENSION_DAYS = 91
_EXTENSION_SHARE = 0.12
_CHANNELS = ("Field sales", "Partner", "Online", "Trade fair")
REASONS = ("Price", "Service", "Delivery", "Moved to a competitor", "Business closed", "Not stated")
_REASON_WEIGHTS = (0.42, 0.12, 0.10, 0.16, 0.08, 0.12)


def contract_versions(world: World) -> pa.Table:
    """Return the contract history: one row per version, appended when it became known.

    A version holds until a newer one begins; ``valid_to`` is filled only where the end was agreed from
    the start (seats rented for three months). ``contract_end`` is null until the row that reports the
    cancellation.
    """
    versions = [
        _first_versions(world),
        _changed_versions(world),
        *_rented_versions(world),
        _last_versions(world),
    ]
    customer, begins, until, known, seats, plan, contract_end = (
        np.concatenate(part) for part in zip(*versions, strict=True)
    )
    customers = world.customers
    is_shown = (known < world.period.until) & (begins <= world.lives.ends[customer])
    rows = np.flatnonzero(is_shown)
    rows = rows[np.argsort(known[rows], kind="stable")]
    who = customer[rows]
    columns = {
        "customer_id": texts(customers.customer_id[who]),
        "valid_from": moments(begins[rows]),
        "valid_to": moments(until[rows]),
        "loaded_at": moments(known[rows]),
        "plan": words(plan[rows], PLANS),
        "region": words(customers.region[who], REGIONS),
        "company_size": words(customers.size[who], SIZES),
        "industry": words(customers.industry[who], INDUSTRIES),
        "seats": pa.array(seats[rows]),
        "yearly_revenue_eur": pa.array(customers.revenue_eur(seats[rows], plan[rows])),
        "contract_start": moments(customers.starts[who]),
        "contract_end": moments(contract_end[rows]),
    }
    return pa.table(columns)


_Version = tuple[Integers, Seconds, Seconds, Seconds, Integers, Integers, Seconds]
"""Customer, valid from, valid to, loaded at, seats, plan, contract end."""


def _version(world: World, who: Integers, begins: Seconds, known: Seconds, seats: Integers) -> _Version:
    """Return open-ended versions of some customers with the plan of that moment."""
    customers = world.customers
    plan = np.where(customers.changes[who] <= begins, customers.later_plan[who], customers.plan[who])
    never = np.full(who.size, NEVER)
    return who, begins, never, known, seats, plan, never


def _first_versions(world: World) -> _Version:
    customers, random = world.customers, world.stream("contracts: first")
    known = customers.starts + (random.uniform(1, 30, customers.count) * HOUR).astype(np.int64)
    return _version(world, np.arange(customers.count), customers.starts, known, customers.seats)


def _changed_versions(world: World) -> _Version:
    customers = world.customers
    who = np.flatnonzero(customers.changes < world.lives.ends)
    known = draw_arrivals(customers.changes[who], world.stream("contracts: changed"))
    return _version(world, who, customers.changes[who], known, customers.later_seats[who])


def _rented_versions(world: World) -> tuple[_Version, _Version]:
    """Return versions with more seats for three months, and those that follow them."""
    customers, random = world.customers, world.stream("contracts: rented")
    month = random.integers(0, world.period.months - 4, customers.count)
    begins = world.period.edges[month] + 9 * DAY
    ends = begins + _EXTENSION_DAYS * DAY
    stays = (customers.starts < begins) & (ends < world.lives.ends) & (customers.changes == NEVER)
    who = np.flatnonzero(stays & (random.random(customers.count) < _EXTENSION_SHARE))
    begins, ends = begins[who], ends[who]
    rented = _version(world, who, begins, begins + HOUR, (customers.seats[who] * 5) // 4)
    returned = _version(world, who, ends, ends + HOUR, customers.seats[who])
    return (*rented[:2], ends, *rented[3:]), returned


def _last_versions(world: World) -> _Version:
    """Return the versions that report the end of a contract."""
    customers = world.customers
    who, cancelled, known = _leavers(world)
    seats = np.where(customers.changes[who] <= cancelled, customers.later_seats[who], customers.seats[who])
    version = _version(world, who, cancelled, known, seats)
    return (*version[:6], (cancelled // DAY + 1) * DAY)


def _leavers(world: World) -> tuple[Integers, Seconds, Seconds]:
    """Return who cancelled, when, and when that was known."""
    who = np.flatnonzero(world.lives.ends < world.period.until)
    cancelled = world.lives.ends[who]
    return who, cancelled, draw_arrivals(cancelled, world.stream("cancellations"))


def contract_starts(world: World) -> pa.Table:
    """Return one row per contract: when it started and how it was won."""
    customers, random = world.customers, world.stream("contract starts")
    known = customers.starts + (random.uniform(1, 30, customers.count) * HOUR).astype(np.int64)
    channel = random.choice(len(_CHANNELS), customers.count, p=(0.45, 0.25, 0.22, 0.08))
    rows = np.argsort(known, kind="stable")
    columns = {
        "contract_id": numbered("C", rows.size),
        "customer_id": texts(customers.customer_id[rows]),
        "starts_at": moments(customers.starts[rows]),
        "ingested_at": moments(known[rows]),
        "sales_channel": words(channel[rows], _CHANNELS),
    }
    return pa.table(columns)


def cancellations(world: World) -> pa.Table:
    """Return who left, when, and what they said was the reason (mostly the price, whatever the cause)."""
    who, cancelled, known = _leavers(world)
    reason = world.stream("reasons").choice(len(REASONS), who.size, p=_REASON_WEIGHTS)
    rows = np.flatnonzero(known < world.period.until)
    rows = rows[np.argsort(known[rows], kind="stable")]
    columns = {
        "cancellation_id": numbered("X", rows.size),
        "customer_id": texts(world.customers.customer_id[who[rows]]),
        "cancelled_at": moments(cancelled[rows]),
        "ingested_at": moments(known[rows]),
        "reason": words(reason[rows], REASONS),
    }
    return pa.table(columns)

"""What customers live through: tickets and deliveries, and the state these leave month by month.

The two real levers are here. Both are exogenous: how fast support answers and how punctual deliveries are
depends on region and plan, never on the customer's mood.
"""

from dataclasses import dataclass, replace

import numpy as np

from features.worlds.action import PlantedAction
from features.worlds.customers import Customers
from features.worlds.effects import GOAL_HOURS, GOAL_LATE_SHARE, TYPICAL_LATE_SHARE, probability
from features.worlds.period import Period, scatter, stream
from features.worlds.vocabulary import DAY, Floats, Integers, Seconds

_TICKET_MEMORY, _DELIVERY_MEMORY = 0.70, 0.88
"""share of the state that is kept when one new ticket or delivery comes in"""
_TICKETS_PER_MONTH = 0.8
_DELIVERIES_PER_MONTH = 2.6
_REGION_SLOWNESS = (0.0, 0.1, 0.35, -0.2, 0.0)
_PLAN_SLOWNESS = (0.2, 0.0, -0.3)
_REGION_LATENESS = (0.0, 0.5, 0.0, -0.1, 0.3)
_LONGEST_HOURS = 400.0


@dataclass(frozen=True)
class Tickets:
    """Hold one element per ticket: whose it is, when it was opened, how long it took."""

    customer: Integers
    opened: Seconds
    hours: Floats


@dataclass(frozen=True)
class Deliveries:
    """Hold one element per delivery: whose it is, when it was promised and by how many days it was late."""

    customer: Integers
    promised: Seconds
    delivered: Seconds
    days_late: Integers


@dataclass(frozen=True)
class Experience:
    """Hold all tickets and deliveries and, per customer and month, the state they leave.

    ``resolution`` is the remembered number of doublings of the goal of 24 hours (0 = 24 h, 1 = 48 h),
    ``late_share`` the remembered share of late deliveries; ``..._at_goal`` is the state had every ticket
    or delivery met its goal. Shapes are [customers, months + 1]; column 0 is the state before the first
    month.
    """

    tickets: Tickets
    deliveries: Deliveries
    resolution: Floats
    resolution_at_goal: Floats
    late_share: Floats
    late_share_at_goal: Floats


def draw_experience(
    seed: int, customers: Customers, period: Period, action: PlantedAction | None = None
) -> Experience:
    """Draw tickets and deliveries as if nobody ever left; what comes after the end is cut off later."""
    support, transport = stream(seed, "tickets"), stream(seed, "deliveries")
    slowness = _draw_slowness(customers, period, support)
    tickets = _serve(_draw_tickets(slowness, period, support), customers, action)
    deliveries = _draw_deliveries(customers, period, transport)
    doublings = np.log2(tickets.hours / GOAL_HOURS)
    past = slowness[:, :1] + support.standard_normal((customers.count, 8))
    is_new = customers.starts >= period.since
    cells = tickets.customer * period.months + period.month_of(tickets.opened)

    def remember(each: Floats, before: Floats) -> Floats:
        return _remember(each, cells, np.where(is_new, 0.0, before), _TICKET_MEMORY, period.months)

    late_cells = deliveries.customer * period.months + period.month_of(deliveries.delivered)
    past_late = np.where(is_new, TYPICAL_LATE_SHARE, transport.beta(1.5, 8.5, customers.count))
    is_late = (deliveries.days_late > 0).astype(np.float64)
    late_share = _remember(is_late, late_cells, past_late, _DELIVERY_MEMORY, period.months)
    return Experience(
        tickets=tickets,
        deliveries=deliveries,
        resolution=remember(doublings, past.mean(axis=1)),
        resolution_at_goal=remember(np.minimum(doublings, 0.0), np.minimum(past, 0.0).mean(axis=1)),
        late_share=late_share,
        late_share_at_goal=np.minimum(late_share, GOAL_LATE_SHARE),
    )


def _serve(tickets: Tickets, customers: Customers, action: PlantedAction | None) -> Tickets:
    """Return the tickets with those resolved sooner that an action reaches."""
    if action is None:
        return tickets
    is_treated = action.reaches(customers)[tickets.customer]
    return replace(tickets, hours=action.shorten(tickets.hours, tickets.opened, is_treated))


def _draw_slowness(customers: Customers, period: Period, random: np.random.Generator) -> Floats:
    """Draw how slow support is for each customer and month, in doublings of the goal."""
    known = np.asarray(_REGION_SLOWNESS)[customers.region] + np.asarray(_PLAN_SLOWNESS)[customers.plan]
    level: Floats = known - 0.15 + 0.75 * random.standard_normal(customers.count)
    drift = np.cumsum(0.15 * random.standard_normal((customers.count, period.months)), axis=1)
    return np.asarray(level[:, None] + drift, dtype=np.float64)


def _draw_tickets(slowness: Floats, period: Period, random: np.random.Generator) -> Tickets:
    """Draw the tickets; how many a customer opens says nothing about leaving."""
    rates = random.gamma(2.0, _TICKETS_PER_MONTH / 2.0, slowness.shape[:1])
    customer, month = _draw_cells(np.broadcast_to(rates[:, None], slowness.shape), random)
    doublings = slowness[customer, month] + random.standard_normal(customer.size)
    hours = np.clip(GOAL_HOURS * 2.0**doublings, 0.3, _LONGEST_HOURS)
    return Tickets(customer, scatter(period, month, random), np.round(hours, 1))


def _draw_deliveries(customers: Customers, period: Period, random: np.random.Generator) -> Deliveries:
    """Draw the deliveries; some customers' routes are late again and again."""
    level = (
        -2.15 + 1.0 * random.standard_normal(customers.count) + np.asarray(_REGION_LATENESS)[customers.region]
    )
    rates = random.gamma(4.0, _DELIVERIES_PER_MONTH / 4.0, customers.count)
    customer, month = _draw_cells(np.broadcast_to(rates[:, None], (customers.count, period.months)), random)
    is_late = random.random(customer.size) < probability(level[customer])
    days_late = np.where(is_late, 1 + random.geometric(0.35, customer.size), 0).astype(np.int64)
    promised = scatter(period, month, random)
    earlier = (random.random(customer.size) * DAY / 2).astype(np.int64)
    return Deliveries(customer, promised, promised + days_late * DAY - earlier, days_late)


def _draw_cells(rates: Floats, random: np.random.Generator) -> tuple[Integers, Integers]:
    """Draw Poisson numbers of events and return customer and month of each event."""
    counts = random.poisson(rates)
    cells = np.repeat(np.arange(counts.size), counts.ravel())
    return cells // rates.shape[1], cells % rates.shape[1]


def _remember(each: Floats, cells: Integers, before: Floats, memory: float, months: int) -> Floats:
    """Return the state before the first and after every month: a memory that fades with new experience."""
    shape = (before.size, months)
    number = np.bincount(cells, minlength=before.size * months).reshape(shape)
    total = np.bincount(cells, weights=each, minlength=before.size * months).reshape(shape)
    states = [before]
    for month in range(months):
        fresh = total[:, month] / np.maximum(number[:, month], 1)
        kept = memory ** number[:, month]
        states.append(kept * states[-1] + (1.0 - kept) * fresh)
    return np.stack(states, axis=1)

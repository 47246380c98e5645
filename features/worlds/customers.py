"""The customers of an example company: who they are, when they joined, what they later changed."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from features.errors import InputError
from features.worlds.period import Period, stream
from features.worlds.vocabulary import DAY, INDUSTRIES, NEVER, REGIONS, Flags, Floats, Integers, Seconds

_LEAST_CUSTOMERS = 50
_SHARE_AT_START = 0.66
_SIZE_SHARES = (0.48, 0.34, 0.13, 0.05)
_PLAN_SHARES = ((0.55, 0.35, 0.10), (0.25, 0.50, 0.25), (0.05, 0.40, 0.55), (0.20, 0.55, 0.25))
_REGION_SHARES = (0.22, 0.14, 0.27, 0.31, 0.06)
_TYPICAL_SEATS = (12.0, 60.0, 320.0, 90.0)
_EUR_PER_SEAT = (340.0, 480.0, 640.0)
_SHARE_GERMAN = 0.72


@dataclass(frozen=True)
class Customers:
    """Hold one element per customer; categories are codes into the tuples of the vocabulary."""

    customer_id: NDArray[np.str_]
    starts: Seconds
    size: Integers
    plan: Integers
    later_plan: Integers
    changes: Seconds
    """when seats and perhaps the plan change; NEVER for most"""
    region: Integers
    industry: Integers
    language: Integers
    seats: Integers
    later_seats: Integers

    @property
    def count(self) -> int:
        """Return the number of customers."""
        return self.customer_id.size

    def plan_at(self, moment: int) -> Integers:
        """Return each customer's plan at a moment."""
        return np.where(self.changes <= moment, self.later_plan, self.plan)

    def revenue_eur(self, seats: Integers, plan: Integers) -> Floats:
        """Return the yearly revenue that seats and plan bring, to the cent."""
        return np.asarray(np.round(seats * np.asarray(_EUR_PER_SEAT)[plan], 2), dtype=np.float64)

    def is_active(self, ends: Seconds, moment: int) -> Flags:
        """Tell who is a customer at a moment."""
        return (self.starts <= moment) & (moment < ends)


def draw_customers(seed: int, count: int, period: Period) -> Customers:
    """Draw who the customers are.

    Two thirds are there at the start, with contracts up to eight years old; the others join evenly over
    the period. Company size decides plan, seats and, elsewhere, disputes and part of the risk to leave.
    """
    if count < _LEAST_CUSTOMERS:
        where, problem = "example company: n_customers", f"{count} customers are too few"
        raise InputError(where, problem, f"ask for {_LEAST_CUSTOMERS} or more")
    random = stream(seed, "customers")
    size = random.choice(len(_SIZE_SHARES), count, p=_SIZE_SHARES)
    plan = _draw_plan(size, random)
    seats = np.maximum(
        2, np.asarray(_TYPICAL_SEATS)[size] * np.exp(0.5 * random.standard_normal(count))
    ).astype(np.int64)
    starts = _draw_starts(count, period, random)
    changes = np.where(random.random(count) < 0.3, _draw_change(starts, period, random), NEVER)
    later_plan = np.where(
        random.random(count) < 0.4, np.clip(plan + random.choice([-1, 1], count), 0, 2), plan
    )
    return Customers(
        customer_id=np.char.add("K-", (10_000 + random.permutation(count)).astype(str)),
        starts=starts,
        size=size,
        plan=plan,
        later_plan=later_plan,
        changes=changes,
        region=random.choice(len(REGIONS), count, p=_REGION_SHARES),
        industry=random.integers(len(INDUSTRIES), size=count),
        language=(random.random(count) > _SHARE_GERMAN).astype(np.int64),
        seats=seats,
        later_seats=np.maximum(2, seats * random.uniform(0.8, 1.5, count)).astype(np.int64),
    )


def _draw_plan(size: Integers, random: np.random.Generator) -> Integers:
    """Draw the plan; larger companies take larger plans."""
    steps = np.cumsum(np.asarray(_PLAN_SHARES), axis=1)[size]
    above = random.random(size.size)[:, None] > steps[:, :2]
    return np.asarray(above.sum(axis=1), dtype=np.int64)


def _draw_starts(count: int, period: Period, random: np.random.Generator) -> Seconds:
    """Draw the day on which each contract starts."""
    days = (period.until - period.since) // DAY
    age_days = 1 + np.minimum(random.exponential(900, count), 8 * 365).astype(np.int64)
    joins_days = random.integers(1, days - 20, count)
    is_there = random.random(count) < _SHARE_AT_START
    return period.since + DAY * np.where(is_there, -age_days, joins_days)


def _draw_change(starts: Seconds, period: Period, random: np.random.Generator) -> Seconds:
    """Draw a day after the start (and inside the period) on which the contract is changed."""
    earliest = np.maximum(starts, period.since) + 30 * DAY
    changes = (
        earliest + (random.random(starts.size) * (period.until - earliest)).astype(np.int64) // DAY * DAY
    )
    return np.where(earliest < period.until, changes, NEVER)

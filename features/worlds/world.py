"""The whole example company before it is written down; every table is made from it."""

from dataclasses import dataclass

import numpy as np

from features.worlds.action import PlantedAction
from features.worlds.customers import Customers, draw_customers
from features.worlds.experience import Experience, draw_experience
from features.worlds.leaving import Lives, live
from features.worlds.period import Period, stream
from features.worlds.vocabulary import DAY, Flags, Integers, Seconds


@dataclass(frozen=True)
class World:
    """Hold customers, their experience and their lives, and cut events to what an export can hold."""

    seed: int
    period: Period
    customers: Customers
    experience: Experience
    lives: Lives

    def stream(self, part: str) -> np.random.Generator:
        """Return the random numbers of one part."""
        return stream(self.seed, part)

    def order(self, customer: Integers, happened: Seconds, known: Seconds) -> Integers:
        """Return the rows of events that the export shows, in the order in which they arrived.

        An event is shown if it happened between the start and the end of its customer's contract and
        inside the period, and was known before the export.
        """
        starts = np.maximum(self.customers.starts, self.period.since)[customer]
        is_theirs = (happened >= starts) & (happened < self.lives.ends[customer])
        rows = np.flatnonzero(is_theirs & (known < self.period.until))
        return rows[np.argsort(known[rows], kind="stable")]

    def is_active(self, moment: int) -> Flags:
        """Tell who is a customer at a moment."""
        return self.customers.is_active(self.lives.ends, moment)

    def month_pairs(self) -> tuple[Integers, Integers]:
        """Return customer and month of every pair."""
        count, months = self.customers.count, self.period.months
        return np.repeat(np.arange(count), months), np.tile(np.arange(months), count)

    def week_ends(self) -> Seconds:
        """Return the end of every whole week of the period (Mondays, 00:00 UTC)."""
        return np.arange(self.period.since + 7 * DAY, self.period.until, 7 * DAY, dtype=np.int64)


def draw_world(seed: int, n_customers: int, months: int, action: PlantedAction | None = None) -> World:
    """Draw a world; equal arguments give equal worlds, and an action changes nothing before it begins."""
    period = Period(months)
    customers = draw_customers(seed, n_customers, period)
    experience = draw_experience(seed, customers, period, action)
    lives = live(seed, customers, experience, period, action)
    return World(seed, period, customers, experience, lives)

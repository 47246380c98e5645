"""A planted action: some customers are treated from a day on, and what that changes in them is known."""

from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import date

import numpy as np

from features.errors import InputError
from features.worlds.customers import Customers
from features.worlds.effects import GOAL_HOURS
from features.worlds.vocabulary import Flags, Floats, Seconds


@dataclass(frozen=True)
class PlantedAction:
    """Describe a fast lane in support for some customers.

    Attributes
    ----------
    starts
        First day, 00:00 UTC.
    customers
        Ids of those who are treated; everybody else is served as before.
    hours
        Their tickets are resolved within so many hours from then on.
    log_odds
        What it changes in the monthly hazard of forming the intention to leave, beside what shorter waiting
        changes by itself; negative is less. Counts from the first whole month.
    won_back
        Share of the treated who mean to leave on that day and then stay.
    """

    starts: date
    customers: AbstractSet[str]
    hours: float = GOAL_HOURS
    log_odds: float = -1.2
    won_back: float = 0.6

    @property
    def moment(self) -> int:
        """Return the first moment, in seconds since 1970."""
        return int(np.datetime64(self.starts, "s").astype(np.int64))

    def reaches(self, customers: Customers) -> Flags:
        """Tell which customers are treated.

        Raises
        ------
        InputError
            If an id belongs to nobody.
        """
        strangers = set(self.customers) - set(customers.customer_id.tolist())
        if strangers:
            problem = f"'{min(strangers)}' is no customer"
            raise InputError("example company: action", problem, "name customers of the same company")
        return np.isin(customers.customer_id, sorted(self.customers))

    def shorten(self, hours: Floats, opened: Seconds, is_treated: Flags) -> Floats:
        """Return the hours to resolve of tickets of whom is treated, and of others."""
        return np.where(is_treated & (opened >= self.moment), np.minimum(hours, self.hours), hours)

    def relief(self, month_start: int, is_treated: Flags) -> Floats:
        """Return what is added to the log-odds of each customer in a month."""
        return np.where(is_treated & (month_start >= self.moment), self.log_odds, 0.0)

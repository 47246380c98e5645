"""The calendar of an example company and its random streams: the same seed gives the same world."""

import zlib
from dataclasses import dataclass

import numpy as np

from features.errors import InputError
from features.worlds.vocabulary import Flags, Integers, Seconds

FIRST_MONTH = np.datetime64("2024-01", "M")
WAVE_MONTHS = (1, 4, 7, 10)
"""Months of a year (0 = January) in which the relationship survey is sent."""
PLANTED_WAVE = 2
"""The wave whose NPS rises only because unhappy customers left (0 = the first wave)."""
_LEAST_MONTHS = 9


def stream(seed: int, part: str) -> np.random.Generator:
    """Return the random numbers of one part of the world.

    Each part has its own stream, so that a part added later does not change the others.
    """
    return np.random.default_rng([seed, zlib.crc32(part.encode())])


@dataclass(frozen=True)
class Period:
    """Span the whole months in which a company is observed, from January 2024.

    Parameters
    ----------
    months
        Number of months, at least 9 so that the planted survey wave has a wave before and after.

    Examples
    --------
    >>> Period(24).name_wave(2)
    '2024-Q3'
    """

    months: int

    def __post_init__(self) -> None:
        if self.months < _LEAST_MONTHS:
            where, problem = "example company: months", f"{self.months} months are too few"
            raise InputError(where, problem, f"ask for {_LEAST_MONTHS} or more")

    @property
    def edges(self) -> Seconds:
        """Return the first moment of every month and the moment after the last one."""
        months = FIRST_MONTH + np.arange(self.months + 1).astype("timedelta64[M]")
        days = months.astype("datetime64[D]")
        return days.astype("datetime64[s]").astype(np.int64)

    @property
    def since(self) -> int:
        """Return the first moment that is observed."""
        return int(self.edges[0])

    @property
    def until(self) -> int:
        """Return the first moment that is no longer observed: the day of the export."""
        return int(self.edges[-1])

    @property
    def waves(self) -> Integers:
        """Return the month of every survey wave, counted from the first month."""
        each = np.arange(self.months)
        return each[np.isin(each % 12, WAVE_MONTHS)]

    def name_wave(self, wave: int) -> str:
        """Return the name of a wave as people say it: year and quarter."""
        month = int(self.waves[wave])
        return f"{2024 + month // 12}-Q{month % 12 // 3 + 1}"

    def month_of(self, moments: Seconds) -> Integers:
        """Return the month of each moment; moments outside fall into the first or last month."""
        months = np.searchsorted(self.edges, moments, side="right") - 1
        return np.clip(months, 0, self.months - 1).astype(np.int64)

    def covers(self, moments: Seconds) -> Flags:
        """Tell which moments lie before the end of the period."""
        return moments < self.until


def scatter(period: Period, month: Integers, random: np.random.Generator) -> Seconds:
    """Return a random moment inside each given month."""
    edges = period.edges
    return (edges[month] + random.random(month.size) * (edges[month + 1] - edges[month])).astype(np.int64)

"""A number that a person sees, with its range and its denominator."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

import numpy as np

from training.statistics.arrays import Floats

LEVEL = 0.95


@dataclass(frozen=True)
class Estimate:
    """Hold an estimate with its interval and the number of rows or answers behind it.

    Parameters
    ----------
    value
        The estimate; NaN where it does not exist (a slope of equal forecasts).
    low, high
        Ends of the 95 % interval; ``low <= value <= high``.
    n
        Rows, answers or pairs that were counted.

    Examples
    --------
    >>> print(Estimate(0.8512, 0.842, 0.8604, n=5634))
    0.851 (0.842 to 0.860)
    """

    value: float
    low: float
    high: float
    n: int

    def __post_init__(self) -> None:
        if self.low > self.value or self.value > self.high:
            message = f"the interval {self.low:g} to {self.high:g} does not hold the estimate {self.value:g}"
            raise ValueError(message)

    @classmethod
    def around(cls, value: float, low: float, high: float, n: int) -> Self:
        """Return the estimate with an interval that is stretched to hold it."""
        return cls(float(value), float(np.fmin(low, value)), float(np.fmax(high, value)), n)

    def scaled(self, factor: float) -> "Estimate":
        """Return a multiple; never -0.0, which would be shown with its sign.

        Examples
        --------
        >>> print(Estimate(0.5, 0.25, 0.75, n=40).scaled(-2))
        -1.000 (-1.500 to -0.500)
        """
        low, high = sorted((self.low * factor + 0.0, self.high * factor + 0.0))
        return Estimate.around(self.value * factor + 0.0, low, high, self.n)

    @classmethod
    def from_json(cls, fields: Mapping[str, float | None]) -> Self:
        """Read what :meth:`to_json` gave; null is NaN."""
        numbers = {key: math.nan if found is None else float(found) for key, found in fields.items()}
        return cls(numbers["value"], numbers["low"], numbers["high"], int(numbers["n"]))

    def to_json(self) -> dict[str, float | int | None]:
        """Return plain values; NaN becomes null, which JSON has."""
        shown = {"value": self.value, "low": self.low, "high": self.high}
        return {**{key: None if math.isnan(number) else number for key, number in shown.items()}, "n": self.n}

    def __str__(self) -> str:
        return f"{self.value:.3f} ({self.low:.3f} to {self.high:.3f})"


def from_draws(value: float, draws: Floats, n: int) -> Estimate:
    """Return the percentile interval of bootstrap draws.

    Parameters
    ----------
    value
        The estimate from the rows themselves.
    draws
        The same figure on each resample; NaN where a resample did not allow it (one class only).
    n
        Rows behind the estimate.
    """
    low, high = middle(draws)
    return Estimate.around(value, low, high, n)


def of_size(signed: Estimate) -> Estimate:
    """Return the estimate of ``|x|`` from that of ``x``: the low end is 0 when the interval of ``x`` holds 0.

    Examples
    --------
    >>> of_size(Estimate(-0.02, -0.05, 0.01, n=100))
    Estimate(value=0.02, low=0.0, high=0.05, n=100)
    """
    low = max(0.0, signed.low, -signed.high)
    return Estimate(abs(signed.value), low, max(abs(signed.low), abs(signed.high)), signed.n)


def middle(draws: Floats) -> tuple[float, float]:
    """Return the ends of the middle 95 % of the draws that exist; NaN when none does."""
    found = draws[np.isfinite(draws)]
    if found.size == 0:
        return math.nan, math.nan
    low, high = np.quantile(found, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return float(low), float(high)

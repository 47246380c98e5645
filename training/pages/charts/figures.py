"""What drawings ask of the figures they are given, whether these come from a report or from its JSON."""

from typing import Protocol


class Ranged(Protocol):
    """A value with its likely range."""

    @property
    def value(self) -> float:
        """Return the estimate."""

    @property
    def low(self) -> float:
        """Return the lower end of its range."""

    @property
    def high(self) -> float:
        """Return the upper end of its range."""


class Compared(Protocol):
    """A mean forecast beside what was observed."""

    @property
    def forecast(self) -> float:
        """Return the mean forecast of a bin."""

    @property
    def observed(self) -> Ranged:
        """Return what was observed there."""

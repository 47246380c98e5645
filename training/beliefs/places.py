"""Places in a ranking, always as a range: what is believed, what is stated, what is measured."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from training.drivers import TELLING_ROLES, DriverRow
from training.statistics import Estimate

Verdict = Literal["lower", "higher", "open"]


@dataclass(frozen=True)
class Place:
    """Hold the best and the worst place that are likely, among how many; 1 is the strongest."""

    low: int
    high: int
    of: int

    def __post_init__(self) -> None:
        if not 1 <= self.low <= self.high <= self.of:
            message = (
                f"place {self.low} to {self.high} of {self.of} is none; 1 <= low <= high <= of is needed"
            )
            raise ValueError(message)


def place_shares(shares: Mapping[str, Estimate]) -> dict[str, Place]:
    """Return the places of shares: two whose ranges overlap are a tie, and each may stand before the other.

    Ranges that do not overlap are a careful test of a difference: over ten shares at once they hold all true
    places in at least 95 of 100 cases.

    Examples
    --------
    >>> found = place_shares({"a": Estimate(0.8, 0.7, 0.9, 50), "b": Estimate(0.1, 0.05, 0.2, 50)})
    >>> found["a"], found["b"]
    (Place(low=1, high=1, of=2), Place(low=2, high=2, of=2))
    """
    ranges = list(shares.values())
    return {
        name: Place(
            low=1 + sum(other.low > share.high for other in ranges),
            high=len(ranges) - sum(other.high < share.low for other in ranges),
            of=len(ranges),
        )
        for name, share in shares.items()
    }


def place_measured(rows: Sequence[DriverRow], believed: Collection[str]) -> dict[str, Place]:
    """Return the places of measured drivers among those that can be set side by side.

    These are levers, mediators and signals, and what else is believed; context, and features that no driver
    claims, take no place. The order of two drivers counts as told only where the tests of both tell it
    (:func:`training.statistics.rank_intervals.rank_intervals`), so a place holds the true one in 95 % of
    cases or more.

    Parameters
    ----------
    rows
        The drivers of a model.
    believed
        Names of drivers that somebody believes in; those without a row have no place.

    Returns
    -------
    dict
        Empty for models of a version that did not test ranks.
    """
    ranked = [row for row in rows if row.role in TELLING_ROLES or row.name in believed]
    if any(row.rank_low is None for row in ranked):
        return {}
    return {row.name: _place_one(row, ranked) for row in ranked}


def judge_place(assumed: Place, measured: Place) -> Verdict:
    """Say whether a driver is measured clearly lower or higher than assumed; ``open`` where ranges meet.

    What nobody named counts as assumed weaker, so an assumed first place stands against all drivers. Whoever
    is named last, though, may stand anywhere below those before it: lists are short.

    Examples
    --------
    >>> judge_place(Place(1, 1, 3), Place(5, 9, 12)), judge_place(Place(3, 3, 3), Place(5, 9, 12))
    ('lower', 'open')
    """
    is_last = assumed.high == assumed.of and assumed.high > 1
    worst = max(assumed.of, measured.of) if is_last else assumed.high
    if measured.low > worst:
        return "lower"
    return "higher" if measured.high < assumed.low else "open"


def _place_one(row: DriverRow, ranked: Sequence[DriverRow]) -> Place:
    """Return the place of one driver: after all that are clearly larger, before all clearly smaller."""
    told = [other.share.value > row.share.value for other in ranked if _is_told(row, other)]
    n_larger = sum(told)
    return Place(1 + n_larger, len(ranked) - (len(told) - n_larger), len(ranked))


def _is_told(row: DriverRow, other: DriverRow) -> bool:
    """Tell whether the order of two drivers is known."""
    return other is not row and other.name not in row.may_swap_with

"""The belief check as data: what is said of each driver, what is measured, and whether they agree."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from features.errors import BundleError
from features.usecase import Language
from training.beliefs.places import Place, Verdict
from training.statistics import Estimate, plain_values, read_estimate


@dataclass(frozen=True)
class StatedSide:
    """Say who stated a reason.

    Attributes
    ----------
    heard, given
        People who were asked or wrote, and those of them who gave a reason: the denominator of all shares.
    fewest
        How many reasons are needed before any share is told.
    unmapped
        Share of those with a reason who named one that speaks of no driver; None where that is hidden.
    other_reasons
        Such reasons with how many named them, where they are many enough to be told.
    unseen
        Reasons of the use case that nobody named.
    """

    heard: int
    given: int
    fewest: int
    unmapped: Estimate | None
    other_reasons: tuple[tuple[str, int], ...]
    unseen: tuple[str, ...]

    @property
    def is_enough(self) -> bool:
        """Tell whether there are enough reasons for shares."""
        return self.given >= self.fewest


@dataclass(frozen=True)
class BeliefRow:
    """Hold one driver that somebody believes in.

    Attributes
    ----------
    managers
        Its place in the ranking of managers: what they declared, so the range is one place.
    stated
        Share of those with a reason who named it; None where nobody was asked, too few answered, or too few
        named it to be shown.
    is_hidden
        True where too few named it to be shown.
    stated_place
        Its place by what is stated, ties where ranges overlap.
    measured, share
        Its place among the measured drivers, and its part of the explanation; None where it has no feature.
    of_managers, of_stated
        What is measured against either belief.
    """

    driver: str
    label: Mapping[Language, str]
    managers: Place | None
    stated: Estimate | None
    is_hidden: bool
    stated_place: Place | None
    measured: Place | None
    share: Estimate | None
    of_managers: Verdict | None
    of_stated: Verdict | None


@dataclass(frozen=True)
class BeliefCheck:
    """Hold what is believed beside what is measured, the most believed first.

    Attributes
    ----------
    stated
        None where the use case names no stated reasons.
    """

    rows: tuple[BeliefRow, ...]
    stated: StatedSide | None

    def to_json(self) -> dict[str, Any]:
        """Return plain values."""
        return {
            "rows": plain_values(self.rows),
            "stated": None if self.stated is None else _side_to_json(self.stated),
        }


def belief_from_json(content: Mapping[str, Any]) -> BeliefCheck:
    """Read what :meth:`BeliefCheck.to_json` gave.

    Raises
    ------
    BundleError
        If a key is missing or unknown.
    """
    try:
        stated = content["stated"]
        return BeliefCheck(
            tuple(_read_row(row) for row in content["rows"]),
            None if stated is None else _read_side(stated),
        )
    except (KeyError, TypeError) as error:
        problem = f"beliefs cannot be read ({type(error).__name__}: {error})"
        raise BundleError("evaluation.json", problem, "train again with this version") from error


def _side_to_json(side: StatedSide) -> dict[str, Any]:
    """Return who stated a reason as plain values."""
    others = [{"reason": reason, "n": n} for reason, n in side.other_reasons]
    return {**plain_values(side), "other_reasons": others, "is_enough": side.is_enough}


def _read_row(row: Mapping[str, Any]) -> BeliefRow:
    """Return one row from its plain values."""
    places = {
        name: None if row[name] is None else Place(**row[name])
        for name in ("managers", "stated_place", "measured")
    }
    estimates = {name: read_estimate(row[name]) for name in ("stated", "share")}
    return BeliefRow(**{**row, **places, **estimates})


def _read_side(side: Mapping[str, Any]) -> StatedSide:
    """Return who stated a reason from plain values."""
    known = {name: value for name, value in side.items() if name != "is_enough"}
    read = {
        "unmapped": read_estimate(side["unmapped"]),
        "other_reasons": tuple((other["reason"], other["n"]) for other in side["other_reasons"]),
        "unseen": tuple(side["unseen"]),
    }
    return StatedSide(**{**known, **read})

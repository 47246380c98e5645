"""Lots decide who is treated and who is held back, within people who are alike.

A person's lot comes from the secret of the action and the id: who joins later draws a lot of the same urn,
and nobody draws twice. Within a stratum (a tenth of the forecasts, or a group) lots are put in order and the
share is cut off, so that both arms are alike in what the strata tell.
"""

import hashlib
import hmac
import secrets
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from training.actions.record import HELD_BACK, TREATED
from training.statistics import Bools, Floats

N_STRATA = 10
COLUMNS = ("entity_id", "arm", "forecast", "revenue")


@dataclass(frozen=True)
class People:
    """Hold those who can take part on a day.

    Attributes
    ----------
    entity_ids
        Each once.
    forecast
        What was forecast of each, from which strata are made; None where nobody is scored singly.
    stratum
        A group of each, where there is no forecast; None without groups.
    revenue
        Yearly revenue in EUR, NaN where unknown; None where nobody has a price.
    shortfall
        What each lacks of the goal of the lever, NaN where unknown; None without a lever.
    """

    entity_ids: tuple[str, ...]
    forecast: Floats | None = None
    stratum: Sequence[str] | None = None
    revenue: Floats | None = None
    shortfall: Floats | None = None

    def __len__(self) -> int:
        """Return how many they are."""
        return len(self.entity_ids)

    def where(self, chosen: Bools) -> "People":
        """Return some of them."""
        places = np.flatnonzero(chosen).tolist()
        return People(
            tuple(self.entity_ids[place] for place in places),
            None if self.forecast is None else self.forecast[places],
            None if self.stratum is None else [self.stratum[place] for place in places],
            None if self.revenue is None else self.revenue[places],
            None if self.shortfall is None else self.shortfall[places],
        )

    def mean_shortfall(self, is_treated: Bools) -> float | None:
        """Return what the treated lack on average of the goal; None where that is not known of any."""
        if self.shortfall is None:
            return None
        known = self.shortfall[is_treated]
        known = known[np.isfinite(known)]
        return float(known.mean()) if known.size else None


def draw_secret() -> bytes:
    """Return the secret of a new action: nobody can work out beforehand who will be held back."""
    return secrets.token_bytes(32)


def draw_lots(people: People, secret: bytes, hold_out: float) -> Bools:
    """Return who is treated.

    Parameters
    ----------
    people
        Those who can take part.
    secret
        Of the action.
    hold_out
        Share that is held back; 0 for nobody.

    Examples
    --------
    >>> people = People(tuple(f"K-{number}" for number in range(1000)))
    >>> int(draw_lots(people, b"x" * 32, 0.2).sum())
    800
    """
    lots = np.array([_draw(secret, one) for one in people.entity_ids])
    is_treated = np.ones(len(people), dtype=bool)
    left_over = 0.0
    for members in _list_strata(people):
        order = members[np.argsort(lots[members], kind="stable")]
        # What is cut off in one stratum is carried to the next, so that all of them together hold the share.
        wanted = hold_out * order.size + left_over
        n_held = round(wanted)
        left_over = wanted - n_held
        is_treated[order[:n_held]] = False
    return is_treated


def to_table(people: People, is_treated: Bools) -> pa.Table:
    """Return the list of an assignment: arm of each, what was forecast, what each is worth."""
    arms = np.where(is_treated, TREATED, HELD_BACK)
    columns = {
        "entity_id": pa.array(people.entity_ids, pa.string()),
        "arm": pa.array(arms.tolist(), pa.string()),
        "forecast": _column(people.forecast, len(people)),
        "revenue": _column(people.revenue, len(people)),
    }
    return pa.table(columns)


def _draw(secret: bytes, entity_id: str) -> float:
    """Return the lot of a person, evenly in 0 to 1."""
    digest = hmac.new(secret, entity_id.encode(), hashlib.sha256).digest()
    return int.from_bytes(digest[:8], "big") / 2.0**64


def _list_strata(people: People) -> list[np.ndarray[tuple[int], np.dtype[np.intp]]]:
    """Return the places of the people of each stratum, all of them."""
    everyone = np.arange(len(people))
    if people.forecast is not None:
        ranked = everyone[np.argsort(people.forecast, kind="stable")]
        return [np.asarray(part) for part in np.array_split(ranked, N_STRATA) if part.size]
    if people.stratum is not None:
        names = np.array(people.stratum)
        return [everyone[names == name] for name in sorted(set(people.stratum))]
    return [everyone] if len(people) else []


def _column(numbers: Floats | None, n_rows: int) -> pa.Array:
    """Return numbers as a column; nulls where there are none."""
    if numbers is None:
        return pa.nulls(n_rows, pa.float64())
    return pa.array(numbers, pa.float64(), from_pandas=True)

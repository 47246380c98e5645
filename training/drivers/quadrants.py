"""Importance against performance: which drivers to fix first, as probabilities instead of dots on a line."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from training.drivers.goal import share_met
from training.statistics import EntityDraws, Estimate, Floats, from_draws, plain_values
from training.statistics.quadrants import QUADRANTS, Quadrant, quadrant_shares

_FEWEST = 2
STRONG_FROM = 0.8
"""A goal that four of five people meet counts as met; the mean would call half of all goals met."""


@dataclass(frozen=True)
class QuadrantRow:
    """Hold the place of one driver.

    Attributes
    ----------
    driver
        Its name.
    importance
        As it was passed: the probabilities rest on importances shrunk towards their mean, what is shown does
        not.
    performance
        Share of the newest rows that meet the driver's goal; ``n`` = rows where that is known.
    probability
        By field how likely the driver lies in it.
    answer
        The field with a probability of at least .8; None where the place is open.
    """

    driver: str
    importance: Estimate
    performance: Estimate
    probability: Mapping[Quadrant, float]
    answer: Quadrant | None

    def to_json(self) -> dict[str, Any]:
        """Return plain values; an open place says so."""
        return {**plain_values(self), "answer": self.answer or "open"}


def place_drivers(
    importance: Mapping[str, Estimate],
    covariance: Floats,
    met: Mapping[str, Floats],
    *,
    strong_from: float | None = None,
    weight: npt.ArrayLike | None = None,
    entity: npt.ArrayLike | None = None,
    n_draws: int = 500,
    seed: int = 0,
) -> tuple[QuadrantRow, ...]:
    """Say of each driver with a goal whether it is important, and whether the goal is met often.

    What is important and what is strong is judged against the mean of the drivers that are placed.

    Parameters
    ----------
    importance
        By driver how much it matters: its share of the explanation, or a signed effect.
    covariance
        Shape (drivers, drivers), of these importances in their order; of shares that is
        :attr:`~training.drivers.DriverShares.covariance`.
    met
        By driver with a goal whether each of the newest rows meets it, as :func:`~training.drivers.meets`
        tells: 1, 0, NaN = not known. Drivers that are absent or known of no row have no place.
    strong_from
        Share from which on a driver is strong; else the mean over the drivers.
    weight, entity
        Of each of the newest rows; 1, and an entity of its own, if absent.

    Returns
    -------
    tuple of QuadrantRow
        In the order of ``importance``; empty where fewer than two drivers can be placed.

    Raises
    ------
    ValueError
        If shapes do not fit together, or ``met`` names a driver without an importance.
    """
    _demand_fit(importance, covariance, met)
    if not met:
        return ()
    n_rows = len(next(iter(met.values())))
    draws = EntityDraws.of(n_rows, entity=entity, weight=weight, n_draws=n_draws, seed=seed)
    known = {name: share_met(met[name], draws.weight) for name in importance if name in met}
    performance = {name: share for name, share in known.items() if share is not None}
    names = list(performance)
    if len(names) < _FEWEST:
        return ()
    drawn = _draw_performance(
        np.column_stack([met[name] for name in names]), [performance[name].value for name in names], draws
    )
    places = [list(importance).index(name) for name in names]
    found = quadrant_shares(
        [importance[name].value for name in names],
        covariance[np.ix_(places, places)],
        drawn,
        goal=strong_from,
        seed=seed,
    )
    is_repeated = draws.n_entities < n_rows
    return tuple(
        QuadrantRow(
            driver=name,
            importance=importance[name],
            performance=_range(performance[name], drawn[:, place], is_repeated=is_repeated),
            probability=dict(zip(QUADRANTS, found.probability[place].tolist(), strict=True)),
            answer=found.answers[place],
        )
        for place, name in enumerate(names)
    )


def _demand_fit(importance: Mapping[str, Estimate], covariance: Floats, met: Mapping[str, Floats]) -> None:
    """Refuse what does not belong together."""
    if covariance.shape != (len(importance), len(importance)):
        message = f"covariance has the shape {covariance.shape} for {len(importance)} importances"
        raise ValueError(message)
    unknown = sorted(set(met) - set(importance))
    if unknown:
        message = f"no importance is given for {', '.join(unknown)}, whose goal is"
        raise ValueError(message)
    lengths = sorted({len(column) for column in met.values()})
    if len(lengths) > 1:
        message = f"columns of goals met have {lengths[0]} to {lengths[-1]} rows; all need the same"
        raise ValueError(message)


def _draw_performance(met: Floats, shares: Sequence[float], draws: EntityDraws) -> Floats:
    """Return the share of each driver's goal met in resamples, shape (draws, drivers).

    A resample without any row that tells of a driver says of it what all rows say.
    """
    is_known = np.isfinite(met)
    reached, told = np.where(is_known, met, 0.0), is_known.astype(np.float64)

    def shares_of(weights: Floats) -> Floats:
        mass = weights @ told
        whole: Floats = np.broadcast_to(np.asarray(shares), mass.shape).copy()
        return np.divide(weights @ reached, mass, out=whole, where=mass > 0)

    return draws.apply(shares_of)


def _range(share: Estimate, drawn: Floats, *, is_repeated: bool) -> Estimate:
    """Return a share with the range of resamples where entities repeat; else Wilson's, which needs none."""
    return from_draws(share.value, drawn, share.n) if is_repeated else share

"""Figures of a ranking, for many weightings of the same rows at once: sorted once, then only sums.

Rows with equal forecasts are one step of the ranking, so no figure depends on the order of the rows.
"""

from dataclasses import dataclass
from typing import Self

import numpy as np
import numpy.typing as npt

from training.statistics.arrays import Floats, Ints, as_column


@dataclass(frozen=True)
class Ranking:
    """Hold rows sorted by falling forecast.

    Parameters
    ----------
    order
        ``[n]`` row numbers, highest forecast first; weights passed to :meth:`weigh` stand in this order.
    first_rows
        ``[g]`` position of the first row of each group of equal forecasts.
    target, forecast
        ``[n]`` label (0 or 1) and forecast in this order.
    """

    order: Ints
    first_rows: Ints
    target: Floats
    forecast: Floats

    @classmethod
    def of(cls, target: npt.ArrayLike, forecast: npt.ArrayLike) -> Self:
        """Sort the rows.

        Raises
        ------
        ValueError
            If the columns differ in length or hold a value that is not finite.
        """
        scores = as_column("forecast", forecast)
        labels = as_column("target", target, scores.size)
        order = np.argsort(-scores, kind="stable")
        ranked = scores[order]
        first_rows = np.flatnonzero(np.append(True, ranked[1:] != ranked[:-1]))
        return cls(order, first_rows, labels[order], ranked)

    def weigh(self, weights: Floats) -> "RankedMass":
        """Add up rows, events and forecasts from the highest forecast down.

        Parameters
        ----------
        weights
            ``[draws, n]``, columns in the order of :attr:`order`.
        """
        rows = self._by_group(weights)
        return RankedMass(
            rows=_running(rows),
            events=_running(self._by_group(weights * self.target)),
            expected=_running(rows * self.forecast[self.first_rows]),
        )

    def weigh_amount(self, weights: Floats, amount: Floats) -> Floats:
        """Add up an amount per row (``[n]``, ranked) from the highest forecast down, ``[draws, g + 1]``."""
        return _running(self._by_group(weights * amount))

    def _by_group(self, weights: Floats) -> Floats:
        """Return the sums over rows with equal forecasts."""
        if self.first_rows.size == self.order.size:
            return weights
        return np.add.reduceat(weights, self.first_rows, axis=1)


@dataclass(frozen=True)
class RankedMass:
    """Hold running sums from the highest forecast down, each ``[draws, g + 1]`` and starting at 0.

    Parameters
    ----------
    rows, events, expected
        Weight of the rows, of those with the event, and of the rows times their forecast.
    """

    rows: Floats
    events: Floats
    expected: Floats

    def auc(self) -> Floats:
        """Return the area under the ROC curve, ties counted half; NaN where a draw holds one class only."""
        others = self.rows - self.events
        areas = ((self.events[:, 1:] + self.events[:, :-1]) * np.diff(others, axis=1)).sum(axis=1)
        return _ratio(areas, 2 * self.events[:, -1] * others[:, -1])

    def average_precision(self) -> Floats:
        """Return the average precision (area below precision and recall by steps), as sklearn defines it."""
        precision = np.nan_to_num(_ratio(self.events[:, 1:], self.rows[:, 1:]))
        return _ratio((precision * np.diff(self.events, axis=1)).sum(axis=1), self.events[:, -1])

    def at(self, running: Floats, shares: Floats) -> Floats:
        """Return running sums at shares of all weight, ``[draws, k]``; a cut group counts in proportion."""
        cuts = self.rows[:, -1:] * shares
        draws = zip(cuts, self.rows, running, strict=True)
        return np.stack([np.interp(cut, rows, sums) for cut, rows, sums in draws])

    def capture(self, shares: Floats) -> Floats:
        """Return which part of all events stands in the first ``shares`` of the rows, ``[draws, k]``."""
        return _ratio(self.at(self.events, shares), self.events[:, -1:])

    def gap(self, shares: Floats) -> Floats:
        """Return mean forecast minus observed share between neighbouring cuts.

        Parameters
        ----------
        shares
            ``[k + 1]`` rising cuts between 0 and 1, highest forecasts first.

        Returns
        -------
        ndarray
            ``[draws, k]``; positive where too much was forecast.
        """
        surplus = np.diff(self.at(self.expected - self.events, shares), axis=1)
        return _ratio(surplus, self.rows[:, -1:] * np.diff(shares))


def _running(sums: Floats) -> Floats:
    """Return running sums along the ranking with a leading 0."""
    running = np.zeros((sums.shape[0], sums.shape[1] + 1))
    np.cumsum(sums, axis=1, out=running[:, 1:])
    return running


def _ratio(numerator: Floats, denominator: Floats) -> Floats:
    """Divide; NaN where there is nothing to divide by."""
    nowhere: Floats = np.full(numerator.shape, np.nan)
    exists = np.broadcast_to(denominator > 0, numerator.shape)
    quotient: Floats = np.divide(numerator, denominator, out=nowhere, where=exists)
    return quotient

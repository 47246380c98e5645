"""Rows cut into periods between horizons: the discrete-time view of time to event."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Self

import numpy as np
from numpy.typing import NDArray

from features.errors import ContractError
from training.models.odds import Floats

COMPETING = 2


@dataclass(frozen=True)
class PeriodTable:
    """Hold what is known of each row in each period; one period is an ordinary binary target.

    Attributes
    ----------
    matrix
        Features, shape (rows, features).
    n_codes
        Number of codes of each category, 0 for numbers.
    target
        1 where the event fell into the period, shape (rows, periods).
    weight
        How much of the period was watched, times the weight of the row; 0 where the row was not at risk.
    directions
        1 where a feature must never lower the log-odds of the event, -1 where it must never raise them, 0
        where both may be; empty for 0 throughout.
    row_weight
        The weight of each row alone: what a mean over rows takes; None for 1.
    """

    matrix: Floats
    n_codes: tuple[int, ...]
    target: Floats
    weight: Floats
    directions: tuple[int, ...] = ()
    row_weight: Floats | None = None

    @classmethod
    def cut(
        cls,
        matrix: Floats,
        n_codes: tuple[int, ...],
        days: Floats,
        event: Floats,
        horizons: Sequence[int],
        cause: int = 1,
    ) -> Self:
        """Cut follow-up into the periods between horizons.

        A row is at risk in a period if it was still watched when the period began. The period counts in full
        if it was watched to its end or an event fell into it. If watching ended inside it, the row counts as
        event-free with about the share of the period that was watched: leaving such rows out would keep the
        events of short follow-ups and lose their survivors. The exact weight where a share ``c`` was watched
        and all causes together come at an even rate of ``r`` per period is ``(e^(rc) - 1) / (e^r - 1)``: with
        it, the share of events is right however early watching ended.

        Of two causes the predicted one (1) is asked for among all rows at risk, the competing one (2) among
        those to which the first did not happen in the period: each is an ordinary binary target, and together
        they have the likelihood of both (nested dichotomies; Fienberg 1980).

        Parameters
        ----------
        matrix, n_codes
            Features as an encoder gives them.
        days
            Days from the start of the horizon to the event, or to the end of watching.
        event
            1 = event at ``days``, 2 = event of a competing cause, 0 = censored at ``days``.
        horizons
            Days, rising.
        cause
            Whose events are the target.

        Raises
        ------
        ContractError
            If horizons do not rise, or days are negative or missing.

        Examples
        --------
        >>> days, event = np.array([10.0, 60.0, 90.0]), np.array([1.0, 0.0, 0.0])
        >>> table = PeriodTable.cut(np.zeros((3, 1)), (0,), days, event, [30, 90])
        >>> table.target.tolist(), table.weight.tolist()
        ([[1.0, 0.0], [0.0, 0.0], [0.0, 0.0]], [[1.0, 0.0], [1.0, 0.5], [1.0, 1.0]])
        """
        ends = np.asarray(horizons, dtype=np.float64)
        starts = np.concatenate([[0.0], ends[:-1]])
        if not len(ends) or np.any(ends <= starts):
            raise ContractError(
                "target.horizons", f"{list(horizons)} days do not rise", "list each once, shortest first"
            )
        if not np.all(days >= 0):
            raise ContractError(
                "column target_days", f"holds {np.min(days)}", "count days from the start of the horizon"
            )
        watched = np.clip((days[:, None] - starts) / (ends - starts), 0.0, 1.0)
        fell = (event[:, None] > 0) & (days[:, None] >= starts) & (days[:, None] < ends)
        target, is_asked = fell & (event[:, None] == cause), event[:, None] >= cause
        weight = np.where(fell, is_asked, _weigh_partial(watched, fell.sum(axis=0)))
        return cls(matrix, n_codes, target.astype(np.float64), weight)

    def weigh(self, weight: Floats) -> "PeriodTable":
        """Return the table with further weights, one per row."""
        before = 1.0 if self.row_weight is None else self.row_weight
        return replace(self, weight=self.weight * weight[:, None], row_weight=before * weight)

    @property
    def n_periods(self) -> int:
        """Return the number of periods."""
        return int(self.target.shape[1])

    @property
    def booster_codes(self) -> tuple[int, ...]:
        """Return ``n_codes`` of the stacked matrix: the period is a number there."""
        return self.n_codes if self.n_periods == 1 else (*self.n_codes, 0)

    @property
    def booster_directions(self) -> tuple[int, ...]:
        """Return ``directions`` of the stacked matrix: the period may do both."""
        return (*self.directions, 0) if self.directions and self.n_periods > 1 else self.directions

    def stack(self) -> tuple[Floats, Floats, Floats, NDArray[np.intp]]:
        """Return matrix, target and weight of the cells at risk, and the row each belongs to."""
        row, period = np.nonzero(self.weight)
        # Column by column into one array: no second copy of what may be the largest thing in memory.
        cells = np.empty((len(row), self.matrix.shape[1] + (self.n_periods > 1)), order="F")
        for place, column in enumerate(self.matrix.T):
            cells[:, place] = column[row]
        if self.n_periods > 1:
            cells[:, -1] = period
        return cells, self.target[row, period], self.weight[row, period], row

    def take(self, rows: NDArray[np.bool_]) -> "PeriodTable":
        """Return some of the rows."""
        return replace(
            self,
            matrix=self.matrix[rows],
            target=self.target[rows],
            weight=self.weight[rows],
            row_weight=None if self.row_weight is None else self.row_weight[rows],
        )


def _weigh_partial(watched: Floats, n_events: NDArray[np.int64]) -> Floats:
    """Return the weight of event-free cells of which a share was watched, both of shape (rows, periods)."""
    rate = n_events / np.maximum(watched.sum(axis=0), 1e-9)
    steep = np.clip(rate, 1e-9, 30.0)
    weight: Floats = np.where(rate > 0, np.expm1(steep * watched) / np.expm1(steep), watched)
    return weight


def repeat_periods(matrix: Floats, n_periods: int) -> Floats:
    """Return each row once per period with the period as last column; rows of the first period come first.

    Examples
    --------
    >>> repeat_periods(np.array([[7.0], [8.0]]), 2).tolist()
    [[7.0, 0.0], [8.0, 0.0], [7.0, 1.0], [8.0, 1.0]]
    """
    if n_periods == 1:
        return matrix
    period = np.repeat(np.arange(n_periods, dtype=np.float64), len(matrix))
    return np.column_stack([np.tile(matrix, (n_periods, 1)), period])

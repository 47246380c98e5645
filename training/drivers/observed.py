"""Drivers seen alone: how the outcome itself goes along a feature, with nothing held equal.

An attribution says what a feature does beside all others in the model. Where features go together, that can
be the other way round than in the data, or hide that a rating is worst in the middle; whoever reads "goes
with" will look at the data.
"""

from dataclasses import dataclass
from typing import Final, Literal

import numpy as np

from training.drivers.direction import FEWEST_AT_LEVEL, Direction, find_turn, levels_of, middle_ranks
from training.statistics import Floats, Ints

CLEAR_Z: Final = 3.0
"""Standard errors beyond which a direction or turn is clear: many drivers with many levels are looked at."""
LEAST_CORRELATION: Final = 0.05
"""Rank correlation below which a direction is too small to speak of, however many rows there are."""


@dataclass(frozen=True)
class Observed:
    """Hold rows whose outcome is known.

    Attributes
    ----------
    values
        Shape (rows, features): the encoded values; NaN = missing, such rows say nothing of that feature.
    outcome
        Shape (rows,): 0 or 1, or the answer.
    entities
        Number of the entity of each row, from 0: rows of one entity are no independent evidence.
    weight
        Weight of each row; None for 1.
    """

    values: Floats
    outcome: Floats
    entities: Ints
    weight: Floats | None = None

    def direction(self, column: int) -> Literal["higher", "lower"] | None:
        """Tell which values of a feature go with more of the outcome; None where neither clearly does.

        Returns
        -------
        str or None
            Clear is a rank correlation of at least 0.05 and 3 standard errors, clustered by entity.

        Examples
        --------
        >>> grades = np.repeat([[1.0], [2.0], [3.0]], 50, axis=0)
        >>> Observed(grades, np.repeat([0.0, 0.0, 1.0], 50), np.arange(150)).direction(0)
        'higher'
        """
        values, outcome, entities, weight = self._known(column)
        if len(values) < FEWEST_AT_LEVEL or np.ptp(values) == 0 or np.ptp(outcome) == 0:
            return None
        ranks = middle_ranks(values, weight)
        ranks = ranks - np.average(ranks, weights=weight)
        answers = outcome - np.average(outcome, weights=weight)
        products = weight * ranks * answers
        size = np.sqrt(np.sum(weight * ranks**2) * np.sum(weight * answers**2))
        if abs(products.sum()) < LEAST_CORRELATION * size or abs(_clear(products, entities)) < CLEAR_Z:
            return None
        return "higher" if products.sum() > 0 else "lower"

    def is_opposite(self, column: int, direction: Direction) -> bool:
        """Tell whether the outcome clearly goes the other way along a feature than a direction says."""
        return {direction, self.direction(column)} == {"higher", "lower"}

    def turning_point(self, column: int, direction: Direction) -> float | None:
        """Return the value of a feature at which the outcome clearly turns; None where it does not.

        Parameters
        ----------
        direction
            The direction of the whole; for others than ``higher`` and ``lower`` there is no turn.

        Returns
        -------
        float or None
            As :func:`training.drivers.direction.turning_point` has it, of mean outcomes, if the way back is
            also more than 3 standard errors, clustered by entity.
        """
        if direction not in {"higher", "lower"}:
            return None
        values, outcome, entities, weight = self._known(column)
        levels, places = levels_of(values)
        mass = np.bincount(places, weights=weight, minlength=len(levels))
        means = np.bincount(places, weights=weight * outcome, minlength=len(levels)) / mass
        shown = np.flatnonzero(np.bincount(places, minlength=len(levels)) >= FEWEST_AT_LEVEL)
        turn = find_turn(means[shown], direction)
        if turn is None:
            return None
        here, back = shown[turn[0]], shown[turn[1]]
        # How far each row moves the difference of the two means.
        sign = (places == here) / mass[here] - (places == back) / mass[back]
        error = np.sqrt(_sum_of_squares(sign * weight * (outcome - means[places]), entities))
        return float(levels[here]) if abs(means[here] - means[back]) > CLEAR_Z * error else None

    def _known(self, column: int) -> tuple[Floats, Floats, Ints, Floats]:
        """Return value, outcome, entity and weight of the rows that have a value."""
        values = self.values[:, column]
        weight = np.ones(len(values)) if self.weight is None else self.weight
        known = np.isfinite(values) & (weight > 0)
        return values[known], self.outcome[known], self.entities[known], weight[known]


def _clear(products: Floats, entities: Ints) -> float:
    """Return a sum in standard errors."""
    return float(products.sum() / np.sqrt(_sum_of_squares(products, entities)))


def _sum_of_squares(parts: Floats, entities: Ints) -> float:
    """Return the variance of a sum whose parts are independent between entities alone."""
    return float(np.sum(np.bincount(entities, weights=parts) ** 2))

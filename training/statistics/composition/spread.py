"""Standard errors of a change and of its part within people, by person."""

from dataclasses import dataclass
from typing import Self

import numpy as np

from training.statistics.arrays import Bools, Floats
from training.statistics.composition.people import People


@dataclass(frozen=True)
class StandardErrors:
    """Hold standard errors from influence functions by person.

    What each person adds to the error of a sum of means is added up first and squared then, so that two or
    three answers of one person are not taken for answers of different people.

    Attributes
    ----------
    total
        Of ``after - before``.
    within_corrected
        Of the part within people less the chance swing; NaN without a wave before.
    rest
        Of ``total - within_corrected``; NaN as above.
    """

    total: float
    within_corrected: float
    rest: float

    @classmethod
    def of(cls, people: People) -> Self:
        """Measure the errors of people of whom at least one answered each wave."""
        total = _influence(people, people.answered_after, people.after)
        total -= _influence(people, people.answered_before, people.before)
        corrected = _influence(people, people.has_three, people.after - people.earlier)
        corrected -= _influence(people, people.has_earlier, people.before - people.earlier)
        number = people.number
        return cls(
            *(float(np.sqrt(number @ influence**2)) for influence in (total, corrected, total - corrected))
        )


def _influence(people: People, where: Bools, values: Floats) -> Floats:
    """Return what one person of each row adds to the error of the mean of some people; NaN of nobody."""
    weight = np.where(where, people.weight, 0.0)
    mass = float(people.number @ weight)
    if mass == 0:
        return np.full(weight.size, np.nan)
    mean = float(people.number @ (weight * values)) / mass
    found: Floats = weight * (values - mean) / mass
    return found

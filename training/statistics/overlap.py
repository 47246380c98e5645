"""The difference of two means whose answers come from partly the same people."""

import math
from dataclasses import dataclass
from typing import Self

import numpy as np
import numpy.typing as npt

from training.statistics.arrays import Floats, Ints

_ROUNDING = 1e-9


@dataclass(frozen=True)
class PseudoAnswers:
    """Hold answers that nobody gave, added to a wave so that few or equal answers leave doubt.

    Parameters
    ----------
    worth, mass
        ``[k]`` what each kind counts as, and how many of it there are; the kinds lie evenly around their
        middle, so that the last is the opposite of the first.
    """

    worth: Floats
    mass: Floats

    @classmethod
    def none(cls) -> Self:
        """Return no pseudo-answers: differences are then those of Student."""
        return cls(np.empty(0), np.empty(0))

    @property
    def total(self) -> float:
        """Return how many there are."""
        return float(self.mass.sum())


@dataclass(frozen=True)
class PartedMean:
    """Hold the mean of one wave as the part that each person has in its error.

    Attributes
    ----------
    value
        The mean, pseudo-answers included.
    people, parts
        Codes of the people, rising, and by how much each moves the mean.
    pseudo_parts, pseudo_mass
        By how much one pseudo-answer of each kind moves the mean, in the order of their worth; how many
        there are.
    effective_people
        How many people of equal weight they are worth (Kish 1965).
    """

    value: float
    people: Ints
    parts: Floats
    pseudo_parts: Floats
    pseudo_mass: Floats
    effective_people: float

    @classmethod
    def of(cls, worth: Floats, people: Ints, weight: Floats, pseudo: PseudoAnswers) -> Self:
        """Return the mean of answers, ``[n]`` each, of people given by codes."""
        answers = float(weight.sum() ** 2 / (weight**2).sum())
        scaled = weight * (answers / weight.sum())
        total = answers + pseudo.total
        value = float((scaled @ worth + pseudo.mass @ pseudo.worth) / total)
        codes, place = np.unique(people, return_inverse=True)
        by_person = np.bincount(place, weights=scaled)
        effective = float(by_person.sum() ** 2 / (by_person**2).sum())
        parts = np.bincount(place, weights=scaled * (worth - value)) / total
        return cls(value, codes, parts, (pseudo.worth - value) / total, pseudo.mass, effective)

    @property
    def freedom(self) -> float:
        """Return the degrees of freedom of its variance, pseudo-answers counted as people."""
        return self.effective_people + float(self.pseudo_mass.sum()) - 1.0

    @property
    def factor(self) -> float:
        """Return what brings squared parts to the sample variance; 1 with pseudo-answers, which do that."""
        if self.pseudo_mass.size:
            return 1.0
        is_alone = self.effective_people <= 1 + _ROUNDING
        return math.inf if is_alone else self.effective_people / (self.effective_people - 1)

    @property
    def squared_error(self) -> float:
        """Return the variance of the mean."""
        drawn = float(self.parts @ self.parts)
        if math.isinf(self.factor):
            return math.inf
        return drawn * self.factor + float(self.pseudo_mass @ self.pseudo_parts**2)


@dataclass(frozen=True)
class OverlapDifference:
    """Hold ``after - before`` with its variance and Student's degrees of freedom.

    Attributes
    ----------
    value
        Difference of the means, pseudo-answers included.
    squared_error
        Its variance; infinite if a wave is one person's and there are no pseudo-answers.
    freedom
        As Derrick, Russ, Toher and White (2017): Welch's without people in common, pairs less one with all.
    n_both
        People in both waves.
    """

    value: float
    squared_error: float
    freedom: float
    n_both: int

    @classmethod
    def of(cls, before: PartedMean, after: PartedMean) -> Self:
        """Return the difference of two means."""
        _, at_first, at_second = np.intersect1d(
            before.people, after.people, assume_unique=True, return_indices=True
        )
        n_both = at_first.size
        squared = before.squared_error + after.squared_error
        if math.isfinite(squared):
            paired = float(before.parts[at_first] @ after.parts[at_second])
            squared -= 2 * math.sqrt(before.factor * after.factor) * paired
            overlap = n_both / math.sqrt(before.people.size * after.people.size)
            squared -= 2 * overlap * _opposed(before, after)
            # Pairs that all move alike leave rounding errors, which are no range.
            squared = squared if squared > _ROUNDING * (before.squared_error + after.squared_error) else 0.0
        return cls(after.value - before.value, squared, _freedom(before, after, n_both), n_both)


def _opposed(before: PartedMean, after: PartedMean) -> float:
    """Return the covariance of pseudo-people who turn from one end to the other (Bonett and Price 2012).

    Where people are paired, what could be seen but was not is somebody turning, not two strangers.
    """
    return float(before.pseudo_mass @ (before.pseudo_parts * after.pseudo_parts[::-1]))


def _freedom(before: PartedMean, after: PartedMean, n_both: int) -> float:
    """Return the degrees of freedom; 0 where nothing varies or a wave is one person's."""
    errors = np.array([before.squared_error, after.squared_error])
    spare = np.array([before.freedom, after.freedom])
    if not 0 < errors.sum() < math.inf:
        return 0.0
    welch = float(errors.sum() ** 2 / (errors**2 / spare).sum()) if spare.min() > 0 else 0.0
    if n_both == 0:
        return welch
    alone = before.people.size + after.people.size - 2 * n_both
    return n_both - 1 + (welch - n_both + 1) * alone / (alone + 2 * n_both)


def codes_of(*people: npt.ArrayLike) -> list[Ints]:
    """Return the same whole number for the same person in several columns.

    Examples
    --------
    >>> [codes.tolist() for codes in codes_of(["b", "a"], ["a"])]
    [[1, 0], [0]]
    """
    columns = [np.asarray(column) for column in people]
    codes = np.unique(np.concatenate(columns), return_inverse=True)[1].astype(np.int64)
    return np.split(codes, np.cumsum([column.size for column in columns])[:-1])

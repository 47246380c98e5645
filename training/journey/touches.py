"""Touches in columns, and what each journey holds of each touchpoint."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, Self

import numpy as np
import numpy.typing as npt

from training.statistics import Bools, Floats, Ints

Label = dict[Literal["en", "de"], str]


@dataclass(frozen=True)
class Point:
    """Hold what is declared of a touchpoint.

    Attributes
    ----------
    question
        What its experience is called, such as ``csat``; None where it tells none.
    is_lower_better
        Whether small values are the good ones: a delay.
    is_bad
        Whether it is a bad experience whenever it happens: a complaint.
    is_company_fact
        Whether the company makes it happen and it is a count fact, not an answer of the person: only then an
        adjusted comparison may speak of more than an association.
    """

    name: str
    label: Label
    question: str | None = None
    is_lower_better: bool = False
    is_bad: bool = False
    is_company_fact: bool = False

    @property
    def is_valued(self) -> bool:
        """Tell whether it says anything about experience."""
        return self.is_bad or self.question is not None


@dataclass(frozen=True)
class Touches:
    """Hold touches, one per place in every array, sorted by journey and then by time.

    Attributes
    ----------
    journey
        ``[n]`` number of the journey, ``0..n_journeys - 1``.
    point
        ``[n]`` number of the touchpoint.
    day
        ``[n]`` days since 1970-01-01, with fractions.
    value
        ``[n]`` experience on its own scale; NaN where there is none.
    is_good
        ``[n]`` 1 for good, 0 for not good, NaN where nothing is told.
    entity
        ``[n_journeys]`` number of the entity of each journey.
    """

    journey: Ints
    point: Ints
    day: Floats
    value: Floats
    is_good: Floats
    entity: Ints

    @classmethod
    def of(
        cls,
        *,
        entity: npt.ArrayLike,
        journey: npt.ArrayLike,
        point: npt.ArrayLike,
        day: npt.ArrayLike,
        value: npt.ArrayLike | None = None,
        is_good: npt.ArrayLike | None = None,
    ) -> Self:
        """Sort touches in any order; equal touches in another order give equal results.

        Parameters
        ----------
        entity
            ``[n]`` whose touch it is, numbers or texts.
        journey
            ``[n]`` number of the journey among those of the entity.

        Raises
        ------
        ValueError
            If there is no touch, columns differ in length, or a day is not finite.
        """
        days = np.asarray(day, dtype=np.float64)
        if days.size == 0 or not np.isfinite(days).all():
            message = f"{days.size} touches were passed; at least one, each with a finite day, is needed"
            raise ValueError(message)
        nothing = np.full(days.size, np.nan)
        values = nothing if value is None else np.asarray(value, dtype=np.float64)
        goods = nothing if is_good is None else np.asarray(is_good, dtype=np.float64)
        points, counts = np.asarray(point, dtype=np.int64), np.asarray(journey, dtype=np.int64)
        for name, column in (("value", values), ("is_good", goods), ("point", points), ("journey", counts)):
            if column.shape != days.shape:
                message = f"{name} has the shape {column.shape} where {days.shape} is needed"
                raise ValueError(message)
        whose: Ints = np.unique(np.asarray(entity), return_inverse=True)[1].astype(np.int64)
        trips, places = np.unique(np.column_stack([whose, counts]), axis=0, return_inverse=True)
        codes: Ints = places.reshape(-1).astype(np.int64)
        order = np.lexsort((goods, values, points, days, codes))
        return cls(codes[order], points[order], days[order], values[order], goods[order], trips[:, 0])

    @property
    def n_journeys(self) -> int:
        """Return the number of journeys."""
        return self.entity.size


@dataclass(frozen=True)
class Journeys:
    """Hold one row per journey and one column per touchpoint.

    A journey counts a touchpoint once: its first touch tells when, its first touch with an experience how it
    was.

    Attributes
    ----------
    first_day
        ``[n, k]`` day of the first touch; NaN where there was none.
    value, is_good, value_day
        ``[n, k]`` experience, whether it was good, and its day; NaN where there is none.
    entity
        ``[n]`` whose journey it is.
    """

    first_day: Floats
    value: Floats
    is_good: Floats
    value_day: Floats
    entity: Ints

    @property
    def is_touched(self) -> Bools:
        """Return ``[n, k]`` whether a journey came by a touchpoint."""
        return np.isfinite(self.first_day)

    @property
    def start(self) -> Floats:
        """Return ``[n]`` the day on which each journey began."""
        return np.asarray(np.nanmin(self.first_day, axis=1))


def gather(touches: Touches, points: Sequence[Point]) -> Journeys:
    """Return what each journey holds of each touchpoint.

    Examples
    --------
    >>> touches = Touches.of(entity=["a", "a"], journey=[0, 0], point=[1, 0], day=[5.0, 2.0])
    >>> gather(touches, [Point("buy", {"en": "buy"}), Point("use", {"en": "use"})]).first_day.tolist()
    [[2.0, 5.0]]
    """
    shape = (touches.n_journeys, len(points))
    first_day, value, is_good, value_day = (np.full(shape, np.nan) for _ in range(4))
    cells = touches.journey * len(points) + touches.point
    _, firsts = np.unique(cells, return_index=True)
    first_day.flat[cells[firsts]] = touches.day[firsts]
    told = np.flatnonzero(np.isfinite(touches.is_good))
    _, firsts = np.unique(cells[told], return_index=True)
    at = told[firsts]
    for target, column in ((value, touches.value), (is_good, touches.is_good), (value_day, touches.day)):
        target.flat[cells[at]] = column[at]
    return Journeys(first_day, value, is_good, value_day, touches.entity)

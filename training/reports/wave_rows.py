"""Who answered what to one question in which wave."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from typing import Self

import numpy as np
import numpy.typing as npt

from features.usecase import Metric
from training.statistics import Bools, Floats, Ints


@dataclass(frozen=True)
class WaveRows:
    """Hold who answered what to one question in which wave, and who belonged but stayed silent.

    Attributes
    ----------
    survey
        Name of the survey where several ask the same question; None where one does.
    entities
        ``[n]`` names; None for an anonymous answer, which is taken for somebody else's than any other.
    waves
        ``[n]`` number of the wave of each row.
    worth
        ``[n]`` mean worth of what was answered (-100 to 100 for NPS, 0 to 1 for shares); NaN for silence.
    was_member
        ``[n]`` 1 for a member of the cohort on the day the wave closed, 0 for none, NaN for unknown.
    names, closes_on
        Of each wave, by number.
    open_waves
        Numbers of waves whose people are still answering.
    is_own
        Whether people answered for themselves, by name: only then can their answers be compared.
    good_from, scale_high
        For shares: the lowest rating that counts as good, and the best rating there is.
    question
        Name by which what was told of it is kept.
    """

    metric: Metric
    survey: str | None
    entities: npt.NDArray[np.object_]
    waves: Ints
    worth: Floats
    was_member: Floats
    names: Mapping[int, str]
    closes_on: Mapping[int, date]
    open_waves: frozenset[int]
    is_own: bool
    good_from: float | None = None
    scale_high: float | None = None
    question: str = ""

    def __post_init__(self) -> None:
        columns = (self.entities, self.waves, self.worth, self.was_member)
        if len({column.shape for column in columns}) > 1:
            sizes = ", ".join(str(column.size) for column in columns)
            message = f"entities, waves, worth and was_member have {sizes} rows; they need the same number"
            raise ValueError(message)

    @property
    def is_answer(self) -> Bools:
        """Return which rows are answers."""
        return np.isfinite(self.worth)

    @property
    def people(self) -> tuple[str, ...]:
        """Return a name for each person; nobody shares that of an anonymous answer."""
        return self._people_and_codes[0]

    @property
    def codes(self) -> Ints:
        """Return ``[n]`` the place of the person of each row among :attr:`people`."""
        return self._people_and_codes[1]

    def without(self, numbers: Collection[int]) -> Self:
        """Return the rows of all other waves."""
        if not numbers:
            return self
        kept = ~np.isin(self.waves, list(numbers))
        columns = {name: getattr(self, name)[kept] for name in ("entities", "waves", "worth", "was_member")}
        return replace(
            self,
            names={number: name for number, name in self.names.items() if number not in numbers},
            **columns,
        )

    def answers(self, number: int) -> Floats:
        """Return what each person answered in a wave, NaN for nothing."""
        return self._column(self.worth, number)

    def membership(self, number: int) -> Floats:
        """Return who belonged when a wave closed: 1, 0, NaN for unknown.

        Who has no row in the wave though O-data knows them did not belong.
        """
        status = self._column(self.was_member, number)
        is_known = np.zeros(len(self.people), dtype=np.bool_)
        is_known[self.codes[np.isfinite(self.was_member)]] = True
        return np.where(np.isnan(status) & is_known, 0.0, status)

    def _column(self, values: Floats, number: int) -> Floats:
        """Return the values of one wave, a place for each person."""
        found = np.full(len(self.people), np.nan)
        found[self.codes[self.waves == number]] = values[self.waves == number]
        return found

    @cached_property
    def _people_and_codes(self) -> tuple[tuple[str, ...], Ints]:
        names = np.array(
            [f"#{place}" if name is None else f"={name}" for place, name in enumerate(self.entities)],
            dtype=np.str_,
        )
        people, codes = np.unique(names, return_inverse=True)
        return tuple(people.tolist()), codes.astype(np.int64)

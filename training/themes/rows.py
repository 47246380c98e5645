"""What was read in the verbatims of one source, wave by wave; never the words."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from hashlib import sha256
from typing import Self

import numpy as np
from numpy.typing import NDArray

from training.disclosure import Wave
from training.statistics import Bools, Floats, Ints

Objects = NDArray[np.object_]


@dataclass(frozen=True)
class VerbatimRows:
    """Hold the verbatims of one source, one row each.

    Attributes
    ----------
    source
        Name of the source.
    survey
        Its name for readers, where verbatims of several are shown; None where of one.
    entities
        ``[n]`` who wrote; None for an anonymous verbatim, which is taken for somebody else's than any other.
    waves
        ``[n]`` number of the wave of each row; two waves that follow each other differ by 1.
    topics
        ``[n]`` id of the topic, None for none.
    tones
        ``[n]`` -2 to +2, NaN where nobody can say.
    is_actionable
        ``[n]`` 1, 0, or NaN where nobody can say.
    languages
        ``[n]`` code of the language; empty where the verbatim is too short to tell.
    readable
        The languages that are read.
    names, closes_on
        Of each wave, by number.
    open_waves
        Numbers of waves whose people are still writing.
    is_anonymous
        Whether verbatims lead to units and not to people.
    """

    source: str
    survey: str | None
    entities: Objects
    waves: Ints
    topics: Objects
    tones: Floats
    is_actionable: Floats
    languages: Objects
    readable: Collection[str]
    names: Mapping[int, str]
    closes_on: Mapping[int, date]
    open_waves: frozenset[int]
    is_anonymous: bool = False

    def __post_init__(self) -> None:
        columns = (self.entities, self.waves, self.topics, self.tones, self.is_actionable, self.languages)
        if len({column.shape for column in columns}) > 1:
            sizes = ", ".join(str(column.size) for column in columns)
            names = "entities, waves, topics, tones, is_actionable and languages"
            message = f"{names} have {sizes} rows; they need the same number"
            raise ValueError(message)

    @property
    def is_read(self) -> Bools:
        """Return which verbatims were read: those in a language that is read, and all with a finding."""
        is_known = np.array([language in self.readable for language in self.languages], dtype=np.bool_)
        has_topic = np.array([topic is not None for topic in self.topics], dtype=np.bool_)
        return is_known | has_topic | np.isfinite(self.tones)

    def list_finished(self, minimum: int) -> tuple[int, ...]:
        """Return the numbers of closed waves of which enough verbatims by enough people were read."""
        found = (WaveVerbatims.of(self, number) for number in sorted(set(self.names) - self.open_waves))
        return tuple(wave.number for wave in found if wave.is_enough(wave.everybody, minimum))


@dataclass(frozen=True)
class WaveVerbatims:
    """Hold the verbatims of one wave that were read.

    Attributes
    ----------
    number, name, closes_on
        The wave.
    people
        A name for each verbatim's writer; of anonymous ones each has a name of its own.
    topics, tones, is_actionable
        ``[n]`` as in :class:`VerbatimRows`.
    """

    number: int
    name: str
    closes_on: date
    people: tuple[str, ...]
    topics: Objects
    tones: Floats
    is_actionable: Floats

    @classmethod
    def of(cls, rows: VerbatimRows, number: int) -> Self:
        """Take the verbatims of one wave."""
        chosen = np.flatnonzero((rows.waves == number) & rows.is_read)
        writers = [rows.entities[row] for row in chosen]
        return cls(
            number,
            rows.names[number],
            rows.closes_on[number],
            tuple(f"#{number}/{at}" if who is None else f"={who}" for at, who in enumerate(writers)),
            rows.topics[chosen],
            rows.tones[chosen],
            rows.is_actionable[chosen],
        )

    @property
    def everybody(self) -> Bools:
        """Return a mask of all verbatims."""
        return np.ones(len(self.people), dtype=np.bool_)

    @cached_property
    def codes(self) -> Ints:
        """Return ``[n]`` a number for the writer of each verbatim."""
        names = np.array(self.people, dtype=np.str_)
        return np.unique(names, return_inverse=True)[1].astype(np.int64)

    def count_people(self, chosen: Bools) -> int:
        """Return how many people wrote some of the verbatims."""
        return int(np.unique(self.codes[chosen]).size)

    def is_enough(self, chosen: Bools, minimum: int) -> bool:
        """Tell whether some verbatims are many enough, and by enough people, to be spoken of."""
        return int(chosen.sum()) >= minimum and self.count_people(chosen) >= minimum

    def as_verbatims(self) -> Wave:
        """Return the wave with each verbatim as one unit, named after its writer."""
        seen: dict[str, int] = {}
        units = []
        for who in self.people:
            seen[who] = seen.get(who, 0) + 1
            units.append(f"{who}/{seen[who]}")
        return Wave(self.name, tuple(units), self.closes_on, self.closes_on, answers=self._digest())

    def as_people(self) -> Wave:
        """Return the wave with its people, in the order of their names."""
        people = tuple(sorted(set(self.people)))
        return Wave(self.name, people, self.closes_on, self.closes_on, answers=self._digest())

    def _digest(self) -> str:
        """Return a hash of what was read: read otherwise, the difference would speak of single verbatims."""
        read = zip(
            self.people, self.topics.tolist(), self.tones.tolist(), self.is_actionable.tolist(), strict=True
        )
        return sha256("\n".join(sorted(map(repr, read))).encode()).hexdigest()[:16]

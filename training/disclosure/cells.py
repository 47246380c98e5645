"""What one reader may see of a survey wave: its people, its tables, and the cells that these have."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import product
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from features.usecase import Privacy
from training.disclosure.refusals import ReleaseRefusedError
from training.statistics import Bools, Ints

Kind = Literal["people", "verbatims", "drivers"]
Key = tuple[str | None, ...]


@dataclass(frozen=True)
class Minimums:
    """Hold the fewest people of whom something of a kind is told.

    Attributes
    ----------
    people
        Of whom a count, a share or a mean is shown.
    verbatims
        Of whom words or counts of themes are shown.
    drivers
        Of whom drivers or attributions are shown.
    """

    people: int = 5
    verbatims: int = 10
    drivers: int = 25

    @classmethod
    def of(cls, privacy: Privacy) -> "Minimums":
        """Take them from the use case."""
        return cls(privacy.minimum_group, privacy.minimum_group_verbatims, privacy.minimum_group_drivers)

    def of_kind(self, kind: Kind) -> int:
        """Return the minimum of a kind; never less than that of people, whose number is always told."""
        return max(self.people, int(getattr(self, kind)))

    def to_json(self) -> dict[str, int]:
        """Return plain values."""
        return {"people": self.people, "verbatims": self.verbatims, "drivers": self.drivers}


@dataclass(frozen=True)
class Wave:
    """Hold who is in one wave; each of them gives one fresh answer in it.

    Attributes
    ----------
    name
        Name of the wave, the same in every release.
    people
        Ids of those whose answers are in it, each once.
    first_day, last_day
        Days between which the answers were given, both included. The days of two waves do not overlap.
    answers
        A hash of the answers, so that a later release notices changed ones; empty where none is kept.
    """

    name: str
    people: tuple[str, ...]
    first_day: date
    last_day: date
    answers: str = ""

    def __post_init__(self) -> None:
        """Refuse people named twice and days in the wrong order."""
        where = f"wave '{self.name}'"
        if len(set(self.people)) != len(self.people):
            twice = len(self.people) - len(set(self.people))
            problem = f"{twice} people are in it more than once"
            raise ReleaseRefusedError(where, problem, "pass one answer of each")
        if self.last_day < self.first_day:
            problem = f"it ends on {self.last_day}, before it begins on {self.first_day}"
            raise ReleaseRefusedError(where, problem, "swap the two days")


@dataclass(frozen=True)
class Table:
    """Hold one table of a wave: people by one label (a cut) or by several, with all its totals.

    Attributes
    ----------
    name
        Name of the table, once per wave.
    wave
        Name of the wave.
    labels
        By dimension the label of each person, in the order of the people of the wave; None where it is not
        known: such a person is in totals only.
    kind
        What is told of the cells.
    base
        Who is in the table at all, in the same order (those who stayed, those who wrote); None for everybody.

    Examples
    --------
    >>> table = Table("by site", "2026", {"site": ["Rome", "Rome", "Oslo", None]})
    >>> [(cell.key, cell.members.tolist()) for cell in table.cells()]
    [((None,), [0, 1, 2, 3]), (('Oslo',), [2]), (('Rome',), [0, 1])]
    """

    name: str
    wave: str
    labels: Mapping[str, Sequence[str | None]]
    kind: Kind = "people"
    base: Sequence[bool] | None = None

    def cells(self) -> "list[Cell]":
        """List the cells with somebody in them, totals first, then in the order of their keys."""
        columns = [np.array(list(labels), dtype=object) for labels in self.labels.values()]
        inside = self._inside([column.size for column in columns])
        chosen = [_split(column, inside) for column in columns]
        found = []
        for key in product(*chosen):
            parts = [by[name] for by, name in zip(chosen, key, strict=True)]
            members = np.flatnonzero(np.logical_and.reduce([inside, *parts]))
            if members.size:
                found.append(Cell(self.wave, self.name, key, self.kind, members))
        return sorted(found, key=lambda cell: cell.order)

    def _inside(self, sizes: Sequence[int]) -> Bools:
        """Return who is in the table; every column must speak of the same number of people."""
        n_people = len(self.base) if self.base is not None else max(sizes, default=0)
        if not sizes or set(sizes) != {n_people}:
            found = ", ".join(f"{name} {size}" for name, size in zip(self.labels, sizes, strict=True))
            problem = f"its columns have no common length: {found or 'there is none'}; base {n_people}"
            hint = "pass a label, or None, for each person of the wave"
            raise ReleaseRefusedError(f"table '{self.name}'", problem, hint)
        return np.ones(n_people, dtype=np.bool_) if self.base is None else np.array(self.base, dtype=np.bool_)


@dataclass(frozen=True)
class Cell:
    """Hold one cell.

    Attributes
    ----------
    wave, table, kind
        As in :class:`Table`.
    key
        A label for each dimension of the table, None where all are taken together.
    members
        Places of its people among those of the wave, rising.
    """

    wave: str
    table: str
    key: Key
    kind: Kind
    members: Ints = field(repr=False, compare=False)

    @property
    def order(self) -> tuple[int, str, tuple[tuple[bool, str], ...]]:
        """Return the place of the cell among others: totals, margins, inner cells; each by name."""
        return self.depth, self.table, tuple((name is not None, name or "") for name in self.key)

    @property
    def depth(self) -> int:
        """Return how many labels it takes to name the cell; 0 for a total."""
        return sum(name is not None for name in self.key)

    @property
    def where(self) -> str:
        """Return its name for a message."""
        inside = " x ".join("all" if name is None else name for name in self.key)
        return f"{self.wave}: {self.table}: {inside}"


def _split(column: NDArray[np.object_], inside: Bools) -> dict[str | None, Bools]:
    """Return by label who has it; everybody under None."""
    names = sorted({name for name in column[inside] if name is not None})
    return {None: np.ones(column.size, dtype=np.bool_)} | {name: column == name for name in names}

"""Attack a release with all that its reader could put together."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass

import numpy as np

from training.disclosure.attack.few import find_few
from training.disclosure.attack.modular import draw_open, multiply
from training.disclosure.attack.sizes import Pairs
from training.disclosure.ledger import Ledger
from training.disclosure.refusals import ReleaseRefusedError
from training.disclosure.released import Released, ReleasedCell
from training.statistics import Ints

_DRAWS = 5


@dataclass(frozen=True)
class Findings:
    """Hold what an attacker found; a release may go out if all are 0.

    Attributes
    ----------
    small_shown
        Shown cells below the minimum.
    sums
        Hidden groups whose answers can be computed by someone who knows who is in which group.
    few
        Sets of fewer people than the minimum of whom some combination of shown figures speaks alone; two
        groups that differ by so few are among them.
    exact, narrow
        Further hidden groups whose size can be told exactly, or within three people, by someone who does not.
    untested
        Hidden groups for which a program failed: nothing is known of them, which counts as found.
    """

    small_shown: int = 0
    sums: int = 0
    few: int = 0
    exact: int = 0
    narrow: int = 0
    untested: int = 0

    @property
    def recoverable(self) -> int:
        """Return all that was found."""
        return sum(asdict(self).values())

    def __add__(self, other: "Findings") -> "Findings":
        """Add up the findings of two attacks."""
        mine, theirs = asdict(self), asdict(other)
        return Findings(**{name: mine[name] + theirs[name] for name in mine})


def attack(
    released: Released,
    history: Ledger | None = None,
    *,
    is_carried: bool = False,
    is_deep: bool = True,
    seconds: float | None = 60.0,
) -> Findings:
    """Attack a release together with all that went out before.

    Parameters
    ----------
    released
        What is about to go out.
    history
        What the reader has already.
    is_carried
        Whether people gave the same answers in all waves, so that waves can be subtracted from each other.
    is_deep
        Whether to search all combinations for few people, not only hidden groups for what can be computed.
    seconds
        Longest time of one program; None where sizes are not to be bounded.

    Returns
    -------
    Findings
        What was found, over all kinds and waves.
    """
    rng = np.random.default_rng(0)  # chooses where not everything can be searched
    cells = list(released.cells)
    for wave in released.waves if history else ():
        cells += history.cells_of(wave) if history else []
    blocks = _split(cells, {wave.name: wave.people for wave in released.waves}, is_carried=is_carried)
    found = Findings()
    for block in blocks:
        for kind in ("people", *sorted({one.cell.kind for one, _ in block} - {"people"})):
            known = [(one, columns) for one, columns in block if kind in {"people", one.cell.kind}]
            case = _Case.of(known, released.minimums.of_kind(kind))
            found += case.attack(rng, seconds if kind == "people" else None, is_deep=is_deep)
    return found


def demand_safe(released: Released, history: Ledger | None = None) -> None:
    """Attack a release before it goes out, and refuse it if anything is found.

    Raises
    ------
    ReleaseRefusedError
        If something was found, or could not be judged.
    """
    found = {name: n for name, n in asdict(attack(released, history)).items() if n}
    if found:
        problem = "an attack found " + ", ".join(f"{n} {name}" for name, n in found.items())
        raise ReleaseRefusedError("disclosure control", problem, "do not publish; release fewer tables")


@dataclass(frozen=True)
class _Case:
    """Hold what is to be broken: shown and hidden groups over columns of people who are alike."""

    shown: Ints
    hidden: Ints
    people: Ints
    minimum: int

    @classmethod
    def of(cls, known: Sequence[tuple[ReleasedCell, Ints]], minimum: int) -> "_Case":
        """Gather cells; what is shown anywhere is not hidden."""
        shown = {columns.tobytes(): columns for one, columns in known if one.state == "shown"}
        hidden = {columns.tobytes(): columns for one, columns in known if one.state == "hidden"}
        rows = [*shown.values(), *(columns for name, columns in hidden.items() if name not in shown)]
        inside = np.zeros((len(rows), 1 + max((int(row[-1]) for row in rows), default=0)), dtype=np.int64)
        for at, row in enumerate(rows):
            inside[at, row] = 1
        matrix, people = np.unique(inside[:, inside.any(axis=0)], axis=1, return_counts=True)
        return cls(matrix[: len(shown)], matrix[len(shown) :], people.astype(np.int64), minimum)

    def attack(self, rng: np.random.Generator, seconds: float | None, *, is_deep: bool) -> Findings:
        """Compute what follows from shown figures; then bound the sizes of what does not."""
        if not len(self.shown):
            return Findings()
        changes = draw_open(self.shown, _DRAWS, rng)
        given = ~np.any(multiply(self.hidden, changes), axis=1)
        alone = {tuple(np.flatnonzero(row).tolist()) for row in self.hidden[given]}
        few = self._list_near() | (find_few(changes, self.people, self.minimum, rng) if is_deep else set())
        found = Findings(
            small_shown=int(np.sum(self.shown @ self.people < self.minimum)),
            sums=int(given.sum()),
            few=len(few - alone),
        )
        if seconds is None or not len(self.hidden):
            return found
        sizes = Pairs(self.shown, self.hidden, self.people, seconds).judge(np.flatnonzero(~given))
        return found + Findings(**asdict(sizes))

    def _list_near(self) -> set[tuple[int, ...]]:
        """Return the columns in which two shown groups differ, fewer people than the minimum together."""
        size = self.shown @ self.people
        common = (self.shown * self.people) @ self.shown.T
        apart = size[:, None] + size - 2 * common
        near = np.argwhere(np.triu((apart > 0) & (apart < self.minimum)))
        return {tuple(np.flatnonzero(self.shown[one] != self.shown[other]).tolist()) for one, other in near}


def _split(
    cells: Sequence[ReleasedCell], people: Mapping[str, tuple[str, ...]], *, is_carried: bool
) -> list[list[tuple[ReleasedCell, Ints]]]:
    """Return cells with the columns of their people: by wave, or together if answers are carried."""
    if not is_carried:
        return [[(one, one.cell.members) for one in cells if one.cell.wave == name] for name in people]
    column = {one: at for at, one in enumerate(sorted({one for of in people.values() for one in of}))}
    places = {name: np.array([column[one] for one in of], dtype=np.int64) for name, of in people.items()}
    return [[(one, np.sort(places[one.cell.wave][one.cell.members])) for one in cells]]

"""Decide for all tables of a report at once which cells one reader may see."""

from collections.abc import Mapping, Sequence
from itertools import combinations
from typing import Any

import numpy as np

from training.disclosure.cells import Cell, Kind, Minimums, Table, Wave
from training.disclosure.granting import Asked, Grants, grant
from training.disclosure.groups import Groups
from training.disclosure.ledger import Ledger, days_of, describe_wave
from training.disclosure.programs import Limits
from training.disclosure.refusals import ReleaseRefusedError
from training.disclosure.released import Released, ReleasedCell
from training.statistics import Bools

_FURTHER: tuple[Kind, ...] = ("verbatims", "drivers")
_CARRIED = "answers that are told twice can be subtracted; release each wave once, with days of its own"


def release(
    tables: Sequence[Table],
    waves: Sequence[Wave],
    minimums: Minimums,
    history: Ledger | None = None,
    limits: Limits | None = None,
) -> Released:
    """Decide which cells of all tables of all waves may be shown to one reader.

    A cell is shown only if it cannot be combined with the others, with totals, and with all that is out
    already to compute a group below the minimum, nor to tell the size of a hidden group within three people.

    Parameters
    ----------
    tables
        Everything the reader may see: tables, cuts, filters that were declared before. Nothing may be added
        later without the history.
    waves
        The waves of these tables.
    minimums
        Fewest people of each kind; :meth:`Minimums.of` takes them from the use case.
    history
        What was released before; :func:`~training.disclosure.record` adds this release to it.
    limits
        What the search may cost.

    Returns
    -------
    Released
        The state of each cell. Of answers to a question see :func:`~training.disclosure.show_shares`.

    Raises
    ------
    ReleaseRefusedError
        If an answer would be told in two waves, a wave is not as it was released, or safety is not shown.
    """
    _check_tables(tables, waves)
    _check_waves(waves, minimums, history)
    decided: list[ReleasedCell] = []
    for wave in waves:
        cells = [cell for table in tables if table.wave == wave.name for cell in table.cells()]
        old = history.cells_of(wave) if history else []
        decided += _decide(cells, old, len(wave.people), minimums, limits or Limits())
    return Released(tuple(waves), minimums, tuple(decided), history.head if history else "")


def _decide(
    cells: Sequence[Cell], old: Sequence[ReleasedCell], n_people: int, minimums: Minimums, limits: Limits
) -> list[ReleasedCell]:
    """Decide about the cells of one wave: first what is more than a number, each kind by itself, then all."""
    granted: dict[Kind, set[bytes]] = {}
    for kind in _FURTHER:
        asked = _ask(
            [one for one in cells if one.kind == kind],
            [one for one in old if one.cell.kind == kind],
            n_people,
            minimums.of_kind(kind),
        )
        granted[kind] = _names(asked.groups, Grants(asked, limits).grant()) if asked else set()
    wanted = [one for one in cells if one.kind == "people" or one.members.tobytes() in granted[one.kind]]
    asked = _ask(wanted, old, n_people, minimums.people, unwanted=cells)
    if asked is None:
        return []
    granted["people"] = _names(asked.groups, grant(asked, limits))
    return [
        ReleasedCell(one, "shown" if _is_in(one, granted) else "hidden")
        for one in sorted(cells, key=lambda one: one.order)
    ]


def _is_in(cell: Cell, granted: Mapping[Kind, set[bytes]]) -> bool:
    """Tell whether a cell is granted as a number of people and as what it is."""
    name = cell.members.tobytes()
    return name in granted["people"] and name in granted[cell.kind]


def _names(groups: Groups, chosen: Bools) -> set[bytes]:
    """Return names of chosen groups: their members."""
    return {
        cell.members.tobytes()
        for cell, place in zip(groups.cells, groups.of_cell, strict=True)
        if chosen[place]
    }


def _ask(
    wanted: Sequence[Cell],
    old: Sequence[ReleasedCell],
    n_people: int,
    minimum: int,
    unwanted: Sequence[Cell] = (),
) -> Asked | None:
    """Return what is asked for; None where nothing is."""
    every = [*wanted, *unwanted, *(one.cell for one in old)]
    if not every:
        return None
    groups = Groups.of(every, n_people)
    out = {one.cell.members.tobytes() for one in old if one.state == "shown"}
    new = {cell.members.tobytes() for cell in wanted}
    chosen = np.zeros((2, len(groups.member)), dtype=np.bool_)
    for cell, place in zip(groups.cells, groups.of_cell, strict=True):
        chosen[:, place] |= [cell.members.tobytes() in new, cell.members.tobytes() in out]
    return Asked(groups, minimum, wanted=chosen[0], out=chosen[1])


def _check_tables(tables: Sequence[Table], waves: Sequence[Wave]) -> None:
    """Demand that each table has a wave, a name of its own, and a label for everybody."""
    n_people = {wave.name: len(wave.people) for wave in waves}
    seen: set[tuple[str, str]] = set()
    for table in tables:
        where = f"table '{table.name}'"
        if table.wave not in n_people:
            known = ", ".join(n_people) or "none"
            raise ReleaseRefusedError(
                where, f"its wave '{table.wave}' is not among {known}", "pass it as well"
            )
        if (table.wave, table.name) in seen:
            raise ReleaseRefusedError(where, f"wave '{table.wave}' has two of that name", "rename one")
        seen.add((table.wave, table.name))
        for name, labels in table.labels.items():
            if len(labels) != n_people[table.wave]:
                problem = (
                    f"'{name}' has {len(labels)} labels for {n_people[table.wave]} people of '{table.wave}'"
                )
                raise ReleaseRefusedError(
                    where, problem, "pass a label, or None, for each person of the wave"
                )


def _check_waves(waves: Sequence[Wave], minimums: Minimums, history: Ledger | None) -> None:
    """Demand that no answer is told in two waves, and that a wave is as it was when it was released."""
    for one, other in combinations(waves, 2):
        if one.name == other.name:
            raise ReleaseRefusedError(f"wave '{one.name}'", "it is passed twice", "pass each wave once")
        _demand_apart(one, other.name, (other.first_day, other.last_day))
    for entry in history.entries if history else ():
        for wave in waves:
            if entry["wave"]["name"] == wave.name:
                _demand_same(wave, minimums, entry, history.digest(wave.people) if history else [])
            else:
                _demand_apart(wave, entry["wave"]["name"], days_of(entry))


def _demand_apart(wave: Wave, other: str, days: tuple[object, object]) -> None:
    """Refuse waves that share days: answers could be in both."""
    if wave.first_day <= days[1] and days[0] <= wave.last_day:  # type: ignore[operator]
        problem = f"its days overlap with those of wave '{other}'"
        raise ReleaseRefusedError(f"wave '{wave.name}'", problem, _CARRIED)


def _compare(then: Mapping[str, int], now: Mapping[str, int]) -> str:
    """Return which minimums are others than before.

    Examples
    --------
    >>> _compare({"people": 8, "drivers": 25}, {"people": 5, "drivers": 25})
    'people: 8 then, 5 now'
    """
    return ", ".join(
        f"{kind}: {then[kind]} then, {now[kind]} now" for kind in then if then[kind] != now[kind]
    )


def _demand_same(wave: Wave, minimums: Minimums, entry: Mapping[str, Any], digests: Sequence[str]) -> None:
    """Refuse a wave that is not as it was released."""
    then, now = entry["wave"], describe_wave(wave)
    changed = [name for name in now if then[name] != now[name]]
    if entry["minimums"] != minimums.to_json():
        changed.append(f"minimums ({_compare(entry['minimums'], minimums.to_json())})")
    if set(entry["people"]) != set(digests):
        changed.append("people")
    if changed:
        problem = f"it was released before with other {', '.join(changed)}"
        hint = "a wave that is out stays as it is: late answers and corrections count from the next one on"
        raise ReleaseRefusedError(f"wave '{wave.name}'", problem, hint)

"""What a release came to: of each cell whether it is shown, hidden, or has nobody in it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal

from training.disclosure.cells import Cell, Key, Minimums, Wave

State = Literal["shown", "hidden", "no data"]


@dataclass(frozen=True)
class ReleasedCell:
    """Hold one cell and whether it is shown. What is hidden has one mark, whatever the reason."""

    cell: Cell
    state: State

    @property
    def size(self) -> int:
        """Return the number of its people; never for a reader unless the cell is shown."""
        return len(self.cell.members)


@dataclass(frozen=True)
class Released:
    """Hold what one reader may see.

    Attributes
    ----------
    waves
        The waves, with the people that members of cells point to.
    minimums
        Fewest people of each kind.
    cells
        Every cell with somebody in it, by wave.
    history
        Hash of the ledger that this was granted against; empty where there was none.
    """

    waves: tuple[Wave, ...]
    minimums: Minimums
    cells: tuple[ReleasedCell, ...] = field(repr=False)
    history: str = ""

    def state(self, wave: str, table: str, key: Sequence[str | None]) -> State:
        """Tell whether a cell is shown, hidden, or has no data: then nobody is in it.

        Raises
        ------
        KeyError
            If the table was no part of the release: nobody granted it.
        """
        cells = self._table(wave, table)
        return cells[tuple(key)].state if tuple(key) in cells else "no data"

    def size(self, wave: str, table: str, key: Sequence[str | None]) -> int | None:
        """Return the number of people of a shown cell, None where it is hidden, 0 where nobody is in it."""
        found = self._table(wave, table).get(tuple(key))
        if found is None:
            return 0
        return found.size if found.state == "shown" else None

    def shown(self, wave: str, table: str) -> dict[Key, int]:
        """Return the sizes of the shown cells of a table by key."""
        cells = self._table(wave, table)
        return {key: found.size for key, found in cells.items() if found.state == "shown"}

    def to_json(self) -> dict[str, Any]:
        """Return for a reader what is shown and what is not, as plain values without people."""
        return {
            "minimums": self.minimums.to_json(),
            "cells": [
                {
                    "wave": found.cell.wave,
                    "table": found.cell.table,
                    "key": list(found.cell.key),
                    "kind": found.cell.kind,
                    "state": found.state,
                    "n": found.size if found.state == "shown" else None,
                }
                for found in self.cells
            ],
        }

    def _table(self, wave: str, table: str) -> Mapping[Key, ReleasedCell]:
        """Return the cells of a table by key."""
        if (wave, table) not in self._tables:
            known = ", ".join(f"'{name}' of {of}" for of, name in sorted(self._tables)) or "none"
            message = f"table '{table}' of wave '{wave}' was not released; released are {known}"
            raise KeyError(message)
        return self._tables[wave, table]

    @cached_property
    def _tables(self) -> dict[tuple[str, str], dict[Key, ReleasedCell]]:
        """Return by wave and table the cells by key."""
        found: dict[tuple[str, str], dict[Key, ReleasedCell]] = {}
        for one in self.cells:
            found.setdefault((one.cell.wave, one.cell.table), {})[one.cell.key] = one
        return found

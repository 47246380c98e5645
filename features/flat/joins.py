"""Further files that bring columns to the rows of a flat table."""

from pathlib import Path

import duckdb
import numpy as np
from numpy.typing import NDArray

from features.errors import ContractError
from features.flat.cells import Cells
from features.reading import Place, Staged, demand_columns, stage_file
from features.usecase import Join


def join_file(
    connection: duckdb.DuckDBPyConnection,
    cells: dict[str, Cells],
    join: Join,
    place: Place,
    folder: Path,
    excluded: set[str],
) -> tuple[Staged, int]:
    """Add the columns of one file to ``cells``.

    A column that both sides have is taken from the left when all values are equal.

    Parameters
    ----------
    connection
        Where the raw table is made.
    cells
        The columns so far; new ones are added to it.
    join
        File, key pair, and which columns to take.
    place
        For messages.
    folder
        Where relative file names start.
    excluded
        Columns that become no features anyway: they may differ.

    Returns
    -------
    tuple
        The staged file, and the number of rows without a partner in it.

    Raises
    ------
    ContractError
        If a column is missing, a key stands twice on the right and may not, no row has a partner, or both
        sides have a column with different values.
    """
    staged = stage_file(connection, place, folder / join.file, join.read)
    here, there = join.keys
    demand_columns(Place("table", "table"), [here], cells)
    demand_columns(place, [there, *(join.columns or ()), *join.exclude], staged.columns)
    takes_first = join.several == "first"
    places = _match(cells[here].texts(), Cells(staged, there).texts(), place, there, takes_first=takes_first)
    for name in staged.columns:
        if name == there or name in join.exclude or (join.columns is not None and name not in join.columns):
            continue
        found = Cells(staged, name, places)
        if name not in cells:
            cells[name] = found
        elif name not in excluded:
            _demand_equal(cells[name], found, place)
    return staged, int((places < 0).sum())


def _match(
    left: NDArray[np.object_], right: NDArray[np.object_], place: Place, key: str, *, takes_first: bool
) -> NDArray[np.int64]:
    """Return for each left key its only row on the right, or its first; -1 for none."""
    rows: dict[str, int] = {}
    for row, value in enumerate(right):
        if value is not None and rows.setdefault(value, row) != row and not takes_first:
            hint = "keep one row per key, name the right key under 'on', or write several: first"
            raise ContractError(place.column(key), f"the key '{value}' stands more than once", hint)
    places = np.array([rows.get(value, -1) for value in left], np.int64)
    if (places < 0).all():
        problem = f"no row finds its key: '{left[0]}' is not like '{right[0]}'"
        raise ContractError(place.column(key), problem, "name the right pair of columns under 'on'")
    return places


def _demand_equal(left: Cells, right: Cells, place: Place) -> None:
    """Demand that a column of both sides holds the same where both have a row."""
    ours, theirs = left.texts(), right.texts()
    present = np.ones(len(ours), bool) if right.places is None else right.places >= 0
    odd = np.flatnonzero((ours != theirs) & present)
    if len(odd):
        row = int(odd[0])
        problem = (
            f"both tables have it with different values (row {row + 2}: '{ours[row]}' and '{theirs[row]}')"
        )
        hint = f"write under this join exclude: ['{right.name}'], or list the columns to take"
        raise ContractError(place.column(right.name), problem, hint)

"""Two simpler rules to compare with: hide what is small, and hide a neighbour beside it."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace

from training.disclosure import Cell, Released


def show_large(cells: Sequence[Cell], minimum: int) -> set[int]:
    """Return places of the cells with enough people (thresholding)."""
    return {at for at, cell in enumerate(cells) if len(cell.members) >= minimum}


def show_rectangles(cells: Sequence[Cell], minimum: int) -> set[int]:
    """Return places of the cells that are shown if no row or column of a table hides one cell alone.

    A row or column in which one cell is hidden, or some that are too few together, loses its smallest shown
    cell as well, until none is left (the rectangle rule, table by table).
    """
    shown = show_large(cells, minimum)
    lines: dict[tuple[object, ...], list[int]] = defaultdict(list)
    for at, cell in enumerate(cells):
        for side, name in enumerate(cell.key):
            if name is not None:
                key = cell.key[:side] + cell.key[side + 1 :]
                lines[cell.wave, cell.table, cell.depth, side, key].append(at)
    is_stable = False
    while not is_stable:
        is_stable = True
        for line in lines.values():
            hidden, left = [at for at in line if at not in shown], [at for at in line if at in shown]
            few = 0 < sum(len(cells[at].members) for at in hidden) < minimum or len(hidden) == 1
            if few and left:
                shown.remove(min(left, key=lambda at: len(cells[at].members)))
                is_stable = False
    return shown


def apply_rule(released: Released, shown: set[int]) -> Released:
    """Return a release of the same cells in which others are shown."""
    states = [
        replace(one, state="shown" if at in shown else "hidden") for at, one in enumerate(released.cells)
    ]
    return replace(released, cells=tuple(states))

"""Cells that were put aside: sorted runs, in memory while there is one, in files when the log was full."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from features.panes.log import ClosedLog, SortedCells, find_starts

_WORD_BYTES = 8
_WRITTEN_ENTITIES = 2000


@dataclass(frozen=True)
class Run:
    """Hold sorted cells whose words may lie in a file."""

    entities: NDArray[np.int32]
    starts: NDArray[np.int64]
    words: NDArray[np.int64] | Path
    width: int

    def read(self, first: int, last: int) -> SortedCells:
        """Return the cells of the entities ``[first, last)``."""
        low, high = np.searchsorted(self.entities, [first, last])
        begin, end = int(self.starts[low]), int(self.starts[high])
        return SortedCells(
            self.entities[low:high], self.starts[low : high + 1] - begin, self._read_words(begin, end)
        )

    def _read_words(self, begin: int, end: int) -> NDArray[np.int64]:
        """Return the words of some cells."""
        if not isinstance(self.words, Path):
            return self.words[begin:end]
        found = np.fromfile(
            self.words,
            np.int64,
            count=(end - begin) * self.width,
            offset=begin * self.width * _WORD_BYTES,
        )
        return found.reshape(-1, self.width)


class Runs:
    """Collect runs and read them together.

    Parameters
    ----------
    width
        Words of a cell.
    scratch
        Folder for the words of runs that are put aside.
    """

    def __init__(self, width: int, scratch: Path) -> None:
        self._width = width
        self._scratch = scratch
        self._runs: list[Run] = []

    def put_aside(self, log: ClosedLog) -> None:
        """Write a full log to the scratch folder, a range of entities at a time."""
        path = self._scratch / f"run-{len(self._runs)}.cells"
        sizes: list[NDArray[np.int64]] = []
        with path.open("wb") as run:
            for begin in range(0, len(log.entities), _WRITTEN_ENTITIES):
                some = log.entities[begin : begin + _WRITTEN_ENTITIES]
                cells = log.read(int(some[0]), int(some[-1]) + 1)
                sizes.append(np.diff(cells.starts))
                cells.words.tofile(run)
        starts = find_starts(np.concatenate(sizes))
        self._runs.append(Run(log.entities, starts, path, self._width))

    def keep(self, cells: SortedCells) -> None:
        """Keep a run in memory."""
        self._runs.append(Run(cells.entities, cells.starts, cells.words, self._width))

    def read(self, first: int, last: int, log: ClosedLog) -> SortedCells:
        """Return the cells of the entities ``[first, last)`` of all runs and of a log, by entity."""
        return join_cells([*(run.read(first, last) for run in self._runs), log.read(first, last)])


def join_cells(parts: Sequence[SortedCells]) -> SortedCells:
    """Return the cells of several parts by entity; cells of one key stay apart, the fold merges them."""
    if len(parts) == 1:
        return parts[0]
    owners = np.concatenate([np.repeat(part.entities, np.diff(part.starts)) for part in parts])
    order = np.argsort(owners, kind="stable")
    entities, counts = np.unique(owners, return_counts=True)
    starts = find_starts(counts)
    words = np.concatenate([part.words for part in parts])[order]
    return SortedCells(entities.astype(np.int32), starts, words)

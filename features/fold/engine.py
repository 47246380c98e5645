"""The engine of one source: takes events in any order, gives the values of rows block by block."""

import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from features.fold.batches import to_events
from features.fold.folding import Rows, fold_cells
from features.fold.program import cut_grid, make_program
from features.measures import Measure
from features.panes import CellLog, ClosedLog, Events, Layout, Roster, Runs, SortedCells, Texts

MEMORY_BYTES = 224 * 2**20
_FEWEST_CELLS = 1024
_BLOCK_ENTITIES = 2000


class Engine:
    """Compute measures of one source; a full log goes to a temporary folder until the block ends.

    Parameters
    ----------
    measures
        What to compute, with the shapes of their columns.
    snapshots
        Days since 1970-01-01 on which any row is known.
    orders_by_known
        Whether the known time orders events of the same moment; a known time that only follows from the
        event time cannot.
    orders_by_id
        Whether ids do.
    event_count
        Number of the events, where it is known: memory is taken for no more.
    memory_bytes
        Most memory for cells; more of them wait in files.
    put_aside
        Takes a full log in the place of those files.
    """

    def __init__(
        self,
        measures: Sequence[Measure],
        snapshots: Iterable[int],
        *,
        orders_by_known: bool = True,
        orders_by_id: bool = False,
        event_count: int | None = None,
        memory_bytes: int = MEMORY_BYTES,
        put_aside: Callable[[ClosedLog], None] | None = None,
    ) -> None:
        self.layout = Layout.of(measures, orders_by_known=orders_by_known, orders_by_id=orders_by_id)
        self.grid = cut_grid(snapshots, measures)
        self._program = make_program(measures, self.layout, self.grid)
        self._scratch = tempfile.TemporaryDirectory(prefix="xm-cells-")
        self._runs = Runs(self.layout.width, Path(self._scratch.name))
        most = max(memory_bytes // (8 * self.layout.width), _FEWEST_CELLS)
        self._log = CellLog(
            self.layout,
            self.grid,
            capacity=most if event_count is None else min(event_count, most),
            put_aside=put_aside or self._runs.put_aside,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._scratch.cleanup()

    def add(self, events: Events, entity_count: int) -> None:
        """Add a batch of events; ``entity_count`` is above every number of an entity so far."""
        self._log.add(events, entity_count)

    def read(self, batch: pa.RecordBatch, roster: Roster, texts: Texts, *, delay_days: int = 0) -> None:
        """Add a batch of events out of Arrow: :func:`features.fold.batches.to_events`."""
        events = to_events(batch, self.layout.shapes, roster, texts, delay_days=delay_days)
        self.add(events, len(roster))

    def add_cells(self, cells: SortedCells) -> None:
        """Add cells that were made elsewhere, with the same layout and grid."""
        self._runs.keep(cells)

    def close(self) -> ClosedLog:
        """Return the cells of all events that are still in memory."""
        return self._log.close()

    def fold(self, rows: Rows) -> Iterator[NDArray[np.float64]]:
        """Yield the values of rows, in their order, in blocks of whole entities; shape (measures, rows).

        No event can be added any more. See :func:`features.fold.folding.fold_cells` for what is missing.
        """
        log = self._log.close()
        for begin in range(0, len(rows.entities), _BLOCK_ENTITIES):
            end = min(begin + _BLOCK_ENTITIES, len(rows.entities))
            first, last = rows.starts[begin], rows.starts[end]
            block = Rows(
                rows.entities[begin:end], rows.starts[begin : end + 1] - first, rows.snapshots[first:last]
            )
            cells = self._runs.read(int(block.entities[0]), int(block.entities[-1]) + 1, log)
            yield fold_cells(cells, block, self.grid, self.layout, self._program)

    def tell(
        self,
        rows: Rows,
        into: NDArray[np.float64] | None = None,
        order: NDArray[np.int64] | None = None,
    ) -> NDArray[np.float64]:
        """Return the values of rows; shape (measures, rows).

        Parameters
        ----------
        rows
            What is asked for.
        into, order
            An array for the values, and the place of each row in it; a new one in the order of the rows when
            absent.
        """
        count = len(rows.snapshots)
        told = np.empty((self._program.measure_count, count)) if into is None else into
        places = np.arange(count) if order is None else order
        begin = 0
        for block in self.fold(rows):
            told[:, places[begin : begin + block.shape[1]]] = block
            begin += block.shape[1]
        return told

"""What the workers of Spark do: events become cells in every task, the cells of a bucket become values.

Nothing here knows Spark: Arrow goes in and out. What a task imports needs numba beside the light install, but
no database and no pandas.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from features.fold import Engine, order_rows, to_table
from features.measures import Measure
from features.panes import ClosedLog, Layout, Roster, SortedCells, Texts, hash_ids

BUCKET, ENTITY, ROW, DAY = "bucket", "entity_id", "row_id", "snapshot_day"
# A line is the cells of one entity out of one run of a task, or a text that cells of the bucket may show.
CELLS = pa.schema(
    [(BUCKET, pa.int32()), (ENTITY, pa.string()), ("cells", pa.binary()), ("text", pa.string())]
)
_MEMORY_BYTES = 64 * 2**20  # of a task for cells: several tasks share an executor
_BUCKET_BYTES = 64 * 2**20  # a group of Spark lies in memory, several times while it is unpacked
_WORD_BYTES = 8
_LINES = 4096  # of cells in one batch: a batch passes through the memory of Java


@dataclass(frozen=True)
class Plan:
    """Say what the tasks do; travels with them.

    Attributes
    ----------
    measures
        What to compute, with the shapes of their columns.
    days
        All snapshot days, ascending.
    columns
        What the columns of the batches are called for :func:`features.fold.to_events`, in their order.
    orders_by_known
        Whether the log has known times of its own.
    delay_days
        Days from an event to its known time, where it has none.
    buckets
        Into how many groups the entities are divided.
    """

    measures: tuple[Measure, ...]
    days: NDArray[np.int32]
    columns: tuple[str, ...]
    orders_by_known: bool
    delay_days: int
    buckets: int

    @property
    def told(self) -> pa.Schema:
        """Return what a teller returns: the row and its values, under plain names."""
        kinds = to_table(self.measures, np.empty((len(self.measures), 0)), Texts()).schema.types
        return pa.schema([(ROW, pa.int64()), *((f"f{place}", kind) for place, kind in enumerate(kinds))])

    def find_buckets(self, ids: pa.Array) -> NDArray[np.int32]:
        """Return the bucket of each entity: the same in every process."""
        return np.mod(hash_ids(ids), self.buckets).astype(np.int32)

    def open_engine(
        self, *, event_count: int | None = None, put_aside: Callable[[ClosedLog], None] | None = None
    ) -> Engine:
        """Return an engine; all engines of a plan have the same layout and grid."""
        return Engine(
            self.measures,
            self.days,
            orders_by_known=self.orders_by_known,
            event_count=event_count,
            memory_bytes=_MEMORY_BYTES,
            put_aside=put_aside,
        )


def count_buckets(measures: Sequence[Measure], layout: Layout, *, event_count: int, row_count: int) -> int:
    """Return how many buckets hold what each may: there are no more cells than events."""
    most = max(event_count * layout.width, row_count * len(measures)) * _WORD_BYTES
    return 1 + most // _BUCKET_BYTES


def make_gatherer(plan: Plan) -> Callable[[Iterator[pa.RecordBatch]], Iterator[pa.RecordBatch]]:
    """Return what a task does with its part of the log: yield its cells, of the columns :data:`CELLS`."""

    def gather(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        roster, texts = Roster(grows=True), Texts()
        full: list[SortedCells] = []
        with plan.open_engine(put_aside=lambda log: full.append(log.read_all())) as engine:
            for batch in batches:
                named = batch.rename_columns(list(plan.columns))
                engine.read(named, roster, texts, delay_days=plan.delay_days)
                while full:
                    yield from _pack(full.pop(), roster.ids, texts, plan, engine.layout)
            yield from _pack(engine.close().read_all(), roster.ids, texts, plan, engine.layout)

    return gather


def make_teller(plan: Plan) -> Callable[[pa.Table, pa.Table], pa.Table]:
    """Return what a task does with a bucket: its rows, its cells of all tasks -> row and values."""

    def tell(rows: pa.Table, gathered: pa.Table) -> pa.Table:
        days = rows.column(DAY).to_numpy().astype(np.int32)
        asked, texts = order_rows(rows.column(ENTITY).combine_chunks(), days, plan.days), Texts()
        texts.hash(gathered.column("text").drop_null().combine_chunks())
        told = np.empty((len(plan.measures), len(asked.order)))
        with plan.open_engine(event_count=0) as engine:
            engine.add_cells(_unpack(gathered, asked.roster, engine.layout.width))
            engine.tell(asked.rows, told, asked.order)
        values = to_table(plan.measures, told, texts)
        return pa.table([rows.column(ROW), *values.columns], schema=plan.told)

    return tell


def _pack(
    cells: SortedCells, ids: pa.Array, texts: Texts, plan: Plan, layout: Layout
) -> Iterator[pa.RecordBatch]:
    """Yield the cells of a run with the texts that they may show."""
    entities = ids.take(pa.array(cells.entities))
    buckets = plan.find_buckets(entities)
    offsets = (cells.starts * (_WORD_BYTES * layout.width)).astype(np.int32)
    words = pa.py_buffer(np.ascontiguousarray(cells.words))
    packed = pa.Array.from_buffers(pa.binary(), len(entities), [None, pa.py_buffer(offsets), words])
    nothing = pa.nulls(len(entities), pa.string())
    lines = pa.record_batch([pa.array(buckets), entities, packed, nothing], schema=CELLS)
    for begin in range(0, len(entities), _LINES):
        yield lines.slice(begin, _LINES)
    yield _list_texts(cells, buckets, texts, plan, layout)


def _list_texts(
    cells: SortedCells, buckets: NDArray[np.int32], texts: Texts, plan: Plan, layout: Layout
) -> pa.RecordBatch:
    """Return every text that a cell of a bucket may show, once per bucket."""
    # The value of a first or last text stands behind its time.
    picked = {layout.find_part(measure) + 1 for measure in plan.measures if measure.kind == "category"}
    shown = cells.words[:, sorted(picked)].ravel()
    owners = np.repeat(np.repeat(buckets, np.diff(cells.starts)), len(picked))
    pairs = pa.table([owners, shown], [BUCKET, "number"]).group_by([BUCKET, "number"]).aggregate([])
    names = texts.read(pairs.column("number").to_numpy())
    nobody, nothing = pa.nulls(len(names), pa.string()), pa.nulls(len(names), pa.binary())
    lines = [pairs.column(BUCKET).combine_chunks(), nobody, nothing, names]
    return pa.record_batch(lines, schema=CELLS).filter(names.is_valid())


def _unpack(gathered: pa.Table, roster: Roster, width: int) -> SortedCells:
    """Return the cells of the entities of a roster, by entity; one key may be there several times."""
    numbers = roster.number(gathered.column(ENTITY).combine_chunks())
    order = np.argsort(numbers, kind="stable")
    order = order[np.searchsorted(numbers[order], 0) :]
    packed = gathered.column("cells").cast(pa.large_binary()).combine_chunks().take(pa.array(order))
    _, ends, content = packed.buffers()
    offsets = np.frombuffer(ends, np.int64)[: len(order) + 1] // (_WORD_BYTES * width)
    words = np.frombuffer(content or b"", np.int64).reshape(-1, width)[: offsets[-1]]
    entities, first = np.unique(numbers[order], return_index=True)
    return SortedCells(entities, np.append(offsets[first], offsets[-1]), words.copy())

"""Batches of events out of Parquet files, column by column, never a whole file at once."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from features.fold.batches import name_columns
from features.panes import Layout
from features.progress import Report, silent
from features.sources import EventFiles

_BATCH_ROWS = 131_072
_TOLD_ROWS = 10_000_000


def read_files(
    files: EventFiles, paths: Sequence[Path], layout: Layout, report: Report = silent
) -> Iterator[pa.RecordBatch]:
    """Yield the events of some files of a log as :func:`features.fold.batches.to_events` reads them."""
    named = name_columns(files, layout)
    texts = [column.name for column in layout.columns if column.shape == "text"]
    seen = 0
    for path in paths:
        with pq.ParquetFile(path, read_dictionary=texts, pre_buffer=False) as log:
            wanted = list(dict.fromkeys(named.values()))
            for batch in log.iter_batches(_BATCH_ROWS, columns=wanted, use_threads=False):
                yield pa.RecordBatch.from_arrays([batch.column(name) for name in named.values()], list(named))
                seen += batch.num_rows
                if seen % _TOLD_ROWS < batch.num_rows:
                    report(f"read {seen / 1e6:.0f} million events")

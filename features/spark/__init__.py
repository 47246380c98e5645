"""Fold large logs on Spark: the cells of every task, joined by bucket, become the values of all rows.

Only cells cross the shuffle. What is asked for starts on the driver, and the values end there, in the order
of the rows: the feature table that is made of them is the same object as without Spark. Executors read the
files of the log at the paths of the driver. Only this module and :mod:`training.spark` know pyspark.
"""

import re
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from features.errors import SourceError, find_reported, first_line
from features.fold import name_columns, to_table
from features.measures import Measure
from features.panes import Layout, Texts
from features.progress import Report, silent
from features.spark.tasks import (
    BUCKET,
    CELLS,
    DAY,
    ENTITY,
    ROW,
    Plan,
    count_buckets,
    make_gatherer,
    make_teller,
)

if TYPE_CHECKING:
    from pathlib import Path

    import duckdb
    from pyspark.sql import DataFrame, SparkSession

    from features.sources import EventFiles

_BATCH_ROWS = 100_000
_TYPES = {
    pa.int32(): "int",
    pa.int64(): "bigint",
    pa.float64(): "double",
    pa.string(): "string",
    pa.binary(): "binary",
}
_SPECIAL = re.compile(r"([\\{}\[\]*?])")


def fold_on_spark(
    session: "SparkSession",
    connection: "duckdb.DuckDBPyConnection",
    *,
    files: "EventFiles",
    rows: str,
    measures: Sequence[Measure],
    report: Report = silent,
) -> pa.Table:
    """Compute measures of a log for every row on the executors of a session.

    Parameters
    ----------
    session
        Its executors need numba, numpy and pyarrow of the driver's versions, and the files at the same paths.
    connection, files, rows, measures, report
        As :func:`features.fold.fold_files`.

    Returns
    -------
    pyarrow.Table
        What that function returns: counts, extremes, times and picked values to the last bit, sums, means,
        deviations and slopes to 1e-9, since tasks end in any order.

    Raises
    ------
    SourceError
        If Spark cannot read the files as they are.
    """
    from py4j.protocol import Py4JError
    from pyspark.errors import PySparkException

    query = f"SELECT row_id, entity_id, snapshot_day FROM {rows} ORDER BY row_id"
    asked = connection.sql(query).to_arrow_table()
    if not asked.num_rows:
        return to_table(measures, np.empty((len(measures), 0)), Texts())
    columns = name_columns(files, Layout.of(measures))
    plan = _make_plan(asked, files, measures, columns)
    report(f"folding {len(files.paths)} files on Spark in {plan.buckets} buckets")
    try:
        with _settings(session):
            told = _fold(session, asked, files, list(columns.values()), plan)
    except (PySparkException, Py4JError) as error:
        if (ours := find_reported(str(error))) is not None:
            raise ours from error
        problem = f"Spark cannot fold it ({first_line(error)})"
        raise SourceError(_name(files), problem, "see Spark's log, or use --engine local") from error
    in_order = told.take(pc.sort_indices(told.column(ROW))).drop_columns([ROW])
    return in_order.rename_columns([measure.name for measure in measures]).combine_chunks()


def _make_plan(
    asked: pa.Table, files: "EventFiles", measures: Sequence[Measure], columns: dict[str, str]
) -> Plan:
    """Return what the tasks do."""
    has_known = files.known_at is not None
    buckets = count_buckets(
        measures,
        Layout.of(measures, orders_by_known=has_known),
        event_count=sum(pq.read_metadata(path).num_rows for path in files.paths),
        row_count=asked.num_rows,
    )
    return Plan(
        measures=tuple(measures),
        days=np.unique(asked.column(DAY).to_numpy()).astype(np.int32),
        columns=tuple(columns),
        orders_by_known=has_known,
        delay_days=files.delay_days,
        buckets=buckets,
    )


def _fold(
    session: "SparkSession", asked: pa.Table, files: "EventFiles", names: Sequence[str], plan: Plan
) -> pa.Table:
    """Return row and values of every row, in any order."""
    events = _read(session, files, names)
    cells = events.mapInArrow(make_gatherer(plan), _declare(CELLS))
    buckets = plan.find_buckets(asked.column(ENTITY).combine_chunks())
    rows = session.createDataFrame(asked.append_column(BUCKET, pa.array(buckets)))
    grouped = rows.groupBy(BUCKET).cogroup(cells.groupBy(BUCKET))
    return grouped.applyInArrow(make_teller(plan), _declare(plan.told)).toArrow()


def _read(session: "SparkSession", files: "EventFiles", names: Sequence[str]) -> "DataFrame":
    """Return columns of a log under plain names: to Spark a dot leads to a field, and case says nothing."""
    frame = session.read.parquet(*map(_locate, files.paths))
    if len(frame.inputFiles()) != len(files.paths):
        problem = "has files that Spark takes for hidden: their names begin with '_' or '.'"
        raise SourceError(_name(files), problem, "rename them, or use --engine local")
    plain = [f"c{place}" for place in range(len(frame.columns))]
    found = frame.toDF(*plain)
    chosen = [found[plain[frame.columns.index(name)]] for name in names]
    return found.select(*(column.alias(f"e{place}") for place, column in enumerate(chosen)))


def _name(files: "EventFiles") -> str:
    """Return what a person can open: the file, or the folder of several."""
    return str(files.paths[0] if len(files.paths) == 1 else files.paths[0].parent)


def _locate(path: "Path") -> str:
    """Return a path as Spark finds it, whatever its default file system; some signs are patterns to Spark."""
    return "file://" + _SPECIAL.sub(r"\\\1", str(path.resolve()))


def _declare(shape: pa.Schema) -> str:
    """Return a schema as Spark writes it."""
    return ", ".join(f"{field.name} {_TYPES[field.type]}" for field in shape)


@contextmanager
def _settings(session: "SparkSession") -> Iterator[None]:
    """Let Spark send larger batches for a while, and keep quiet about pandas: only Arrow passes here."""
    name = "spark.sql.execution.arrow.maxRecordsPerBatch"
    before = session.conf.get(name)
    session.conf.set(name, str(_BATCH_ROWS))
    try:
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", "PySpark does not yet fully support pandas", FutureWarning)
            yield
    finally:
        session.conf.set(name, before)

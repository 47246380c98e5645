"""Score tables on Spark: Arrow batches go through the code of local batches, on the executors.

The bundle travels with the tasks as the bytes of its files. Every Python worker verifies and loads it once,
and repeats its canary scores before the first row. Executors need the light install, and no pandas.
"""

import functools
import os
import sys
import tempfile
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn, Self

import pyarrow as pa

from features.errors import InputError, SourceError, find_reported, first_line
from features.objections import Objections
from training import batch
from training.bundle import load
from training.scoring import Scorer, check_canary

if TYPE_CHECKING:
    from py4j.protocol import Py4JError
    from pyspark.errors import PySparkException
    from pyspark.sql import DataFrame, SparkSession

_ID, _DATE = "entity_id", "snapshot_date"
_WHERE = "table"
_NOBODY = Objections()
_PATHS = {
    "PATH_NOT_FOUND": ("is not there", "name a Parquet file or a folder of them"),
    "PATH_ALREADY_EXISTS": ("is there already", "name a new folder"),
}


@dataclass(frozen=True)
class ScoredFolder:
    """Say what was written: how many rows, by which version, with features of which day."""

    n_rows: int
    model_version: str
    as_of: str | None


def score_table(
    frame: "DataFrame",
    bundle: Path,
    *,
    as_of: str | None = None,
    reasons: int = 0,
    objections: Objections = _NOBODY,
) -> "DataFrame":
    """Score a table of features on the executors of its session.

    Parameters
    ----------
    frame
        One row per entity; ``entity_id`` is optional, every feature of the model has to be there.
    bundle
        Folder of a bundle that the driver can read.
    as_of
        Day of the features, written beside every score.
    reasons
        How many reasons each row gets, largest first.
    objections
        Those whose rows are left out.

    Returns
    -------
    DataFrame
        Ids, forecasts, reasons, warnings, model version and day: the columns and the numbers that
        :func:`training.batch.score_table` gives for the same rows. Nothing is computed before it is asked
        for; a row that cannot be scored ends the action with the error as last line of the worker's report.

    Raises
    ------
    ContractError
        If a feature is absent, there twice, or of a type that cannot hold it.
    IndividualScoreRefusedError
        If the use case is about employees.
    """
    scorer = Scorer(load(bundle))
    catalogue = scorer.bundle.catalogue
    nothing_known = pa.table({name: pa.nulls(1, pa.string()) for name in catalogue.names})
    if _ID in frame.columns:
        nothing_known = nothing_known.append_column(_ID, pa.nulls(1, pa.string()))
    shape = batch.score_table(scorer, nothing_known, as_of=as_of, reasons=reasons).schema
    batch.demand_features(frame.columns, catalogue, _WHERE)
    names = [name for name in frame.columns if name == _ID or name in set(catalogue.names)]
    rows = _pick(frame, names)
    batch.cast_features(rows.limit(0).toArrow().rename_columns(names), catalogue, _WHERE)
    task = make_task(Packed.of(bundle), names, as_of=as_of, reasons=reasons, objections=objections)
    with warnings.catch_warnings():
        # Only Arrow batches pass here, but Spark looks at the version of pandas all the same.
        warnings.filterwarnings("ignore", "PySpark does not yet fully support pandas", FutureWarning)
        return rows.mapInArrow(task, _to_spark(shape))


def score_folder(
    session: "SparkSession",
    bundle: Path,
    rows: str,
    to: str,
    *,
    reasons: int = 0,
    objections: Objections = _NOBODY,
) -> ScoredFolder:
    """Score a Parquet table, at any place that Spark can read, into a new folder of Parquet files.

    Raises
    ------
    SourceError
        If there is nothing to read, or the target is there already.
    ContractError
        If the rows are not those of the model.
    """
    from py4j.protocol import Py4JError
    from pyspark.errors import PySparkException

    try:
        frame = session.read.parquet(rows)
        if frame.isEmpty():
            raise SourceError(rows, "has no rows", "name a table with rows")
        as_of = _newest_day(frame)
        _write(score_table(frame, bundle, as_of=as_of, reasons=reasons, objections=objections), to)
        n_rows = session.read.parquet(to).count()
    except (PySparkException, Py4JError) as error:
        _translate(error, rows, to)
    return ScoredFolder(n_rows, load(bundle).model_version, as_of)


@contextmanager
def open_session() -> "Iterator[SparkSession]":
    """Give the running session, or start one and stop it at the end.

    Master and all settings are Spark's own: ``spark-submit``, ``spark-defaults.conf``. Without any, this
    machine works alone. Where PYSPARK_PYTHON names no other, workers run the Python that runs here.

    Raises
    ------
    InputError
        If pyspark or Java is absent.
    """
    try:
        from pyspark.errors import PySparkException
        from pyspark.sql import SparkSession
    except ModuleNotFoundError as error:
        hint = "pip install 'xm-predict[spark]', or make install-spark"
        raise InputError("--engine spark", f"needs {error.name}, which is not installed", hint) from error
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    running = SparkSession.getActiveSession()
    try:
        session = running or SparkSession.builder.appName("xm-predict").getOrCreate()
    except PySparkException as error:
        hint = "Java 17 or newer has to be on the path or in JAVA_HOME"
        raise InputError("--engine spark", f"Spark does not start ({first_line(error)})", hint) from error
    try:
        yield session
    finally:
        if running is None:
            session.stop()


@dataclass(frozen=True)
class Packed:
    """Hold the files of a bundle as names and bytes; equal bundles are equal, so one is loaded once."""

    files: tuple[tuple[str, bytes], ...]

    @classmethod
    def of(cls, folder: Path) -> Self:
        """Read the files of a bundle."""
        files = sorted(file for file in folder.rglob("*") if file.is_file())
        return cls(tuple((file.relative_to(folder).as_posix(), file.read_bytes()) for file in files))

    def unpack(self, folder: Path) -> None:
        """Write the files again."""
        for name, content in self.files:
            target = folder / name
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content)


@functools.lru_cache(maxsize=2)
def load_packed(packed: Packed) -> Scorer:
    """Verify and load a bundle that was sent, and let it repeat its canary scores in this process.

    Raises
    ------
    BundleError
        If it arrives altered, or the libraries here give other numbers.
    """
    with tempfile.TemporaryDirectory() as folder:
        packed.unpack(Path(folder))
        bundle = load(Path(folder))
    check_canary(bundle)
    return Scorer(bundle)


def make_task(
    packed: Packed,
    names: Sequence[str],
    *,
    as_of: str | None,
    reasons: int,
    objections: Objections = _NOBODY,
) -> Callable[[Iterator[pa.RecordBatch]], Iterator[pa.RecordBatch]]:
    """Return what a worker does with its part of the rows.

    Parameters
    ----------
    names
        What the columns of the batches are called, in their order.
    """

    def score(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        scorer = load_packed(packed)
        for rows in batches:
            if rows.num_rows:
                table = pa.Table.from_batches([rows]).rename_columns(list(names))
                table = objections.take_out(table)
                table = batch.cast_features(table, scorer.bundle.catalogue, _WHERE)
                scores = batch.score_table(scorer, table, as_of=as_of, reasons=reasons)
                yield from scores.combine_chunks().to_batches()

    return score


def _pick(frame: "DataFrame", names: Sequence[str]) -> "DataFrame":
    """Return some columns under plain names; Spark takes a dot in a name for a field, and ignores case."""
    plain = [f"c{place}" for place in range(len(frame.columns))]
    return frame.toDF(*plain).select(*(plain[frame.columns.index(name)] for name in names))


def _newest_day(frame: "DataFrame") -> str | None:
    """Return the newest day of the features as ISO text, if the table has days."""
    if _DATE not in frame.columns:
        return None
    days = _pick(frame, [_DATE])
    day = days.agg({days.columns[0]: "max"}).first()[0]
    return None if day is None else str(day)


def _write(scores: "DataFrame", to: str) -> None:
    """Write a new folder completely or not at all; Spark itself leaves an empty one behind a failed job."""
    from py4j.protocol import Py4JError
    from pyspark.errors import PySparkException

    try:
        scores.write.parquet(to)
    except (PySparkException, Py4JError) as error:
        if _condition_of(error) != "PATH_ALREADY_EXISTS":
            context = scores.sparkSession.sparkContext
            folder = context._jvm.org.apache.hadoop.fs.Path(to)  # noqa: SLF001 - no public way to remove a folder
            folder.getFileSystem(context._jsc.hadoopConfiguration()).delete(folder, True)  # noqa: SLF001
        raise


def _condition_of(error: "PySparkException | Py4JError") -> str | None:
    """Return Spark's own name of what went wrong, if it has one."""
    return error.getCondition() if hasattr(error, "getCondition") else None


def _to_spark(shape: pa.Schema) -> object:
    """Return the schema of scores as Spark writes it: numbers and texts."""
    from pyspark.sql.types import DoubleType, StringType, StructType

    schema = StructType()
    for field in shape:
        schema = schema.add(field.name, DoubleType() if pa.types.is_floating(field.type) else StringType())
    return schema


def _translate(error: "PySparkException | Py4JError", rows: str, to: str) -> NoReturn:
    """Raise the error of ours that ended a worker, or say in one line what Spark says in hundreds."""
    ours = find_reported(str(error))
    if ours is not None:
        raise ours from error
    condition = _condition_of(error)
    if condition in _PATHS:
        raise SourceError(rows if condition == "PATH_NOT_FOUND" else to, *_PATHS[condition]) from error
    raise SourceError(rows, f"Spark cannot score it ({first_line(error)})", "see Spark's log") from error

"""The product's own build, as the benchmark calls it."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from features.cohort import count_days
from features.fold import Engine, arrange
from features.fold.parquet import read_files
from features.measures import Measure, list_measures
from features.panes import Roster, Texts
from features.sources import EventFiles
from features.usecase import FeatureRule, Source
from tests.bench.asked import BOUND, MEASURE, WINDOWS, list_features, list_files

_SOURCE = Source(file="events.parquet", event_time="event_time", known_at="known_at")


def build_ours(log: Path, to: Path, snapshots: Sequence[date], windows: Sequence[int]) -> None:
    """Write the feature table of :mod:`tests.bench.asked` with the engine of the product.

    Every entity of the log is asked for at every snapshot; blocks of rows go to the file as they are folded.

    Parameters
    ----------
    log
        Parquet file of the log, or the folder with its files.
    to
        Parquet file to write.
    snapshots
        Days whose 00:00 UTC the rows look back from.
    windows
        Lengths in days.
    """
    measures = list_asked(windows)
    files = EventFiles(tuple(list_files(log)), "entity_id", "event_time", "known_at", 0)
    days = np.array([count_days(snapshot) for snapshot in snapshots], np.int32)
    roster, texts = Roster(grows=True), Texts()
    with Engine(measures, days) as engine:
        for batch in read_files(files, files.paths, engine.layout):
            engine.read(batch, roster, texts)
        _write_rows(engine, roster, days, [measure.name for measure in measures], list_features(windows), to)


def list_asked(windows: Sequence[int] = WINDOWS) -> tuple[Measure, ...]:
    """Return the features of :mod:`tests.bench.asked` as the product asks for them."""
    plain = {key: [MEASURE] for key in ("sum", "mean", "min", "max", "slope", "last")}
    shares = {"share": {MEASURE: {"high": f">{BOUND}"}}}
    ages: dict[str, object] = {"days_since_first": {}, "days_since_last": {}}
    asked = {"windows": [f"{days}d" for days in windows], "count": {}, **plain, **shares, **ages}
    return list_measures("events", _SOURCE, FeatureRule.model_validate(asked))


def _write_rows(
    engine: Engine,
    roster: Roster,
    days: NDArray[np.int32],
    names: Sequence[str],
    features: Sequence[str],
    to: Path,
) -> None:
    """Fold every entity at every snapshot, and write block by block."""
    owners = np.repeat(np.arange(len(roster), dtype=np.int32), len(days))
    rows = arrange(owners, np.tile(np.arange(len(days), dtype=np.int32), len(roster)))
    plain = [_plain_name(name) for name in names]
    order = [plain.index(feature) for feature in features]
    ids, dates = roster.ids.take(pa.array(owners)), pa.array(days[rows.snapshots]).cast(pa.date32())
    keys = [("entity_id", pa.string()), ("snapshot", pa.date32())]
    schema = pa.schema(keys + [pa.field(feature, pa.float64(), nullable=False) for feature in features])
    begin = 0
    with pq.ParquetWriter(
        to, schema, compression="none", use_dictionary=["entity_id", "snapshot"], write_statistics=False
    ) as table:
        for block in engine.fold(rows):
            found = [ids.slice(begin, block.shape[1]), dates.slice(begin, block.shape[1])]
            found += [pa.array(block[place]) for place in order]
            table.write_batch(pa.record_batch(found, schema=schema))
            begin += block.shape[1]


def _plain_name(name: str) -> str:
    """Return the benchmark's name of a feature.

    Examples
    --------
    >>> _plain_name("o_events.amount.share_high_30d"), _plain_name("o_events.count_90d")
    ('share_30d', 'count_90d')
    """
    return name.rpartition(".")[2].replace("share_high_", "share_")

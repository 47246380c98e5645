"""The product's own build, as the benchmark calls it."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from features.cohort import Rows, count_days
from features.columns import resolve_measures
from features.fold import fold_events
from features.measures import list_measures
from features.sql import open_database, quoted_texts
from features.usecase import FeatureRule, Source
from tests.bench.asked import BOUND, MEASURE, list_features, list_files

_SOURCE = Source(file="events.parquet", event_time="event_time", known_at="known_at")


def build_ours(log: Path, to: Path, snapshots: Sequence[date], windows: Sequence[int]) -> None:
    """Write the feature table of :mod:`tests.bench.asked` with the engine of the product.

    Parameters
    ----------
    log
        Parquet file of the log, or the folder with its files.
    to
        Parquet file to write, or a folder of them to make.
    snapshots
        Days whose 00:00 UTC the rows look back from.
    windows
        Lengths in days.
    """
    plain = {key: [MEASURE] for key in ("sum", "mean", "min", "max", "slope", "last")}
    shares = {"share": {MEASURE: {"high": f">{BOUND}"}}}
    ages: dict[str, object] = {"days_since_first": {}, "days_since_last": {}}
    asked = {"windows": [f"{days}d" for days in windows], "count": {}, **plain, **shares, **ages}
    rule = FeatureRule.model_validate(asked)
    with open_database(scratch=str(to.with_name("scratch"))) as connection:
        connection.execute(f"""
            CREATE VIEW events AS SELECT entity_id, event_time AT TIME ZONE 'UTC' AS event_time,
                known_at AT TIME ZONE 'UTC' AS known_at, {MEASURE}
            FROM read_parquet([{quoted_texts(str(file) for file in list_files(log))}])
        """)
        entities = connection.sql("SELECT DISTINCT entity_id FROM events ORDER BY 1").to_arrow_table()
        rows = _cross(entities.column(0), snapshots)
        measures = resolve_measures(connection, "events", "events", list_measures("events", _SOURCE, rule))
        found = fold_events(connection, events="events", rows=rows.store(connection), measures=measures)
    shown = {_plain_name(name): found.column(name) for name in found.column_names}
    keys = {"entity_id": rows.entity_ids, "snapshot": pa.array(rows.snapshot_days).cast(pa.date32())}
    pq.write_table(pa.table({**keys, **{name: shown[name] for name in list_features(windows)}}), to)


def _cross(entities: pa.ChunkedArray, snapshots: Sequence[date]) -> Rows:
    """Return every entity at every snapshot."""
    days = pa.array([count_days(snapshot) for snapshot in snapshots], pa.int32()).to_numpy()
    return Rows(pa.chunked_array(entities.chunks * len(days)), days.repeat(len(entities)))


def _plain_name(name: str) -> str:
    """Return the benchmark's name of a feature.

    Examples
    --------
    >>> _plain_name("o_events.amount.share_high_30d"), _plain_name("o_events.count_90d")
    ('share_30d', 'count_90d')
    """
    return name.rpartition(".")[2].replace("share_high_", "share_")

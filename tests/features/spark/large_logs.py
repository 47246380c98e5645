"""A log in several Parquet files as it lies in a lake: late news, ties, gaps, texts, strangers, odd names."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from features.columns import resolve_measures
from features.fold import fold_events, fold_files
from features.measures import Measure, list_measures
from features.sources import EventFiles
from features.usecase import FeatureRule, Source
from tests.features.event_tables import store

FIRST_DAY = 19_700  # 2023-12-09
DAYS = [FIRST_DAY + 30 * place for place in range(8)]
HOUR_US = 3_600_000_000
SOURCE = Source(file="log", event_time="at", known_at="known")
RULE = {
    "windows": ["7d", "90d"],
    "count": {},
    "sum": ["hours", "price"],
    "mean": ["hours", "nps"],
    "min": ["hours"],
    "max": ["nps"],
    "std": ["hours"],
    "first": ["channel.kind"],
    "last": ["channel.kind", "remark", "due", "nps"],
    "slope": ["count", "nps"],
    "distinct": ["channel.kind"],
    "share": {"nps": {"promoter": ">=9"}, "channel.kind": {"phone": "=phone"}, "flag": {"yes": "=1"}},
    "ratio": ["7d", "90d"],
    "days_since_first": {},
    "days_since_last": {},
}
SUMMED = frozenset({"sum", "mean", "std", "slope", "delta"})


@dataclass(frozen=True)
class Log:
    """The files of a log, the table of the same events, the rows that ask about it, and what they ask."""

    connection: duckdb.DuckDBPyConnection
    files: EventFiles
    measures: tuple[Measure, ...]

    def fold_here(self) -> pa.Table:
        return fold_files(self.connection, files=self.files, rows="log_rows", measures=self.measures)

    def fold_table(self) -> pa.Table:
        return fold_events(self.connection, events="log", rows="log_rows", measures=self.measures)


def draw_events(count: int, n_entities: int, seed: int = 3) -> pa.Table:
    """Return events whose times fall on few hours: many happen at the same moment."""
    dice = np.random.default_rng(seed)
    at = (FIRST_DAY - 120) * 24 + dice.integers(0, 24 * 400, count)
    is_late = dice.random(count) < 0.1
    known = at + np.where(is_late, dice.integers(0, 24 * 60, count), 0)
    moment = pa.timestamp("us", "UTC")
    kinds = np.array(["phone", "mail", "grün", "", None], object)
    owners = np.minimum(dice.exponential(n_entities / 4, count).astype(int), n_entities)
    return pa.table(
        {
            "who": pa.array([f"e{owner:05d}" for owner in owners]).dictionary_encode(),
            "at": pa.array(at * HOUR_US).cast(moment),
            "known": pa.array(known * HOUR_US).cast(moment),
            "hours": pa.array(dice.normal(5, 3, count), mask=dice.random(count) < 0.1),
            "price": pa.array(dice.integers(0, 100_000, count)).cast(pa.decimal128(21, 2)),
            "nps": pa.array(dice.integers(0, 11, count), pa.int8(), mask=dice.random(count) < 0.3),
            "flag": pa.array(dice.random(count) < 0.5, mask=dice.random(count) < 0.1),
            "channel.kind": pa.array(dice.choice(kinds, count), pa.string()).dictionary_encode(),
            "remark": pa.array([f"remark {number}" for number in dice.integers(0, count, count)]),
            "due": pa.array(FIRST_DAY + dice.integers(0, 300, count), pa.int32()).cast(pa.date32()),
        }
    )


def write_log(
    folder: Path,
    connection: duckdb.DuckDBPyConnection,
    *,
    count: int = 6000,
    n_entities: int = 150,
    n_files: int = 4,
    delay_days: int | None = None,
) -> Log:
    """Write a log in any order to several files; two entities of the rows have no events, some no rows."""
    events = draw_events(count, n_entities)
    folder.mkdir(parents=True)
    places = np.array_split(np.random.default_rng(8).permutation(count), n_files)
    for number, part in enumerate(places):
        pq.write_table(events.take(part), folder / f"part-{number}.parquet", row_group_size=1 + count // 9)
    known = "timezone('UTC', known)" if delay_days is None else f"event_time + INTERVAL {delay_days} DAY"
    paths = tuple(sorted(folder.iterdir()))
    connection.execute(
        'CREATE OR REPLACE TABLE log AS SELECT * EXCLUDE (who, "at", known), '
        f"CAST(who AS VARCHAR) AS entity_id, timezone('UTC', \"at\") AS event_time, {known} AS known_at "
        f"FROM read_parquet({[str(path) for path in paths]})"
    )
    _store_rows(connection, [*(f"e{owner:05d}" for owner in range(10, n_entities)), "nobody", "Zoë"])
    asked = list_measures("log", SOURCE, FeatureRule.model_validate(RULE))
    measures = resolve_measures(connection, "log", "log", asked)
    known_at = "known" if delay_days is None else None
    return Log(connection, EventFiles(paths, "who", "at", known_at, delay_days or 0), measures)


def _store_rows(connection: duckdb.DuckDBPyConnection, entities: Sequence[str]) -> None:
    """Ask about every entity at most snapshots, in any order."""
    dice = np.random.default_rng(5)
    pairs = [(entity, day) for entity in entities for day in DAYS if dice.random() < 0.8]
    dice.shuffle(pairs)
    schema = pa.schema([("row_id", pa.int64()), ("entity_id", pa.string()), ("snapshot_day", pa.int32())])
    rows = [
        {"row_id": place, "entity_id": str(entity), "snapshot_day": int(day)}
        for place, (entity, day) in enumerate(pairs)
    ]
    store(connection, "log_rows", pa.Table.from_pylist(rows, schema))


def assert_same_values(found: pa.Table, expected: pa.Table, measures: Sequence[Measure]) -> None:
    """Demand equal values: sums of floats within their rounding, all else to the last bit."""
    assert found.schema.equals(expected.schema)
    assert found.num_rows == expected.num_rows
    for measure in measures:
        one, other = found.column(measure.name), expected.column(measure.name)
        if measure.function in SUMMED:
            assert one.is_null().equals(other.is_null()), measure.name
            np.testing.assert_allclose(
                one.to_numpy(), other.to_numpy(), rtol=1e-9, atol=1e-9, err_msg=measure.name
            )
        else:
            assert one.equals(other), measure.name

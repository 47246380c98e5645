"""A log of events as a company has one: some customers do much and most do little, and news comes late.

Rows stand in the order in which they became known. One event in ten becomes known days to months after it
happened, half of those at midnight by a nightly load; all others within an hour and a half. Some events carry
a day alone (00:00), some share both clocks with the event before them (two items of one order), and two in a
hundred have no amount. A log is written day range by day range, so memory does not grow with it.
"""

import json
import math
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq

from features.files import produce_atomically

Ints = npt.NDArray[np.int64]

FIRST_DAY = date(2024, 1, 1)
END_DAY = date(2026, 1, 1)  # the first day on which nothing became known
ENTITIES = 100_000
SEED = 20260131
COMPRESSION = "zstd"
FIRST_FILE = "events-0001.parquet"

_CHUNK_ROWS = 1 << 20
_EPOCH = date(1970, 1, 1)
_DAY_US = 86_400_000_000
_MINUTE_US = 60_000_000
_LATE_SHARE, _NIGHTLY_SHARE = 0.10, 0.5
_LATE_DAYS = (1.0, 180.0)
_DAY_ALONE_SHARE, _SAME_ORDER_SHARE, _MISSING_SHARE = 0.01, 0.01, 0.02
_CHANNELS = ("mail", "phone", "shop", "web")
_KEY = b"drawn"
SCHEMA = pa.schema(
    [
        ("event_id", pa.int64()),
        ("entity_id", pa.string()),
        ("event_time", pa.timestamp("us", tz="UTC")),
        ("known_at", pa.timestamp("us", tz="UTC")),
        ("channel", pa.string()),
        ("amount", pa.float64()),
    ]
)


@dataclass(frozen=True)
class Draw:
    """Say what a log is drawn from; it is written into its file.

    Attributes
    ----------
    events
        Number of rows.
    entities
        Number of entities that have them.
    seed
        Start of the random numbers: the same one gives the same log.
    """

    events: int
    entities: int = ENTITIES
    seed: int = SEED


class _Population:
    """Hold who has events and how often: the rank in activity to a power, as in most logs."""

    def __init__(self, draw: Draw) -> None:
        random = np.random.default_rng([draw.seed, 0])
        numbers = random.choice(10_000_000, size=draw.entities, replace=False)
        self.names = pa.array([f"c{number:07d}" for number in numbers])
        activity = 1 / (np.arange(draw.entities) + 10.0) ** 0.8
        self._edges = np.cumsum(activity / activity.sum())

    def pick(self, random: np.random.Generator, rows: int) -> Ints:
        """Return the place of the entity of each row."""
        places = np.searchsorted(self._edges, random.random(rows))
        return np.minimum(places, len(self.names) - 1)  # the last edge may miss 1 by a rounding


def write_log(folder: Path, draw: Draw) -> Path:
    """Write the log of a draw into a folder and return its file; one that is there already is kept."""
    path = folder / FIRST_FILE
    if not (path.exists() and _read_draw(path) == draw):
        produce_atomically(path, lambda draft: _write(draft, draw, draw.events, _days(FIRST_DAY, END_DAY), 0))
    return path


def write_more(folder: Path, share: float) -> Path:
    """Write a further file into the folder of a log: events that all become known after those there.

    Late ones among them happened while the first log ran.

    Parameters
    ----------
    folder
        Where :func:`write_log` wrote.
    share
        New events as a share of those of the first log.

    Returns
    -------
    pathlib.Path
        The new file. Its events become known from the midnight after the last event that was known before,
        at the pace of the first log: 1 % of two years is a week.
    """
    files = sorted(folder.glob("events-*.parquet"))
    draw = _read_draw(files[0])
    rows = round(draw.events * share)
    first = _last_known_day(files[-1]) + timedelta(days=1)
    pace = draw.events / (END_DAY - FIRST_DAY).days
    days = _days(first, first + timedelta(days=math.ceil(rows / pace)))
    path = folder / f"events-{len(files) + 1:04d}.parquet"
    known = sum(pq.read_metadata(file).num_rows for file in files)
    produce_atomically(path, lambda draft: _write(draft, draw, rows, days, known))
    return path


def _read_draw(path: Path) -> Draw:
    """Return what the log in a file was drawn from."""
    return Draw(**json.loads(pq.read_schema(path).metadata[_KEY]))


def _last_known_day(path: Path) -> date:
    """Return the day of the last row of a file."""
    file = pq.ParquetFile(path)
    last: datetime = file.read_row_group(file.num_row_groups - 1, ["known_at"]).column(0)[-1].as_py()
    return last.astimezone(UTC).date()


def _days(first: date, end: date) -> Ints:
    """Return the days from ``first`` up to ``end``, both included, counted from 1970-01-01."""
    return np.arange((first - _EPOCH).days, (end - _EPOCH).days + 1)


def _write(path: Path, draw: Draw, rows: int, days: Ints, known: int) -> None:
    """Write rows that become known evenly over days, after ``known`` rows that are there already."""
    population = _Population(draw)
    random = np.random.default_rng([draw.seed, 1 + known])
    spans = len(days) - 1
    cuts = np.linspace(0, spans, min(spans, math.ceil(rows / _CHUNK_ROWS)) + 1).astype(np.int64)
    ends = np.round(rows * cuts / spans).astype(np.int64)
    schema = SCHEMA.with_metadata({_KEY: json.dumps(asdict(draw))})
    with pq.ParquetWriter(path, schema, compression=COMPRESSION) as writer:
        for place in range(len(cuts) - 1):
            first, last = ends[place], ends[place + 1]
            span = (int(days[cuts[place]]), int(days[cuts[place + 1]]))
            columns = _draw_columns(random, population, span, int(last - first))
            ids = pa.array(np.arange(known + first, known + last))
            writer.write_table(pa.table([ids, *columns], schema=schema), row_group_size=len(ids))


def _draw_columns(
    random: np.random.Generator, population: _Population, span: tuple[int, int], rows: int
) -> list[pa.Array]:
    """Return the columns after the id, for rows that become known within a span of days."""
    entities = population.pick(random, rows)
    event_time, known_at = _draw_clocks(random, span, rows)
    same = 1 + np.flatnonzero(random.random(rows - 1) < _SAME_ORDER_SHARE)
    for column in (entities, event_time, known_at):
        column[same] = column[same - 1]
    amounts = np.maximum(np.round(np.exp(random.normal(3, 1, rows)), 2), 0.01)
    channels = pa.array(_CHANNELS).take(pa.array(random.integers(0, len(_CHANNELS), rows)))
    moments = [pa.array(clock).cast(SCHEMA.field("known_at").type) for clock in (event_time, known_at)]
    missing = random.random(rows) < _MISSING_SHARE
    return [population.names.take(pa.array(entities)), *moments, channels, pa.array(amounts, mask=missing)]


def _draw_clocks(random: np.random.Generator, span: tuple[int, int], rows: int) -> tuple[Ints, Ints]:
    """Return when events happened and when they became known, in the order of the latter."""
    known_at = random.integers(span[0] * _DAY_US, span[1] * _DAY_US, rows)
    late = random.random(rows) < _LATE_SHARE
    nightly = late & (random.random(rows) < _NIGHTLY_SHARE)
    known_at[nightly] -= known_at[nightly] % _DAY_US
    order = np.argsort(known_at, kind="stable")
    known_at, late = known_at[order], late[order]
    delay = np.minimum(random.exponential(15 * _MINUTE_US, rows), 90 * _MINUTE_US)
    shortest, longest = np.log(_LATE_DAYS)
    delay[late] = np.exp(random.uniform(shortest, longest, int(late.sum()))) * _DAY_US
    event_time = known_at - delay.astype(np.int64)
    day_alone = random.random(rows) < _DAY_ALONE_SHARE
    event_time[day_alone] -= event_time[day_alone] % _DAY_US
    return event_time, known_at

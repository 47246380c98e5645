"""A feature table as large companies have one, drawn straight into memory: who leaves, and when, is known.

Every entity has a row per month until it leaves. Sixty features: numbers that move slowly about a level of
their own, counts, categories; a third have missing values. Eleven of them decide about the daily risk to
leave, with bends and one interaction; the others mean nothing.
"""

from collections.abc import Iterator
from datetime import date, timedelta

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from features.catalogue import Catalogue, Feature
from features.frame import Frame, FrameFacts, HorizonFacts, TargetFacts
from features.usecase import UseCase, parse

Floats = npt.NDArray[np.float64]

N_NUMBERS, N_COUNTS, N_CATEGORIES = 46, 10, 4
HORIZONS = (30, 90, 180)
GAP_DAYS = 7
SEED = 20260215
_SNAPSHOTS = tuple(date(2025, month, 1) for month in range(1, 13))
_UNTIL = date(2026, 1, 1)
_LEVELS = (3, 5, 8, 12)
_NEVER = 10**6


def spell() -> UseCase:
    """Return the use case that the table belongs to."""
    return parse(
        {
            "version": 1,
            "name": "panel",
            "entity": "customer",
            "snapshots": {"every": "month", "from": str(_SNAPSHOTS[0]), "to": str(_SNAPSHOTS[-1])},
            "sources": {
                "customers": {"file": "customers.csv", "valid_from": "since", "known_at": "loaded_at"},
                "exits": {"file": "exits.csv", "event_time": "left_at", "known_at": "same"},
            },
            "features": {"customers": {"last": ["plan"]}},
            "cohort": {"from": "customers.start"},
            "target": {
                "event": "exits",
                "horizons": [f"{days}d" for days in HORIZONS],
                "primary_horizon": "90d",
                "gap": f"{GAP_DAYS}d",
                "observed_until": str(_UNTIL),
            },
        },
        "panel.yaml",
    )


def describe() -> Catalogue:
    """Return what the features are."""
    numbers = [f"o_use.number_{place:02d}" for place in range(N_NUMBERS)]
    counts = [f"x_voice.count_{place:02d}" for place in range(N_COUNTS)]
    categories = [f"o_crm.category_{place}" for place in range(N_CATEGORIES)]
    return Catalogue(
        (
            *(Feature(name, "number", "use") for name in numbers),
            *(Feature(name, "number", "voice", data="X") for name in counts),
            *(Feature(name, "category", "crm") for name in categories),
        )
    )


def draw_frame(n_entities: int, seed: int = SEED) -> Frame:
    """Return the table of so many entities at twelve snapshots."""
    catalogue, usecase = describe(), spell()
    months = list(_draw_months(n_entities, catalogue, seed))
    table = pa.concat_tables([rows for rows, _ in months]).combine_chunks()
    events = table["target_event"].to_numpy()
    facts = FrameFacts(
        usecase=usecase.name,
        spec_hash=usecase.spec_hash,
        shape="snapshots",
        fingerprints={},
        snapshot_dates=_SNAPSHOTS,
        observed_until=_UNTIL,
        row_count=table.num_rows,
        entity_count=n_entities,
        event_count=int(events.sum()),
        latest_count=months[-1][1].num_rows,
        horizons=tuple(HorizonFacts(f"{days}d", 0, 0) for days in HORIZONS),
        dropped_rows={},
        dropped_features={},
        catalogue=catalogue,
        matches={},
        findings=(),
        target=TargetFacts("event"),
        cuts=(),
        protected=(),
    )
    return Frame(
        table,
        months[-1][1],
        pa.table({"entity_id": pa.array([], pa.string())}),
        facts,
        table.select(["entity_id", "snapshot_date"]),
        pa.table({"entity_id": pa.array([], pa.string())}),
    )


def _draw_months(n_entities: int, catalogue: Catalogue, seed: int) -> Iterator[tuple[pa.Table, pa.Table]]:
    """Yield month by month the rows to learn from, and the same rows as they are scored."""
    random = np.random.default_rng(seed)
    level = random.normal(size=(n_entities, N_NUMBERS)).astype(np.float32)
    mood = random.gamma(2.0, 1.0, size=(n_entities, N_COUNTS)).astype(np.float32)
    groups = np.column_stack([random.integers(0, size, n_entities) for size in _LEVELS])
    names = np.array([f"c{number:07d}" for number in range(n_entities)], dtype=object)
    left = np.full(n_entities, _NEVER)
    drawn: list[tuple[date, npt.NDArray[np.intp], pa.Table]] = []
    for snapshot in _SNAPSHOTS:
        here = np.flatnonzero(left == _NEVER)
        numbers = 0.8 * level[here] + 0.6 * random.normal(size=(here.size, N_NUMBERS))
        counts = random.poisson(mood[here]).astype(np.float64)
        risk = _daily_risk(numbers, counts, groups[here])
        wait = random.exponential(1.0 / risk).astype(np.int64)
        days = (_month_after(snapshot) - snapshot).days
        left[here] = np.where(wait < days, _day(snapshot) + wait, _NEVER)
        numbers[:, 10:30][random.random((here.size, 20)) < 0.1] = np.nan
        drawn.append(
            (snapshot, here, _to_table(snapshot, names[here], numbers, counts, groups[here], catalogue))
        )
    for snapshot, here, rows in drawn:
        yield _label(rows, snapshot, left[here]), rows


def _daily_risk(numbers: Floats, counts: Floats, groups: npt.NDArray[np.int64]) -> Floats:
    """Return the true chance to leave on a day: the known truth."""
    log_risk = np.log(0.0003) + 0.5 * numbers[:, 0] - 0.4 * numbers[:, 1] + 0.3 * np.abs(numbers[:, 2])
    log_risk += 0.25 * numbers[:, 3:7].sum(axis=1) + 0.6 * ((numbers[:, 7] > 0) & (counts[:, 0] > 2))
    log_risk += 0.15 * counts[:, 1] + 0.4 * (groups[:, 0] == 1) - 0.3 * (groups[:, 2] > 4)
    risk: Floats = np.exp(log_risk)
    return risk


def _to_table(
    snapshot: date,
    names: npt.NDArray[np.object_],
    numbers: Floats,
    counts: Floats,
    groups: npt.NDArray[np.int64],
    catalogue: Catalogue,
) -> pa.Table:
    """Return entity, snapshot and features."""
    texts = [np.array([f"level {code}" for code in range(size)], dtype=object) for size in _LEVELS]
    columns = [
        *(pa.array(column, pa.float64(), from_pandas=True) for column in numbers.T),
        *(pa.array(column, pa.float64()) for column in counts.T),
        *(pa.array(words[codes], pa.string()) for words, codes in zip(texts, groups.T, strict=True)),
    ]
    known = {
        "entity_id": pa.array(names, pa.string()),
        "snapshot_date": pa.array([snapshot] * names.size, pa.date32()),
    }
    return pa.table(known | dict(zip(catalogue.names, columns, strict=True)))


def _label(rows: pa.Table, snapshot: date, left: npt.NDArray[np.int64]) -> pa.Table:
    """Add what became of the rows; those who left inside the gap teach nothing."""
    start, until = _day(snapshot) + GAP_DAYS, _day(_UNTIL)
    event = left < until
    days = np.where(event, left, until) - start
    columns = {
        "target_days": pa.array(days.astype(np.float64)),
        "target_event": pa.array(event.astype(np.int8)),
        "target_known_days": pa.array(np.where(event, days, np.nan), from_pandas=True),
    }
    for name, column in columns.items():
        rows = rows.append_column(name, column)
    return rows.filter(pa.array(days >= 0))


def _day(day: date) -> int:
    """Return the number of a day."""
    return day.toordinal()


def _month_after(day: date) -> date:
    """Return the first day of the next month."""
    return (day + timedelta(days=31)).replace(day=1)

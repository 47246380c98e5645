"""Drawn batches of events as arrays, and what a fold tells of their cells."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from features.fold.engine import Engine
from features.fold.folding import Rows
from features.measures import Measure
from features.panes import CellLog, Events, Layout, SortedCells, hash_text
from tests.features.closeness import SUMMED
from tests.features.event_worlds import measure_of

SNAPSHOTS = (19_700, 19_730, 19_731, 19_790)
ENTITIES = 40
MEASURES = (
    *(measure_of(name, None, 30) for name in ("count", "count_slope", "count_delta")),
    *(
        measure_of(name, "amount", days)
        for name in ("count", "sum", "mean", "min", "max", "std", "slope", "delta", "distinct")
        for days in (7, 30)
    ),
    *(measure_of(name, column) for name in ("first", "last") for column in ("amount", "channel")),
    measure_of("distinct", "channel", 30),
    measure_of("share", "amount", 30, condition=(">", "0")),
    measure_of("share", "channel", 30, condition=("=", "phone")),
    measure_of("ratio", None, 7, 30),
    measure_of("days_since_first"),
    measure_of("days_since_last"),
)
_DAY_US = 86_400_000_000
_WORDS = np.array([0, *map(hash_text, ("mail", "phone", "Mail"))], np.int64)


def draw_events(seed: int, count: int = 3_000, *, has_ends: bool = False, entities: int = ENTITIES) -> Events:
    """Draw events on few moments, so that they tie, some late, some taken back, in no order."""
    rng = np.random.default_rng(seed)
    moments = rng.integers(19_600, 19_800, 60) * _DAY_US + rng.choice([0, 1, _DAY_US - 1, 12_345_678], 60)
    times = rng.choice(moments, count)
    known = times + rng.choice([0, 0, 0, 1, 5 * _DAY_US, 40 * _DAY_US], count)
    gone = known + rng.choice([1, 10 * _DAY_US, 400 * _DAY_US], count) if has_ends else np.empty(0, np.int64)
    amounts = np.where(rng.random(count) < 0.2, np.nan, np.round(rng.normal(0, 100, count), 1))
    bits = np.stack([amounts.view(np.int64), rng.choice(_WORDS, count)])
    owners = rng.integers(-1, entities, count).astype(np.int32)
    return Events(owners, times, known, gone, rng.integers(0, 50, count), bits)


def take(events: Events, places: NDArray[np.int64] | slice) -> Events:
    """Return some of the events, as batches come: sealed."""
    some = [
        array[..., places].copy() if array.size else array.copy()
        for array in (
            events.entities,
            events.times,
            events.known,
            events.gone,
            events.identities,
            events.bits,
        )
    ]
    for array in some:
        array.flags.writeable = False
    return Events(*some)


def make_engine(**settings: Any) -> Engine:
    """Return an engine for the measures above."""
    return Engine(MEASURES, SNAPSHOTS, orders_by_id=True, **settings)


def make_log(engine: Engine, capacity: int, put_aside: Callable[..., None]) -> CellLog:
    """Return a log for the measures above."""
    layout: Layout = engine.layout
    return CellLog(layout, engine.grid, capacity=capacity, put_aside=put_aside)


def all_rows(entities: int = ENTITIES) -> Rows:
    """Ask for every entity at every snapshot."""
    places = np.tile(np.arange(len(SNAPSHOTS), dtype=np.int32), entities)
    starts = np.arange(entities + 1, dtype=np.int64) * len(SNAPSHOTS)
    return Rows(np.arange(entities, dtype=np.int32), starts, places)


def tell_cells(cells: Sequence[SortedCells], entities: int = ENTITIES) -> NDArray[np.float64]:
    """Return what some cells together tell of all rows."""
    with make_engine(event_count=0) as engine:
        for some in cells:
            engine.add_cells(some)
        return engine.tell(all_rows(entities))


def tell_events(batches: Sequence[Events], entities: int = ENTITIES, **settings: Any) -> NDArray[np.float64]:
    """Return what some batches of events tell of all rows."""
    with make_engine(**settings) as engine:
        for events in batches:
            engine.add(events, entities)
        return engine.tell(all_rows(entities))


def assert_told(
    found: NDArray[np.float64], expected: NDArray[np.float64], measures: Sequence[Measure] = MEASURES
) -> None:
    """Demand equal values: sums within 1e-9 of the size of what is added up, all else to the last bit."""
    assert found.shape == expected.shape
    for measure, some, others in zip(measures, found, expected, strict=True):
        if measure.function in SUMMED:
            assert np.allclose(some, others, rtol=1e-9, atol=1e-6, equal_nan=True), measure.name
        else:
            assert np.array_equal(some.view(np.int64), others.view(np.int64)), measure.name

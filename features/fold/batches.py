"""Arrow batches of events -> the arrays that the compiled code reads."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from features.measures import Shape
from features.panes import Events, Layout, Roster, Texts, hash_ids

if TYPE_CHECKING:  # executors of Spark need no database
    from features.sources import EventFiles

Words = NDArray[np.int64]
_DAY_US = 86_400_000_000
_NEVER = np.iinfo(np.int64).max
_NOTHING = np.empty(0, np.int64)
_MICROSECONDS = pa.timestamp("us")
_DIGITS = 18  # of a decimal that fits into 64 bits
_EXACT = 2**53  # a float64 holds every whole number up to here


def name_columns(files: "EventFiles", layout: Layout) -> dict[str, str]:
    """Return the columns of a log that are read, by the names that :func:`to_events` knows them by."""
    clocks = {"entity_id": files.key, "event_time": files.event_time}
    clocks |= {"known_at": files.known_at} if files.known_at is not None else {}
    return clocks | {f"v{place}": column.name for place, column in enumerate(layout.columns)}


def to_events(
    batch: pa.RecordBatch, shapes: Sequence[Shape], roster: Roster, texts: Texts, *, delay_days: int = 0
) -> Events:
    """Return a batch as arrays.

    Parameters
    ----------
    batch
        With ``entity_id`` and ``event_time``; ``known_at`` unless the known time follows from that;
        ``known_until`` where events can be taken back; ``id`` where ids order events of the same moment;
        ``v0``, ``v1`` and so on, the columns of the layout.
    shapes
        What the columns hold.
    roster, texts
        Numbers of the entities and of the texts; may learn new ones.
    delay_days
        Days from an event to its known time, where there is no column for it.
    """
    names = batch.schema.names
    entities = roster.number(batch.column("entity_id"))
    times = _read_times(batch.column("event_time"), 0)
    known = _read_times(batch.column("known_at"), 0) if "known_at" in names else times + delay_days * _DAY_US
    for clock in ("event_time", "known_at"):
        if clock in names and batch.column(clock).null_count:
            entities = np.where(pc.is_valid(batch.column(clock)), entities, -1).astype(np.int32)
    bits = np.empty((len(shapes), batch.num_rows), np.int64)
    for place, shape in enumerate(shapes):
        bits[place] = _read_values(batch.column(f"v{place}"), shape, texts)
    return _seal(
        entities,
        times,
        known,
        _read_times(batch.column("known_until"), _NEVER) if "known_until" in names else _NOTHING,
        _read_ids(batch.column("id")) if "id" in names else _NOTHING,
        bits,
    )


def _seal(*arrays: NDArray[Any]) -> Events:
    """Return events that nobody writes to: compiled code has one form for all, wherever they come from."""
    for array in arrays:
        array.flags.writeable = False
    return Events(*arrays)


def _read_times(times: pa.Array, missing: int) -> Words:
    """Return times as microseconds since 1970-01-01."""
    is_finer = pa.types.is_timestamp(times.type) and times.type.unit == "ns"
    if not is_finer and not pa.types.is_int64(times.type):
        times = times.cast(
            pa.timestamp("us", times.type.tz) if pa.types.is_timestamp(times.type) else _MICROSECONDS
        )
    times = times.view(pa.int64())
    found: Words = (times.fill_null(missing) if times.null_count else times).to_numpy(zero_copy_only=False)
    return _round_nanoseconds(found) if is_finer else found


def _round_nanoseconds(times: Words) -> Words:
    """Return the nearest microseconds, as DuckDB rounds: halves away from zero."""
    rounded: Words = np.sign(times) * ((np.abs(times) + 500) // 1000)
    return rounded


def _read_values(values: pa.Array, shape: Shape, texts: Texts) -> Words:
    """Return values as bits: hashes of texts, else of float64; a time is the day it falls on."""
    if shape == "text":
        return texts.hash(values)
    if pa.types.is_temporal(values.type):
        days = np.floor_divide(_read_times(values, 0), _DAY_US).astype(np.float64)
        days[values.is_null().to_numpy(zero_copy_only=False)] = np.nan
        return days.view(np.int64)
    if pa.types.is_decimal128(values.type) and values.type.precision <= _DIGITS:
        return _read_decimals(values).view(np.int64)
    numbers: NDArray[np.float64] = values.cast(pa.float64(), safe=False).to_numpy(zero_copy_only=False)
    return np.ascontiguousarray(numbers).view(np.int64)


def _read_decimals(values: pa.Array) -> NDArray[np.float64]:
    """Return decimals as DuckDB does: Arrow multiplies by 0.001 where 9.991 takes a division by 1000."""
    pairs = np.frombuffer(values.buffers()[1] or b"", np.int64)[: 2 * (values.offset + len(values))]
    digits, power = pairs[2 * values.offset :: 2], 10**values.type.scale
    whole = np.sign(digits) * (np.abs(digits) // power)
    parts = whole.astype(np.float64) + (digits - whole * power) / float(power)
    numbers = np.where(np.abs(digits) <= _EXACT, digits / float(power), parts)
    numbers[values.is_null().to_numpy(zero_copy_only=False)] = np.nan
    return numbers


def _read_ids(ids: pa.Array) -> Words:
    """Return ids as numbers: themselves where they are whole numbers, else hashes; 0 where missing."""
    if pa.types.is_integer(ids.type):
        found: Words = ids.cast(pa.int64()).fill_null(0).to_numpy(zero_copy_only=False)
        return found
    return hash_ids(ids)

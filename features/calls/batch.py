"""Transcripts of many calls as a table: measured with the code that measures them while they run."""

import math
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import asdict, fields
from itertools import islice

import pyarrow as pa
import pyarrow.compute as pc

from features.calls.conversation import Conversation
from features.calls.heard import HeardTurn, Turn, TurnReader, hear, measure_times
from features.calls.measures import CallMeasures
from features.calls.risk import RiskModel
from features.errors import ContractError

NEEDED = ("call_id", "speaker", "start_s", "text")
# Texts that are read in one go: enough for a model to work in bulk, few enough to stay small in memory.
_TURNS_AT_ONCE = 2000
_KINDS = {
    "int": pa.int64(),
    "bool": pa.bool_(),
    "str | None": pa.string(),
    "float": pa.float64(),
    "float | None": pa.float64(),
}


def measure_calls(
    turns: pa.Table, reader: TurnReader, customer: str = "customer", risk: RiskModel | None = None
) -> pa.Table:
    """Measure every call of a table of turns.

    Parameters
    ----------
    turns
        One row per turn in any order: ``call_id``, ``speaker``, ``start_s``, ``text``, and ``end_s`` where it
        is known. Other columns, such as who of the company spoke, are not read.
    reader, customer, risk
        As for :class:`Conversation`.

    Returns
    -------
    pyarrow.Table
        One row per call, by ``call_id``, with the measures of :class:`CallMeasures` as columns.

    Raises
    ------
    ContractError
        If a column is missing, a call has no id, or a time cannot be used; the call is named.

    Examples
    --------
    >>> from features.calls import ColdStartReader
    >>> names = ["call_id", "speaker", "start_s", "end_s", "text"]
    >>> turns = pa.table([["a", "a"], ["agent", "customer"], [0.0, 2.0], [1.0, 4.0], ["", "Hello."]], names)
    >>> measure_calls(turns, ColdStartReader()).select(["call_id", "duration_s", "silence_share"]).to_pylist()
    [{'call_id': 'a', 'duration_s': 4.0, 'silence_share': 0.25}]
    """
    model = RiskModel.cold_start() if risk is None else risk
    measured = []
    for call_id, heard in _hear_calls(_part_calls(turns), reader, customer):
        measures = Conversation(reader, risk=model, heard=heard).measure()
        measured.append({"call_id": call_id, **asdict(measures)})
    columns = [pa.field(field.name, _kind_of(field.type)) for field in fields(CallMeasures)]
    schema = pa.schema([pa.field("call_id", pa.string()), *columns])
    return pa.Table.from_pylist(measured, schema=schema)


def take_start(turns: pa.Table, n_turns: int) -> pa.Table:
    """Return the first turns of every call: what was heard of it while it ran.

    A number of turns, not a share of the call: how long a call will be is known only at its end, and calls
    that end badly tend to be longer, so a share would tell of the end.

    Parameters
    ----------
    turns
        As for :func:`measure_calls`.
    n_turns
        How many turns of each call, by their start; shorter calls are returned whole.

    Raises
    ------
    ContractError
        If ``n_turns`` is below 1 or a column is missing.
    """
    if n_turns < 1:
        raise ContractError("n_turns", f"{n_turns} turns are no start of a call", "write 1 or more")
    _check_columns(turns)
    ordered = turns.take(pc.sort_indices(turns, [("call_id", "ascending"), ("start_s", "ascending")]))
    seen: Counter[str] = Counter()
    kept = []
    for place, call_id in enumerate(ordered["call_id"].to_pylist()):
        seen[call_id] += 1
        if seen[call_id] <= n_turns:
            kept.append(place)
    return ordered.take(pa.array(kept, pa.int64()))


def _part_calls(turns: pa.Table) -> Iterator[tuple[str, list[Turn]]]:
    """Yield calls by id with their turns."""
    _check_columns(turns)
    ordered = turns.take(pc.sort_indices(turns, [("call_id", "ascending")]))
    names = ordered["call_id"].to_pylist()
    ends = ordered["end_s"].to_pylist() if "end_s" in ordered.column_names else [None] * len(names)
    each = zip(*(ordered[name].to_pylist() for name in ("speaker", "start_s")), ends, strict=True)
    texts = ordered["text"].to_pylist()
    call: list[Turn] = []
    for place, (speaker, start, end) in enumerate(each):
        call.append(Turn(speaker, math.nan if start is None else start, end, texts[place] or ""))
        if place + 1 == len(names) or names[place + 1] != names[place]:
            yield names[place], call
            call = []


def _hear_calls(
    calls: Iterable[tuple[str, list[Turn]]], reader: TurnReader, customer: str
) -> Iterator[tuple[str, list[HeardTurn]]]:
    """Yield what is kept of each call; a reader gets the texts of many calls at once, which is quicker."""
    waiting: list[tuple[str, list[Turn]]] = []
    for call_id, call in calls:
        _check_times(call_id, call)
        waiting.append((call_id, call))
        if sum(len(each) for _, each in waiting) >= _TURNS_AT_ONCE:
            yield from _hear_together(waiting, reader, customer)
            waiting = []
    yield from _hear_together(waiting, reader, customer)


def _hear_together(
    calls: list[tuple[str, list[Turn]]], reader: TurnReader, customer: str
) -> Iterator[tuple[str, list[HeardTurn]]]:
    """Yield what is kept of each call, read in one go."""
    heard = iter(hear((turn for _, call in calls for turn in call), reader, customer))
    for call_id, call in calls:
        yield call_id, list(islice(heard, len(call)))


def _check_times(call_id: str, call: Iterable[Turn]) -> None:
    """Demand times that can be used, and name the call where they cannot."""
    try:
        for turn in call:
            measure_times(turn)
    except ContractError as error:
        where = f"turns of call '{call_id}': {error.where}"
        raise ContractError(where, error.problem, error.hint) from error


def _check_columns(turns: pa.Table) -> None:
    """Demand the columns of a transcript."""
    if absent := [name for name in NEEDED if name not in turns.column_names]:
        found = ", ".join(turns.column_names)
        raise ContractError("turns", f"column '{absent[0]}' is missing", f"the columns are: {found}")
    if turns["call_id"].null_count:
        problem = f"{turns['call_id'].null_count} of {turns.num_rows} turns have no call_id"
        raise ContractError("turns.call_id", problem, "say to which call each turn belongs")


def _kind_of(spelled: object) -> pa.DataType:
    """Return the type of the column of a measure."""
    return _KINDS[getattr(spelled, "__name__", str(spelled))]

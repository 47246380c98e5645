"""The turns of calls: read from their file, joined to one text per call, measured call by call."""

import pyarrow as pa
import pyarrow.compute as pc

from features.calls import TextTurnReader, measure_calls
from features.errors import ContractError
from features.reading import Place, demand_columns, stage_file, to_number, to_text
from features.sources import Sources
from features.text.model import TextModel
from features.usecase import CALL_COLUMNS, TurnTable


def stage_turns(sources: Sources, name: str, turns: TurnTable) -> pa.Table:
    """Return the turns of the calls of a source: ``call_id``, ``speaker``, ``start_s``, ``end_s``, ``text``.

    How the file is written, ``read`` of the source says of both.

    Raises
    ------
    SourceError
        If the file cannot be read, or holds no numbers where seconds are needed.
    ContractError
        If a column is missing, or there is no turn.
    """
    place = Place(f"sources.{name}.turns", f"{name}.turns")
    columns = [turns.call, turns.speaker, turns.start, turns.end, turns.text]
    path = sources.usecase.folder / turns.file
    staged = stage_file(sources.connection, place, path, sources.usecase.sources[name].read, columns)
    demand_columns(place, columns, staged.columns)
    selected = [
        f"{to_text(staged, turns.call)} AS call_id",
        f"{to_text(staged, turns.speaker)} AS speaker",
        f"{to_number(staged, turns.start)} AS start_s",
        f"{to_number(staged, turns.end)} AS end_s",
        f"coalesce({to_text(staged, turns.text)}, '') AS text",
    ]
    query = (
        f"SELECT {', '.join(selected)} FROM {staged.table} ORDER BY call_id, start_s, end_s, speaker, text"
    )
    found = sources.connection.sql(query).to_arrow_table()
    staged.drop()
    if not found.num_rows:
        raise ContractError(f"sources.{name}.turns", f"'{turns.file}' has no turn", "name a file with rows")
    return found


def say_as_one(calls: pa.Table, customer: str) -> dict[str, str]:
    """Return what the customer says in each call as one text, turns in their order."""
    mine = calls.filter(pc.equal(calls.column("speaker"), customer))
    said: dict[str, list[str]] = {}
    for call, text in zip(mine.column("call_id").to_pylist(), mine.column("text").to_pylist(), strict=True):
        said.setdefault(call, []).append(text)
    return {call: " ".join(filter(None, texts)) for call, texts in said.items()}


def measure_turns(
    calls: pa.Table,
    call_ids: pa.ChunkedArray,
    readings: pa.Table,
    model: TextModel,
    turns: TurnTable,
    *,
    source: str,
) -> pa.Table:
    """Return the measures of each call of a source, in the order of its rows; null for one without turns.

    Parameters
    ----------
    calls
        All turns, as :func:`stage_turns` gives them.
    call_ids
        The call of each row.
    readings
        What was read in each call as one text: gives language and whether one could act.
    model
        Reads single turns: as they were spoken, as it does while a call runs.
    source
        Name of the source, for messages.

    Raises
    ------
    ContractError
        If a time of a turn is missing or no time of a call.
    """
    known = calls.filter(pc.is_in(calls.column("call_id"), pc.unique(call_ids).drop_null()))
    try:
        measured = measure_calls(known, TextTurnReader(model), customer=turns.customer)
    except ContractError as error:
        where = f"sources.{source}.turns: '{turns.file}': {error.where}"
        raise ContractError(where, error.problem, error.hint) from error
    places = pc.index_in(call_ids, measured.column("call_id"))
    own = [column for column in CALL_COLUMNS if column in measured.column_names]
    columns = {column: measured.column(column).take(places) for column in own}
    beside = [column for column in CALL_COLUMNS if column not in columns]
    return pa.table({**columns, **{column: readings.column(column) for column in beside}})

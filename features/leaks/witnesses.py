"""The events of all sources as arrays, with what else their files say of when rows came to be."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import cast

import duckdb
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from features.columns import list_types, text_of
from features.errors import XmError
from features.leaks.feeds import Feed, find_odd_feeds
from features.leaks.finding import Finding
from features.leaks.late import EventRows, find_late
from features.progress import Report, silent
from features.reading import (
    Place,
    Staged,
    is_days,
    list_time_columns,
    stage_source,
    to_moment,
    to_number,
    to_text,
)
from features.sources import ENTITIES, Sources, find_route, list_clocks, select_clocks
from features.sql import fetch_row, quoted_name, quoted_texts
from features.usecase import EventTarget, ResponseRateRule, UseCase

Floats = NDArray[np.float64]

_EXITS, _SEEN = "xm_audit_exits", "xm_audit_entities"
_MOST_ROWS = 400_000
_MOST_BYTES = 1 << 28
_CLOCKS = ("entity_id", "event_time", "known_at", "known_until")


def audit_sources(
    sources: Sources,
    usecase: UseCase,
    entities: pa.ChunkedArray,
    snapshots: Sequence[date],
    observed_day: int,
    report: Report = silent,
) -> list[Finding]:
    """Find what only the events themselves show: news that came later than declared, and odd silences.

    Parameters
    ----------
    sources
        The open sources.
    usecase
        What is made of them. Where no event is predicted nobody leaves, and only clocks are looked at.
    entities
        The entities of the rows.
    snapshots, observed_day
        The grid, and the first day that is not observed.
    report
        Told which source is looked at.
    """
    connection = sources.connection
    watched = [name for name in _list_watched(usecase) if usecase.sources[name].is_events]
    if not watched or not snapshots:
        return []
    _store_lives(sources, usecase, entities)
    grid = np.array([_count_days(day) for day in snapshots])
    end = _find_end(sources, usecase)
    found: list[Finding] = []
    for name in watched:
        report(f"looking at the clocks of {name}")
        if not usecase.sources[name].is_anonymous:
            found += find_odd_feeds(_read_feed(sources, usecase, name, grid, observed_day))
        rows = _read_rows(sources, usecase, name, grid, end)
        found += find_late(rows) if rows is not None else []
    for table in (_EXITS, _SEEN):
        connection.execute(f"DROP TABLE {table}")
    return found


def _list_watched(usecase: UseCase) -> Iterator[str]:
    """Yield every source that features are made of, once; the predicted events are none of them."""
    target = usecase.settled()[3]
    names: list[str] = []
    for name, rule in usecase.features.items():
        names += [rule.answered, rule.invited] if isinstance(rule, ResponseRateRule) else [name]
    for name in dict.fromkeys(names):
        if not (isinstance(target, EventTarget) and target.event == name):
            yield name


def _count_days(day: date) -> float:
    """Return days since 1970-01-01."""
    return float((day - date(1970, 1, 1)).days)


def _days(moment: str) -> str:
    """Return SQL for a moment as days since 1970-01-01."""
    return f"epoch_us({moment}) / 8.64e10"


def _store_lives(sources: Sources, usecase: UseCase, entities: pa.ChunkedArray) -> None:
    """Make the tables of exits and of the entities of the rows, with their first start."""
    target = usecase.settled()[3]
    connection = sources.connection
    exits = "SELECT NULL::VARCHAR AS entity_id, NULL::DOUBLE AS exit_day WHERE false"
    if isinstance(target, EventTarget):
        cause = target.cause
        kept = (
            f"{text_of(cause.column)} IN ({quoted_texts(cause.voluntary)})" if cause is not None else "true"
        )
        exits = (
            f"SELECT entity_id, min({_days('event_time')}) AS exit_day FROM {sources.table(target.event)} "
            f"WHERE {kept} GROUP BY entity_id"
        )
    connection.execute(f"CREATE OR REPLACE TEMP TABLE {_EXITS} AS {exits}")
    connection.register("xm_draft", pa.table({"entity_id": entities.unique()}))
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE {_SEEN} AS SELECT entity_id, "
        f"row_number() OVER (ORDER BY entity_id) - 1 AS place, {_days('first_start')} AS start_day, exit_day "
        f"FROM xm_draft LEFT JOIN {ENTITIES} USING (entity_id) LEFT JOIN {_EXITS} USING (entity_id)"
    )
    connection.unregister("xm_draft")


def _find_end(sources: Sources, usecase: UseCase) -> float:
    """Return the newest moment that any event has."""
    newest = [
        fetch_row(
            sources.connection,
            f"SELECT max(greatest({_days('event_time')}, {_days('known_at')})) FROM {sources.table(name)}",
        )[0]
        for name, source in usecase.sources.items()
        if source.is_events and not source.is_link
    ]
    return max(float(str(moment)) for moment in newest if moment is not None)


def _read_feed(sources: Sources, usecase: UseCase, name: str, grid: Floats, observed_day: int) -> Feed:
    """Return the events of the entities of the rows; of a large source those of some entities."""
    connection, table = sources.connection, sources.table(name)
    share = _share(connection, table)
    lives = _fetch(
        connection,
        "SELECT entity_id, row_number() OVER (ORDER BY place) - 1 AS place, start_day, exit_day "
        f"FROM {_SEEN} WHERE hash(entity_id) % {share} = 0 ORDER BY place",
    )
    connection.register("xm_lives", lives)
    events = _fetch(
        connection,
        f"SELECT place, {_days('event_time')} AS happened FROM {table} JOIN xm_lives USING (entity_id)",
    )
    connection.unregister("xm_lives")
    return Feed(
        source=name,
        entity=events["place"].to_numpy().astype(np.int64),
        happened=_floats(events["happened"]),
        start=_floats(lives["start_day"]),
        exit=_floats(lives["exit_day"]),
        end=float(observed_day),
        newest=float(grid[-1]),
        is_answers=usecase.sources[name].data == "X",
    )


def _share(connection: duckdb.DuckDBPyConnection, table: str) -> int:
    """Return one in how many entities is enough."""
    return 1 + int(str(fetch_row(connection, f"SELECT count(*) FROM {table}")[0])) // _MOST_ROWS


def _read_rows(sources: Sources, usecase: UseCase, name: str, grid: Floats, end: float) -> EventRows | None:
    """Return the rows of the file with its other columns of times, its ids and its numbers."""
    source = usecase.sources[name]
    if source.file is not None and not _is_small(usecase.folder / source.file):
        return None
    staged, others = _stage(sources, usecase, name)
    types = _list_held(sources, usecase, name)
    numbers = [column for column, kind in types.items() if kind == "DOUBLE"]
    moments = {column: sql for column in others if (sql := _read_moment(staged, column)) is not None}
    key, links = _find_key(usecase, name)
    values = {f"m{at}": _days(f"({sql})") for at, sql in enumerate(moments.values())}
    values |= {f"n{at}": to_number(staged, column) for at, column in enumerate(numbers)}
    listed = "".join(f", {sql} AS {short}" for short, sql in values.items())
    shown = "".join(f", {short}" for short in values)
    identity = to_text(staged, source.id) if source.id is not None else "NULL"
    clocks = ", ".join(select_clocks(staged, source))
    key_text, share = to_text(staged, key), _share(staged.connection, staged.table)
    found = _fetch(
        sources.connection,
        f"WITH read AS (SELECT rowid AS place, {key_text} AS link_key, {identity} AS id, "
        f"{clocks}{listed} FROM {staged.table}) "
        f"SELECT {_days('event_time')} AS happened, {_days('known_at')} AS known, exit_day, id{shown} "
        f"FROM read LEFT JOIN ({links}) USING (link_key) LEFT JOIN {_EXITS} USING (entity_id) "
        f"WHERE event_time IS NOT NULL AND known_at IS NOT NULL "
        f"AND hash(link_key) % {share} = 0 ORDER BY place",
    )
    staged.drop()
    return EventRows(
        source=name,
        happened=_floats(found["happened"]),
        known=_floats(found["known"]),
        exit=_floats(found["exit_day"]),
        grid=grid,
        end=end,
        moments={column: _floats(found[f"m{at}"]) for at, column in enumerate(moments)},
        numbers={column: _floats(found[f"n{at}"]) for at, column in enumerate(numbers)},
        ids=_texts(found["id"]) if source.id is not None else None,
    )


def _list_held(sources: Sources, usecase: UseCase, name: str) -> dict[str, str]:
    """Return the types of the columns that the source itself holds, its clocks aside."""
    types = list_types(sources.connection, sources.table(name))
    apart = {*_CLOCKS, *usecase.sources[name].computed}
    return {column: kind for column, kind in types.items() if column not in apart}


def _stage(sources: Sources, usecase: UseCase, name: str) -> tuple[Staged, list[str]]:
    """Load the file or query of a source once more, with the columns of times that nothing else reads."""
    source, connection = usecase.sources[name], sources.connection
    folder = usecase.folder
    key, _ = _find_key(usecase, name)
    read = {*list_clocks(source), key, *_list_held(sources, usecase, name)}
    read |= {source.id} if source.id is not None else set()
    if source.file is None:
        staged = stage_source(connection, name, source, folder)
        others = [column for column in staged.columns if is_days(staged, column)]
    else:
        place = Place.of_source(name)
        others = list(list_time_columns(connection, place, folder / source.file, source.read))
        staged = stage_source(connection, name, source, folder, sorted({*read, *others}))
    protected = usecase.privacy.protected
    apart = {*list_clocks(source), key, source.id}
    apart |= {column for column in others if column in protected or f"{name}.{column}" in protected}
    return staged, [column for column in others if column not in apart]


def _is_small(path: Path) -> bool:
    """Tell whether a file, or all files of a folder, can be read once more in passing."""
    files = path.rglob("*") if path.is_dir() else [path]
    return sum(file.stat().st_size for file in files) <= _MOST_BYTES


def _find_key(usecase: UseCase, name: str) -> tuple[str, str]:
    """Return the column that leads to the entity, and SQL for where each of its keys leads."""
    source = usecase.sources[name]
    key = source.key or usecase.settled()[0]
    if not find_route(key, usecase.sources, f"sources.{name}.key"):
        return key, f"SELECT entity_id AS link_key, entity_id FROM {ENTITIES}"
    links = quoted_name(f"links of {name}")
    one = "HAVING min(entity_id) = max(entity_id)"
    return key, f"SELECT link_key, min(entity_id) AS entity_id FROM {links} GROUP BY link_key {one}"


def _read_moment(staged: Staged, column: str) -> str | None:
    """Return SQL for a further column of times; a time of day without a zone is taken as UTC."""
    zone = staged.options.timezone or "UTC"
    anchored = replace(staged, options=staged.options.model_copy(update={"timezone": zone}))
    try:
        return to_moment(anchored, column) if is_days(anchored, column) else None
    except XmError:  # written in another form than declared: it tells nothing
        return None


def _fetch(connection: duckdb.DuckDBPyConnection, query: str) -> pa.Table:
    """Return what a query gives."""
    return cast("pa.Table", connection.sql(query).to_arrow_table())


def _floats(column: pa.ChunkedArray) -> Floats:
    """Return numbers with NaN where they are missing."""
    found: Floats = column.cast(pa.float64()).to_numpy(zero_copy_only=False)
    return found


def _texts(column: pa.ChunkedArray) -> NDArray[np.object_]:
    """Return texts with None where they are missing."""
    found: NDArray[np.object_] = column.to_numpy(zero_copy_only=False)
    return found

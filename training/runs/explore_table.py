"""The table that ``explore`` asks: any file, or a source of a use case with all that this says of it."""

import tempfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from features.errors import InputError, SpecError
from features.flat.sifting import find_copies
from features.progress import Report
from features.reading import Place, Staged, detect, is_parquet, stage_file, stage_source, to_text
from features.sql import open_database
from features.tombstones import Tombstones
from features.usecase import FlatTable, ReadOptions, Source, UseCase
from training.explore import Table
from training.runs.explore_columns import Declared, read_column


@dataclass(frozen=True)
class Wanted:
    """Hold what the command line names.

    Attributes
    ----------
    named
        Columns that the question names; they may not be protected.
    scales
        Scales that were given beside the file.
    minimum_group
        Fewest rows of a group that may be shown; a use case about people at work may ask for more.
    """

    named: Sequence[str] = ()
    scales: Mapping[str, tuple[float, float]] | None = None
    minimum_group: int = 0


def read_file(path: Path, wanted: Wanted, report: Report) -> Table:
    """Return the table of a file of which nothing is declared: how it is written is found out.

    Raises
    ------
    SourceError
        If the file is missing or no table.
    """
    place = Place("explore", path.name)
    options = ReadOptions()
    if path.is_file() and not is_parquet(path):
        found = detect(path)
        if found is not None:
            plain = found.options.model_copy(update={"missing": [], "dates": None, "timezone": None})
            options = plain
    report(f"reading {path.name}")
    declared = {name: Declared(scale=scale) for name, scale in (wanted.scales or {}).items()}
    with tempfile.TemporaryDirectory(prefix="xm-") as scratch, open_database(scratch=scratch) as connection:
        staged = stage_file(connection, place, path, options)
        rows = options.header_rows
        remarks = [f"The first {rows} rows are read as header."] if rows > 1 else []
        return _make(path.name, staged, declared, wanted, remarks=remarks)


def read_source(usecase: UseCase, name: str, wanted: Wanted, erased: Tombstones, report: Report) -> Table:
    """Return the table of a source of a use case, or its flat table.

    Raises
    ------
    InputError
        If the source is not there, or a named column is protected.
    """
    _refuse_protected(usecase, wanted.named)
    if usecase.table is not None:
        if name:
            raise InputError(
                "--source", f"names '{name}', and {usecase.name} has one flat table", "leave it out"
            )
        return _read_flat(usecase, usecase.table, wanted, erased, report)
    if name not in usecase.sources:
        found = f"names '{name}', which is no source" if name else "is empty"
        raise InputError("--source", found, f"name one of {', '.join(usecase.sources)}")
    return _read_one(usecase, name, usecase.sources[name], wanted, erased, report)


def _read_flat(
    usecase: UseCase, table: FlatTable, wanted: Wanted, erased: Tombstones, report: Report
) -> Table:
    """Return a flat table."""
    remarks = ["Columns of joined files are not read."] if table.join else []
    if table.weight is not None:
        remarks.append("Every row counts once; the declared weights are not used.")
    report(f"reading {table.file}")
    with tempfile.TemporaryDirectory(prefix="xm-") as scratch, open_database(scratch=scratch) as connection:
        staged = stage_file(connection, Place("table", "table"), usecase.folder / table.file, table.read)
        declared = {column: _declare_flat(table, column) for column in staged.columns}
        declared = _add_scales(declared, wanted)
        kept = _keep_rows(staged, table.id, erased, usecase.name, drops_copies=table.duplicates == "remove")
        made = _make(table.file, staged, declared, wanted, kept, [*remarks, *_tell_rows(kept, usecase)])
    return _finish(usecase, made, [*table.exclude, *usecase.privacy.protected], wanted)


def _declare_flat(table: FlatTable, name: str) -> Declared:
    """Return what a flat table says of a column."""
    beside = table.not_applicable
    is_label = name == table.label
    return Declared(
        survey="survey" if name in table.experience else None,
        is_category=name in table.categories or name in table.recode,
        is_id=name in {table.id, table.group},
        positive=_write_positive(table.positive) if is_label and table.positive is not None else None,
        recode=table.recode.get(name, {}),
        does_not_apply=_write_positive(beside.value)
        if beside is not None and name in beside.columns
        else None,
        is_spoken_for=bool(table.read.missing),
    )


def _write_positive(value: str | float) -> str:
    """Return a declared value as it stands in the file."""
    if isinstance(value, bool):
        return "Yes" if value else "No"
    return f"{value:g}" if isinstance(value, (int, float)) else value


def _read_one(
    usecase: UseCase, name: str, source: Source, wanted: Wanted, erased: Tombstones, report: Report
) -> Table:
    """Return one source."""
    report(f"reading {name}")
    with tempfile.TemporaryDirectory(prefix="xm-") as scratch, open_database(scratch=scratch) as connection:
        staged = stage_source(connection, name, source, usecase.folder)
        declared = _add_scales({column: _declare(source, column) for column in staged.columns}, wanted)
        key = source.key or usecase.entity
        if erased and key != usecase.entity:
            problem = f"{len(erased.digests)} people were erased, and '{name}' names people by '{key}' alone"
            raise SpecError(
                f"{usecase.name}: sources.{name}", problem, "ask a source that holds the entity itself"
            )
        kept = _keep_rows(staged, key, erased, usecase.name, drops_copies=source.duplicates == "remove")
        made = _make(name, staged, declared, wanted, kept, _tell_rows(kept, usecase))
    hidden = [path.removeprefix(f"{name}.") for path in usecase.privacy.protected]
    return _finish(usecase, made, hidden, wanted)


def _declare(source: Source, name: str) -> Declared:
    """Return what a source says of a column."""
    unit = source.units.get(name)
    metrics = {column: metric for metric, column in source.metrics.items()}
    keys = {source.key, source.id, *source.links, *source.links.values()}
    clocks = {source.event_time, source.valid_from, source.valid_to, source.known_at_column}
    return Declared(
        scale=source.scales.get(name),
        metric=metrics.get(name),
        unit=unit if unit is None or isinstance(unit, str) else unit.get("en"),
        survey=source.survey if name not in keys | clocks else None,
        is_text=name == source.verbatim,
        is_id=name in keys,
        is_spoken_for=bool(source.read.missing),
    )


def _add_scales(declared: dict[str, Declared], wanted: Wanted) -> dict[str, Declared]:
    """Return what is declared with the scales of the command line."""
    given = wanted.scales or {}
    return {name: replace(one, scale=given.get(name, one.scale)) for name, one in declared.items()}


def _keep_rows(
    staged: Staged, key: str | None, erased: Tombstones, usecase: str, *, drops_copies: bool
) -> NDArray[np.bool_]:
    """Return which rows count: no erased people, and no copies where the use case removes them."""
    kept = np.ones(staged.row_count, dtype=np.bool_)
    if erased:
        if key is None or key not in staged.columns:
            problem = f"{len(erased.digests)} people were erased, but no column says who is who"
            raise SpecError(f"{usecase}: table.id", problem, "name the column with the ids")
        ids = [str(value) for value in _texts(staged, key)]
        kept &= ~np.array(erased.covers(ids))
    if drops_copies:
        kept &= ~find_copies(_texts(staged, name) for name in staged.columns if name != key)
    return kept


def _tell_rows(kept: NDArray[np.bool_], usecase: UseCase) -> list[str]:
    """Return how many rows are left out; nothing where people are protected."""
    gone = int((~kept).sum())
    is_told = gone and not usecase.privacy.is_about_employees
    return (
        [f"{gone:,} of {kept.size:,} rows are copies of others, or of erased people, and are left out."]
        if is_told
        else []
    )


def _texts(staged: Staged, name: str) -> NDArray[np.object_]:
    """Return a column as texts."""
    query = f"SELECT {to_text(staged, name)} AS cell FROM {staged.table} ORDER BY rowid"
    found: Any = staged.connection.execute(query).fetchnumpy()["cell"]
    texts = np.ma.getdata(found).astype(object)
    texts[np.ma.getmaskarray(found)] = None
    return np.asarray(texts, dtype=np.object_)


def _make(
    name: str,
    staged: Staged,
    declared: Mapping[str, Declared],
    wanted: Wanted,
    kept: NDArray[np.bool_] | None = None,
    remarks: Iterable[str] = (),
) -> Table:
    """Return the table with all its columns typed."""
    unknown = [column for column in wanted.scales or {} if column not in staged.columns]
    columns = {
        column: read_column(staged, column, declared.get(column, Declared())) for column in staged.columns
    }
    table = Table(name, columns, staged.row_count, wanted.minimum_group, tuple(remarks))
    if unknown:
        table.column(unknown[0])  # says what is near it
    return table if kept is None or kept.all() else table.only(kept)


def _refuse_protected(usecase: UseCase, named: Sequence[str]) -> None:
    """Refuse questions about protected attributes."""
    protected = {path.rpartition(".")[2] for path in usecase.privacy.protected} | set(
        usecase.privacy.protected
    )
    for name in named:
        if name in protected:
            problem = f"'{name}' stands under privacy.protected of {usecase.name}"
            raise InputError(
                f"column '{name}'", problem, "name another column; check compares protected groups"
            )


def _finish(usecase: UseCase, table: Table, hidden: Sequence[str], wanted: Wanted) -> Table:
    """Return the table without what the use case leaves out, with its smallest group that may be shown."""
    columns = {
        name: column for name, column in table.columns.items() if name not in hidden or name in wanted.named
    }
    minimum = wanted.minimum_group
    remarks = list(table.remarks)
    if usecase.privacy.is_about_employees:
        minimum = max(minimum, usecase.privacy.minimum_group)
        remarks.append(
            f"People at work: groups below {minimum} are hidden, and what would let them be computed."
        )
    return replace(table, columns=columns, minimum_group=minimum, remarks=tuple(remarks))


def read_scales(text: str) -> dict[str, tuple[float, float]]:
    """Return the scales that the command line gives: ``csat=1..5,nps=0..10``.

    Raises
    ------
    InputError
        If a part is written otherwise.

    Examples
    --------
    >>> read_scales("csat=1..5")
    {'csat': (1.0, 5.0)}
    """
    scales = {}
    for part in filter(None, (part.strip() for part in text.split(","))):
        name, _, scale = part.rpartition("=")
        low, _, high = scale.partition("..")
        try:
            scales[name.strip()] = (float(low), float(high))
        except ValueError as error:
            raise InputError(
                "--scales", f"'{part}' is no scale", "write for example csat=1..5,nps=0..10"
            ) from error
        if not name or float(low) >= float(high):
            raise InputError("--scales", f"'{part}' is no scale", "write column=lowest..highest")
    return scales

"""Open all sources of a use case, in the order in which they need each other."""

import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any, TypeVar

import duckdb

from features.errors import ContractError, SpecError
from features.progress import Report, silent
from features.reading import (
    Place,
    Readable,
    Staged,
    demand_columns,
    demand_room,
    fingerprint_files,
    proposing,
    stage_source,
    to_text,
)
from features.sources import streaming
from features.sources.arrivals import count_arrivals
from features.sources.links import compose, find_route, link_table
from features.sources.match import SourceFacts
from features.sources.needs import list_clocks, list_needs
from features.sources.refining import ENTITIES, UNITS, Refinery, select_clocks
from features.sources.scale_doubts import doubt_scales
from features.sources.streaming import EventFiles, create_view, find_event_files, list_strangers
from features.sources.tables import Sources
from features.sources.unit_changes import UnitChange, find_unit_changes
from features.sources.versions import VALID, Thinned
from features.sql import fetch_row, open_database, quoted_name
from features.tombstones import Tombstones
from features.usecase import Source, UseCase

Made = TypeVar("Made")


@contextmanager
def open_sources(
    usecase: UseCase,
    *,
    report: Report = silent,
    today: date | None = None,
    tombstones: Tombstones | None = None,
    streams_all: bool = False,
) -> Iterator[Sources]:
    """Read and check all sources of a use case; nothing is fetched from any network.

    Parameters
    ----------
    usecase
        A use case made from sources.
    report
        Told which source is being read.
    today
        Day after which dates count as future; the present day in UTC when absent.
    tombstones
        Who was erased: rows of theirs lead to nobody, whatever source holds them.
    streams_all
        Whether small logs that need no repair are read where they lie, too, not only large ones.

    Yields
    ------
    Sources
        The tables, in an in-memory database that is closed at the end of the block.

    Raises
    ------
    SpecError
        If the use case has a flat table instead.
    SourceError
        If a source cannot be read as declared.
    ContractError
        If columns are missing, values leave their scale, or no row of a source belongs to a known entity.
    """
    if usecase.table is not None:
        raise SpecError(f"{usecase.name}: sources", "the use case has a flat table", "read that instead")
    with (
        tempfile.TemporaryDirectory(prefix="xm-") as scratch,
        open_database(scratch=scratch) as connection,
    ):
        day = today or datetime.now(UTC).date()
        fewest_rows = 1 if streams_all else streaming.STREAMED_ROWS
        loading = _Loading(usecase, connection, report, day, tombstones or Tombstones(), fewest_rows)
        demand_room(loading.list_files(), scratch)
        yield Sources(usecase, connection, loading.run(), loading.files)


class _Loading:
    """Load the sources one after the other: links, the source that says who there is, then all others."""

    def __init__(
        self,
        usecase: UseCase,
        connection: duckdb.DuckDBPyConnection,
        report: Report,
        today: date,
        tombstones: Tombstones,
        fewest_rows: int,
    ) -> None:
        self._sources = usecase.sources
        self._usecase = usecase
        self._connection = connection
        self._report = report
        self._today = today
        self._tombstones = tombstones
        self._fewest_rows = fewest_rows
        self._entity, _, self._cohort, _ = usecase.settled()
        self._base = self._cohort.base
        self.files: dict[str, EventFiles] = {}
        self._units, _, self._unit_column = (usecase.units or "").partition(".")

    def run(self) -> dict[str, SourceFacts]:
        """Load all and return their facts in the order of the use case."""
        for name in self._sources:
            if self._sources[name].is_link:
                self._load(name, self._make_link)
        facts = {self._base: self._load(self._base, self._refine)}
        if self._units:
            facts |= {self._units: facts.get(self._units) or self._load(self._units, self._refine)}
            self._list_units()
        facts |= {name: self._load(name, self._refine) for name in self._sources if name not in facts}
        return {name: facts[name] for name in self._sources}

    def list_files(self) -> list[Readable]:
        """Return the files that will be read, with the columns that are wanted of each."""
        folder, sources = self._usecase.folder, self._sources
        return [
            Readable(
                Place.of_source(name),
                folder / source.file,
                source.read,
                None if source.duplicates == "remove" else self._list_wanted(name),
                source.scales,
            )
            for name, source in sources.items()
            if source.file is not None
        ]

    def _stage(self, name: str) -> Staged:
        """Load the raw table of one source."""
        source = self._sources[name]
        self._report(f"reading {name}")
        wanted = self._list_wanted(name)
        columns = None if source.duplicates == "remove" else wanted
        staged = stage_source(self._connection, name, source, self._usecase.folder, columns)
        demand_columns(Place.of_source(name), wanted, staged.columns)
        return staged

    def _list_wanted(self, name: str) -> list[str]:
        """Return the columns that are read of one source."""
        source = self._sources[name]
        wanted = {*list_needs(self._usecase, name), *list_clocks(source), self._key(source)}
        wanted |= {column for column in (source.id, source.withdrawn) if column is not None}
        return sorted(wanted | {column for pair in source.links.items() for column in pair})

    def _key(self, source: Source) -> str:
        """Return the column that leads to the entity: the declared one, the end of a link, or itself."""
        return source.key or next(iter(source.links.values()), self._entity)

    def _load(self, name: str, make: Callable[[str], Made]) -> Made:
        """Make what a source holds; a file written otherwise than declared gets a proposal."""
        source = self._sources[name]
        if source.file is None:
            return make(name)
        path = self._usecase.folder / source.file
        file = Readable(Place.of_source(name), path, source.read, self._list_wanted(name), source.scales)
        with proposing(file):
            return make(name)

    def _make_link(self, name: str) -> None:
        """Make the typed pairs of one link source."""
        source = self._sources[name]
        staged = self._stage(name)
        ((here, there),) = source.links.items()
        columns = [f"{to_text(staged, here)} AS link_key", f"{to_text(staged, there)} AS entity_id"]
        columns += select_clocks(staged, source)
        needed = ("link_key", "entity_id", "valid_from", "known_at")
        complete = " AND ".join(f"{column} IS NOT NULL" for column in needed)
        self._connection.execute(
            f"CREATE TABLE {link_table(name)} AS SELECT * FROM "
            f"(SELECT {', '.join(columns)} FROM {staged.table}) WHERE {complete}"
        )
        staged.drop()

    def _refine(self, name: str) -> SourceFacts:
        """Make the typed table of one source and say what was found."""
        source = self._sources[name]
        if (streamed := self._stream(name)) is not None:
            return streamed
        staged = self._stage(name)
        rows, fingerprint = staged.row_count, staged.fingerprint
        refinery = Refinery(staged, source, self._key(source), list_needs(self._usecase, name))
        missing_time = refinery.keep_timed()
        copies = refinery.drop_copies()
        thinned = Thinned(0) if source.id is None else refinery.thin_out()
        unlinked = self._match(name, refinery)
        keys = refinery.unmatched_keys()
        unmatched = refinery.keep("entity_id IS NOT NULL")
        if refinery.count == 0:
            raise self._nothing_left(name, missing_time, keys)
        kept = refinery.count
        table = quoted_name(name)
        refinery.finish(table)
        if name == self._base:
            self._list_entities()
        return self._tell(
            name,
            fingerprint,
            rows=rows,
            kept=kept,
            missing_time=missing_time,
            duplicates=copies + thinned.duplicates,
            corrected=thinned.corrected,
            withdrawn=thinned.withdrawn,
            unmatched=unmatched,
            unmatched_keys=keys,
            unlinked=unlinked,
        )

    def _stream(self, name: str) -> SourceFacts | None:
        """Make a view of a large log that needs no repair, and say what was found; ``None`` for others."""
        source, needs = self._sources[name], list_needs(self._usecase, name)
        key = self._key(source)
        is_direct = key == self._entity and name != self._base and not source.is_link
        path = self._usecase.folder / (source.file or "")
        if source.file is None or not is_direct:
            return None
        files = find_event_files(source, path, key, needs, fewest_rows=self._fewest_rows)
        if files is None:
            return None
        files = replace(files, tombstones=self._tombstones)
        self._report(f"reading {name}")
        found = create_view(self._connection, files, needs, quoted_name(name))
        if found.is_odd:
            return None
        keys = list_strangers(self._connection, files) if found.unmatched else ()
        kept = found.rows - found.missing_time - found.unmatched
        if kept == 0:
            raise self._nothing_left(name, found.missing_time, keys)
        self.files[name] = files
        return self._tell(
            name,
            fingerprint_files(files.paths),
            rows=found.rows,
            kept=kept,
            missing_time=found.missing_time,
            duplicates=0,
            corrected=0,
            withdrawn=0,
            unmatched=found.unmatched,
            unmatched_keys=keys,
        )

    def _tell(self, name: str, fingerprint: str, **counts: Any) -> SourceFacts:
        """Return the facts of a source whose typed table is ready."""
        table = quoted_name(name)
        first_time, last_time, *odd = fetch_row(self._connection, self._odd_query(name, table))
        known_before, in_future, ends_before_start, before_start, after_end = (
            int(str(count)) for count in odd
        )
        self._demand_past(name, counts["kept"], in_future, str(first_time))
        return SourceFacts(
            **counts,
            name=name,
            known_before_event=known_before,
            in_future=in_future,
            ends_before_start=ends_before_start,
            before_start=before_start,
            after_end=after_end,
            first_time=None if first_time is None else str(first_time),
            last_time=None if last_time is None else str(last_time),
            fingerprint=fingerprint,
            unit_changes=self._find_unit_changes(name, table),
            scale_doubts=doubt_scales(self._connection, table, self._sources[name].scales),
            arrivals=count_arrivals(self._connection, name, self._today),
        )

    def _find_unit_changes(self, name: str, table: str) -> tuple[UnitChange, ...]:
        """Return which numbers of a source of events changed their unit, of those that are read."""
        source = self._sources[name]
        if not source.is_events:
            return ()
        types = self._connection.execute(f"DESCRIBE {table}").fetchall()
        columns = [str(row[0]) for row in types if row[1] == "DOUBLE"]
        condition = VALID if source.has_versions else "true"
        return find_unit_changes(self._connection, table, columns, condition)

    def _match(self, name: str, refinery: Refinery) -> int:
        """Lead the keys of a source to entities; return how many rows have a link of another time alone."""
        where = f"sources.{name}.key"
        route = find_route(self._key(self._sources[name]), self._sources, where)
        links, unlinked = quoted_name(f"links of {name}") if route else None, 0
        if links is not None:
            compose(self._connection, route, links)
            refinery.follow(links)
            unlinked = refinery.count_unlinked(links)
            refinery.drop_stillborn()
        if self._sources[name].is_anonymous:
            refinery.forget_strangers(UNITS)
            return unlinked
        refinery.forget_erased(self._tombstones, links)
        if name != self._base:
            refinery.forget_strangers()
        return unlinked

    def _list_entities(self) -> None:
        """Make the table of known entities with their first start and last end; a first event is a start."""
        starts = self._cohort.starts
        start = "event_time" if starts is None else quoted_name(starts.partition(".")[2])
        source, _, column = (self._cohort.ends or "").partition(".")
        end = quoted_name(column) if source == self._base else "CAST(NULL AS TIMESTAMP)"
        self._connection.execute(
            f"CREATE TABLE {ENTITIES} AS SELECT entity_id, min({start}) AS first_start, "
            f"CASE WHEN count(*) = count({end}) THEN max({end}) END AS last_end "
            f"FROM {quoted_name(self._base)} GROUP BY entity_id"
        )

    def _list_units(self) -> None:
        """Make the table of known units."""
        unit = quoted_name(self._unit_column)
        self._connection.execute(
            f"CREATE TABLE {UNITS} AS SELECT DISTINCT {unit} AS entity_id "
            f"FROM {quoted_name(self._units)} WHERE {unit} IS NOT NULL"
        )

    def _nothing_left(self, name: str, missing_time: int, keys: tuple[str, ...]) -> ContractError:
        """Say why no row of a source is left."""
        source = self._sources[name]
        key = self._key(source)
        if not keys and missing_time:
            clocks = " or ".join(f"'{column}'" for column in list_clocks(source))
            problem = f"all {missing_time} rows lack a time in {clocks}"
            hint = "name other columns as event_time, valid_from and known_at, or export them filled"
            return ContractError(f"{name}.{list_clocks(source)[0]}", problem, hint)
        if not keys:
            hint = f"name the column that leads to '{self._entity}' as key, or export it filled"
            hint += "; erased people do not count" if self._tombstones else ""
            return ContractError(f"{name}.{key}", "no row has a key: the column is empty", hint)
        is_anonymous = self._sources[name].is_anonymous
        listed = UNITS if is_anonymous else ENTITIES
        known = (
            fetch_row(self._connection, f"SELECT min(entity_id) FROM {listed}")
            if name != self._base
            else ("",)
        )
        whose = f"a unit of '{self._usecase.units}'" if is_anonymous else f"an entity of '{self._base}'"
        problem = f"no row belongs to {whose}: '{keys[0]}' is not like '{known[0]}'"
        return ContractError(f"{name}.{key}", problem, "name the right key, or add a links table")

    def _demand_past(self, name: str, kept: int, in_future: int, first_time: str) -> None:
        """Refuse events that all lie in the future, where no snapshot can see them: a date was misread."""
        source = self._sources[name]
        last_snapshot = self._usecase.settled()[1].grid.dates()[-1]
        if source.event_time is None or in_future < kept or first_time < last_snapshot.isoformat():
            return
        problem = f"all {kept} events lie in the future, the first one at {first_time}"
        hint = "correct the dates, name their form under read.dates, or take another column as event_time"
        raise ContractError(f"{name}.{source.event_time}", problem, hint)

    def _odd_query(self, name: str, table: str) -> str:
        """Return SQL for first and last time and the counts of odd rows."""
        tomorrow = f"DATE '{self._today}' + INTERVAL 1 DAY"
        if not self._sources[name].is_events:
            shown = "CASE WHEN valid_from > TIMESTAMP '0001-01-01' THEN valid_from END"
            return (
                f"SELECT CAST(min({shown}) AS VARCHAR), CAST(max({shown}) AS VARCHAR), 0, "
                f"count(*) FILTER (valid_from >= {tomorrow}), count(*) FILTER (valid_to <= valid_from), 0, 0 "
                f"FROM {table}"
            )
        return (
            "SELECT CAST(min(event_time) AS VARCHAR), CAST(max(event_time) AS VARCHAR), "
            f"count(*) FILTER (known_at < event_time), count(*) FILTER (event_time >= {tomorrow}), 0, "
            "count(*) FILTER (event_time < first_start), count(*) FILTER (event_time > last_end) "
            f"FROM {table} LEFT JOIN {ENTITIES} USING (entity_id)"
            + (f" WHERE {VALID}" if self._sources[name].has_versions else "")
        )

"""One source on its way from raw to typed: clocks, columns, duplicates, entities."""

import duckdb
import pyarrow as pa

from features.errors import ContractError
from features.reading import Staged, check_scale, is_days, is_numeric, to_flag, to_moment, to_number, to_text
from features.sources.links import resolve_events, resolve_histories
from features.sources.needs import RESERVED, Reading
from features.sources.versions import COUNTS, Thinned, drop_repeats, end_versions
from features.sql import fetch_row, quoted_name
from features.tombstones import Tombstones
from features.usecase import Delay, Source

ENTITIES = quoted_name("known entities")
_ROW, _KEY, _ID = quoted_name(" row"), quoted_name(" key"), quoted_name(" id")
UNITS = quoted_name("known units")
_WITHDRAWS = quoted_name(" withdraws")
_ROWS = quoted_name("rows in work")
_COPIES = quoted_name("copies of earlier rows")
_ERASED = "xm_erased"
MOST_STRANGERS = 5
_ALWAYS = "TIMESTAMP '0001-01-01'"


class Refinery:
    """Hold the rows of one source while they are typed and thinned out.

    Parameters
    ----------
    staged
        The raw table; it is dropped once its values have been typed.
    source
        What the use case says of it.
    key
        Column that leads to the entity.
    needs
        Columns that the use case reads, and as what.

    Raises
    ------
    SourceError
        If a value is not what the use case says.
    ContractError
        If a value leaves its declared scale, or a column has the name of a clock that it is not.
    """

    def __init__(self, staged: Staged, source: Source, key: str, needs: dict[str, Reading]) -> None:
        self._connection: duckdb.DuckDBPyConnection = staged.connection
        self._is_events = source.is_events
        self._has_versions = source.has_versions
        self._is_in_order = True
        self.clock = "event_time" if source.is_events else "valid_from"
        columns = [
            f"rowid AS {_ROW}",
            f"{to_text(staged, key)} AS entity_id",
            f"{to_text(staged, key)} AS {_KEY}",
            *([f"{to_text(staged, source.id)} AS {_ID}"] if source.id is not None else []),
            *select_clocks(staged, source),
            *(_select_versions(staged, source) if source.has_versions else []),
            *_select_needs(staged, source, needs),
        ]
        self._connection.execute(
            f"CREATE OR REPLACE TABLE {_ROWS} AS SELECT {', '.join(columns)} FROM {staged.table}"
        )
        self._copies = _find_copies(staged) if source.duplicates == "remove" else ""
        staged.drop()
        self._columns = [quoted_name(name) for name in needs if name.lower() not in RESERVED]

    @property
    def count(self) -> int:
        """Return the number of rows that are left."""
        return int(str(fetch_row(self._connection, f"SELECT count(*) FROM {_ROWS}")[0]))

    def keep(self, condition: str) -> int:
        """Leave out rows that break ``condition`` and return their number."""
        deleted = fetch_row(self._connection, f"DELETE FROM {_ROWS} WHERE NOT ({condition})")
        return int(str(deleted[0]))

    def drop_copies(self) -> int:
        """Leave out rows that equal an earlier one in every column, if the source asks for it."""
        return self.keep(f"{_ROW} NOT IN ({self._copies})") if self._copies else 0

    def keep_timed(self) -> int:
        """Leave out rows without one of their clocks; a withdrawal needs no time at which it happened."""
        happened = f"{self.clock} IS NOT NULL" + (f" OR {_WITHDRAWS}" if self._has_versions else "")
        return self.keep(f"({happened}) AND known_at IS NOT NULL")

    def thin_out(self) -> Thinned:
        """Keep of each id what counts, the version known first or each in its time, and count the rest."""
        before, values = self.count, ["entity_id", *self._columns]
        if not self._has_versions:
            # Few ids repeat: only their rows are put in order, no row is copied.
            repeated = f"SELECT {_ID} FROM {_ROWS} GROUP BY {_ID} HAVING count(*) > 1"
            first = ", ".join(["known_at", self.clock, *values])
            later = (
                f"SELECT {_ROW} FROM {_ROWS} WHERE {_ID} IN ({repeated}) "
                f"QUALIFY row_number() OVER (PARTITION BY {_ID} ORDER BY {first}) > 1"
            )
            return Thinned(self.keep(f"{_ROW} NOT IN ({later})"))
        order = ["known_at", _WITHDRAWS, self.clock, *values]
        self._replace(drop_repeats(_ROWS, _ID, order, [_WITHDRAWS, self.clock, *values]))
        repeats = before - self.count
        self._replace(end_versions(_ROWS, _ID, order, _WITHDRAWS))
        ended = f"count({_WITHDRAWS}) FILTER (NOT {_WITHDRAWS}), count(*) FILTER ({_WITHDRAWS})"
        corrected, withdrawn = fetch_row(self._connection, f"SELECT {ended} FROM {_ROWS}")
        self.drop_stillborn()
        return Thinned(repeats, int(str(corrected)), int(str(withdrawn)))

    def drop_stillborn(self) -> None:
        """Leave out versions that never counted: the one that ends them was known as early."""
        if self._has_versions:
            self.keep(COUNTS)

    def follow(self, links: str) -> None:
        """Replace keys by the entities that the table ``links`` leads to; NULL where it leads nowhere."""
        if self._is_events:
            self._replace(resolve_events(links, _ROWS, _ROW))
        else:
            self._replace(resolve_histories(links, _ROWS))

    def count_unlinked(self, links: str) -> int:
        """Return how many rows have a key in the table ``links``, and none of its links at their time."""
        query = (
            f"SELECT count(*) FROM {_ROWS} WHERE entity_id IS NULL "
            f"AND {_KEY} IN (SELECT link_key FROM {links})"
        )
        return int(str(fetch_row(self._connection, query)[0]))

    def forget_strangers(self, known: str = ENTITIES) -> None:
        """Set entities that the table ``known`` does not have to NULL."""
        self._connection.execute(
            f"UPDATE {_ROWS} SET entity_id = NULL WHERE entity_id NOT IN (SELECT entity_id FROM {known})"
        )

    def forget_erased(self, tombstones: Tombstones, links: str | None = None) -> None:
        """Set erased entities to NULL with their keys, and keys of theirs that lead to nobody at the time.

        Parameters
        ----------
        tombstones
            Who was erased.
        links
            The table that keys were led by, if any.
        """
        if not tombstones:
            return
        named = f"SELECT entity_id FROM {_ROWS} UNION SELECT {_KEY} FROM {_ROWS}"
        led = "SELECT NULL"
        if links is not None:
            named += f" UNION SELECT entity_id FROM {links}"
            led = f"SELECT link_key FROM {links} WHERE entity_id IN (SELECT entity_id FROM {_ERASED})"
        found = [str(row[0]) for row in self._connection.execute(named).fetchall() if row[0] is not None]
        erased = [one for one, covered in zip(found, tombstones.covers(found), strict=True) if covered]
        self._connection.register(_ERASED, pa.table({"entity_id": pa.array(erased, pa.string())}))
        is_theirs = f"{_KEY} IN (SELECT entity_id FROM {_ERASED}) OR {_KEY} IN ({led})"
        self._connection.execute(
            f"UPDATE {_ROWS} SET entity_id = NULL, {_KEY} = NULL WHERE entity_id IN "
            f"(SELECT entity_id FROM {_ERASED}) OR (entity_id IS NULL AND ({is_theirs}))"
        )
        self._connection.unregister(_ERASED)

    def unmatched_keys(self) -> tuple[str, ...]:
        """Return up to five keys that lead to no entity."""
        found = self._connection.execute(
            f"SELECT DISTINCT {_KEY} FROM {_ROWS} WHERE entity_id IS NULL AND {_KEY} IS NOT NULL "
            f"ORDER BY 1 LIMIT {MOST_STRANGERS}"
        ).fetchall()
        return tuple(str(row[0]) for row in found)

    def finish(self, table: str) -> None:
        """Give the rows their place in the order of the file, without what only the refining needed."""
        present = self._present()
        found = [name for name in (_ROW, _KEY, _ID, _WITHDRAWS) if name in present]
        if self._is_in_order:
            for name in found:
                self._connection.execute(f"ALTER TABLE {_ROWS} DROP COLUMN {name}")
            self._connection.execute(f"ALTER TABLE {_ROWS} RENAME TO {table}")
            return
        helpers = ", ".join(found)
        self._connection.execute(
            f"CREATE TABLE {table} AS SELECT * EXCLUDE ({helpers}) FROM {_ROWS} ORDER BY {_ROW}"
        )
        self._connection.execute(f"DROP TABLE {_ROWS}")

    def _present(self) -> set[str]:
        """Return the quoted names of all columns."""
        described = self._connection.execute(f"DESCRIBE {_ROWS}").fetchall()
        return {quoted_name(str(row[0])) for row in described}

    def _replace(self, query: str) -> None:
        """Put what ``query`` gives in the place of the rows."""
        self._is_in_order = False
        self._connection.execute(f"CREATE OR REPLACE TABLE {_ROWS} AS {query}")


def _find_copies(staged: Staged) -> str:
    """Store which rows of a raw table equal an earlier one, and return SQL for their numbers."""
    columns = ", ".join(column.sql for column in staged.columns.values())
    staged.connection.execute(
        f"CREATE OR REPLACE TEMP TABLE {_COPIES} AS SELECT rowid AS copy FROM {staged.table} "
        f"QUALIFY row_number() OVER (PARTITION BY {columns} ORDER BY rowid) > 1"
    )
    return f"SELECT copy FROM {_COPIES}"


def select_clocks(staged: Staged, source: Source) -> list[str]:
    """Return SQL for the clocks of a source under their fixed names."""
    if source.event_time is not None:
        start = to_moment(staged, source.event_time)
        clocks = [f"{start} AS event_time"]
    else:
        start = _ALWAYS if source.valid_from == "always" else to_moment(staged, str(source.valid_from))
        end = "CAST(NULL AS TIMESTAMP)" if source.valid_to is None else to_moment(staged, source.valid_to)
        clocks = [f"{start} AS valid_from", f"{end} AS valid_to"]
    if isinstance(source.known_at, Delay):
        known = f"{start} + INTERVAL {source.delay_days} DAY"
    else:
        known = start if source.known_at_column is None else to_moment(staged, source.known_at_column)
    return [*clocks, f"{known} AS known_at"]


def _select_versions(staged: Staged, source: Source) -> list[str]:
    """Return SQL for the end of a version, still open, and for whether a row withdraws its event."""
    withdraws = "false" if source.withdrawn is None else to_flag(staged, source.withdrawn)
    return ["CAST(NULL AS TIMESTAMP) AS known_until", f"{withdraws} AS {_WITHDRAWS}"]


def _select_needs(staged: Staged, source: Source, needs: dict[str, Reading]) -> list[str]:
    """Return SQL for the columns that the use case reads, under their own names."""
    selected: list[str] = []
    clocks = {"event_time": source.event_time, "valid_from": source.valid_from, "valid_to": source.valid_to}
    clocks |= {"known_at": source.known_at_column}
    for name, reading in needs.items():
        if name.lower() in RESERVED:
            if clocks.get(name) != name:
                problem = "has the name of a clock or key that it is not"
                raise ContractError(staged.place.column(name), problem, "give the column another name")
            continue
        value = _read(staged, name, reading)
        if name in source.scales:
            check_scale(staged, name, value, source.scales[name])
        selected.append(f"{value} AS {quoted_name(name)}")
    return selected


def _read(staged: Staged, name: str, reading: Reading) -> str:
    """Return SQL for one column in its reading; where the values decide: number, else day, else text."""
    column_type = staged.columns[name].type
    if reading == "number" or (reading == "any" and is_numeric(staged, name)):
        return to_number(staged, name)
    if reading == "moment" or (reading == "any" and is_days(staged, name)):
        return to_moment(staged, name)
    if reading == "any" and column_type == "BOOLEAN":
        return staged.columns[name].sql
    return to_text(staged, name)

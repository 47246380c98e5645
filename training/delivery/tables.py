"""Scores into a SQL table: one transaction per part, and a table of batches that says which are complete.

The line of a batch counts the parts that are written, in the same transaction as their scores. Whoever comes
next, after a crash or at the same time, goes on with the next part; a score is never there twice, since the
table has a primary key, and a batch is called complete only when all of its scores have been counted. A batch
of the same day and model with other rows takes the place of the one before.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import SQLAlchemyError

from features.addresses import DatabaseAddress
from features.errors import ContractError, XmError
from features.failpoints import reach
from training.delivery.form import Stamp, demand_form, lines_of, table_of_batches, table_of_scores
from training.delivery.kept import KeptBatch

_LOCK_OF_FORM = (
    7_346_019_212_003  # an advisory lock of our own, for changes of tables and of which batch counts
)
_BUSY_SECONDS = 60.0


class TableError(XmError):
    """Report a database that does not do what is asked."""


class SupersededError(XmError):
    """Report a batch in whose place another one of the same day and model has come."""


class ScoreTable:
    """Write batches to one table.

    Parameters
    ----------
    address
        Of the database.
    name
        Schema, if any, and name of the table.
    is_individual
        Whether persons are scored, and not groups.
    """

    def __init__(
        self, address: DatabaseAddress, name: tuple[str | None, str], *, is_individual: bool
    ) -> None:
        self._address = address
        self._name = name
        self._is_individual = is_individual
        self._where = f"{address.shown}: {'.'.join(filter(None, name))}"
        self._batches = table_of_batches(name[0])
        self._engine = _open(address)

    @property
    def shown(self) -> str:
        """Return the table as messages and records name it."""
        return self._where

    def serve(self, batch: KeptBatch, horizon: str | None, report: Callable[[str], None]) -> bool:
        """Let the table have all scores of a batch, and say so in the table of batches.

        Returns
        -------
        bool
            False if the table had all of it.

        Raises
        ------
        ContractError
            If the table is there in another form.
        SupersededError
            If another batch of the same day and model came in its place meanwhile.
        TableError
            If the database refuses.
        UnreachableError
            If it does not answer, or does not let us in.
        """
        with self._telling():
            table = table_of_scores(self._name, batch.read_part(0), is_individual=self._is_individual)
            self._prepare(table)
            if self._has_all(table, batch):
                return False
            stamp = self._begin(batch, horizon)
            reach("table.begun")
            for number in range(batch.n_parts):
                self._write_part(table, batch, number, stamp)
                report(f"written to {self._where}: part {number + 1} of {batch.n_parts}")
            self._complete(table, batch)
            reach("table.completed")
        return True

    def close(self) -> None:
        """Close all connections."""
        self._engine.dispose()

    @contextmanager
    def _telling(self) -> Iterator[None]:
        """Tell of failures of the database in one line without its password and without any row."""
        try:
            yield
        except (SQLAlchemyError, OSError) as error:
            hint = (
                "check address, password and rights of the database; a rerun goes on where this one stopped"
            )
            cause = getattr(error, "orig", None) or error
            raise TableError(self._where, self._address.reason_of(cause), hint) from None

    def _prepare(self, table: sa.Table) -> None:
        """Let both tables be there in the right form; another process may be making them as well."""
        with self._engine.begin() as connection:
            self._lock_form(connection)
            for wanted in (self._batches, table):
                self._let_be_there(connection, wanted)

    def _let_be_there(self, connection: sa.Connection, wanted: sa.Table) -> None:
        """Make a table, or add the figures that it does not have yet."""
        inspector = sa.inspect(connection)
        if not inspector.has_table(wanted.name, schema=wanted.schema):
            wanted.create(connection)
            return
        found = {str(one["name"]): one["type"] for one in inspector.get_columns(wanted.name, wanted.schema)}
        keys = inspector.get_pk_constraint(wanted.name, wanted.schema)["constrained_columns"]
        where = self._where if wanted is not self._batches else f"{self._address.shown}: {wanted.name}"
        quote = connection.dialect.identifier_preparer
        for name in demand_form(wanted, found, list(keys), where):
            kind = wanted.columns[name].type.compile(dialect=connection.dialect)
            column = f"{quote.quote(name)} {kind}"
            connection.exec_driver_sql(f"ALTER TABLE {quote.format_table(wanted)} ADD COLUMN {column}")

    def _lock_form(self, connection: sa.Connection) -> None:
        """Let nobody else change tables, or which batch counts, until the transaction ends."""
        if self._engine.dialect.name == "postgresql":
            connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_LOCK_OF_FORM)))

    def _has_all(self, table: sa.Table, batch: KeptBatch) -> bool:
        """Tell whether the table has the whole batch, by its word and by count."""
        with self._engine.begin() as connection:
            line = connection.execute(self._line_of(batch)).one_or_none()
            if line is None or not line.is_complete:
                return False
            return self._count(connection, table, batch) == batch.n_scores

    def _begin(self, batch: KeptBatch, horizon: str | None) -> Stamp:
        """Let the batch be the one that counts for its day and model; return what its lines share.

        The first who writes a batch decides when it was scored, so that all writers write the same.
        """
        batches = self._batches
        with self._engine.begin() as connection:
            self._lock_form(connection)
            line = connection.execute(self._line_of(batch)).one_or_none()
            scored_at = batch.started if line is None else line.scored_at
            as_of = self._day_of(batch, line)
            fresh = {"parts_written": 0, "is_complete": False, "superseded_by": None, "completed_at": None}
            place = {"usecase": batch.usecase, "as_of": as_of, "model_version": batch.model_version}
            place["table_name"] = self._name[1]
            if line is None:
                own = {"batch_id": batch.batch_id, "scored_at": scored_at}
                counts = {"scores": batch.n_scores, "parts": batch.n_parts}
                connection.execute(sa.insert(batches).values(**place, **own, **counts, **fresh))
            elif line.is_complete or line.superseded_by is not None:
                connection.execute(sa.update(batches).where(self._is_line_of(batch)).values(**fresh))
            others = sa.and_(
                *(batches.c[name] == value for name, value in place.items()),
                batches.c.batch_id != batch.batch_id,
                batches.c.superseded_by.is_(None),
            )
            gone = {"is_complete": False, "superseded_by": batch.batch_id}
            connection.execute(sa.update(batches).where(others).values(**gone))
        when = scored_at if scored_at.tzinfo else scored_at.replace(tzinfo=UTC)
        return Stamp(batch.usecase, as_of, batch.model_version, batch.batch_id, when, horizon)

    def _write_part(self, table: sa.Table, batch: KeptBatch, number: int, stamp: Stamp) -> None:
        """Write one part, unless somebody has: all of it and the count of parts, or nothing."""
        with self._engine.begin() as connection:
            line = self._claim(connection, batch)
            if line.parts_written > number:
                return
            lines = list(lines_of(batch.read_part(number), stamp))
            if lines:
                connection.execute(_upsert(table, connection.dialect.name), lines)
            written = sa.update(self._batches).where(self._is_line_of(batch)).values(parts_written=number + 1)
            connection.execute(written)
            reach("table.written")
        reach("table.committed")

    def _complete(self, table: sa.Table, batch: KeptBatch) -> None:
        """Take out what a batch before has left, count, and call the batch complete."""
        with self._engine.begin() as connection:
            line = self._claim(connection, batch)
            left = sa.and_(_is_of(table, line), table.c.batch_id != batch.batch_id)
            connection.execute(sa.delete(table).where(left))
            found = self._count(connection, table, batch)
            if found != batch.n_scores:
                problem = f"holds {found:,} scores of batch {batch.batch_id}, not {batch.n_scores:,}"
                raise ContractError(self._where, problem, "somebody else has changed it; score again")
            done = {"is_complete": True, "completed_at": datetime.now(UTC)}
            connection.execute(sa.update(self._batches).where(self._is_line_of(batch)).values(**done))

    def _claim(self, connection: sa.Connection, batch: KeptBatch) -> Any:
        """Hold the line of a batch until the transaction ends, and return it."""
        line = connection.execute(self._line_of(batch).with_for_update()).one_or_none()
        if line is None or line.superseded_by is not None:
            by = "removed" if line is None else f"superseded by batch {line.superseded_by}"
            hint = "nothing of it counts; score again if this batch is the right one"
            raise SupersededError(self._where, f"batch {batch.batch_id} was {by} meanwhile", hint)
        return line

    def _line_of(self, batch: KeptBatch) -> sa.Select[Any]:
        """Return the question for the line of a batch."""
        return sa.select(self._batches).where(self._is_line_of(batch))

    def _is_line_of(self, batch: KeptBatch) -> sa.ColumnElement[bool]:
        """Return the condition that names the line of a batch."""
        columns = self._batches.c
        return sa.and_(columns.batch_id == batch.batch_id, columns.table_name == self._name[1])

    def _day_of(self, batch: KeptBatch, line: Any) -> Any:
        """Return the day of the features; of rows without one the day on which they were first scored."""
        if batch.as_of is not None:
            return datetime.fromisoformat(batch.as_of).date()
        return batch.started.date() if line is None else line.as_of

    def _count(self, connection: sa.Connection, table: sa.Table, batch: KeptBatch) -> int:
        """Return how many scores of a batch the table holds."""
        line = connection.execute(self._line_of(batch)).one()
        mine = sa.and_(_is_of(table, line), table.c.batch_id == batch.batch_id)
        return int(connection.execute(sa.select(sa.func.count()).select_from(table).where(mine)).scalar_one())


def _is_of(table: sa.Table, line: Any) -> sa.ColumnElement[bool]:
    """Return the condition that scores are of the use case, day and model of a batch."""
    return sa.and_(*(table.c[name] == getattr(line, name) for name in ("usecase", "as_of", "model_version")))


def _upsert(table: sa.Table, dialect: str) -> Any:
    """Return the statement that puts a score where none or an older one is.

    It returns something so that SQLAlchemy sends many lines at once.
    """
    insert = (postgresql.insert if dialect == "postgresql" else sqlite.insert)(table)
    keys = [column.name for column in table.primary_key.columns]
    changed = {
        column.name: insert.excluded[column.name] for column in table.columns if column.name not in keys
    }
    is_other = table.c.batch_id != insert.excluded.batch_id
    return insert.on_conflict_do_update(index_elements=keys, set_=changed, where=is_other).returning(
        table.c.batch_id
    )


def _open(address: DatabaseAddress) -> sa.Engine:
    """Return what opens connections."""
    if address.scheme == "postgresql":
        return sa.create_engine("postgresql+pg8000://", creator=address.connect, pool_pre_ping=True)
    engine = sa.create_engine(
        sa.URL.create("sqlite", database=address.database), connect_args={"timeout": _BUSY_SECONDS}
    )
    # Otherwise a transaction that first reads finds its place taken when it wants to write.
    sa.event.listen(engine, "connect", _begin_by_hand)
    sa.event.listen(engine, "begin", partial(_execute, text="BEGIN IMMEDIATE"))
    return engine


def _begin_by_hand(connection: Any, _: object) -> None:
    """Let Python's own driver begin no transaction by itself."""
    connection.isolation_level = None


def _execute(connection: sa.Connection, text: str) -> None:
    """Run a statement."""
    connection.exec_driver_sql(text)

"""What an export holds on a day: rows that were known by then, and how one world goes on as another.

Every table grows by what becomes known. An export of an earlier day is therefore the beginning of a later
one, and a company in which somebody acts from a day on is the same company until then.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from features.worlds.columns import numbered
from features.worlds.vocabulary import DAY, Seconds

Maker = Callable[[], pa.Table]

ANSWERED = "answered"
"""Column of the answers that holds the moment; the file shows local time as text."""
_CLOCKS: Mapping[str, tuple[str, int]] = {
    "customers.parquet": ("loaded_at", 0),
    "contacts.csv": ("since", 0),
    "usage.csv.gz": ("week_end", DAY),
    "surveys.csv": (ANSWERED, DAY),
    "employees.parquet": ("loaded_at", 0),
    "org.parquet": ("loaded_at", 0),
    "absences.parquet": ("known_at", 0),
    "pay_changes.parquet": ("known_at", 0),
    "exit_interviews.csv": ("known_at", 0),
    "pulse.csv": ("wave_at", 14 * DAY),
    "beliefs.csv": ("asked_at", 0),
}
_USUAL_CLOCK = ("ingested_at", 0)
_HAPPENED: Mapping[str, str] = {
    "customers.parquet": "valid_from",
    "cancellations.parquet": "cancelled_at",
    "invites.parquet": "sent_at",
    "reviews.parquet": "written_at",
}
"""Tables whose delays depend on how many rows there are: two worlds know of one event on different days."""
_NUMBERED: Mapping[str, str] = {"surveys.csv": "A", "cancellations.parquet": "X", "reviews.parquet": "J"}
"""Tables whose rows are counted as they come, so that two worlds give one number to different events."""
_INVITES = ("invites.parquet", "surveys.csv")
_LATER_INVITES = 1_000_000
"""Invitations are counted as they are sent; those of a world that goes on count from here."""
_PARENTS = {"call_turns.parquet": ("calls.parquet", "call_id")}
_TRUTH = "truth"
_TRUTH_OF_TEXTS = "truth_texts.parquet"


@dataclass(frozen=True)
class Export:
    """Hold the tables of a company by file name, each made when it is asked for."""

    makers: Mapping[str, Maker]

    def until(self, moment: int) -> "Export":
        """Return what was known before a moment; the truth stays whole."""
        return Export({name: partial(self._part, name, 0, moment) for name in self.makers})

    def then(self, later: "Export", moment: int) -> "Export":
        """Return this export until a moment, and another one from then on; the truth is the later one's.

        The truth about texts is left out: it names them by numbers that both worlds give.
        """
        names = [name for name in later.makers if name != _TRUTH_OF_TEXTS]
        return Export({name: partial(self._join, later, name, moment) for name in names})

    def known(self, name: str, table: pa.Table) -> Seconds:
        """Return when each row of a table was known."""
        if name in _PARENTS:
            parent, key = _PARENTS[name]
            rows = self.makers[parent]()
            place = pc.index_in(table.column(key), rows.column(key))
            known: Seconds = self.known(parent, rows)[place.to_numpy()]
            return known
        column, delay = _CLOCKS.get(name, _USUAL_CLOCK)
        return _seconds(table, column) + delay

    def _part(self, name: str, since: int, before: int) -> pa.Table:
        """Return the rows of a table that became known from a moment on and before another."""
        table = self.makers[name]()
        if name.startswith(_TRUTH):
            return table
        known = self.known(name, table)
        return table.filter(pa.array((known >= since) & (known < before)))

    def _join(self, later: "Export", name: str, moment: int) -> pa.Table:
        """Return the rows of before a moment, and those of the other world from then on."""
        before, after = self.makers[name](), later.makers[name]()
        if name.startswith(_TRUTH):
            return after
        before = before.filter(pa.array(self._clock(name, before) < moment))
        after = after.filter(pa.array(later._clock(name, after) >= moment))  # noqa: SLF001 (one of our kind)
        rows = pa.concat_tables([before, _count_later(after) if name in _INVITES else after])
        if name in _HAPPENED:
            rows = rows.take(pa.array(np.argsort(self.known(name, rows), kind="stable")))
        if name in _NUMBERED:
            rows = rows.set_column(0, rows.schema.field(0), numbered(_NUMBERED[name], rows.num_rows))
        return rows

    def _clock(self, name: str, table: pa.Table) -> Seconds:
        """Return the moment by which two worlds are parted."""
        return _seconds(table, _HAPPENED[name]) if name in _HAPPENED else self.known(name, table)


def _count_later(rows: pa.Table) -> pa.Table:
    """Return rows whose invitations have numbers that the world before does not use."""
    place = rows.schema.get_field_index("invite_id")
    numbers = (int(text.partition("-")[2]) for text in rows.column(place).to_pylist())
    ids = pa.array([f"I-{_LATER_INVITES + number:07d}" for number in numbers], pa.string())
    return rows.set_column(place, "invite_id", ids)


def _seconds(table: pa.Table, column: str) -> Seconds:
    """Return a column of moments in seconds since 1970."""
    moments = pc.cast(table.column(column), pa.timestamp("s", tz="UTC"), safe=False)
    return np.asarray(moments.cast(pa.int64()).to_numpy(), dtype=np.int64)

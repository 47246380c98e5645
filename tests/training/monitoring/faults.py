"""Faults as they happen to exports and joins, planted in a feature table: what to find, and its name."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pyarrow as pa

from features.frame import Arrivals, Frame
from training.statistics import Bools, Floats

Counts = list[int]
_HOURS = "o_tickets.hours_to_resolve.mean_90d"
_LOGINS = "o_usage.logins.mean_90d"
_MINUTES = "o_usage.session_minutes.mean_90d"
_PLAN = "o_customers.plan"


@dataclass(frozen=True)
class Fault:
    """Hold one fault.

    Attributes
    ----------
    name
        What happened.
    plant
        Returns the feature table with it.
    kind, about
        Of an alert that names it rightly; a part of what the alert is about is enough.
    """

    name: str
    plant: Callable[[Frame, np.random.Generator], Frame]
    kind: str
    about: str


def change(frame: Frame, name: str, how: Callable[[Floats], Floats]) -> Frame:
    """Return the feature table with other values of a number in the newest rows."""
    values = how(np.asarray(frame.latest.column(name).to_numpy(), np.float64))
    return replace(frame, latest=put(frame.latest, name, values))


def put(rows: pa.Table, name: str, values: Any) -> pa.Table:
    """Return rows with other values in a column."""
    field = rows.schema.field(name)
    column = pa.array(values, field.type, from_pandas=True)
    return rows.set_column(rows.column_names.index(name), field, column)


def rename(rows: pa.Table, name: str, old: str, new: str) -> pa.Table:
    """Return rows in which a level has another name."""
    return put(rows, name, [new if value == old else value for value in rows.column(name).to_pylist()])


def feed(frame: Frame, source: str, how: Callable[[Counts], Counts]) -> Frame:
    """Return the feature table with other arrivals of a source."""
    matches = dict(frame.facts.matches)
    match: Mapping[str, Any] = matches[source]
    found = Arrivals.from_json(match["arrivals"])
    until = frame.facts.observed_until
    assert until is not None
    n_days = (until - found.first_day).days
    counts = [*found.counts, *[0] * (n_days - len(found.counts))]
    changed = Arrivals(found.first_day, tuple(how(counts)))
    more = sum(changed.counts) - sum(found.counts)
    matches[source] = {**match, "arrivals": changed.to_json(), "rows": match["rows"] + more}
    return replace(frame, facts=replace(frame.facts, matches=matches))


def answer(frame: Frame, how: Callable[[Floats, Bools], Floats]) -> Frame:
    """Return the feature table with other answers in the newest wave; NaN is silence."""
    closes = np.array(frame.waves.column("closes_on").to_pylist())
    values = np.array(frame.waves.column("value").to_numpy(), np.float64)
    return replace(frame, waves=put(frame.waves, "value", how(values, closes == closes.max())))


def _swap(frame: Frame, one: str, other: str) -> Frame:
    """Return the feature table with two columns exchanged."""
    first, second = frame.latest.column(one).to_numpy(), frame.latest.column(other).to_numpy()
    return replace(frame, latest=put(put(frame.latest, one, second), other, first))


def _halve(frame: Frame, random: np.random.Generator) -> Frame:
    """Return the feature table with half of the newest rows."""
    kept = np.flatnonzero(random.random(frame.latest.num_rows) < 0.5)
    return replace(frame, latest=frame.latest.take(kept))


def _rename_everywhere(frame: Frame) -> Frame:
    """Return the feature table with a level renamed in all rows, as a new export of the past has it."""
    both = [rename(rows, _PLAN, "Standard", "Std") for rows in (frame.table, frame.latest)]
    return replace(frame, table=both[0], latest=both[1])


def _change_unit(frame: Frame) -> Frame:
    """Return the feature table with a source that says that a column changed its unit."""
    until = frame.facts.observed_until
    assert until is not None
    matches = dict(frame.facts.matches)
    day = until.replace(day=1).isoformat()
    told = {"column": "hours_to_resolve", "first_day": day, "factor": 60.0, "share": 1.0, "sentence": ""}
    matches["tickets"] = {**matches["tickets"], "unit_changes": [told]}
    return replace(frame, facts=replace(frame.facts, matches=matches))


def _stand_still(frame: Frame) -> Frame:
    """Return the feature table whose newest rows are all that of one person."""
    first = frame.latest.slice(0, 1)
    alike = {
        name: pa.chunked_array([pa.array([column[0].as_py()] * frame.latest.num_rows, column.type)])
        for name, column in zip(first.column_names, first.columns, strict=True)
    }
    latest = pa.table(alike, schema=frame.latest.schema)
    return replace(frame, latest=latest.set_column(0, "entity_id", frame.latest.column("entity_id")))


def _drop(frame: Frame, name: str) -> Frame:
    """Return the feature table without a feature in its newest rows."""
    return replace(frame, latest=frame.latest.drop_columns([name]))


def _as_text(frame: Frame, name: str) -> Frame:
    """Return the feature table in which a number has become a text."""
    texts = [None if value is None else str(value) for value in frame.latest.column(name).to_pylist()]
    at = frame.latest.column_names.index(name)
    return replace(frame, latest=frame.latest.set_column(at, name, pa.array(texts, pa.string())))


FAULTS = (
    Fault("a feature is empty", lambda f, r: change(f, _LOGINS, lambda x: x * np.nan), "missing", _LOGINS),
    Fault(
        "a feature is empty for three in ten",
        lambda f, r: change(f, _LOGINS, lambda x: np.where(r.random(len(x)) < 0.3, np.nan, x)),
        "missing",
        _LOGINS,
    ),
    Fault("a feature is gone", lambda f, r: _drop(f, _LOGINS), "missing", _LOGINS),
    Fault("a number has become a text", lambda f, r: _as_text(f, _LOGINS), "missing", _LOGINS),
    Fault("hours became minutes", lambda f, r: change(f, _HOURS, lambda x: x * 60), "unit", _HOURS),
    Fault("tenfold values", lambda f, r: change(f, _MINUTES, lambda x: x * 10), "unit", _MINUTES),
    Fault("a column changed its unit", lambda f, r: _change_unit(f), "unit", "tickets.hours_to_resolve"),
    Fault(
        "half of the rows are in seconds",
        lambda f, r: change(f, _MINUTES, lambda x: np.where(r.random(len(x)) < 0.5, x * 60, x)),
        "level",
        _MINUTES,
    ),
    Fault(
        "a shift by one standard deviation",
        lambda f, r: change(f, _HOURS, lambda x: x + np.nanstd(x)),
        "level",
        _HOURS,
    ),
    Fault(
        "a shift by half a standard deviation",
        lambda f, r: change(f, _HOURS, lambda x: x - 0.5 * np.nanstd(x)),
        "level",
        _HOURS,
    ),
    Fault("a constant", lambda f, r: change(f, _HOURS, lambda x: np.full(len(x), 24.0)), "level", _HOURS),
    Fault("two columns are swapped", lambda f, r: _swap(f, _LOGINS, _MINUTES), "level", "o_usage."),
    Fault(
        "two questions are swapped",
        lambda f, r: _swap(f, "x_surveys.csat.mean_180d", "x_surveys.nps.mean_180d"),
        "level",
        "x_surveys.",
    ),
    Fault(
        "a category is renamed",
        lambda f, r: replace(f, latest=rename(f.latest, _PLAN, "Standard", "Std")),
        "unseen",
        _PLAN,
    ),
    Fault("a category is renamed in all of the past", lambda f, r: _rename_everywhere(f), "unseen", _PLAN),
    Fault("half of the people are gone", _halve, "cohort", "cohort"),
    Fault(
        "a feed has stopped",
        lambda f, r: feed(f, "tickets", lambda c: c[:-10]),
        "feed",
        "tickets",
    ),
    Fault("a weekly feed has stopped", lambda f, r: feed(f, "usage", lambda c: c[:-30]), "feed", "usage"),
    Fault(
        "half of the rows are not delivered",
        lambda f, r: feed(f, "deliveries", lambda c: [*c[:-30], *(n // 2 for n in c[-30:])]),
        "feed",
        "deliveries",
    ),
    Fault(
        "a source is delivered twice under new ids",
        lambda f, r: feed(f, "invoices", lambda c: [*c[:-30], *(n * 2 for n in c[-30:])]),
        "feed",
        "invoices",
    ),
    Fault(
        "all of a source is there twice under new ids",
        lambda f, r: feed(f, "invoices", lambda c: [n * 2 for n in c]),
        "feed",
        "invoices",
    ),
    Fault(
        "people stop answering",
        lambda f, r: answer(f, lambda v, new: np.where(new & (r.random(len(v)) < 0.5), np.nan, v)),
        "response",
        "surveys.",
    ),
    Fault(
        "answers turn worse",
        lambda f, r: answer(
            f, lambda v, new: np.where(new & (r.random(len(v)) < 0.6), np.clip(v - 2, 1, None), v)
        ),
        "answers",
        "surveys.",
    ),
    Fault("all forecasts are the same", lambda f, r: _stand_still(f), "score", "90d"),
)

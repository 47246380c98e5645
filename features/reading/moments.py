"""Days and times out of raw columns, as UTC; a time without a zone is refused, never guessed."""

import re
from collections.abc import Sequence

import duckdb

from features.errors import SourceError, SpecError
from features.reading.guesses import FORMS
from features.reading.staged import Staged
from features.reading.values import first_misfit, to_text
from features.sql import fetch_row, quoted_text

_DAY = r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
_CLOCK = r"[T ][0-9]{1,2}:[0-9]{2}(:[0-9]{2}([.][0-9]{1,9})?)?"
_ZONE = r" ?(Z|z|[+-][0-9]{2}(:?[0-9]{2})?)"
ZONED = ("TIMESTAMP WITH TIME ZONE", "TIMESTAMPTZ_NS")
_FIRST_GROUP = r"\1"


def to_moment(staged: Staged, name: str) -> str:
    """Return SQL that gives a column as TIMESTAMP in UTC, NULL where a value is missing.

    A column of days alone means days in UTC. Times of day need a zone: in the value, or as ``read.timezone``.
    A local time that a clock change skips or repeats is taken as the later moment.

    Raises
    ------
    SourceError
        If a value is no date, is written in another form, or has a time of day without a zone.
    SpecError
        If the declared form or zone does not exist.
    """
    column = staged.columns[name]
    if column.is_text:
        return _from_text(staged, name)
    if column.type in ZONED:
        return f"timezone('UTC', CAST({column.sql} AS TIMESTAMPTZ))"
    if column.type == "DATE":
        return f"CAST({column.sql} AS TIMESTAMP)"
    if not column.type.startswith("TIMESTAMP"):
        hint = "give it as ISO 8601 text, as a date or as a timestamp"
        raise SourceError(staged.place.column(name), f"holds {column.type}, not dates", hint)
    return _anchor(staged, name, f"CAST({column.sql} AS TIMESTAMP)", f"CAST({column.sql} AS VARCHAR)")


def is_days(staged: Staged, name: str) -> bool:
    """Tell whether a column holds dates or times: by its type, or every text of it by its form."""
    column = staged.columns[name]
    if not column.is_text:
        return column.type == "DATE" or column.type.startswith("TIMESTAMP")
    text, forms = to_text(staged, name), staged.options.forms
    plain = _matches(text, _DAY + f"({_CLOCK})?({_ZONE})?")
    day = f"{_parse_any(text, forms)} IS NOT NULL" if forms else plain
    found = staged.connection.execute(f"SELECT count({text}) FROM {staged.table}").fetchone()
    return found is not None and found[0] > 0 and first_misfit(staged, text, day) is None


def _matches(text: str, pattern: str) -> str:
    """Return the condition that a text has a form from beginning to end."""
    return f"regexp_full_match({text}, {quoted_text(pattern)})"


def _from_text(staged: Staged, name: str) -> str:
    """Parse texts in the declared form, or in ISO 8601."""
    text = to_text(staged, name)
    forms = staged.options.forms
    if forms:
        local = _parse_any(text, forms)
        _demand_form(staged, name, text, local)
        has_zone = any("%z" in form or "%Z" in form for form in forms)
        return f"timezone('UTC', {local})" if has_zone else _anchor(staged, name, local, text)
    zoned = _matches(text, _DAY + _CLOCK + _ZONE)
    tight = f"regexp_replace({text}, ' ([Zz+-][0-9:]*)$', {quoted_text(_FIRST_GROUP)})"
    absolute = f"timezone('UTC', try_cast({tight} AS TIMESTAMPTZ))"
    plain = f"(CASE WHEN {_matches(text, _DAY + f'({_CLOCK})?')} THEN try_cast({text} AS TIMESTAMP) END)"
    _demand_form(staged, name, text, f"(CASE WHEN {zoned} THEN {absolute} ELSE {plain} END)")
    return f"(CASE WHEN {zoned} THEN {absolute} ELSE {_anchor(staged, name, plain, text)} END)"


def _anchor(staged: Staged, name: str, local: str, shown: str) -> str:
    """Turn local times into UTC; a column without any time of day holds days and stays as it is."""
    found = first_misfit(
        staged, f"(CASE WHEN {local} <> date_trunc('day', {local}) THEN {shown} END)", "false"
    )
    if found is None:
        return local
    if staged.options.timezone is None:
        row, text = found
        problem = f"row {row}: '{text}' has a time of day but no zone"
        hint = "write read: {timezone: Europe/Berlin}, or the zone it was written in; UTC if it is UTC"
        raise SourceError(staged.place.column(name), problem, hint)
    zone = quoted_text(staged.options.timezone)
    try:
        staged.connection.execute(f"SELECT CAST(timezone({zone}, TIMESTAMP '2025-01-01') AS VARCHAR)")
    except duckdb.Error as error:
        problem = f"'{staged.options.timezone}' is not a time zone"
        raise SpecError(
            f"{staged.place.key}.read.timezone", problem, "write for example Europe/Berlin"
        ) from error
    return f"timezone('UTC', timezone({zone}, {local}))"


def _demand_form(staged: Staged, name: str, text: str, moment: str) -> None:
    """Raise for the first text that gives no moment, with a form that fits."""
    shown = " or ".join(f"'{form}'" for form in staged.options.forms)
    try:
        found = first_misfit(staged, text, f"{moment} IS NOT NULL")
    except duckdb.OutOfMemoryException:
        raise
    except duckdb.Error as error:
        problem = f"{shown} is not a form of dates"
        raise SpecError(f"{staged.place.key}.read.dates", problem, "write for example '%d.%m.%Y'") from error
    if found is None:
        return
    row, value = found
    expected = f"of the form {shown}" if shown else "an ISO date such as 2025-01-31"
    problem = f"row {row}: '{value[:40]}' is not {expected}"
    raise SourceError(staged.place.column(name), problem, _propose(staged, text, value))


def _propose(staged: Staged, text: str, value: str) -> str:
    """Name the forms that fit all values of the column, or at least the one shown."""
    if staged.options.dates is not None and re.fullmatch(_DAY + f"({_CLOCK})?", value):
        return "leave out read.dates: it is ISO 8601"
    fitting = [
        form
        for form in FORMS
        if fetch_row(staged.connection, f"SELECT {_parse(quoted_text(value), form)} IS NULL") == (False,)
    ]
    whole = [
        form for form in fitting if first_misfit(staged, text, f"{_parse(text, form)} IS NOT NULL") is None
    ]
    if not fitting:
        return (
            f"correct the value, or write read: {{missing: ['{value[:40]}']}} if it stands for a missing one"
        )
    return f"write read: {{dates: {' or '.join(repr(form) for form in whole or fitting[:1])}}}"


def _parse_any(text: str, forms: Sequence[str]) -> str:
    """Return SQL for a moment written in one of several forms; the first that fits counts."""
    return f"coalesce({', '.join(_parse(text, form) for form in forms)}, NULL)"


def _parse(text: str, form: str) -> str:
    """Return SQL for a moment written in ``form``; no words such as epoch, no year 24 for 2024."""
    parsed = f"try_strptime({text}, {quoted_text(form)})"
    is_written_out = f"regexp_matches({text}, '[0-9]') AND year({parsed}) >= 1000"
    return f"(CASE WHEN {is_written_out} THEN {parsed} END)"

"""Waves of a survey: who answered what in which wave, who was asked, and who could have answered.

A wave is a quarter (or month, half-year, year), or a round that a column names. One row stands for one entity
in one wave and one question, also where a member of the cohort stayed silent: only then can a change between
two waves be told apart from a change of who answers.

- An answer counts if it was known by the end of observation, in its last version.
- Whether somebody belonged is not read off answers: it is what O-data said on the day the wave closed.
- A wave that has not closed by the end of observation is open: its people are still answering. A named round
  is open until no answer to it has come for a fortnight.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import cast, get_args

import pyarrow as pa

from features.columns import day_of, is_observed, known_on, text_of
from features.sources import Sources
from features.sql import quoted_name, quoted_text
from features.usecase import (
    DETRACTOR_TO,
    PROMOTER_FROM,
    Metric,
    NamedRounds,
    ResponseRateRule,
    Source,
    UseCase,
    WavePeriod,
    counts_in_points,
    good_from,
)

KEPT_WAVES = 7
"""The newest waves of a source that are kept: six finished ones, and one that may be open."""
PATIENCE_DAYS = 14
_EPOCH = date(1970, 1, 1)
_LONG_AGO = -(2**31)
_DAY_US = 86_400_000_000
_MONTHS: dict[WavePeriod, int] = dict(zip(get_args(WavePeriod), (1, 3, 6, 12), strict=True))
_NAMES: dict[WavePeriod, str] = {
    "month": "{}-{:02d}",
    "quarter": "{} Q{}",
    "half_year": "{} H{}",
    "year": "{}",
}
_NO_INVITATIONS = """
    SELECT CAST(NULL AS VARCHAR) AS entity_id, CAST(NULL AS TIMESTAMP) AS sent_at, 0 AS sent_day WHERE false
"""
_WAVES, _STATUS = "xm_waves", "xm_wave_members"

SCHEMA = pa.schema(
    [
        ("source", pa.string()),
        ("metric", pa.string()),
        ("wave", pa.int32()),
        ("wave_name", pa.string()),
        ("closes_on", pa.date32()),
        ("is_open", pa.bool_()),
        ("entity_id", pa.string()),
        ("value", pa.float64()),
        ("worth", pa.float64()),
        ("answers", pa.int32()),
        ("answered_on", pa.date32()),
        ("lag_days", pa.float64()),
        ("was_invited", pa.bool_()),
        ("was_member", pa.bool_()),
    ]
)


@dataclass(frozen=True)
class Wave:
    """Hold one wave of a source.

    Attributes
    ----------
    number
        Place in the calendar of waves: two that follow each other differ by 1. Periods are counted from
        1970, rounds from the first that was known.
    opens_day, closes_day
        First day of the wave and first day after it, in days since 1970-01-01.
    status_day
        The day on which it is asked who belongs: the closing day, or the end of observation if that is
        earlier.
    """

    source: str
    number: int
    name: str
    opens_day: int
    closes_day: int
    status_day: int
    is_open: bool


def find_waves(sources: Sources, usecase: UseCase, observed_day: int) -> tuple[Wave, ...]:
    """Return the newest waves of every source with metrics, oldest first; see :data:`KEPT_WAVES`.

    Parameters
    ----------
    observed_day
        First day that is not observed, in days since 1970-01-01.
    """
    return tuple(
        wave
        for name, source in usecase.sources.items()
        if source.metrics
        for wave in _find_waves(sources, name, source, observed_day)[-KEPT_WAVES:]
    )


def collect_waves(
    sources: Sources,
    usecase: UseCase,
    waves: Sequence[Wave],
    status: pa.Table,
    observed_day: int,
) -> pa.Table:
    """Return one row per question, entity and wave: answers, invitation, membership.

    Parameters
    ----------
    waves
        From :func:`find_waves`.
    status
        ``entity_id``, ``status_day`` and ``is_member``: whether each entity that O-data knows belonged to the
        cohort on the status day of each wave. An entity that is not in it has an unknown status.
    observed_day
        First day that is not observed, in days since 1970-01-01.

    Returns
    -------
    pyarrow.Table
        Columns of :data:`SCHEMA`, in order of source, metric, wave, entity. ``value`` is the mean of the
        ratings that the entity gave in the wave, ``worth`` their mean worth: -100, 0 or 100 for NPS, 1 for a
        good rating and 0 for another one else. A member who stayed silent has a row without either.
        ``was_invited`` and ``lag_days`` (from the newest invitation before the first answer) are missing
        where no response rate names the invitations. Answers of an anonymous source stand one by one, without
        entity.
    """
    if not waves:
        return SCHEMA.empty_table()
    connection = sources.connection
    for name, table in ((_WAVES, _to_table(waves)), (_STATUS, status)):
        connection.register("xm_draft", table)
        connection.execute(f"CREATE OR REPLACE TEMP TABLE {name} AS SELECT * FROM xm_draft")
        connection.unregister("xm_draft")
    parts = [
        _select(sources, usecase, name, metric, observed_day)
        for name, source in usecase.sources.items()
        for metric in source.metrics
    ]
    order = "source, metric, wave, entity_id, answered_on, value"
    query = f"{' UNION ALL '.join(f'({part})' for part in parts)} ORDER BY {order}"
    return cast("pa.Table", connection.sql(query).to_arrow_table()).cast(SCHEMA)


def name_period(period: WavePeriod, number: int) -> str:
    """Return the name of a period, counted from the first of 1970.

    Examples
    --------
    >>> name_period("quarter", 227), name_period("month", 671), name_period("half_year", 111)
    ('2026 Q4', '2025-12', '2025 H2')
    """
    year, place = divmod(number, 12 // _MONTHS[period])
    return _NAMES[period].format(1970 + year, place + 1)


def list_periods(name: str, period: WavePeriod, days: Iterable[int], observed_day: int) -> list[Wave]:
    """Return the periods in which some days lie, oldest first, as waves of a source.

    Parameters
    ----------
    name
        The source.
    days, observed_day
        In days since 1970-01-01; periods that end after the latter are open.

    Examples
    --------
    >>> found = list_periods("calls", "quarter", [20_500, 20_410, 20_501], 20_600)
    >>> [(wave.name, wave.is_open) for wave in found]
    [('2025 Q4', False), ('2026 Q1', False)]
    """
    months = _MONTHS[period]
    moments = {_EPOCH + timedelta(days=day) for day in set(days)}
    numbers = {((moment.year - 1970) * 12 + moment.month - 1) // months for moment in moments}
    return [_make_period(name, period, number, observed_day) for number in sorted(numbers)]


def _find_waves(sources: Sources, name: str, source: Source, observed_day: int) -> list[Wave]:
    """Return all waves of one source that have an answer."""
    if isinstance(source.waves, NamedRounds):
        return _find_rounds(sources, name, source, observed_day)
    months = _MONTHS[source.waves]
    month = "year(event_time) * 12 + month(event_time) - 1 - 1970 * 12"
    query = f"""
        SELECT DISTINCT CAST(floor(({month}) / {months}) AS INTEGER) AS number
        FROM {_heard(sources, name, source, observed_day)} ORDER BY number
    """
    numbers = [int(row[0]) for row in sources.connection.execute(query).fetchall()]
    return [_make_period(name, source.waves, number, observed_day) for number in numbers]


def _make_period(name: str, period: WavePeriod, number: int, observed_day: int) -> Wave:
    """Return the wave of one period."""
    opens, closes = (_first_day(_MONTHS[period], place) for place in (number, number + 1))
    status = min(closes, observed_day)
    return Wave(name, number, name_period(period, number), opens, closes, status, closes > observed_day)


def _find_rounds(sources: Sources, name: str, source: Source, observed_day: int) -> list[Wave]:
    """Return the named rounds in order of their median day.

    A straggler keeps no round from closing: it closes on the median day of the next one at the latest.
    """
    day = day_of("event_time")
    query = f"""
        SELECT round, min({day}), max({day}), CAST(floor(median({day})) AS INTEGER)
        FROM {_heard(sources, name, source, observed_day)} WHERE round IS NOT NULL GROUP BY 1 ORDER BY 4, 1
    """
    rounds = sources.connection.execute(query).fetchall()
    found: list[Wave] = []
    opens = _LONG_AGO
    for place, (title, first, last, _) in enumerate(rounds):
        is_newest = place == len(rounds) - 1
        closes = last + 1 if is_newest else max(first + 1, min(last + 1, rounds[place + 1][3]))
        is_open = is_newest and last + PATIENCE_DAYS >= observed_day
        found.append(Wave(name, place + 1, title, opens, closes, min(closes, observed_day), is_open))
        opens = closes
    return found


def _select(sources: Sources, usecase: UseCase, name: str, metric: Metric, observed_day: int) -> str:
    """Return the query for one question of one source."""
    source = usecase.sources[name]
    invitations = _invitations(sources, usecase, name, observed_day)
    is_invited = "NULL" if invitations is None else "v.entity_id IS NOT NULL"
    return f"""
        WITH own AS (SELECT * FROM {_WAVES} WHERE source = {quoted_text(name)}),
        sent AS MATERIALIZED ({invitations or _NO_INVITATIONS}),
        invited AS (
            SELECT DISTINCT wave, entity_id FROM sent
            JOIN own ON sent.sent_day >= own.opens_day AND sent.sent_day < own.closes_day
        ),
        answered AS MATERIALIZED ({_answered(sources, name, source, metric, observed_day)}),
        asked AS (
            SELECT h.wave, h.person, max(i.sent_at) AS sent_at FROM answered AS h
            JOIN sent AS i ON i.entity_id = h.entity_id AND i.sent_at <= h.first_at GROUP BY h.wave, h.person
        ),
        people AS (
            SELECT wave, person, entity_id FROM answered UNION
            SELECT own.wave, '=' || s.entity_id, s.entity_id FROM {_STATUS} AS s JOIN own USING (status_day)
            WHERE s.is_member AND {not source.is_anonymous}
        )
        SELECT {quoted_text(name)} AS source, '{metric}' AS metric, p.wave, own.wave_name, own.closes_on,
            own.is_open, p.entity_id, a.value, a.worth, coalesce(a.answers, 0) AS answers,
            CAST(a.first_at AS DATE) AS answered_on,
            (epoch_us(a.first_at) - epoch_us(q.sent_at)) / {_DAY_US} AS lag_days, {is_invited} AS was_invited,
            s.is_member AS was_member
        FROM people AS p JOIN own ON own.wave = p.wave
        LEFT JOIN answered AS a ON a.wave = p.wave AND a.person = p.person
        LEFT JOIN asked AS q ON q.wave = p.wave AND q.person = p.person
        LEFT JOIN {_STATUS} AS s ON s.entity_id = p.entity_id AND s.status_day = own.status_day
        LEFT JOIN invited AS v ON v.wave = p.wave AND v.entity_id = p.entity_id
    """


def _answered(sources: Sources, name: str, source: Source, metric: Metric, observed_day: int) -> str:
    """Return the query for what each person answered in each wave; an anonymous answer stands alone."""
    if counts_in_points(metric):
        is_promoter, is_detractor = f"rating >= {PROMOTER_FROM}", f"rating <= {DETRACTOR_TO}"
        worth = f"100.0 * (CAST({is_promoter} AS INTEGER) - CAST({is_detractor} AS INTEGER))"
    else:
        worth = f"CAST(rating >= {good_from(source.scales[source.metrics[metric]])} AS DOUBLE)"
    belongs = (
        "heard.round = own.wave_name"
        if isinstance(source.waves, NamedRounds)
        else "heard.event_day >= own.opens_day AND heard.event_day < own.closes_day"
    )
    return f"""
        SELECT wave, person, entity_id, avg(rating) AS value, avg({worth}) AS worth, count(*) AS answers,
            min(event_time) AS first_at
        FROM (
            SELECT own.wave, heard.entity_id, heard.rating, heard.event_time,
                coalesce('=' || heard.entity_id, '#' || row_number() OVER ()) AS person
            FROM {_heard(sources, name, source, observed_day, metric)} AS heard JOIN own ON {belongs}
        ) GROUP BY wave, person, entity_id
    """


def _heard(
    sources: Sources, name: str, source: Source, observed_day: int, metric: Metric | None = None
) -> str:
    """Return SQL for the answers known by the end of observation, to one question or to any."""
    ratings = [quoted_name(column) for column in source.metrics.values()]
    rating = f"coalesce({', '.join(ratings)})" if metric is None else quoted_name(source.metrics[metric])
    entity = "CAST(NULL AS VARCHAR)" if source.is_anonymous else "entity_id"
    title = text_of(source.waves.column) if isinstance(source.waves, NamedRounds) else "NULL"
    return f"""(
        SELECT {entity} AS entity_id, event_time, {day_of("event_time")} AS event_day, {title} AS round,
            CAST({rating} AS DOUBLE) AS rating
        FROM {known_on(sources.connection, sources.table(name), observed_day)}
        WHERE {rating} IS NOT NULL AND {is_observed(observed_day)}
    )"""


def _invitations(sources: Sources, usecase: UseCase, name: str, observed_day: int) -> str | None:
    """Return the query for the invitations known by then; None where no response rate names them."""
    for rule in usecase.features.values():
        if isinstance(rule, ResponseRateRule) and rule.answered == name:
            return f"""
                SELECT entity_id, event_time AS sent_at, {day_of("event_time")} AS sent_day
                FROM {known_on(sources.connection, sources.table(rule.invited), observed_day)}
                WHERE {is_observed(observed_day)}
            """
    return None


def _to_table(waves: Sequence[Wave]) -> pa.Table:
    """Return waves as a table."""
    days = pa.array([wave.closes_day for wave in waves], pa.int32())
    return pa.table(
        {
            "source": [wave.source for wave in waves],
            "wave": pa.array([wave.number for wave in waves], pa.int32()),
            "wave_name": [wave.name for wave in waves],
            "opens_day": pa.array([wave.opens_day for wave in waves], pa.int32()),
            "closes_day": days,
            "closes_on": days.cast(pa.date32()),
            "status_day": pa.array([wave.status_day for wave in waves], pa.int32()),
            "is_open": [wave.is_open for wave in waves],
        }
    )


def _first_day(months: int, number: int) -> int:
    """Return the first day of a period of some months, the periods counted from 1970."""
    year, month = divmod(number * months, 12)
    return (date(1970 + year, month + 1, 1) - _EPOCH).days

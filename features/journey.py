"""Touchpoints of a use case -> one table of touches, cut into journeys, as known by the end of observation.

A journey of an entity ends with a silence of more than ``journey.restart_after``; what comes later begins a
new one. Of a touch that was corrected the last version counts, of one that was withdrawn none.
"""

from typing import Final

import pyarrow as pa

from features.columns import is_observed, known_on, list_types, number_of, text_of
from features.errors import ContractError, SpecError
from features.sources import Sources
from features.sql import quoted_text
from features.usecase import Journey, Touchpoint, UseCase, column_of, good_of, parse_condition

SCHEMA: Final = pa.schema(
    [
        ("entity_id", pa.string()),
        ("journey", pa.int64()),
        ("touchpoint", pa.string()),
        ("event_time", pa.timestamp("us")),
        ("value", pa.float64()),
        ("is_good", pa.bool_()),
    ]
)
_TRUTHS: Final = {"true": "1", "yes": "1", "false": "0", "no": "0"}


def collect_touches(sources: Sources, usecase: UseCase, observed_day: int) -> pa.Table:
    """Return every touch that had happened and was known by the end of observation.

    Parameters
    ----------
    sources, usecase
        The open tables and what they belong to.
    observed_day
        First day that is not observed, in days since 1970-01-01.

    Returns
    -------
    pyarrow.Table
        Columns of :data:`SCHEMA` in order of entity, time and touchpoint, whatever the order of the rows.
        ``journey`` counts the journeys of an entity from 0. ``value`` is the experience on its own scale,
        missing where the touchpoint tells none or it was not answered; ``is_good`` what the use case calls
        good, and false for every touch that is bad by itself.

    Raises
    ------
    SpecError
        If the use case declares no journey.
    ContractError
        If numbers are compared with a text.
    """
    journey = demand_journey(usecase)
    parts = [
        _select(sources, usecase, name, touchpoint, observed_day)
        for name, touchpoint in journey.touchpoints.items()
    ]
    # Peers in time share the running sum: touches of one moment never fall into different journeys.
    query = f"""
        WITH touches AS ({" UNION ALL ".join(parts)}),
        gaps AS (
            SELECT *, event_time - lag(event_time) OVER (PARTITION BY entity_id ORDER BY event_time)
                > INTERVAL {journey.restart_after.days} DAY AS is_new
            FROM touches
        )
        SELECT entity_id,
            sum(CASE WHEN is_new THEN 1 ELSE 0 END) OVER (PARTITION BY entity_id ORDER BY event_time)
                AS journey,
            touchpoint, event_time, value, is_good
        FROM gaps ORDER BY entity_id, event_time, touchpoint, value, is_good
    """
    return sources.connection.sql(query).to_arrow_table().cast(SCHEMA)


def demand_journey(usecase: UseCase) -> Journey:
    """Return the journey of a use case.

    Raises
    ------
    SpecError
        If it declares none.
    """
    if usecase.journey is None:
        hint = "write journey: {touchpoints: {booking: {from: orders}, ...}}"
        raise SpecError(f"{usecase.name}: journey", "is missing, so there are no touchpoints", hint)
    return usecase.journey


def _select(sources: Sources, usecase: UseCase, name: str, touchpoint: Touchpoint, observed_day: int) -> str:
    """Return the query for the touches of one touchpoint."""
    source, key = usecase.sources[touchpoint.source], f"journey.touchpoints.{name}"
    table = sources.table(touchpoint.source)
    types = list_types(sources.connection, table)
    column, good = column_of(touchpoint, source), good_of(touchpoint, source)
    value, is_good = "CAST(NULL AS DOUBLE)", "false" if touchpoint.bad else "CAST(NULL AS BOOLEAN)"
    if column is not None and good is not None:
        is_good = _compare(types, column, good, f"{key}.good")
        value = number_of(column)
    wanted = [
        _compare(types, each, parse_condition(condition), f"{key}.where.{each}")
        for each, condition in touchpoint.where.items()
    ]
    wanted.append(is_observed(observed_day))
    return f"""
        SELECT entity_id, {quoted_text(name)} AS touchpoint, event_time,
            {value} AS value, {is_good} AS is_good
        FROM {known_on(sources.connection, table, observed_day)} WHERE {" AND ".join(wanted)}
    """


def _compare(types: dict[str, str], column: str, condition: tuple[str, str], where: str) -> str:
    """Return SQL for a condition on a column: as numbers if both sides are, else as texts.

    Raises
    ------
    ContractError
        If numbers are compared with a text.
    """
    comparison, wanted = condition
    is_text = types[column].startswith("VARCHAR")
    number = _to_number(wanted if is_text else _TRUTHS.get(wanted.lower(), wanted))
    if comparison == "=" and (is_text or number is None):
        return f"({text_of(column)} = {quoted_text(wanted)})"
    if number is None:
        problem = f"'{comparison} {wanted}' compares the numbers of '{column}' with a text"
        raise ContractError(where, problem, "write a number after the comparison")
    return f"({number_of(column)} {comparison} {number!r})"


def _to_number(text: str) -> float | None:
    """Read a number; None where it is none."""
    try:
        return float(text)
    except ValueError:
        return None

"""Answers to the questions that reports speak of (NPS, eNPS, CSAT, CES): one line per person and question."""

import pyarrow as pa

from features.columns import is_observed, known_on
from features.sources import Sources
from features.sql import quoted_name
from features.usecase import Source, UseCase

SCHEMA = pa.schema(
    [
        ("entity_id", pa.string()),
        ("answered_on", pa.date32()),
        ("metric", pa.string()),
        ("value", pa.float64()),
        ("scale_low", pa.float64()),
        ("scale_high", pa.float64()),
    ]
)


def collect_answers(sources: Sources, usecase: UseCase, observed_day: int) -> pa.Table:
    """Return the answers that had been given and were known by the end of observation.

    Of an answer that was corrected the last version counts, of one that was withdrawn none.

    Parameters
    ----------
    observed_day
        First day that is not observed, in days since 1970-01-01.

    Returns
    -------
    pyarrow.Table
        Columns of :data:`SCHEMA`, in order of metric, day, person; empty when no source declares ``metrics``.
        Anonymous answers have no ``entity_id``.
    """
    parts = [
        _select(
            known_on(sources.connection, sources.table(name), observed_day),
            metric,
            column,
            source,
            observed_day,
        )
        for name, source in usecase.sources.items()
        for metric, column in source.metrics.items()
    ]
    if not parts:
        return SCHEMA.empty_table()
    query = f"{' UNION ALL '.join(parts)} ORDER BY metric, answered_on, entity_id, value"
    return sources.connection.sql(query).to_arrow_table().cast(SCHEMA)


def _select(table: str, metric: str, column: str, source: Source, observed_day: int) -> str:
    """Return the query for one question of one source; neither person nor unit of an anonymous answer."""
    quoted, scale = quoted_name(column), source.scales[column]
    person = "CAST(NULL AS VARCHAR)" if source.is_anonymous else "entity_id"
    return f"""
        SELECT {person} AS entity_id, CAST(event_time AS DATE) AS answered_on, '{metric}' AS metric,
            CAST({quoted} AS DOUBLE) AS value, {scale[0]} AS scale_low, {scale[1]} AS scale_high
        FROM {table}
        WHERE {quoted} IS NOT NULL AND {is_observed(observed_day)}
    """

"""What people themselves say was the reason, counted: no row of a person leaves this module.

Statements are never features: they come after the outcome, or from people who know that they will leave.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Self

import duckdb

from features.columns import is_observed, known_on, text_of
from features.sources import Sources
from features.sql import quoted_texts
from features.usecase import StatedReasons, UseCase

_PEOPLE = "xm_statements"


@dataclass(frozen=True)
class StatedFacts:
    """Count what people say.

    Somebody who was heard several times counts once, and once for each driver that they named; an anonymous
    row is somebody of its own.

    Attributes
    ----------
    heard
        People with a row that was known by the end of observation.
    given
        Those of them who gave a reason: the denominator.
    named
        By driver how many named a reason that speaks of it.
    unmapped
        How many named a reason that speaks of no driver.
    other_reasons
        The reasons that speak of no driver, each with how many named it, most frequent first; only those
        that ``privacy.minimum_group_verbatims`` people named.
    unseen
        Reasons of the use case that nobody named: perhaps another spelling.
    """

    heard: int
    given: int
    named: Mapping[str, int]
    unmapped: int
    other_reasons: Mapping[str, int]
    unseen: tuple[str, ...]

    def to_json(self) -> dict[str, Any]:
        """Return plain values."""
        counts = {"named": dict(self.named), "other_reasons": dict(self.other_reasons)}
        return {**asdict(self), **counts, "unseen": list(self.unseen)}

    @classmethod
    def from_json(cls, content: Mapping[str, Any]) -> Self:
        """Read what :meth:`to_json` gave."""
        return cls(**{**content, "unseen": tuple(content["unseen"])})


def count_stated(sources: Sources, usecase: UseCase, observed_day: int) -> StatedFacts | None:
    """Count the stated reasons that had been given and were known by the end of observation.

    Of a statement that was corrected the last version counts, of one that was withdrawn none.

    Parameters
    ----------
    sources, usecase
        The open tables and what they belong to.
    observed_day
        First day that is not observed, in days since 1970-01-01.

    Returns
    -------
    StatedFacts or None
        None where the use case names no stated reasons.
    """
    stated = None if usecase.beliefs is None else usecase.beliefs.stated
    if stated is None:
        return None
    connection = sources.connection
    is_anonymous = usecase.sources[stated.source].is_anonymous
    table = known_on(connection, sources.table(stated.source), observed_day)
    person = "CAST(row_number() OVER () AS VARCHAR)" if is_anonymous else "entity_id"
    connection.execute(f"""
        CREATE OR REPLACE TEMP TABLE {_PEOPLE} AS
        SELECT {person} AS person, trim({text_of(stated.column)}) AS reason FROM {table}
        WHERE {is_observed(observed_day)}
    """)
    connection.execute(f"UPDATE {_PEOPLE} SET reason = NULL WHERE reason = ''")
    found = _count(connection, stated, usecase.privacy.minimum_group_verbatims)
    connection.execute(f"DROP TABLE {_PEOPLE}")
    return found


def _count(connection: duckdb.DuckDBPyConnection, stated: StatedReasons, fewest: int) -> StatedFacts:
    """Return the counts over the table of people and reasons."""
    speaks = {name: f"reason IN ({quoted_texts(reasons)})" for name, reasons in stated.means.items()}
    mapped = [reason for reasons in stated.means.values() for reason in reasons]
    is_other = f"reason NOT IN ({quoted_texts(mapped)})"
    others = connection.execute(
        f"SELECT reason, count(DISTINCT person) AS n FROM {_PEOPLE} WHERE {is_other} "
        f"GROUP BY reason HAVING n >= {fewest} ORDER BY n DESC, reason"
    ).fetchall()
    seen = {
        str(reason) for (reason,) in connection.execute(f"SELECT DISTINCT reason FROM {_PEOPLE}").fetchall()
    }
    return StatedFacts(
        heard=_people(connection, "true"),
        given=_people(connection, "reason IS NOT NULL"),
        named={name: _people(connection, condition) for name, condition in speaks.items()},
        unmapped=_people(connection, is_other),
        other_reasons={str(reason): int(n) for reason, n in others},
        unseen=tuple(reason for reason in mapped if reason not in seen),
    )


def _people(connection: duckdb.DuckDBPyConnection, condition: str) -> int:
    """Return how many people have a row that meets a condition."""
    query = f"SELECT count(DISTINCT person) FROM {_PEOPLE} WHERE {condition}"
    (count,) = connection.execute(query).fetchall()[0]
    return int(count)

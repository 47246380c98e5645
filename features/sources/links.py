"""From the key of a source to the entity: link tables, dated where they change, applied as once known."""

from collections.abc import Mapping

import duckdb

from features.errors import SpecError
from features.sql import quoted_name
from features.usecase import Source


def _overlap(one: str, other: str) -> str:
    """Return the condition that rows of two tables hold at the same time."""
    begins_in_time = f"{one}.valid_from < coalesce({other}.valid_to, 'infinity')"
    return f"{begins_in_time} AND {other}.valid_from < coalesce({one}.valid_to, 'infinity')"


def find_route(key: str, sources: Mapping[str, Source], where: str) -> tuple[str, ...]:
    """Return the link sources that lead from ``key`` to the entity, in order; none if it is the entity.

    Raises
    ------
    SpecError
        If the links run in a circle.
    """
    steps = {start: (name, end) for name, source in sources.items() for start, end in source.links.items()}
    route: list[str] = []
    while key in steps:
        name, key = steps[key]
        if name in route:
            raise SpecError(
                where, f"the links {' -> '.join([*route, name])} run in a circle", "leave one of them out"
            )
        route.append(name)
    return tuple(route)


def link_table(name: str) -> str:
    """Return the quoted name of the table with the pairs of link source ``name``."""
    return quoted_name(f"link {name}")


def compose(connection: duckdb.DuckDBPyConnection, route: tuple[str, ...], target: str) -> None:
    """Make one table ``link_key, entity_id, valid_from, valid_to, known_at`` out of a chain of links.

    A pair holds while every link of the chain holds, and is known once every link is known.
    """
    first, *others = (link_table(name) for name in route)
    relation = f"SELECT * FROM {first}"
    for table in others:
        relation = (
            "SELECT a.link_key, b.entity_id, greatest(a.valid_from, b.valid_from) AS valid_from, "
            "least(a.valid_to, b.valid_to) AS valid_to, greatest(a.known_at, b.known_at) AS known_at "
            f"FROM ({relation}) AS a JOIN {table} AS b ON a.entity_id = b.link_key "
            f"AND {_overlap('a', 'b')}"
        )
    connection.execute(f"CREATE OR REPLACE TABLE {target} AS {relation}")


def resolve_events(links: str, rows: str, row_id: str) -> str:
    """Return SQL that gives each event of ``rows`` the entity that its key (now in ``entity_id``) meant.

    An event is given to one entity, once: by the link that held at its time and was known when the event
    became known (the one that began last); where none was known yet, by the link that became known first, and
    then the event counts as known only from that moment. A link that arrives later never moves an event.
    """
    return (
        "SELECT e.* REPLACE (l.entity_id AS entity_id, greatest(e.known_at, l.known_at) AS known_at) "
        f"FROM {rows} AS e LEFT JOIN {links} AS l "
        "ON l.link_key = e.entity_id AND l.valid_from <= e.event_time "
        "AND e.event_time < coalesce(l.valid_to, 'infinity') "
        f"QUALIFY row_number() OVER (PARTITION BY e.{row_id} ORDER BY l.known_at <= e.known_at DESC, "
        "CASE WHEN l.known_at <= e.known_at THEN l.valid_from END DESC NULLS LAST, "
        "l.known_at, l.valid_from DESC, l.entity_id) = 1"
    )


def resolve_histories(links: str, rows: str) -> str:
    """Return SQL that gives attribute rows to entities: they hold while row and link hold and are known."""
    return (
        "SELECT a.* REPLACE (l.entity_id AS entity_id, "
        "greatest(a.valid_from, l.valid_from) AS valid_from, "
        "least(a.valid_to, l.valid_to) AS valid_to, greatest(a.known_at, l.known_at) AS known_at) "
        f"FROM {rows} AS a LEFT JOIN {links} AS l ON l.link_key = a.entity_id "
        f"AND {_overlap('a', 'l')}"
    )

"""Whether two feature tables hold the same values, told from sums that do not depend on the order of rows.

Per feature: the number of values, their sum, and their sum with a weight drawn from entity and snapshot; so a
value in the wrong row shows as well as a wrong value. Sums may differ by 1e-9 of the sum of sizes, since they
are added up in another order. Features that no rounding touches also have a hash, which has to be equal.

A slope between two events a second apart is steep beyond any meaning, and a rounding of times moves it:
slopes are compared as angles, where such rows weigh no more than others.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, cast

import duckdb

from features.sql import fetch_row, open_database, quoted_texts
from tests.bench.asked import list_features, list_files

TOLERANCE = 1e-9
_EXACT = ("count", "min", "max", "last", "days_since")
_KEY = "entity_id, snapshot"
_STEEP = 100.0  # the slope whose angle is 45 degrees
ROWS = "rows"


@dataclass(frozen=True)
class Checksum:
    """Hold what identifies the values of one feature.

    Attributes
    ----------
    values
        How many are not missing.
    total
        Their sum.
    weighted
        Their sum, each times the weight of its row from 0 to 1.
    size
        Sum of their absolute values, which differences are measured against.
    fingerprint
        Hash of all values and their rows; 0 where rounding may differ.
    """

    values: int
    total: float
    weighted: float
    size: float
    fingerprint: int

    def find_difference(self, other: "Checksum") -> str | None:
        """Return in words how another checksum differs, or nothing."""
        if self.values != other.values:
            return f"{self.values} values, not {other.values}"
        for name in ("total", "weighted"):
            here, there = getattr(self, name), getattr(other, name)
            is_near = abs(here - there) <= TOLERANCE * max(self.size, other.size)
            if not (is_near and math.isfinite(here)):
                return f"{name} {here!r}, not {there!r}"
        return None if self.fingerprint == other.fingerprint else "another hash of the values"


def find_differences(found: Mapping[str, Checksum], expected: Mapping[str, Checksum]) -> dict[str, str]:
    """Return the features whose values differ, each with how."""
    pairs = {name: found[name].find_difference(expected[name]) for name in expected}
    return {name: difference for name, difference in pairs.items() if difference is not None}


def sum_up(
    table: Path, windows: Sequence[int], snapshots: Sequence[date] | None = None
) -> dict[str, Checksum]:
    """Return the checksum of each feature of a table, and of its rows under the name ``rows``.

    Parameters
    ----------
    table
        A feature table as :mod:`tests.bench.asked` describes it.
    windows
        Lengths in days.
    snapshots
        Only the rows of these; all when absent.

    Raises
    ------
    ValueError
        If a row is there twice, or holds something although its entity has no known event.
    """
    names = list_features(windows)
    with open_database() as connection:
        connection.execute(f"CREATE VIEW features AS {_select(table, names, snapshots)}")
        _demand_clean(connection, table, names)
        query = f"SELECT {', '.join(_sums(name) for name in (ROWS, *names))} FROM features WHERE {_IS_KNOWN}"
        cells = iter(cast("tuple[Any, ...]", fetch_row(connection, query)))
    parts = zip(cells, cells, cells, cells, cells, strict=True)
    return {name: Checksum(*sums) for name, sums in zip((ROWS, *names), parts, strict=True)}


_IS_KNOWN = "days_since_first IS NOT NULL"


def _select(table: Path, names: Sequence[str], snapshots: Sequence[date] | None) -> str:
    """Return SQL for the rows of a table with their weight; what is not a number is missing."""
    # DuckDB 2.0 believes the extremes that a Parquet file states, which leave NaN out: isnan would be false.
    values = ", ".join(
        f"CASE WHEN isfinite({name}) OR isinf({name}) THEN {name} END AS {name}" for name in names
    )
    numbers = ", ".join(f"CAST({name} AS DOUBLE) AS {name}" for name in names)
    files = quoted_texts(str(file) for file in list_files(table))
    days = ", ".join(f"DATE '{snapshot}'" for snapshot in snapshots or ())
    chosen = f"WHERE snapshot IN ({days})" if snapshots else ""
    return f"""
        SELECT {_KEY}, {values}, 1.0 AS {ROWS}, hash({_KEY}) / {2.0**64!r} AS weight FROM (
            SELECT CAST(entity_id AS VARCHAR) AS entity_id, CAST(snapshot AS DATE) AS snapshot, {numbers}
            FROM read_parquet([{files}])
        ) {chosen}
    """


def _sums(name: str) -> str:
    """Return SQL for the five parts of a checksum."""
    is_exact = name == ROWS or name.startswith(_EXACT)
    summed = f"atan({name} / {_STEEP})" if name.startswith("slope") else name
    fingerprint = f"bit_xor(hash({_KEY}, {name}))" if is_exact else "0"
    parts = [f"fsum({summed})", f"fsum({summed} * weight)", f"fsum(abs({summed}))"]
    return ", ".join([f"count({name})", *(f"coalesce({part}, 0)" for part in parts), fingerprint])


def _demand_clean(connection: duckdb.DuckDBPyConnection, table: Path, names: Sequence[str]) -> None:
    """Demand that no row is there twice and that rows without a known event are empty."""
    twice = f"SELECT count(*) - count(DISTINCT ({_KEY})) FROM features"
    counts = [f"{name} = 0" for name in names if name.startswith("count")]
    missing = [f"{name} IS NULL" for name in names if not name.startswith("count")]
    empty = " AND ".join([*counts, *missing])
    filled = f"SELECT count(*) FROM features WHERE NOT ({_IS_KNOWN}) AND ({empty}) IS NOT TRUE"
    for query, fault in ((twice, "are there twice"), (filled, "hold values without any known event")):
        rows = fetch_row(connection, query)[0]
        if rows:
            message = f"{table.name}: {rows} rows {fault}"
            raise ValueError(message)

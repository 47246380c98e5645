"""Attributes that stand beside the features: groups that may be shown, and what is protected."""

from collections.abc import Mapping

import pyarrow as pa
import pyarrow.compute as pc

from features.catalogue import CUT_PREFIX
from features.columns import resolve_measures
from features.frame.families import compute_measures
from features.measures import Measure
from features.sources import Sources
from features.usecase import UseCase


def look_up_cuts(sources: Sources, usecase: UseCase, rows: str) -> dict[str, pa.ChunkedArray]:
    """Return each declared group cut as ``cut_<column>``: texts, as known at the snapshot."""
    paths = {name_cut(path): path for path in usecase.cuts}
    return {
        name: to_groups(column) for name, column in look_up_columns(sources, usecase, paths, rows).items()
    }


def look_up_columns(
    sources: Sources, usecase: UseCase, paths: Mapping[str, str], rows: str
) -> dict[str, pa.ChunkedArray]:
    """Return attributes as known at the snapshot of each row, under the given names.

    Parameters
    ----------
    sources
        The open tables.
    usecase
        What they belong to.
    paths
        Name of each column of the result, with its ``source.column``.
    rows
        Table with ``row_id``, ``entity_id``, ``snapshot_day``.
    """
    found: dict[str, pa.ChunkedArray] = {}
    for name, path in paths.items():
        source, _, column = path.partition(".")
        asked = [Measure(name, "last", column)]
        measures = resolve_measures(sources.connection, sources.table(source), source, asked)
        table = compute_measures(sources, source, usecase.sources[source], measures, rows)
        found[name] = table.column(0)
    return found


def name_cut(path: str) -> str:
    """Return the column of a cut.

    Examples
    --------
    >>> name_cut("employees.site"), name_cut("Branch")
    ('cut_site', 'cut_Branch')
    """
    return f"{CUT_PREFIX}{path.rpartition('.')[2]}"


def to_groups(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Return values as the names of groups: whole numbers without a point.

    Examples
    --------
    >>> to_groups(pa.chunked_array([[1.0, 2.5, None]])).to_pylist()
    ['1', '2.5', None]
    """
    if not pa.types.is_floating(column.type):
        return column.cast(pa.string())
    whole = pc.equal(column, pc.trunc(column))
    rounded = pc.if_else(whole, column, None).cast(pa.int64(), safe=False).cast(pa.string())
    return pc.if_else(whole, rounded, column.cast(pa.string()))

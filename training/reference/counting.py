"""The snapshots of a feature table in bins: one count per snapshot, feature and horizon."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from training.encoding import Encoder
from training.models import Model, RatingModel
from training.reference.bins import Bins, Counts
from training.rows import numbers
from training.statistics import Floats


@dataclass(frozen=True)
class SnapshotCounts:
    """Hold one snapshot in bins.

    Attributes
    ----------
    day
        The snapshot; None for a flat table.
    n_rows
        Rows.
    features, forecasts
        Counts by name of the feature, and by horizon.
    """

    day: date | None
    n_rows: int
    features: Mapping[str, Counts]
    forecasts: Mapping[str, Counts]


def list_snapshots(table: pa.Table) -> Iterator[tuple[date | None, pa.Table]]:
    """Yield the rows of each snapshot, oldest first; a flat table is one without a day."""
    if "snapshot_date" not in table.column_names:
        yield None, table
        return
    for day in sorted(pc.unique(table.column("snapshot_date")).to_pylist()):
        yield day, table.filter(pc.equal(table.column("snapshot_date"), pa.scalar(day, pa.date32())))


def count_rows(
    rows: pa.Table,
    features: Mapping[str, Bins],
    forecasts: Mapping[str, Floats],
    of_forecasts: Mapping[str, Bins],
    day: date | None = None,
) -> SnapshotCounts:
    """Count the rows of one snapshot.

    Parameters
    ----------
    rows
        Rows of a feature table; a feature that is not there is left out.
    features, of_forecasts
        The bins.
    forecasts
        ``[n]`` by horizon.
    """
    weight = numbers(rows, "weight")
    found = {
        name: bins.count(column_of(rows, name, bins), weight)
        for name, bins in features.items()
        if name in rows.column_names and is_of_kind(rows, name, bins)
    }
    told = {name: of_forecasts[name].count(values, weight) for name, values in forecasts.items()}
    return SnapshotCounts(day, rows.num_rows, found, told)


def count_snapshots(
    table: pa.Table,
    features: Mapping[str, Bins],
    of_forecasts: Mapping[str, Bins],
    encoder: Encoder,
    model: Model,
    most: int,
) -> tuple[SnapshotCounts, ...]:
    """Count the newest snapshots of a table, oldest first.

    Parameters
    ----------
    most
        How many snapshots at most.
    """
    return tuple(
        count_rows(rows, features, forecast_rows(rows, encoder, model), of_forecasts, day)
        for day, rows in list(list_snapshots(table))[-most:]
    )


def forecast_rows(rows: pa.Table, encoder: Encoder, model: Model) -> dict[str, Floats]:
    """Return by horizon what a model says of rows; nothing if a feature is not there or of another kind."""
    columns: dict[str, np.ndarray[tuple[int], np.dtype[np.object_]] | Floats] = {}
    for name, words in encoder.vocabularies.items():
        bins = Bins("number" if words is None else "category")
        if name not in rows.column_names or not is_of_kind(rows, name, bins):
            return {}
        columns[name] = column_of(rows, name, bins)
    matrix = encoder.encode(columns).matrix
    if isinstance(model, RatingModel):
        return dict.fromkeys(model.horizon_names, model.expected(matrix))
    return dict(zip(model.horizon_names, model.probabilities(matrix).T, strict=True))


def is_of_kind(rows: pa.Table, name: str, bins: Bins) -> bool:
    """Tell whether a column holds what it held at the training: numbers or texts."""
    is_text = pa.types.is_string(rows.schema.field(name).type)
    return is_text is (bins.kind == "category")


def column_of(rows: pa.Table, name: str, bins: Bins) -> np.ndarray[tuple[int], np.dtype[np.object_]] | Floats:
    """Return a column as an array: numbers with NaN, or texts with None."""
    column = rows.column(name)
    if bins.kind == "category":
        return np.array(column.to_pylist(), dtype=object)
    return np.asarray(column.to_numpy(), np.float64)

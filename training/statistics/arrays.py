"""Name the arrays that statistics speak of, and demand that they fit together."""

from typing import TypeAlias

import numpy as np
import numpy.typing as npt

Floats: TypeAlias = npt.NDArray[np.float64]
Ints: TypeAlias = npt.NDArray[np.int64]
Bools: TypeAlias = npt.NDArray[np.bool_]


def as_column(name: str, values: npt.ArrayLike, n_rows: int | None = None) -> Floats:
    """Return ``values`` as one finite float column.

    Parameters
    ----------
    name
        What the column is, for the message.
    values
        Anything that numpy reads as one dimension of numbers.
    n_rows
        The length it must have; any length but 0 when absent.

    Raises
    ------
    ValueError
        If the column is empty, has another shape or holds a value that is not finite.
    """
    column = np.asarray(values, dtype=np.float64)
    if column.ndim != 1 or column.size == 0:
        message = f"{name} has the shape {column.shape}; one dimension with at least one row is needed"
        raise ValueError(message)
    if n_rows is not None and column.size != n_rows:
        message = f"{name} has {column.size} rows where {n_rows} are needed"
        raise ValueError(message)
    if not np.isfinite(column).all():
        row = int(np.flatnonzero(~np.isfinite(column))[0])
        message = f"{name} is {column[row]} in row {row}; every value must be finite"
        raise ValueError(message)
    return column


def as_weight(weight: npt.ArrayLike | None, n_rows: int) -> Floats:
    """Return row weights, ones when absent.

    Raises
    ------
    ValueError
        If a weight is negative or their sum is 0.
    """
    if weight is None:
        return np.ones(n_rows)
    column = as_column("weight", weight, n_rows)
    if column.min() < 0 or column.sum() <= 0:
        found = f"weight has the minimum {column.min():g} and the sum {column.sum():g}"
        message = f"{found}; weights are >= 0 and not all 0"
        raise ValueError(message)
    return column

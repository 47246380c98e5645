"""Weights of the rows of a use case made from sources: an attribute, as known at each snapshot."""

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from features.cohort import EPOCH, Rows
from features.errors import ContractError

_HINT = "write a finite number from 0 up for every entity, known by its first snapshot"


def check_weights(path: str, column: pa.ChunkedArray, rows: Rows, needed: npt.NDArray[np.bool_]) -> None:
    """Demand a weight of every row that teaches or is scored.

    A row without a known weight is refused rather than left out or counted as 1: either would tilt what the
    weights are there to set right.

    Parameters
    ----------
    path
        The ``source.column`` of the use case.
    column
        The weight of each row; null is missing.
    rows
        Whose weight it is, and when.
    needed
        The rows that teach or are scored; others may lack a weight.

    Raises
    ------
    ContractError
        If a weight is missing, negative or infinite, or all of them are 0: with the number of such rows and
        the first.
    """
    weights = np.asarray(column.to_numpy(), np.float64)
    odd = np.flatnonzero(needed & ~(np.isfinite(weights) & (weights >= 0)))
    if odd.size:
        first = int(odd[0])
        value = "no weight" if np.isnan(weights[first]) else f"the weight '{weights[first]:g}'"
        day = np.datetime64(EPOCH) + np.timedelta64(int(rows.snapshot_days[first]), "D")
        problem = f"{odd.size} of {int(needed.sum())} rows have no weight that counts; "
        problem += f"the first is '{rows.entity_ids[first].as_py()}' at {day} with {value}"
        raise ContractError(f"weight: {path}", problem, _HINT)
    if needed.any() and not weights[needed].any():
        raise ContractError(f"weight: {path}", f"all {int(needed.sum())} rows have the weight '0'", _HINT)

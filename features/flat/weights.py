"""Weights of the rows of a flat table: a column, or one weight per value of a column."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from features.errors import ContractError
from features.flat.cells import Cells
from features.reading import Place, nearest
from features.usecase import Weight


def read_weights(
    cells: Mapping[str, Cells], weight: str | Weight, kept: NDArray[np.bool_], place: Place
) -> NDArray[np.float64]:
    """Return the weights of the rows that are kept, none below zero.

    Parameters
    ----------
    cells
        All columns of the table.
    weight
        The column with the weights, or weights by the value of a column.
    kept
        Which rows are asked for.
    place
        For messages.

    Raises
    ------
    ContractError
        If a row has no weight, one below zero or an infinite one, or a value with a weight does not occur.
    """
    if isinstance(weight, Weight):
        return _weigh_values(cells[weight.column].texts()[kept], weight, place)
    weights = cells[weight].numbers()[kept]
    odd = np.flatnonzero(~(np.isfinite(weights) & (weights >= 0)))
    if len(odd):
        number = int(np.flatnonzero(kept)[odd[0]]) + cells[weight].staged.first_row
        problem = f"row {number}: '{weights[odd[0]]:g}' is not a weight"
        raise ContractError(place.column(weight), problem, "write a finite number from 0 up in every row")
    return weights


def _weigh_values(values: NDArray[np.object_], weight: Weight, place: Place) -> NDArray[np.float64]:
    """Return the weight of each value; a value that does not occur is a slip of the pen."""
    present = {str(value) for value in values if value is not None}
    for value in weight.values:
        if value not in present:
            problem = f"no row has the value '{value}', which is to be weighted"
            hint = f"the nearest values are {', '.join(nearest(value, present))}"
            raise ContractError(place.column(weight.column), problem, hint)
    return np.array([weight.values.get(value, weight.otherwise) for value in values], np.float64)

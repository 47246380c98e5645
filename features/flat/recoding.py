"""One category that is written in several ways becomes one."""

from collections.abc import Mapping
from dataclasses import replace

from features.errors import ContractError
from features.flat.cells import Cells
from features.reading import Place, nearest


def recode_columns(
    cells: Mapping[str, Cells], recode: Mapping[str, Mapping[str, str]], place: Place
) -> dict[str, Cells]:
    """Return the columns with the texts that are meant in place of those that are written.

    Parameters
    ----------
    cells
        All columns of the table.
    recode
        By column: the text as it is written, and as it is meant.
    place
        For messages.

    Raises
    ------
    ContractError
        If a text does not occur: it is a slip of the pen.
    """
    recoded = dict(cells)
    for column, meant in recode.items():
        present = {str(text) for text in cells[column].texts() if text is not None}
        for written in meant:
            if written not in present:
                problem = f"no row has the value '{written}', which is to be recoded"
                hint = f"the nearest values are {', '.join(nearest(written, present))}"
                raise ContractError(place.column(column), problem, hint)
        recoded[column] = replace(cells[column], recode=meant)
    return recoded

"""The label of a flat table: which rows count as the predicted outcome, or their ratings and amounts."""

import numpy as np
from numpy.typing import NDArray

from features.errors import ContractError
from features.labels import group_nps

_SHOWN = 5
_MOST_LIKELY = 10
_TRUTHS = ("true", "false")
_MOST_LEVELS = 21


def read_target(labels: NDArray[np.object_], positive: str | float, column: str) -> NDArray[np.int8]:
    """Return 1 where the label is ``positive``, else 0.

    Parameters
    ----------
    labels
        Labels as texts, none missing.
    positive
        The predicted value; a number, ``true`` and ``false`` match every way of writing them.
    column
        Name of the label, for messages.

    Raises
    ------
    ContractError
        If the value is not among the labels, or the only one, or is there in another spelling as well.

    Examples
    --------
    >>> read_target(np.array(["Yes", "No"], object), "Yes", "Churn")
    array([1, 0], dtype=int8)
    """
    found = [str(value) for value in dict.fromkeys(labels)]
    shown = ", ".join(f"'{value}'" for value in found[:_SHOWN]) + (", ..." if len(found) > _SHOWN else "")
    wanted = {value for value in found if _is_same(value, positive)}
    where = f"table.{column}"
    if not found:
        raise ContractError(where, "no row has a label", "name the column with the outcome under table.label")
    if len(found) == 1:
        hint = "both outcomes have to occur; check the file and table.label"
        raise ContractError(where, f"the label has only one class: {shown}", hint)
    if not wanted:
        problem = f"no row has the label '{positive}'; found are {shown}"
        raise ContractError(where, problem, "write one of them under table.positive")
    _demand_one_spelling(found, wanted, positive, column)
    if len(wanted) == len(found):
        raise ContractError(where, f"every row has the label '{positive}'", "both outcomes have to occur")
    return np.isin(labels.astype(str), list(wanted)).astype(np.int8)


def read_ratings(
    numbers: NDArray[np.float64], rows: NDArray[np.int64], *, kind: str, column: str
) -> NDArray[np.float64]:
    """Return ratings or amounts as they are, or answers from 0 to 10 as NPS groups 0, 1, 2.

    Parameters
    ----------
    numbers
        Labels, none missing.
    rows
        Number of each row as a person sees it in the file, for messages.
    kind
        ``ordinal``, ``numeric`` or ``nps_group``.
    column
        Name of the label, for messages.

    Raises
    ------
    ContractError
        If there are fewer than two different labels or NPS groups, more than 21 different ratings, or an
        answer is not a whole number from 0 to 10.
    """
    where = f"table.{column}"
    if not len(numbers):
        raise ContractError(where, "no row has a label", "name the column with the outcome under table.label")
    if np.ptp(numbers) == 0:
        problem = f"every row has the label {numbers[0]:g}"
        raise ContractError(where, problem, "there is nothing to learn; check the file and table.label")
    if kind == "ordinal" and (n_levels := len(np.unique(numbers))) > _MOST_LEVELS:
        problem = f"{n_levels} different values are no rating"
        raise ContractError(where, problem, "write kind: numeric for an amount")
    if kind != "nps_group":
        return numbers
    odd = np.flatnonzero((numbers < 0) | (numbers > _MOST_LIKELY) | (numbers != np.trunc(numbers)))
    if len(odd):
        problem = f"row {rows[odd[0]]}: {numbers[odd[0]]:g} is not an answer from 0 to {_MOST_LIKELY}"
        hint = f"if it is a code, write read: {{missing: ['{numbers[odd[0]]:g}']}}; else write kind: numeric"
        raise ContractError(where, problem, hint)
    groups = group_nps(numbers)
    if np.ptp(groups) == 0:
        name = ("detractors", "passives", "promoters")[int(groups[0])]
        problem = f"answers from {numbers.min():g} to {numbers.max():g} are all {name}"
        raise ContractError(where, problem, "groups need answers from 0 to 10; write kind: ordinal")
    return groups


def _demand_one_spelling(found: list[str], wanted: set[str], positive: str | float, column: str) -> None:
    """Refuse a label that is the predicted one but for capitals: it would count as the contrary."""
    meant = str(positive).strip()
    other = [value for value in found if value not in wanted and value.casefold() == meant.casefold()]
    if other:
        problem = f"'{other[0]}' would not count as '{meant}'"
        recoded = ", ".join(f"'{value}': '{meant}'" for value in other)
        hint = f"if it is the same, write recode: {{'{column}': {{{recoded}}}}}; else rename it in the file"
        raise ContractError(f"table.{column}", problem, hint)


def _is_same(value: str, positive: str | float) -> bool:
    """Tell whether a label means the predicted value."""
    if isinstance(positive, str):
        text = positive.strip()
        return value.lower() == text.lower() if text.lower() in _TRUTHS else value == text
    try:
        return float(value) == positive
    except ValueError:
        return False

"""Columns of a table as the design of a model: numbers as they are, categories as one column per level."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from training.explore.table import Groups, Table, TableColumn, group_rows, large_groups
from training.statistics import Bools, Floats
from training.statistics.testing.groups import FEWEST_IN_GROUP


@dataclass(frozen=True)
class Term:
    """Name a column of a design: the column of the table, and the level that it stands for.

    Attributes
    ----------
    column
        Name in the table.
    level
        Level of a category that the term holds against ``base``; empty for numbers.
    base
        The largest level, which all others are held against.
    """

    column: str
    level: str = ""
    base: str = ""

    @property
    def label(self) -> str:
        """Return the term in words."""
        return f"{self.column} = {self.level} (against {self.base})" if self.level else self.column


@dataclass(frozen=True)
class Design:
    """Hold a design.

    Attributes
    ----------
    terms
        One per column.
    matrix
        ``[n, p]`` of the rows that are used.
    is_used
        Which rows of the table these are.
    remarks
        What was left out.
    """

    terms: tuple[Term, ...]
    matrix: Floats
    is_used: Bools
    remarks: tuple[str, ...]


def make_design(table: Table, columns: Sequence[TableColumn], is_candidate: Bools) -> Design:
    """Return the design of the rows in which all columns are known.

    Levels of fewer than five rows (or of fewer than may be shown) are left out with their rows. Columns that
    do not vary in the rows that are left, or that others add up to, are left out.
    """
    used = is_candidate.copy()
    for column in columns:
        used &= column.is_known
    remarks: list[str] = []
    grouped: dict[str, Groups] = {}
    for column in (column for column in columns if column.has_groups):
        groups = group_rows(table, column)
        large = large_groups(table, groups, FEWEST_IN_GROUP, used)
        if left := len(groups.names) - len(large.names):
            remarks.append(f"{left} small levels of '{column.name}' are left out with their rows.")
        used &= large.codes >= 0
        grouped[column.name] = large
    terms: list[Term] = []
    values: list[Floats] = []
    for column in columns:
        if column.name in grouped:
            found = _code_levels(column, grouped[column.name], used)
        else:
            found = [(Term(column.name), column.amounts()[used])]
        terms += [term for term, _ in found]
        values += [codes for _, codes in found]
    matrix = np.column_stack(values) if values else np.empty((int(used.sum()), 0))
    return drop_redundant(Design(tuple(terms), matrix, used, tuple(remarks)))


def _code_levels(column: TableColumn, groups: Groups, used: Bools) -> list[tuple[Term, Floats]]:
    """Return a column of 0 and 1 for each level but the base: no, or the largest level."""
    base = next((name for name in groups.names if column.kind != "yes-no" or name != column.yes), "")
    return [
        (Term(column.name, name, base), (groups.codes[used] == place).astype(np.float64))
        for place, name in enumerate(groups.names)
        if name != base
    ]


def drop_redundant(design: Design) -> Design:
    """Leave out columns that do not vary or that the ones before add up to."""
    kept: list[int] = []
    remarks = list(design.remarks)
    basis = np.ones((design.matrix.shape[0], 1)) / np.sqrt(max(design.matrix.shape[0], 1))
    for at, term in enumerate(design.terms):
        column = design.matrix[:, at]
        rest = column - basis @ (basis.T @ column)
        rest -= basis @ (basis.T @ rest)
        if np.linalg.norm(rest) <= 1e-9 * max(float(np.linalg.norm(column)), 1e-300):
            remarks.append(
                f"'{term.label}' is left out: it does not vary, or the columns before add up to it."
            )
            continue
        basis = np.column_stack([basis, rest / np.linalg.norm(rest)])
        kept.append(at)
    terms = tuple(design.terms[at] for at in kept)
    return Design(terms, design.matrix[:, kept], design.is_used, tuple(remarks))


def inflation(matrix: Floats) -> Floats:
    """Return how many times the variance of each coefficient grows because columns go together (VIF).

    Examples
    --------
    >>> inflation(np.array([[1.0, 0.0], [0.0, 1.0], [1.0, 1.0], [0.0, 0.0]])).tolist()
    [1.0, 1.0]
    """
    if matrix.shape[1] < 2:
        return np.ones(matrix.shape[1])
    return np.asarray(np.diag(np.linalg.inv(np.corrcoef(matrix, rowvar=False))), dtype=np.float64)

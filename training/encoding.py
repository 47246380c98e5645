"""Columns of plain values become one float64 matrix; the vocabularies are frozen in training."""

import math
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import pairwise
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from features.catalogue import Catalogue
from features.errors import BundleError, ContractError
from training.vocabulary import Vocabulary

Floats = NDArray[np.float64]
Value = float | int | str | bool | None
Column = Sequence[Value] | NDArray[Any]

_MAX_SHOWN = 40


@dataclass(frozen=True)
class Encoded:
    """Hold rows as models read them.

    Attributes
    ----------
    matrix
        Shape (rows, features), in the order of the catalogue; NaN where missing.
    names
        Names of the columns.
    n_codes
        Number of codes of each column; 0 marks a number.
    unseen
        Levels that training never saw, sorted, by feature; features without any are left out.
    directions
        1 where the score must never fall with the feature, -1 where it must never rise, 0 where both may be;
        empty for 0 throughout. Only fitting reads them.
    """

    matrix: Floats
    names: tuple[str, ...]
    n_codes: tuple[int, ...]
    unseen: dict[str, list[str]]
    directions: tuple[int, ...] = ()

    def __len__(self) -> int:
        """Return the number of rows."""
        return len(self.matrix)

    def take(self, rows: NDArray[np.integer | np.bool_]) -> "Encoded":
        """Return some of the rows.

        Parameters
        ----------
        rows
            Positions, or one truth value per row.
        """
        return replace(self, matrix=self.matrix[rows])


@dataclass(frozen=True)
class Encoder:
    """Turn columns into a matrix, the same way in training, in batch and over HTTP.

    Numbers become float64, truth values 0 and 1. Categories become their code in the frozen vocabulary. A
    level that training never saw is reported; it counts as a rare one where there were any, else as missing.

    Parameters
    ----------
    vocabularies
        Vocabulary of each feature in column order; None for a number.
    complete
        Features that were there in every row that training saw; in column order.

    Examples
    --------
    >>> from features.catalogue import Catalogue, Feature
    >>> catalogue = Catalogue((Feature("tenure", "number", "table"), Feature("plan", "category", "table")))
    >>> encoder = Encoder.fit({"tenure": range(10), "plan": ["basic", "plus"] * 5}, catalogue)
    >>> encoder.encode({"tenure": [3, None], "plan": ["plus", "gold"]}).matrix.tolist()
    [[3.0, 1.0], [nan, nan]]
    """

    vocabularies: Mapping[str, Vocabulary | None]
    complete: tuple[str, ...] = ()

    @classmethod
    def fit(cls, columns: Mapping[str, Column], catalogue: Catalogue) -> Self:
        """Freeze the vocabularies of all categories.

        Parameters
        ----------
        columns
            Training values by feature name; further columns are ignored.
        catalogue
            Features in column order.

        Raises
        ------
        ContractError
            If a feature has no column.
        """
        categories = set(catalogue.categories)
        vocabularies: dict[str, Vocabulary | None] = {}
        complete = []
        for name in catalogue.names:
            column = _column(columns, name)
            if name in categories:
                texts = list(_texts(column))
                vocabularies[name], is_complete = Vocabulary.fit(texts), None not in texts
            else:
                numbers = np.asarray(_numbers(name, column), dtype=np.float64)
                vocabularies[name], is_complete = None, not np.isnan(numbers).any()
            if is_complete and len(column):
                complete.append(name)
        return cls(vocabularies, tuple(complete))

    @cached_property
    def names(self) -> tuple[str, ...]:
        """Return the names of the features in column order."""
        return tuple(self.vocabularies)

    @cached_property
    def n_codes(self) -> tuple[int, ...]:
        """Return the number of codes of each feature; 0 marks a number."""
        return tuple(0 if words is None else max(words.n_codes, 1) for words in self.vocabularies.values())

    def encode(self, columns: Mapping[str, Column]) -> Encoded:
        """Turn columns of equal length into a matrix.

        Parameters
        ----------
        columns
            Values by feature name, as lists or arrays; None and NaN are missing. Further columns are ignored.

        Raises
        ------
        ContractError
            If a column is absent or of another length, or a number is a text or infinite.
        """
        chosen = {name: _column(columns, name) for name in self.names}
        _demand_equal_lengths(chosen)
        matrix = np.empty((len(chosen[self.names[0]]) if chosen else 0, len(chosen)))
        unseen: dict[str, list[str]] = {}
        for place, (name, vocabulary) in enumerate(self.vocabularies.items()):
            if vocabulary is None:
                matrix[:, place] = _numbers(name, chosen[name])
            else:
                matrix[:, place] = _codes(name, chosen[name], vocabulary, unseen)
        _refuse_infinite(matrix, self.names)
        return Encoded(matrix, self.names, self.n_codes, unseen)

    def encode_row(self, row: Mapping[str, Value]) -> tuple[list[float], dict[str, list[str]]]:
        """Turn one row into the numbers that :meth:`encode` puts into a matrix, without what columns cost.

        Parameters
        ----------
        row
            Values by feature name; an absent one is missing. Further names are ignored.

        Returns
        -------
        tuple
            Numbers in column order, NaN where missing; and levels that training never saw, by feature.

        Raises
        ------
        ContractError
            If a number is a text or infinite.
        """
        cells: list[float] = []
        unseen: dict[str, list[str]] = {}
        for name, vocabulary in self.vocabularies.items():
            value = row.get(name)
            if vocabulary is None:
                cells.append(value if type(value) is float else _number(name, value))
                continue
            if value is None:
                cells.append(math.nan)
                continue
            text = value or None if type(value) is str else _text(value)
            code = np.nan if text is None else vocabulary.codes.get(text)
            if code is None:
                unseen[name] = [str(text)]
                code = vocabulary.code_of_unseen
            cells.append(code)
        if math.inf in cells or -math.inf in cells:
            _refuse_infinite(np.array([cells]), self.names)
        return cells, unseen

    def encode_typed(self, values: Sequence[object]) -> tuple[list[float], dict[str, list[str]]]:
        """Do what :meth:`encode_row` does for values that were checked, as a strict decoder gives them.

        Parameters
        ----------
        values
            In column order: a finite float for a number, a text for a category; anything else is missing.
        """
        cells: list[float] = []
        unseen: dict[str, list[str]] = {}
        for value, (name, codes, code_of_unseen) in zip(values, self._code_books, strict=True):
            if type(value) is float and codes is None:
                cells.append(value)
            elif type(value) is str and value and codes is not None:
                code = codes.get(value)
                if code is None:
                    unseen[name], code = [value], code_of_unseen
                cells.append(code)
            else:
                cells.append(math.nan)
        return cells, unseen

    def doubts(
        self, cells: Sequence[float], unseen: Collection[str]
    ) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Return what there is to be said against a row: warnings in words, and surprising gaps.

        A warning tells of a level that training never saw; a gap is the name of a feature that is missing and
        never was in training.

        Parameters
        ----------
        cells
            Numbers in column order, as :meth:`encode_row` gives them.
        unseen
            The features whose level training never saw.
        """
        warnings = [
            f"{name}: this value was not seen in training and counts as {words.unseen_counts_as}"
            for name in unseen
            if (words := self.vocabularies[name]) is not None
        ]
        gaps = [
            name for place, name in self._complete_places if math.isnan(cells[place]) and name not in unseen
        ]
        return tuple(warnings), tuple(gaps)

    @cached_property
    def _complete_places(self) -> list[tuple[int, str]]:
        """Return place and name of each feature that training always had."""
        return [(self.names.index(name), name) for name in self.complete]

    @cached_property
    def _code_books(self) -> list[tuple[str, Mapping[str, float] | None, float]]:
        """Return name, codes (None for a number) and the code of unseen levels of each column."""
        return [
            (name, None, math.nan) if words is None else (name, words.codes, words.code_of_unseen)
            for name, words in self.vocabularies.items()
        ]

    def to_json(self) -> dict[str, Any]:
        """Return plain values: ``{"features": [{"name": ..., "levels": [...]}, ...], "complete": [...]}``."""
        features = [_plain(name, vocabulary) for name, vocabulary in self.vocabularies.items()]
        return {"features": features, "complete": list(self.complete)}

    @classmethod
    def from_json(cls, content: Mapping[str, Any]) -> Self:
        """Read what :meth:`to_json` wrote; what was complete is not known of older bundles.

        Raises
        ------
        BundleError
            If it does not describe an encoder.
        """
        rows = content.get("features")
        if not isinstance(rows, list):
            raise BundleError("encoder", f"has no list of features but {rows!r}", "train again")
        read = dict(_read(row, place) for place, row in enumerate(rows))
        if len(read) != len(rows):
            raise BundleError(
                "encoder.features", f"names {len(rows) - len(read)} features twice", "train again"
            )
        complete = content.get("complete", [])
        if not _is_words(complete) or not read.keys() >= set(complete):
            raise BundleError(
                "encoder.complete", f"{_shown(complete)} are not names of its features", "train again"
            )
        return cls(read, tuple(complete))


def _column(columns: Mapping[str, Column], name: str) -> Column:
    """Return one column."""
    try:
        return columns[name]
    except KeyError as error:
        raise ContractError(
            f"column {name}", "is missing", "add it, with null where it is not known"
        ) from error


def _demand_equal_lengths(columns: Mapping[str, Column]) -> None:
    """Demand that all columns have as many rows as the first."""
    for (first, values), (second, others) in pairwise(columns.items()):
        if len(values) != len(others):
            problem = f"has {len(others)} rows, column {first} has {len(values)}"
            raise ContractError(f"column {second}", problem, "send columns of equal length")


def _numbers(name: str, column: Column) -> Column:
    """Return a column of which every value is a number or missing."""
    if isinstance(column, np.ndarray) and column.dtype.kind in "fiub":
        return column
    values = column.tolist() if isinstance(column, np.ndarray) else column
    for kind in set(map(type, values)):
        if not issubclass(kind, int | float | np.number | np.bool_ | type(None)):
            culprit = next(value for value in values if type(value) is kind)
            raise ContractError(
                f"column {name}", f"{_shown(culprit)} is not a number", "send a number or null"
            )
    try:
        return np.array(values, dtype=np.float64)
    except OverflowError as error:
        raise ContractError(
            f"column {name}", "holds a number beyond 1.8e308", "send a smaller number or null"
        ) from error


def _number(name: str, value: Value) -> float:
    """Return one value that is a number, NaN where missing."""
    return float("nan") if value is None else float(np.asarray(_numbers(name, [value]))[0])


def _refuse_infinite(matrix: Floats, names: tuple[str, ...]) -> None:
    """Demand that no number is infinite."""
    infinite = np.isinf(matrix)
    if infinite.any():
        row, place = np.argwhere(infinite)[0]
        raise ContractError(
            f"column {names[place]}", f"is infinite in row {row}", "send a finite number or null"
        )


def _codes(name: str, column: Column, vocabulary: Vocabulary, unseen: dict[str, list[str]]) -> list[float]:
    """Return the code of each row, NaN where missing; note the levels that were never seen."""
    texts = list(_texts(column))
    found, unknown = vocabulary.codes, vocabulary.code_of_unseen
    strangers = {text for text in texts if text is not None and text not in found}
    if strangers:
        unseen[name] = sorted(strangers)
    return [np.nan if text is None else found.get(text, unknown) for text in texts]


def _texts(column: Column) -> Iterable[str | None]:
    """Return each value of a category as text, None where missing or blank."""
    values = column.tolist() if isinstance(column, np.ndarray) else column
    return (value or None if type(value) is str else _text(value) for value in values)


def _text(value: Value) -> str | None:
    """Return how a value that is not a text is written: ``true`` for True, ``3`` for 3.0, None for NaN."""
    if value is None or value != value:  # noqa: PLR0124 - only NaN differs from itself
        return None
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value) or None


def _shown(value: object) -> str:
    """Return a value for a message, cut to a readable length."""
    text = repr(value)
    return text if len(text) <= _MAX_SHOWN else f"{text[:_MAX_SHOWN]}..."


def _plain(name: str, vocabulary: Vocabulary | None) -> dict[str, Any]:
    """Return one feature as plain values."""
    if vocabulary is None:
        return {"name": name}
    return {"name": name, "levels": list(vocabulary.levels), "rare": list(vocabulary.rare)}


def _read(row: object, place: int) -> tuple[str, Vocabulary | None]:
    """Return one feature from its plain values."""
    where = f"encoder.features[{place}]"
    if not isinstance(row, dict) or not isinstance(row.get("name"), str):
        raise BundleError(where, f"{_shown(row)} does not describe a feature", "train again")
    if row.keys() == {"name"}:
        return row["name"], None
    words = [row.get("levels"), row.get("rare")]
    if row.keys() != {"name", "levels", "rare"} or not all(_is_words(part) for part in words):
        raise BundleError(where, f"{_shown(row)} does not describe a category", "train again")
    vocabulary = Vocabulary(tuple(row["levels"]), tuple(row["rare"]))
    if len(vocabulary.codes) != len(row["levels"]) + len(row["rare"]):
        raise BundleError(where, "names a level twice", "train again")
    return row["name"], vocabulary


def _is_words(part: object) -> bool:
    """Tell whether a value is a list of texts."""
    return isinstance(part, list) and all(isinstance(word, str) for word in part)

"""What people say about single verbatims against the models: a file of corrections, and what it changes.

A correction holds for every text that is the same but for case, blanks and the way accents are encoded. It
overrides what was scored, and goes into the next fit as a label.
"""

import csv
import hashlib
import io
import math
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple, Self

import numpy as np

from features.errors import ContractError, SourceError
from features.text.languages import CANDIDATES

COLUMNS = ("text", "field", "value", "note")
"""Columns of the file; ``note`` may be missing, and those that a review list adds are passed over."""
FIELDS = ("sentiment", "effort", "is_actionable", "topic", "language")
REVIEW_COLUMNS = ("language", "guess", "probability", "doubt", "copies")
"""What a review list says of a text besides; see :mod:`features.text.review`."""

_GRADES = {str(grade): float(grade) for grade in range(-2, 3)} | {"+1": 1.0, "+2": 2.0}
_SAYS_NOTHING = "none"
_YES_NO = {
    "yes": True,
    "true": True,
    "1": True,
    "ja": True,
    "no": False,
    "false": False,
    "0": False,
    "nein": False,
}
_SPREADSHEET = ("'=", "'+", "'-", "'@")


class Correction(NamedTuple):
    """Hold one correction.

    Attributes
    ----------
    text
        The verbatim, as :func:`normalise` makes it.
    field
        One of :data:`FIELDS`.
    value
        Number, boolean or word; NaN for an effort that the text does not speak of.
    """

    text: str
    field: str
    value: Any


@dataclass(frozen=True)
class Corrections:
    """Hold the corrections of a file.

    Attributes
    ----------
    by_field
        For each field that is corrected, the value by normalised text.

    Examples
    --------
    >>> corrections = Corrections({"sentiment": {"so good": -1.0}})
    >>> corrections.apply(["So  GOOD", "fine"], {"sentiment": np.array([2.0, 1.0])})["sentiment"].tolist()
    [-1.0, 1.0]
    """

    by_field: Mapping[str, Mapping[str, Any]]

    @classmethod
    def read(cls, path: Path, languages: Sequence[str], topics: Sequence[str]) -> Self:
        """Read a file of corrections: CSV with commas or semicolons, UTF-8.

        Parameters
        ----------
        path
            The file. Rows with an empty ``value`` were not decided and are passed over.
        languages
            Declared languages; a text may also be said to be in another known one.
        topics
            Names of the topics that a text can be moved to.

        Raises
        ------
        SourceError
            If there is no such file, or it is not a CSV in UTF-8.
        ContractError
            If a column is missing or unknown, or a line cannot be used; the message names the line.
        """
        by_field: dict[str, dict[str, Any]] = {}
        for line, row in _read_rows(path):
            correction = _read_correction(f"{path}: line {line}", row, languages, topics)
            if correction is None:
                continue
            known = by_field.setdefault(correction.field, {})
            before = known.setdefault(correction.text, correction.value)
            if not _is_same(before, correction.value):
                problem = (
                    f"{correction.field} is {correction.value!r}, on an earlier line {before!r} for this text"
                )
                raise ContractError(f"{path}: line {line}", problem, "keep one of them")
        return cls(by_field)

    def __len__(self) -> int:
        return sum(map(len, self.by_field.values()))

    @property
    def digest(self) -> str:
        """Return the SHA-256 of all corrections; order and spelling of the file do not matter."""
        lines = sorted(
            f"{field}\0{text}\0{value!r}"
            for field, each in self.by_field.items()
            for text, value in each.items()
        )
        return hashlib.sha256("\n".join(lines).encode("utf-8", errors="surrogatepass")).hexdigest()

    def apply(self, texts: Sequence[str], columns: Mapping[str, Any]) -> dict[str, Any]:
        """Return columns in which the corrected fields of the corrected texts have the values of the file.

        Parameters
        ----------
        texts
            Verbatims, as they were scored.
        columns
            Scored columns (arrays or lists of the length of ``texts``) by name; a field without a column is
            passed over, and so is a column without a correction.

        Returns
        -------
        dict
            The columns; those that change are copies.

        Raises
        ------
        ContractError
            If a column has not as many values as there are texts.
        """
        keys = [normalise(text) for text in texts]
        for name, column in columns.items():
            if len(column) != len(keys):
                problem = f"has {len(column)} values for {len(keys)} texts"
                raise ContractError(f"column {name!r}", problem, "score the same texts")
        return {
            name: _override(column, keys, self.by_field.get(name, {})) for name, column in columns.items()
        }

    def labels(self, field: str = "sentiment") -> list[tuple[str, Any]]:
        """Return the corrected texts of a field with their values, for the next fit; in order of the text."""
        return sorted(self.by_field.get(field, {}).items())

    def covers(self, texts: Sequence[str], field: str) -> list[bool]:
        """Tell for each text whether a field of it was corrected."""
        known = self.by_field.get(field, {})
        return [normalise(text) in known for text in texts]


def normalise(text: str) -> str:
    r"""Return a text without differences of case, blanks and encoding of accents.

    Examples
    --------
    >>> normalise("  So\u0308  GUT ")
    'sö gut'
    """
    folded = unicodedata.normalize("NFC", text).casefold()
    return " ".join(unicodedata.normalize("NFC", folded).split())


def guard_spreadsheet(text: str) -> str:
    """Return a text that a spreadsheet takes for text: one that begins like a formula gets an apostrophe.

    Examples
    --------
    >>> guard_spreadsheet("=1+1")
    "'=1+1"
    """
    return f"'{text}" if text.startswith(("=", "+", "-", "@")) else text


def _override(column: Any, keys: Sequence[str], known: Mapping[str, Any]) -> Any:
    """Return a column with the known values in place; the same column if there are none."""
    rows = [row for row, key in enumerate(keys) if key in known]
    if not rows:
        return column
    if isinstance(column, np.ndarray):
        values = [known[keys[row]] for row in rows]
        changed = column.astype(np.result_type(column, np.array(values)), copy=True)
        changed[rows] = values
        return changed
    listed = list(column)
    for row in rows:
        listed[row] = known[keys[row]]
    return listed


def _read_rows(path: Path) -> Iterator[tuple[int, dict[str, str]]]:
    """Yield the rows of a file with the line on which each ends."""
    try:
        written = path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise SourceError(
            str(path), f"cannot be read ({error.strerror})", "name the file of corrections"
        ) from error
    except UnicodeDecodeError as error:
        problem = f"byte {error.object[error.start]:#x} at {error.start} is not UTF-8"
        raise SourceError(str(path), problem, "save it as 'CSV UTF-8'") from error
    header = written.split("\n", 1)[0]
    delimiter = ";" if header.count(";") > header.count(",") else ","
    rows = csv.reader(io.StringIO(written, newline=""), delimiter=delimiter, strict=True)
    try:
        names = [name.strip().lower() for name in next(rows, [])]
        _check_header(path, names)
        for row in rows:
            if any(cell.strip() for cell in row):
                yield rows.line_num, _name_cells(path, rows.line_num, names, row)
    except csv.Error as error:
        raise SourceError(
            f"{path}: line {rows.line_num}", f"is not CSV ({error})", "close its quotes"
        ) from error


def _check_header(path: Path, names: Sequence[str]) -> None:
    """Refuse a header that lacks a column, holds an unknown one or one twice."""
    for name in COLUMNS[:3]:
        if names.count(name) != 1:
            problem = f"column {name!r} stands {names.count(name)} times in the header"
            raise ContractError(f"{path}: line 1", problem, f"the header is {','.join(COLUMNS)}")
    if unknown := [name for name in names if name not in {*COLUMNS, *REVIEW_COLUMNS}]:
        raise ContractError(
            f"{path}: line 1", f"column {unknown[0]!r} is unknown", f"known: {', '.join(COLUMNS)}"
        )


def _name_cells(path: Path, line: int, names: Sequence[str], row: Sequence[str]) -> dict[str, str]:
    """Return the cells of a row by column."""
    if len(row) != len(names):
        problem = f"has {len(row)} cells, the header {len(names)}"
        raise ContractError(
            f"{path}: line {line}", problem, "put texts with commas or line breaks into quotes"
        )
    return dict(zip(names, row, strict=True))


def _read_correction(
    where: str, row: Mapping[str, str], languages: Sequence[str], topics: Sequence[str]
) -> Correction | None:
    """Return the correction of one row; nothing if it was not decided."""
    value = row["value"].strip()
    if not value:
        return None
    field = row["field"].strip().lower()
    if field not in FIELDS:
        raise ContractError(where, f"field {row['field']!r} is unknown", f"known: {', '.join(FIELDS)}")
    text = row["text"][1:] if row["text"].startswith(_SPREADSHEET) else row["text"]
    if not normalise(text):
        raise ContractError(where, "the text is empty", "write the whole verbatim that is corrected")
    return Correction(normalise(text), field, _read_value(where, field, value, (languages, topics)))


def _read_value(where: str, field: str, value: str, known: tuple[Sequence[str], Sequence[str]]) -> Any:
    """Return the value of a field as its column holds it."""
    languages, topics = known
    choices: Mapping[str, Any]
    if field in {"sentiment", "effort"}:
        choices = _GRADES | ({_SAYS_NOTHING: math.nan} if field == "effort" else {})
    elif field == "is_actionable":
        choices = _YES_NO
    elif field == "topic":
        choices = {topic.casefold(): topic for topic in topics}
    else:
        choices = {language: language for language in (*languages, *CANDIDATES)}
    found = choices.get(value.removesuffix(".0").casefold())
    if found is None:
        shown = languages if field == "language" else list(choices)
        raise ContractError(where, f"{field} cannot be {value!r}", f"one of: {', '.join(shown)}")
    return found


def _is_same(one: Any, other: Any) -> bool:
    """Tell whether two values are the same; NaN is."""
    return bool(one == other) or (one != one and other != other)  # noqa: PLR0124 # NaN differs from itself

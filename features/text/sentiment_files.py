"""A sentiment model as two files: what it is in JSON, its numbers in one array of bytes; nothing is run."""

import hashlib
import json
from collections.abc import Mapping
from typing import Annotated, Any, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from features.errors import BundleError
from features.text.ngrams import NgramRecipe
from features.text.tone_table import Role, Source, ToneTable, n_lexicon_rows
from features.text.weighing import Vocabulary

RECORD, NUMBERS = "sentiment.json", "sentiment.bin"
FORMAT = 1

_HINT = "learn the model again or fetch its files again"
_MOST_BITS = 24
_COLUMN, _HALF = np.dtype("<i4"), np.dtype("<f2")


Reached = tuple[float, float, float]
"""Macro-F1 with the ends of its interval; NaN where nothing was learnt."""
_UNKNOWN = (float("nan"),) * 3


class _Strict(BaseModel):
    """Refuse what is not known."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class _SourceRecord(_Strict):
    """Hold what one source is, without its numbers."""

    role: Role
    kind: Literal["words", "characters"]
    shortest: Annotated[int, Field(ge=1, le=10)]
    longest: Annotated[int, Field(ge=1, le=10)]
    bits: Annotated[int, Field(ge=1, le=_MOST_BITS)]
    salt: Annotated[int, Field(ge=0)]
    n_pieces: Annotated[int, Field(ge=0)]


class _Record(_Strict):
    """Hold all of a model but its numbers."""

    format: int
    language: str
    classes: Annotated[tuple[int, ...], Field(min_length=2, max_length=10)]
    intercepts: tuple[float, ...]
    knows_before: bool
    n_lexicon_rows: Annotated[int, Field(ge=0)]
    sources: tuple[_SourceRecord, ...]
    sha256: str
    reason: str
    macro_f1: tuple[float, float, float] | None


def write_files(table: ToneTable, *, reason: str, macro_f1: Reached) -> dict[str, bytes]:
    """Return the files of a model; numbers have the 16 bits to which they were rounded when learnt."""
    parts: list[NDArray[Any]] = []
    for source in table.sources:
        vocabulary = source.vocabulary
        parts += [vocabulary.columns.astype(_COLUMN), vocabulary.rarity.astype(_HALF)]
        parts.append(source.weights.astype(_HALF))
    parts.append(table.lexicon_weights.astype(_HALF))
    numbers = b"".join(part.tobytes() for part in parts)
    record = _Record(
        format=FORMAT,
        language=table.language,
        classes=table.classes,
        intercepts=tuple(table.intercepts.tolist()),
        knows_before=table.knows_before,
        n_lexicon_rows=len(table.lexicon_weights),
        sources=tuple(_describe(source) for source in table.sources),
        sha256=hashlib.sha256(numbers).hexdigest(),
        reason=reason,
        macro_f1=None if np.isnan(macro_f1[0]) else macro_f1,
    )
    written = json.dumps(record.model_dump(), sort_keys=True, allow_nan=False, indent=1) + "\n"
    return {RECORD: written.encode(), NUMBERS: numbers}


def read_files(contents: Mapping[str, bytes]) -> tuple[ToneTable, str, Reached]:
    """Return the table in files, the reason, and the macro-F1 noted with it.

    Raises
    ------
    BundleError
        If a file is missing, damaged or of another format.
    """
    for name in (RECORD, NUMBERS):
        if name not in contents:
            raise BundleError(name, "is missing", _HINT)
    record, numbers = _read_record(contents[RECORD]), contents[NUMBERS]
    found = hashlib.sha256(numbers).hexdigest()
    if found != record.sha256:
        raise BundleError(NUMBERS, f"its sum is {found[:12]}, not {record.sha256[:12]}", _HINT)
    reader = _Reader(numbers)
    n_classes = len(record.classes)
    sources = tuple(_read_source(reader, source, n_classes) for source in record.sources)
    lexicon_weights = reader.take(_HALF, record.n_lexicon_rows * n_classes).astype(np.float32)
    reader.check_end()
    table = ToneTable(
        record.language,
        record.classes,
        sources,
        lexicon_weights.reshape(record.n_lexicon_rows, n_classes),
        np.array(record.intercepts),
        record.knows_before,
    )
    return table, record.reason, _UNKNOWN if record.macro_f1 is None else record.macro_f1


class _Reader:
    """Take arrays from bytes, one after the other."""

    def __init__(self, numbers: bytes) -> None:
        self._numbers = numbers
        self._place = 0

    def take(self, kind: np.dtype[Any], count: int) -> NDArray[Any]:
        """Return the next array; all its numbers are finite."""
        end = self._place + count * kind.itemsize
        if end > len(self._numbers):
            raise BundleError(NUMBERS, f"ends at byte {len(self._numbers)}, before byte {end}", _HINT)
        found = np.frombuffer(self._numbers[self._place : end], dtype=kind)
        if not np.isfinite(found).all():
            raise BundleError(NUMBERS, f"not all numbers before byte {end} are finite", _HINT)
        self._place = end
        return found

    def check_end(self) -> None:
        """Refuse bytes that nobody asked for."""
        if self._place != len(self._numbers):
            raise BundleError(NUMBERS, f"has {len(self._numbers) - self._place} bytes too many", _HINT)


def _read_record(content: bytes) -> _Record:
    """Return the record, checked within and against itself."""
    try:
        record = _Record.model_validate_json(content)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = ".".join(map(str, first["loc"]))
        problem = f"{str(first.get('input'))[:40]!r}: {first['msg']}"
        raise BundleError(f"{RECORD}: {where}", problem, _HINT) from error
    if record.format != FORMAT:
        raise BundleError(f"{RECORD}: format", f"{record.format} is not {FORMAT}", "update this program")
    if len(record.intercepts) != len(record.classes):
        problem = f"there are {len(record.intercepts)} for {len(record.classes)} classes"
        raise BundleError(f"{RECORD}: intercepts", problem, _HINT)
    if sorted(set(record.classes)) != list(record.classes):
        raise BundleError(f"{RECORD}: classes", f"{list(record.classes)} do not rise", _HINT)
    expected = n_lexicon_rows(record.language, knows_before=record.knows_before)
    if record.n_lexicon_rows != expected:
        problem = f"{record.n_lexicon_rows} is not the {expected} of this program's list of words"
        raise BundleError(f"{RECORD}: n_lexicon_rows", problem, _HINT)
    if any(source.role == "before" for source in record.sources) and not record.knows_before:
        raise BundleError(f"{RECORD}: knows_before", "False contradicts the sources", _HINT)
    return record


def _describe(source: Source) -> _SourceRecord:
    """Return what a source is, without its numbers."""
    recipe = source.vocabulary.recipe
    return _SourceRecord(
        role=source.role,
        kind=recipe.kind,
        shortest=recipe.shortest,
        longest=recipe.longest,
        bits=recipe.bits,
        salt=recipe.salt,
        n_pieces=source.vocabulary.columns.size,
    )


def _read_source(reader: _Reader, record: _SourceRecord, n_classes: int) -> Source:
    """Return a source with its numbers."""
    recipe = NgramRecipe(record.kind, record.shortest, record.longest, record.bits, record.salt)
    columns = reader.take(_COLUMN, record.n_pieces).astype(np.int32)
    is_rising = bool((np.diff(columns) > 0).all())
    if columns.size and not (is_rising and columns[0] >= 0 and columns[-1] < recipe.n_columns):
        raise BundleError(NUMBERS, f"columns of {record.kind} do not rise below {recipe.n_columns}", _HINT)
    rarity = reader.take(_HALF, record.n_pieces).astype(np.float32)
    weights = reader.take(_HALF, record.n_pieces * n_classes).astype(np.float32)
    return Source(record.role, Vocabulary(recipe, columns, rarity), weights.reshape(-1, n_classes))

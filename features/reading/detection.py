"""How a text file is written: all that ``read:`` can say of it, found out together from its beginning."""

import codecs
import csv
import gzip
import re
import zlib
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from features.reading.guesses import Guess, guess_column, is_typed
from features.usecase import ReadOptions

_LOOKED_AT = 1 << 21
_MOST_ROWS = 5_000
_MOST_HEADER_ROWS = 5
_DELIMITERS = (",", ";", "\t", "|", " ")
_GZIP = b"\x1f\x8b"
_NOT_CP1252 = frozenset(b"\x81\x8d\x8f\x90\x9d")
_CENTRAL_EUROPE = "Europe/Berlin"


@dataclass(frozen=True)
class Detected:
    """Hold how a file seems to be written.

    Attributes
    ----------
    options
        What to declare; the zone of times is a proposal, no file tells it.
    names
        Columns of its header.
    has_mark
        Whether it begins with a byte order mark.
    guesses_zone
        Whether it has times of day without a zone.
    """

    options: ReadOptions
    names: tuple[str, ...]
    has_mark: bool
    guesses_zone: bool


def detect(
    path: Path, wanted: Collection[str] | None = None, scales: Mapping[str, tuple[float, float]] | None = None
) -> Detected | None:
    """Return how a CSV file seems to be written, from its first two million bytes.

    Parameters
    ----------
    path
        The file, packed or not.
    wanted
        Columns that matter, if the header has them all; else all matter.
    scales
        Declared scales of columns.

    Returns
    -------
    Detected or None
        Nothing if the file is no table of text.
    """
    content = _read_start(path)
    if b"\0" in content:  # UTF-16, a spreadsheet, an image: no encoding of ours makes a table of it
        return None
    encoding = _find_encoding(content)
    lines = re.split("\r\n|\r|\n", content.decode(encoding, "replace"))
    delimiter = _find_delimiter(lines)
    rows = _part(lines, delimiter)
    if len(rows) < 2 or len(rows[0]) < 2:
        return None
    header_rows = _count_header_rows(rows)
    names = tuple(name.strip() for name in rows[0])
    chosen = set(wanted or ()) if wanted and set(wanted) <= set(names) else set(names)
    guesses = [
        guess_column(
            [row[at].strip() for row in rows[header_rows:] if row[at].strip()], (scales or {}).get(name)
        )
        for at, name in enumerate(names)
        if name in chosen
    ]
    options = _collect(guesses, delimiter, encoding, header_rows)
    has_mark = content.startswith(codecs.BOM_UTF8)
    return Detected(options, names, has_mark, any(guess.has_clock for guess in guesses))


def _read_start(path: Path) -> bytes:
    """Return the first bytes of a file, unpacked, without a line that is cut off; none if it is damaged."""
    with path.open("rb") as packed:
        is_packed = packed.read(2) == _GZIP
    try:
        with gzip.open(path) if is_packed else path.open("rb") as content:
            found: bytes = content.read(_LOOKED_AT)
    except (gzip.BadGzipFile, EOFError, zlib.error):
        return b""
    return found if len(found) < _LOOKED_AT else found[: found.rfind(b"\n") + 1]


def _find_encoding(content: bytes) -> str:
    """Return UTF-8 if the bytes are that, else the one-byte encoding that has them all."""
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        return "latin-1" if _NOT_CP1252 & set(content) else "cp1252"
    return "utf-8-sig" if content.startswith(codecs.BOM_UTF8) else "utf-8"


def _find_delimiter(lines: Sequence[str]) -> str:
    """Return the sign that parts most lines into the same number of columns."""
    scores = {delimiter: _rate(_part(lines[:500], delimiter, whole=False)) for delimiter in _DELIMITERS}
    return max(scores, key=lambda delimiter: scores[delimiter])


def _rate(rows: list[list[str]]) -> tuple[float, int]:
    """Return the share of rows of the most frequent width, and that width; nothing for one column."""
    widths = Counter(len(row) for row in rows)
    width, count = max(widths.items(), key=lambda item: item[1], default=(0, 0))
    return (round(count / len(rows), 2), width) if width > 1 else (0.0, width)


def _part(lines: Sequence[str], delimiter: str, *, whole: bool = True) -> list[list[str]]:
    """Return the rows of a table; with ``whole`` only those as wide as the header."""
    if delimiter == " ":
        lines = [re.sub(" {2,}", " ", line.strip()) for line in lines]
    try:
        rows = [row for row in csv.reader((f"{line}\n" for line in lines), delimiter=delimiter) if row]
    except csv.Error:
        return []
    if whole and rows:
        rows = [row for row in rows if len(row) == len(rows[0])]
    return rows[:_MOST_ROWS]


def _count_header_rows(rows: list[list[str]]) -> int:
    """Return how many rows stand above the first one with values.

    Below the names, a further header row has texts where nearly all rows below have numbers or dates, and
    these texts never come again.
    """
    body = rows[_MOST_HEADER_ROWS:][:200] or rows[1:]
    typed = [at for at in range(len(rows[0])) if _is_typed_column([row[at].strip() for row in body])]
    count = 1
    while typed and count < min(_MOST_HEADER_ROWS, len(rows) - 1) and _is_header(rows, count, typed):
        count += 1
    return count


def _is_typed_column(texts: Sequence[str]) -> bool:
    """Tell whether most texts of a column are numbers or dates."""
    present = [text for text in texts if text]
    return bool(present) and sum(map(is_typed, present)) > len(present) / 2


def _is_header(rows: list[list[str]], place: int, typed: Sequence[int]) -> bool:
    """Tell whether a row has a text of its own in the columns of numbers and dates."""
    below = rows[place + 1 :]
    texts = [(at, rows[place][at].strip()) for at in typed]
    own = [
        text and not is_typed(text) and all(row[at].strip() != text for row in below) for at, text in texts
    ]
    return sum(map(bool, own)) > len(typed) / 2


def _collect(guesses: Sequence[Guess], delimiter: str, encoding: str, header_rows: int) -> ReadOptions:
    """Put what was guessed of all columns into one section."""
    commas = [guess.has_decimal_comma for guess in guesses if guess.has_decimal_comma is not None]
    forms = tuple(dict.fromkeys(form for guess in guesses for form in guess.forms))
    is_iso = all(guess.is_iso for guess in guesses if guess.kind == "date")
    missing = tuple(dict.fromkeys(text for guess in guesses for text in guess.missing))
    decimal = "," if commas and sum(commas) * 2 >= len(commas) else "."
    is_local = decimal == "," or delimiter == ";" or any(form.startswith("%d.") for form in forms)
    given = {
        "delimiter": delimiter,
        "decimal": decimal,
        "encoding": encoding,
        "dates": None if is_iso or not forms else forms[0] if len(forms) == 1 else list(forms),
        "timezone": (_CENTRAL_EUROPE if is_local else "UTC") if any(g.has_clock for g in guesses) else None,
        "header_rows": header_rows,
        "missing": list(missing),
    }
    return ReadOptions.model_validate(given)

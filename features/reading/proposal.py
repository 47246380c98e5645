"""One line that says how a file is written and what to declare, in words and as YAML that can be pasted."""

from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from features.errors import ContractError, SourceError
from features.reading.columnar import is_parquet
from features.reading.detection import Detected, detect
from features.reading.staged import Place
from features.usecase import ReadOptions

_DELIMITERS = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars", " ": "blanks"}
_ENCODINGS = {"cp1252": "Windows-1252 text", "latin-1": "Latin-1 text", "utf-8": "UTF-8 text"}
_LAST_MOMENT = datetime(2025, 12, 31, 14, 5, tzinfo=UTC)
# What may be declared wrongly where a message says this; any part of it where it says something else.
_REASONS = {
    "is not a number": ("delimiter", "decimal", "missing", "header_rows"),
    ", the header ": ("delimiter", "encoding", "header_rows"),
}
_NUMBERS = {2: "two", 3: "three", 4: "four", 5: "five"}


@dataclass(frozen=True)
class Readable:
    """Name a file, how it is declared, and which of its columns matter.

    Attributes
    ----------
    place
        For messages.
    path, options
        The file and what the use case says of it.
    wanted
        Columns that are read; all when ``None``.
    scales
        Declared scales.
    """

    place: Place
    path: Path
    options: ReadOptions
    wanted: Collection[str] | None = None
    scales: Mapping[str, tuple[float, float]] = field(default_factory=dict)


@contextmanager
def proposing(*files: Readable) -> Iterator[None]:
    """Let an error about a file that is read otherwise than written end with all that has to be declared.

    Raises
    ------
    SourceError, ContractError
        The same error; its hint is the whole ``read:`` section where the file tells one that differs.
    """
    try:
        yield
    except (SourceError, ContractError) as error:
        owners = [file for file in files if _speaks_of(error.where, file.place)]
        proposal = (
            propose_reading(max(owners, key=lambda file: len(file.place.key)), error) if owners else None
        )
        if proposal is None:
            raise
        raise type(error)(error.where, error.problem, proposal) from error


def propose_reading(file: Readable, error: SourceError | ContractError | None = None) -> str | None:
    """Return what to declare of a file, in words and as YAML; nothing if that would not help.

    Parameters
    ----------
    file
        The file as declared.
    error
        What went wrong. A broken contract is one of reading only if the declared way hides a wanted column or
        shows a code as a value.
    """
    found = _detect(file)
    if found is None:
        return None
    options = _merge(found, file.options)
    if _plain(options) == _plain(file.options):
        return None
    if isinstance(error, ContractError) and not _explains(error, found, file):
        return None
    if error is not None and not _changes(options, file.options, error.problem):
        return None
    return f"write read: {write_options(options)} ({describe(options, file.options, found)})"


def hint_at_values(file: Readable) -> str | None:
    """Return what to declare where a file is read without an error, and yet not as it is meant.

    Numbers with a decimal comma would become texts, and codes such as -99 amounts.
    """
    found = _detect(file)
    if found is None:
        return None
    told = {"decimal": found.options.decimal, "missing": _merge(found, file.options).missing}
    options = file.options.model_copy(update=told)
    if options == file.options:
        return None
    return (
        f"it seems better to write read: {write_options(options)} ({describe(options, file.options, found)})"
    )


def write_options(options: ReadOptions) -> str:
    """Return a ``read:`` section on one line, as YAML.

    Examples
    --------
    >>> write_options(ReadOptions(delimiter=";", decimal=",", missing=["-99"]))
    "{delimiter: ';', decimal: ',', missing: ['-99']}"
    """
    given = options.model_dump(mode="json", exclude_defaults=True)
    return "{" + ", ".join(f"{key}: {_write(key, value)}" for key, value in given.items()) + "}"


def describe(options: ReadOptions, declared: ReadOptions, found: Detected) -> str:
    """Return in words what is declared now and was not before."""
    words = []
    if options.delimiter != declared.delimiter:
        words.append(f"{_DELIMITERS[options.delimiter]} between columns")
    if options.decimal != declared.decimal:
        words.append("decimal commas" if options.decimal == "," else "decimal points")
    if options.encoding != declared.encoding:
        words.append("a byte order mark" if found.has_mark else _ENCODINGS[options.encoding])
    if options.header_rows != declared.header_rows:
        words.append(
            f"{_NUMBERS.get(options.header_rows, 'one')} header row" + "s" * (options.header_rows > 1)
        )
    return ", ".join([*words, *_describe_values(options, declared)])


def _describe_values(options: ReadOptions, declared: ReadOptions) -> list[str]:
    """Return in words what is new about dates, zone and missing values."""
    words = []
    if options.forms != declared.forms:
        shown = " or ".join(_LAST_MOMENT.strftime(form) for form in options.forms)
        words.append(f"dates such as {shown}" if shown else "ISO dates")
    if options.timezone != declared.timezone:
        words.append("times without a zone: name the one they were written in")
    coded = [code for code in options.missing if code not in declared.missing]
    if coded:
        words.append(f"{', '.join(coded)} for missing values")
    return words


def _detect(file: Readable) -> Detected | None:
    """Return how a file is written, if it is text that can be looked at."""
    try:
        return None if is_parquet(file.path) else detect(file.path, file.wanted, file.scales)
    except OSError:
        return None


def _merge(found: Detected, declared: ReadOptions) -> ReadOptions:
    """Return what was found, with the zone and the missing values that are declared already."""
    missing = list(dict.fromkeys([*declared.missing, *found.options.missing]))
    zone = declared.timezone or found.options.timezone
    return found.options.model_copy(update={"missing": missing, "timezone": zone})


def _plain(options: ReadOptions) -> ReadOptions:
    """Return options without differences that change nothing: UTF-8 is read with or without its mark."""
    encoding = "utf-8" if options.encoding == "utf-8-sig" else options.encoding
    return options.model_copy(update={"encoding": encoding, "dates": list(options.forms) or None})


def _changes(options: ReadOptions, declared: ReadOptions, problem: str) -> bool:
    """Tell whether what is new about a file can be the reason of a problem, where the problem says enough."""
    relevant = next((keys for sign, keys in _REASONS.items() if sign in problem), ())
    return not relevant or any(getattr(options, key) != getattr(declared, key) for key in relevant)


def _explains(error: ContractError, found: Detected, file: Readable) -> bool:
    """Tell whether reading otherwise mends a broken contract."""
    if "outside the scale" in error.problem:
        return any(f" {code} is" in error.problem for code in found.options.missing)
    missed = error.where.removeprefix(f"{file.place.name}.")
    return "not there" in error.problem and missed in found.names


def _speaks_of(where: str, place: Place) -> bool:
    """Tell whether a message is about a file: its section in the use case, or one of its columns."""
    return where.startswith((f"{place.key}.", f"{place.name}."))


def _write(key: str, value: object) -> str:
    """Return a value as YAML on one line."""
    if isinstance(value, list):
        return "[" + ", ".join(_write(key, entry) for entry in value) + "]"
    if value == "\t":
        return '"\\t"'
    return (
        str(value)
        if key in {"header_rows", "encoding", "timezone"}
        else "'" + str(value).replace("'", "''") + "'"
    )

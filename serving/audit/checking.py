"""Hold the audit log against itself: is it one unbroken chain, and where not."""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from features.errors import InputError
from serving.audit.lines import FIRST_PREVIOUS, Head, Line, read_line
from serving.audit.trail import FILES


@dataclass(frozen=True)
class Verdict:
    """Hold what a check has found.

    Attributes
    ----------
    n_lines, n_files
        How many sound lines were read, in how many files, up to the first that is not.
    head
        The last sound line.
    problem
        What is wrong, with file and line; None if nothing is.
    """

    n_lines: int
    n_files: int
    head: Head
    problem: str | None = None


def verify(folder: Path, *, head: str = "", after: str = "") -> Verdict:
    """Check every line of a log.

    Parameters
    ----------
    folder
        Where the files are.
    head
        Hash that an earlier check gave: it has to be there, as lines cut off at the end leave a sound chain.
    after
        Hash of the last line of files that were moved elsewhere; empty: the log has to begin with line 1.

    Raises
    ------
    InputError
        If there is no log.
    """
    files = _list_files(folder)
    last = Head(0, after or FIRST_PREVIOUS)
    n_lines, has_seen_head = 0, head in ("", last.hash)
    for place, path in enumerate(files, start=1):
        for number, content in enumerate(_read(path), start=1):
            try:
                line = read_line(content)
                _check_order(line, last, is_free=bool(after) and n_lines == 0)
            except ValueError as error:
                return Verdict(n_lines, place, last, f"{path.name}, line {number}: {error}")
            last = line.head
            n_lines += 1
            has_seen_head = has_seen_head or last.hash == head
    if not has_seen_head:
        problem = f"{files[-1].name}, end: the line with the hash {head} is not there; lines were cut off"
        return Verdict(n_lines, len(files), last, problem)
    return Verdict(n_lines, len(files), last)


def show(folder: Path, last: int) -> list[dict[str, Any]]:
    """Return the last lines of a log, oldest first, as they stand there; nothing is checked.

    Raises
    ------
    InputError
        If there is no log.
    """
    kept: deque[bytes] = deque(maxlen=last)
    for path in _list_files(folder):
        kept.extend(_read(path))
    return [_decode(line) for line in kept]


def _check_order(line: Line, last: Head, *, is_free: bool) -> None:
    """Demand that a line follows the one before it."""
    if line.previous != last.hash:
        message = (
            f"does not follow line {last.sequence} of the log; one was removed, put in, moved or replaced"
        )
        raise ValueError(message)
    if line.sequence != last.sequence + 1 and not is_free:
        message = f"has the number {line.sequence} in place of {last.sequence + 1}"
        raise ValueError(message)


def _list_files(folder: Path) -> list[Path]:
    """Return the files of a log in order."""
    files = sorted(folder.glob(FILES))
    if not files:
        raise InputError(str(folder), "holds no audit log", "name its folder with --folder")
    return files


def _read(path: Path) -> Iterator[bytes]:
    """Return the lines of a file with their ends."""
    try:
        with path.open("rb") as file:
            yield from file
    except OSError as error:
        raise InputError(str(path), f"cannot be read ({error.strerror})", "ask its owner") from error


def _decode(line: bytes) -> dict[str, Any]:
    """Return a line as it is; a damaged one is named as such."""
    try:
        return dict(msgspec.json.decode(line))
    except (msgspec.MsgspecError, TypeError, ValueError, RecursionError):
        return {"damaged": True}

"""Read small files that other verbs leave for the service: no links, no pipes, nothing too large."""

import os
import re
import stat
from collections.abc import Callable, MutableMapping
from datetime import date
from pathlib import Path
from typing import TypeVar

import msgspec

from features.errors import SourceError

MAX_FILE_BYTES = 16 * 1024 * 1024
NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,127}")
Stamp = tuple[int, int, int]
MOST_DAYS = 240
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_Found = TypeVar("_Found")


def stamp_of(path: Path) -> Stamp:
    """Return what changes when a file is replaced."""
    status = path.stat()
    return status.st_mtime_ns, status.st_size, status.st_ino


def refuse_links(path: Path, folder: Path) -> None:
    """Refuse what is reached by a link inside the folder; the folder itself may be one."""
    if path.resolve() != folder.resolve() / path.relative_to(folder):
        message = f"{path} is, or lies behind, a link"
        raise ValueError(message)


def read_plain(path: Path, most_bytes: int = MAX_FILE_BYTES) -> bytes:
    """Read a plain file of reasonable size."""
    # A pipe would block the one who opens it.
    flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
    with open(os.open(path, flags), "rb") as file:  # noqa: PTH123 - a path object takes no descriptor
        status = os.fstat(file.fileno())
        if not stat.S_ISREG(status.st_mode):
            message = f"{path} is not a plain file"
            raise ValueError(message)
        content = file.read(most_bytes + 1)
    if len(content) > most_bytes:
        message = f"{path} has more than {most_bytes} bytes"
        raise ValueError(message)
    return content


def find_plain(
    folder: Path,
    usecase: str,
    name: str,
    read: Callable[[bytes], _Found],
    *,
    problem: str,
    hint: str,
    known: MutableMapping[str, tuple[Stamp, _Found]] | None = None,
) -> _Found | None:
    """Return what stands in the file of a use case; None where there is none. Blocks.

    Parameters
    ----------
    folder
        With one sub-folder per use case. It need not be there.
    read
        Makes something of the content; raises what msgspec does, or ValueError, where it cannot.
    problem, hint
        Of the error about a file that cannot be used.
    known
        What was read before, by use case: a file that has not changed since is not read again.

    Raises
    ------
    SourceError
        If there is a file that cannot be used.
    """
    if not NAME.fullmatch(usecase):
        return None
    path = folder / usecase / name
    held = {} if known is None else known
    try:
        refuse_links(path, folder)
        stamp = stamp_of(path)
        before = held.get(usecase)
        if before is not None and before[0] == stamp:
            return before[1]
        found = read(read_plain(path))
    except FileNotFoundError:
        held.pop(usecase, None)
        return None
    except (OSError, msgspec.MsgspecError, UnicodeDecodeError, RecursionError, ValueError) as error:
        held.pop(usecase, None)
        raise SourceError(str(path), f"{problem} ({type(error).__name__})", hint) from error
    held[usecase] = (stamp, found)
    return found


def demand_usecase(found: str, usecase: str) -> None:
    """Demand that a file is about the use case in whose folder it lies."""
    if found != usecase:
        message = f"is about '{found}' and lies in the folder of '{usecase}'"
        raise ValueError(message)


def list_days(folder: Path, usecase: str, *below: str) -> list[str]:
    """Return the days after which files of a use case are named, newest first; none behind a link. Blocks."""
    place = folder.joinpath(usecase, *below)
    try:
        if not NAME.fullmatch(usecase):
            return []
        refuse_links(place, folder)
        with os.scandir(place) as entries:
            names = [entry.name for entry in entries if entry.is_file(follow_symlinks=False)]
    except (OSError, ValueError):
        return []
    days = [name.removesuffix(".json") for name in names if name.endswith(".json")]
    return sorted(filter(is_day, days), reverse=True)[:MOST_DAYS]


def is_day(text: str) -> bool:
    """Tell whether a text is a date as the names of files have it.

    Examples
    --------
    >>> is_day("2026-06-30"), is_day("2026-06-31"), is_day("20260630")
    (True, False, False)
    """
    if not _DAY.fullmatch(text):
        return False
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True

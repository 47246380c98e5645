"""The record of predictions, in which a pseudonym stands for a person."""

import json
import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, ClassVar

from features.files import try_lock, write_atomically
from training.pages import Label
from training.runs.persons.wanted import Removed, Told, Wanted, find_folder

_VARIABLE = "XM_JOURNAL"
_FILES = "predictions-*.jsonl*"
_OPEN = ".open"
_WHAT: Label = {
    "en": "forecasts that were given over HTTP",
    "de": "Vorhersagen, die über HTTP gegeben wurden",
}


class Journals:
    """Find the records of people by their pseudonyms."""

    homes: ClassVar[tuple[str, ...]] = ("journal",)

    def tell(self, wanted: Wanted) -> list[Told]:
        """Return their records."""
        rows = [
            {name: told for name, told in record.items() if name != "entity"}
            for path in _list_files(wanted)
            for record in _read(path, wanted)
        ]
        return [Told("journal", _WHAT, tuple(rows))] if rows else []

    def erase(self, wanted: Wanted) -> Removed:
        """Write closed files again without their lines; in one that a worker writes, nobody is named."""
        n_lines = n_open = 0
        for path in _list_files(wanted):
            if _is_written_to(path):
                n_open += blank(path, wanted.pseudonyms)
            else:
                n_lines += drop_lines(path, wanted.is_recorded_in)
        notes = ("the service was running: in its newest file records lost their pseudonym, and stay",)
        return Removed({"predictions": n_lines + n_open}, notes if n_open else ())


def drop_lines(path: Path, is_dropped: Callable[[bytes], bool]) -> int:
    """Write a file of lines again without some; return how many there were."""
    lines = path.read_bytes().splitlines(keepends=True)
    kept = [line for line in lines if not is_dropped(line)]
    if len(kept) < len(lines):
        mode = path.stat().st_mode & 0o777
        if kept:
            write_atomically(path, b"".join(kept), mode=mode)
        else:
            path.unlink()
    return len(lines) - len(kept)


def blank(path: Path, pseudonyms: frozenset[str]) -> int:
    """Put ``null`` in the place of pseudonyms, byte for byte, in a file to which others append meanwhile."""
    words = b"|".join(f'"{one}"'.encode() for one in sorted(pseudonyms))
    content = path.read_bytes()
    places = [found.span() for found in re.finditer(words, content)] if words else []
    with path.open("rb+") as file:
        for start, end in places:
            file.seek(start)
            file.write(b"null".ljust(end - start))
        file.flush()
        os.fsync(file.fileno())
    return len(places)


def _list_files(wanted: Wanted) -> list[Path]:
    """Return the files of the record, those that are being written as well."""
    return sorted(find_folder(wanted.workspace, _VARIABLE).glob(_FILES)) if wanted.pseudonyms else []


def _is_written_to(path: Path) -> bool:
    """Tell whether a worker that lives holds a file."""
    if not path.name.endswith(_OPEN):
        return False
    with path.open("rb") as file:
        return not try_lock(file.fileno())


def _read(path: Path, wanted: Wanted) -> Iterator[dict[str, Any]]:
    """Yield the records of some people in one file; a torn last line is none."""
    for line in path.read_bytes().splitlines():
        if wanted.is_recorded_in(line):
            try:
                yield dict(json.loads(line))
            except (ValueError, TypeError):
                continue

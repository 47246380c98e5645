"""Whether there is room for what a use case wants to read: known before the first row is read."""

import csv
import os
import shutil
from collections.abc import Iterable
from pathlib import Path

from features.errors import SourceError
from features.reading.columnar import is_parquet
from features.reading.proposal import Readable
from features.reading.transcript import Transcript
from features.sql import MEMORY_BYTES

_GZIP = b"\x1f\x8b"
_PARQUET_GROWTH = 5  # what packed columns take up once they are rows
_COPIES = 3  # as texts, as typed values, and once more while events are put in order
# What a process needs beside DuckDB: Python, Arrow, the feature table.
BESIDE_BYTES = 400 << 20
_CGROUPS = ("/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes")


def demand_room(files: Iterable[Readable], scratch: str, memory_bytes: int = MEMORY_BYTES) -> None:
    """Refuse files that will fit neither into memory nor into the scratch folder.

    Parameters
    ----------
    files
        What will be read; missing ones are passed over, reading names them.
    scratch
        Folder for what does not fit into memory.
    memory_bytes
        What DuckDB may hold in memory.

    Raises
    ------
    SourceError
        If memory or free disk is short: what is needed, what is there, and what helps.
    """
    sizes = {
        file.path: estimate_bytes(file.path) * _loaded_share(file) for file in files if file.path.exists()
    }
    if not sizes:
        return
    largest = max(sizes, key=lambda path: sizes[path])
    need = sum(sizes.values()) * _COPIES
    free = shutil.disk_usage(scratch).free
    if need - memory_bytes > free:
        problem = f"reading needs {_show(need - memory_bytes)} in the folder for temporary files, "
        problem += f"where {_show(free)} are free ('{largest.name}' alone is {_show(sizes[largest])} of rows)"
        hint = "let TMPDIR name a folder with more room, write the file as Parquet, or name fewer columns"
        raise SourceError("sources", problem, hint)
    there, wanted = find_memory(), min(need, memory_bytes) + BESIDE_BYTES
    if there is not None and wanted > there:
        problem = f"reading needs {_show(wanted)} of memory, and {_show(there)} are there"
        hint = "give the process or container more memory, or name fewer columns and shorter files"
        raise SourceError("sources", problem, hint)


def estimate_bytes(path: Path) -> int:
    """Return about how many bytes the rows of a file or folder take up once they are unpacked."""
    if path.is_dir():
        return sum(estimate_bytes(part) for part in path.rglob("*.parquet"))
    size = path.stat().st_size
    with path.open("rb") as content:
        if content.read(len(_GZIP)) != _GZIP or size < 8:
            return size * (_PARQUET_GROWTH if is_parquet(path) else 1)
        content.seek(-4, os.SEEK_END)
        unpacked = int.from_bytes(content.read(4), "little")
    while unpacked < size:  # gzip counts up to 4 GiB and begins again
        unpacked += 1 << 32
    return unpacked


def _loaded_share(file: Readable) -> float:
    """Return the share of a text file that lies in the columns that are read, judged by its first lines."""
    if file.wanted is None or is_parquet(file.path):
        return 1.0
    lines = Transcript(file.path, file.options, file.place).first_text().splitlines()[:1000]
    try:
        names, *rows = csv.reader(lines, delimiter=file.options.delimiter)
    except (csv.Error, ValueError):  # reading says what is wrong with it
        return 1.0
    wanted = [at for at, name in enumerate(names) if name.strip() in file.wanted]
    loaded = sum(len(row[at]) for row in rows for at in wanted if at < len(row))
    return loaded / max(sum(map(len, lines)), 1)


def find_memory() -> int | None:
    """Return the memory this process may use: the limit of its container or what the machine has."""
    limits = [int(text) for text in map(_read, _CGROUPS) if text.isdecimal()]
    try:
        limits.append(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES"))
    except (ValueError, OSError, AttributeError):  # not every system tells
        return min(limits, default=None)
    return min(limits)


def _read(path: str) -> str:
    """Return the text of a file of the system, nothing where there is none."""
    try:
        return Path(path).read_text(encoding="ascii").strip()
    except OSError:
        return ""


def _show(size: float) -> str:
    """Write a size as a person reads it.

    Examples
    --------
    >>> _show(3 << 30), _show(700 << 20)
    ('3.0 GiB', '700 MiB')
    """
    return f"{size / (1 << 30):.1f} GiB" if size >= 1 << 30 else f"{max(size, 0) / (1 << 20):.0f} MiB"

"""The last look: every file of a workspace, held against ids and pseudonyms, whatever was forgotten."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from pyarrow import ipc

from training.runs.persons.places import NAMELESS, list_homes
from training.runs.persons.wanted import Wanted

_ARROW = (".cells", ".told", ".arrow")
_CHUNK_BYTES = 1 << 24
_OVERLAP_BYTES = 1 << 12


@dataclass(frozen=True)
class Hit:
    """Name a file that still holds an id or a pseudonym.

    Attributes
    ----------
    is_ours
        Whether this program wrote it; others are sources and copies of yours.
    """

    path: Path
    is_ours: bool


def sweep(everyone: Sequence[Wanted]) -> tuple[int, list[Hit]]:
    """Look through every file of a workspace for people of one use case, or of several.

    Returns
    -------
    tuple
        How many files were looked at, and those that name one of them.
    """
    folder = everyone[0].workspace.folder
    ours = list_homes() | set(NAMELESS)
    paths = sorted(path for path in folder.rglob("*") if path.is_file() and not path.is_symlink())
    hits = [
        Hit(path, is_ours=path.relative_to(folder).parts[0] in ours)
        for path in paths
        if any(_names(path, wanted) for wanted in everyone)
    ]
    return len(paths), hits


def _names(path: Path, wanted: Wanted) -> bool:
    """Tell whether a file names one of them, in its bytes or in what it packs."""
    try:
        return any(wanted.stands_in(chunk) for chunk in _read_bytes(path)) or any(
            wanted.stands_in(text) for text in _unpack(path)
        )
    except FileNotFoundError:
        return False


def _read_bytes(path: Path) -> Iterator[bytes]:
    """Yield a file in portions that overlap by more than any id."""
    tail = b""
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK_BYTES):
            yield tail + chunk
            tail = chunk[-_OVERLAP_BYTES:]


def _unpack(path: Path) -> Iterator[str]:
    """Yield the texts of a table column by column; nothing of what is no table."""
    try:
        if path.suffix == ".parquet":
            file = pq.ParquetFile(path)
            for number in range(file.num_row_groups):
                yield from _read_texts(file.read_row_group(number))
        elif path.suffix in _ARROW:
            yield from _read_texts(ipc.open_file(path).read_all())
    except (OSError, pa.ArrowException):
        # It cannot be unpacked: then nobody reads a name in it either.
        return


def _read_texts(table: pa.Table) -> Iterator[str]:
    """Yield the different texts of each column that holds some."""
    for column in table.columns:
        kind = column.type.value_type if pa.types.is_dictionary(column.type) else column.type
        if pa.types.is_string(kind) or pa.types.is_large_string(kind):
            texts = pc.unique(column.cast(kind)).to_pylist()
            yield "\n".join(f'"{one}"' for one in texts if one is not None)

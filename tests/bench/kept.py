"""Forecasts of one fold, kept in a folder: a long comparison is made in parts and goes on where it ended."""

import hashlib
import json
from dataclasses import asdict, dataclass
from pathlib import Path

import pyarrow as pa

from features.files import write_atomically


@dataclass(frozen=True)
class Kept:
    """Hold the forecasts of the rows of one fold, in their order.

    Attributes
    ----------
    digest
        Of the rows that were learned from and forecast: other rows, other forecasts.
    allowed
        Seconds that the fit was given; 0 for ours, which takes what it takes.
    seconds
        Seconds that it took.
    version
        Of the package.
    """

    digest: str
    allowed: float
    seconds: float
    version: str
    forecast: list[float]

    def write(self, file: Path) -> None:
        """Write the forecasts, all or nothing."""
        file.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(file, json.dumps(asdict(self)))


def read_kept(file: Path, digest: str) -> Kept | None:
    """Return what was kept; None where there is nothing, or it is of other rows."""
    if not file.exists():
        return None
    found = Kept(**json.loads(file.read_text(encoding="utf-8")))
    return found if found.digest == digest else None


def digest_of(*tables: pa.Table) -> str:
    """Return 16 characters that change with any cell."""
    total = hashlib.sha256()
    for table in tables:
        sink = pa.BufferOutputStream()
        with pa.ipc.new_stream(sink, table.schema) as writer:
            writer.write_table(table.combine_chunks())
        total.update(sink.getvalue())
    return total.hexdigest()[:16]

"""What makes a batch of scores the same batch: who is scored, by which model, from which rows, and how."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

_ID_LENGTH = 16
UNDATED = "undated"


@dataclass(frozen=True)
class Identity:
    """Name a batch by everything that its scores depend on.

    Attributes
    ----------
    usecase, model_version
        Who scores what.
    as_of
        Day of the features as ISO text; None where the rows have no day.
    rows_digest
        Of the rows that are scored; see :func:`digest_rows`.
    settings
        What else changes the result, such as the number of reasons.
    """

    usecase: str
    model_version: str
    as_of: str | None
    rows_digest: str
    settings: Mapping[str, int | str] = field(default_factory=dict)

    @property
    def batch_id(self) -> str:
        """Return a short name that two batches share only if they are the same."""
        content = json.dumps(self.to_json(), sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(content.encode()).hexdigest()[:_ID_LENGTH]

    @property
    def folder_name(self) -> str:
        """Return the name of its folder.

        Examples
        --------
        >>> Identity("churn", "churn-1", "2025-12-01", "ab").folder_name
        '2025-12-01-3c64ef513d7031af'
        """
        return f"{self.as_of or UNDATED}-{self.batch_id}"

    def to_json(self) -> dict[str, object]:
        """Return plain values."""
        return {
            "usecase": self.usecase,
            "model_version": self.model_version,
            "as_of": self.as_of,
            "rows_digest": self.rows_digest,
            "settings": dict(self.settings),
        }


def digest_rows(rows: pa.Table, names: Iterable[str]) -> str:
    """Return a SHA-256 of the values of some columns, whatever file they came from.

    Parameters
    ----------
    rows
        Numbers as float64, everything else as text; the order of the rows counts.
    names
        Columns that count; those that are not there are passed over.

    Examples
    --------
    >>> whole = pa.table({"a": [1.0, None], "b": ["x", "y"]})
    >>> parted = pa.concat_tables([whole.slice(0, 1), whole.slice(1)])
    >>> digest_rows(whole, ["a", "b"]) == digest_rows(parted, ["a", "b"])
    True
    >>> digest_rows(whole, ["a"]) == digest_rows(whole, ["b"])
    False
    """
    digest = hashlib.sha256(f"{rows.num_rows}\n".encode())
    for name in names:
        if name not in rows.column_names:
            continue
        column = rows.column(name)
        digest.update(f"{json.dumps(name)} {column.type}\n".encode())
        digest.update(np.packbits(pc.is_null(column).to_numpy()).tobytes())
        digest.update(_bytes_of(column))
    return digest.hexdigest()


def _bytes_of(column: pa.ChunkedArray) -> bytes:
    """Return the values of a column as bytes that say where each ends; what is missing is nothing."""
    if pa.types.is_floating(column.type):
        return np.asarray(pc.fill_null(column, 0.0).to_numpy(), dtype="<f8").tobytes()
    texts = pc.fill_null(column.cast(pa.string()), "")
    lengths = np.asarray(pc.binary_length(texts).to_numpy(), dtype="<i4").tobytes()
    return lengths + b"".join(text.encode() for text in texts.to_pylist())

"""Forecasts of rows that were kept back when a model was judged, stored so that it can be judged again.

A model that is fitted to all rows knows them all; what its recipe said of a row that it had not seen can only
be remembered. Rows are named by keyed hashes (HMAC-SHA256) of person and snapshot under a salt drawn for each
file: two files have nothing in common, and only who holds the rows can find them again.
"""

import hmac
import secrets
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Self

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from features.errors import BundleError
from features.files import produce_atomically
from features.usecase import UseCase
from training.assessment import Forecasts, RatingForecasts
from training.rows import TrainingRows

FILE_NAME = "kept_back.parquet"
_SALT = b"salt"
_ROW = "row"
# Wide enough for any snapshot: 36,500 digests take a tenth of a second.
_FIRST_DAY, _LAST_DAY = np.datetime64("1990-01-01"), np.datetime64("2090-01-01")


@dataclass(frozen=True)
class KeptBack:
    """Hold forecasts of rows that no part of their fit had seen.

    Attributes
    ----------
    salt
        Key of the digests.
    digests
        One per row.
    columns
        ``probability.<horizon>`` of an event; ``target``, ``value`` and ``rps`` (ranked probability score) of
        an answer.
    """

    salt: bytes
    digests: tuple[bytes, ...]
    columns: Mapping[str, NDArray[np.float64]]

    @classmethod
    def of(cls, rows: TrainingRows, forecasts: Forecasts | RatingForecasts, usecase: UseCase) -> Self:
        """Name the rows of an assessment and keep what was forecast."""
        salt = secrets.token_bytes(32)
        if isinstance(forecasts, RatingForecasts):
            answers = forecasts.answers
            columns = {"target": forecasts.target, "value": answers.value, "rps": answers.rps}
        else:
            columns = {
                f"probability.{horizon}": forecasts.probabilities[:, place]
                for place, horizon in enumerate(rows.horizon_names)
            }
        return cls(salt, _digest(salt, rows.take(forecasts.positions), usecase), columns)

    def find(self, rows: TrainingRows, usecase: UseCase) -> NDArray[np.intp]:
        """Return where each row stands here, -1 where it does not."""
        digests = _digest(self.salt, rows, usecase)
        return np.array([self._places.get(digest, -1) for digest in digests], dtype=np.intp)

    def without(self, names: Collection[str]) -> "KeptBack":
        """Return the forecasts of all others.

        Rows are known by a digest of person and snapshot, and which snapshots there were is not written down:
        so every day that may have been one is tried.
        """
        days = np.arange(_FIRST_DAY, _LAST_DAY).astype(str).tolist()
        gone = {_name(self.salt, day, name) for name in names for day in ("", *days)}
        is_kept = np.array([digest not in gone for digest in self.digests], dtype=np.bool_)
        left = tuple(digest for digest in self.digests if digest not in gone)
        return KeptBack(self.salt, left, {name: cells[is_kept] for name, cells in self.columns.items()})

    @cached_property
    def _places(self) -> dict[bytes, int]:
        """Return where each digest stands."""
        return {digest: place for place, digest in enumerate(self.digests)}

    def write(self, path: Path) -> None:
        """Write one Parquet file."""
        arrays = [
            pa.array(self.digests, pa.binary(32)),
            *(pa.array(column) for column in self.columns.values()),
        ]
        table = pa.table(dict(zip([_ROW, *self.columns], arrays, strict=True)))
        table = table.replace_schema_metadata({_SALT: self.salt})
        produce_atomically(path, lambda draft: pq.write_table(table, draft, compression="zstd"))

    @classmethod
    def read(cls, path: Path) -> Self:
        """Read what :meth:`write` wrote.

        Raises
        ------
        BundleError
            If the file cannot be read.
        """
        try:
            table = pq.read_table(path)
            salt = (table.schema.metadata or {})[_SALT]
            digests = tuple(table.column(_ROW).to_pylist())
            names = [name for name in table.column_names if name != _ROW]
            columns = {name: table.column(name).to_numpy().astype(np.float64) for name in names}
        except (OSError, KeyError, ValueError, pa.ArrowException) as error:
            problem = f"does not hold the forecasts of rows kept back ({type(error).__name__})"
            raise BundleError(str(path), problem, "train again") from error
        return cls(salt, digests, columns)


def _digest(salt: bytes, rows: TrainingRows, usecase: UseCase) -> tuple[bytes, ...]:
    """Return a digest per row: of the person at the snapshot, or of all it says where nobody is named."""
    days = rows.snapshot_date
    moments = np.full(len(rows), "") if days is None else days.astype("datetime64[D]").astype(str)
    is_named = usecase.table is None or usecase.table.id is not None
    names = rows.entity.tolist() if is_named else zip(*rows.columns.values(), strict=True)
    told = zip(moments.tolist(), names, strict=True)
    return tuple(_name(salt, moment, name) for moment, name in told)


def _name(salt: bytes, moment: str, name: object) -> bytes:
    """Return the digest of one row."""
    return hmac.digest(salt, f"{moment}\n{name}".encode(), "sha256")

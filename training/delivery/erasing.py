"""Kept batches without the people who asked to be erased."""

import json
import shutil
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

import pyarrow.parquet as pq

from training.delivery.kept import alone_with


@dataclass(frozen=True)
class ErasedBatches:
    """Hold how many batches were removed, and who had got one of them."""

    count: int = 0
    delivered_to: tuple[str, ...] = ()


def remove_batches(place: Path, ids: Collection[str]) -> ErasedBatches:
    """Remove the batches that name one of some people, as a whole: a part without them would be another part.

    Parameters
    ----------
    place
        Folder of all batches of a use case.
    ids
        Of the people.

    Raises
    ------
    BatchBusyError
        If a batch is being made.
    """
    if not place.is_dir():
        return ErasedBatches()
    wanted, count, targets = set(ids), 0, set()
    with alone_with(place):
        for folder in sorted(path for path in place.iterdir() if path.is_dir()):
            if any(_names_one_of(part, wanted) for part in folder.glob("part-*.parquet")):
                targets |= _targets_of(folder)
                shutil.rmtree(folder)
                count += 1
    return ErasedBatches(count, tuple(sorted(targets)))


def _names_one_of(part: Path, ids: Collection[str]) -> bool:
    """Tell whether a part holds the score of one of them; what cannot be read may."""
    try:
        if "entity_id" not in pq.read_schema(part).names:
            return False
        return not set(ids).isdisjoint(pq.read_table(part, columns=["entity_id"]).column(0).to_pylist())
    except (OSError, ValueError):
        return True


def _targets_of(folder: Path) -> set[str]:
    """Return who has got a batch, as far as that is written down."""
    found: set[str] = set()
    for record in folder.glob("*.json"):
        try:
            found |= set(json.loads(record.read_text(encoding="utf-8"))["targets"])
        except (OSError, ValueError, KeyError, TypeError):
            continue
    return found

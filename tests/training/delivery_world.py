"""Workspaces with a champion and a newest snapshot of more than one part, to be scored as batches."""

import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.empty_registry import lay_registry
from tests.training.runs.registering import register_bundles
from tests.training.sample_bundles import make_bundle, plain_rows
from training.batch import BATCH_ROWS

DAY = "2025-12-01"
N_ROWS = 2 * BATCH_ROWS + 345
SITES = ("north", "south", "west")


@dataclass(frozen=True)
class Workspace:
    """Hold a folder with a registry, whose champions score ``customer_binary`` and ``employee_binary``."""

    out: Path

    def batches(self, usecase: str = "customer_binary") -> list[Path]:
        """Return the folders of the batches."""
        return sorted(path for path in (self.out / "scores" / usecase).glob("*-*") if path.is_dir())

    def batch(self, usecase: str = "customer_binary") -> Path:
        """Return the folder of the one batch."""
        (folder,) = self.batches(usecase)
        return folder

    def scores(self, usecase: str = "customer_binary") -> pa.Table:
        """Return the scores of the one batch."""
        parts = sorted(self.batch(usecase).glob("part-*.parquet"))
        return pa.concat_tables(pq.read_table(part) for part in parts)

    def record(self, usecase: str = "customer_binary") -> dict[str, Any]:
        """Return what is written down of the one batch."""
        return json.loads((self.batch(usecase) / "batch.json").read_text())

    def bytes_of_parts(self, usecase: str = "customer_binary") -> dict[str, bytes]:
        """Return the bytes of the parts of the one batch."""
        return {path.name: path.read_bytes() for path in self.batch(usecase).glob("part-*.parquet")}

    def forget(self) -> None:
        """Remove all batches, and what was told of people at work."""
        for name in ("scores", "releases"):
            shutil.rmtree(self.out / name, ignore_errors=True)


def make_bundles(folder: Path) -> dict[str, Path]:
    """Save small bundles by the name of their use case."""
    for subject in ("customer", "employee"):
        make_bundle(folder / f"{subject}_binary", "binary", subject)
    return {path.name: path for path in sorted(folder.iterdir())}


def rows_of(n_rows: int, *, day: str | None = DAY, start: int = 0) -> pa.Table:
    """Return rows of features, in order of ids; the same few rows again and again."""
    some = pa.Table.from_pylist(plain_rows("binary", 500))
    table = pa.concat_tables([some] * (n_rows // 500 + 1)).slice(0, n_rows).combine_chunks()
    numbers = range(start, start + n_rows)
    table = table.append_column("entity_id", pa.array([f"e{number:06}" for number in numbers]))
    table = table.append_column("cut_site", pa.array([SITES[number % 3] for number in numbers]))
    if day is not None:
        days = pa.array([day] * n_rows).cast(pa.date32())
        table = table.append_column("snapshot_date", days)
    return table


def write_latest(out: Path, usecase: str, rows: pa.Table) -> None:
    """Let rows be the newest snapshot of the last build."""
    folder = out / "frames" / usecase
    folder.mkdir(parents=True, exist_ok=True)
    pq.write_table(rows, folder / "latest.parquet")


def lay_workspace(factory: pytest.TempPathFactory) -> Workspace:
    """Lay a workspace with champions of customers and of people at work; who asks removes old batches."""
    folder = factory.mktemp("scoring")
    bundles = make_bundles(folder / "bundles")
    register_bundles(lay_registry(factory, folder / "out"), *bundles.values())
    write_latest(folder / "out", "customer_binary", rows_of(N_ROWS))
    write_latest(folder / "out", "employee_binary", rows_of(400))
    return Workspace(folder / "out")


@contextmanager
def newest(workspace: Workspace, rows: pa.Table, usecase: str = "customer_binary") -> Iterator[None]:
    """Let other rows be the newest for the length of a block."""
    file = workspace.out / "frames" / usecase / "latest.parquet"
    before = file.read_bytes()
    write_latest(workspace.out, usecase, rows)
    try:
        yield
    finally:
        file.write_bytes(before)

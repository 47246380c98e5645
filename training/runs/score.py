"""Verb ``score``: a batch of rows, or the newest snapshot, through the champion."""

import tempfile
from pathlib import Path

from features.errors import SourceError
from training.batch import read_rows, score_table, write_scores
from training.bundle import load
from training.console import Console
from training.registry import connect, fetch_champion
from training.runs.workspace import Workspace
from training.scoring import Scorer


def run(console: Console, name: str, rows: str, to: str, reasons: int, out: str) -> None:
    """Score and write the file completely or not at all."""
    workspace = Workspace(Path(out))
    connect(workspace.folder)
    with tempfile.TemporaryDirectory() as scratch:
        fetch_champion(name, Path(scratch) / "bundle")
        scorer = Scorer(load(Path(scratch) / "bundle"))
    source = Path(rows) if rows else workspace.frame(name) / "latest.parquet"
    table = read_rows(source, scorer.bundle.catalogue)
    if not table.num_rows:
        raise SourceError(str(source), "has no rows", "name a file with rows")
    as_of = _as_of(
        table.column("snapshot_date")[0].as_py() if "snapshot_date" in table.column_names else None
    )
    scores = score_table(scorer, table, as_of=as_of, reasons=reasons, report=console.report)
    write_scores(scores, Path(to))
    console.result(
        f"{scores.num_rows:,} rows scored with {scorer.bundle.model_version}, written to {to}",
        {"rows": scores.num_rows, "model_version": scorer.bundle.model_version, "as_of": as_of, "file": to},
    )


def _as_of(day: object) -> str | None:
    """Return the day of the features as ISO text."""
    return None if day is None else str(day)

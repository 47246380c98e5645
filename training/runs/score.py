"""Verb ``score``: a batch of rows, or the newest snapshot, through the champion."""

import tempfile
from pathlib import Path

from features.errors import SourceError
from training.batch import read_rows, score_cuts, score_table, write_scores
from training.bundle import load
from training.console import Console
from training.registry import connect, fetch_champion
from training.runs.workspace import Workspace
from training.scoring import IndividualScoreRefusedError, Scorer


def run(console: Console, name: str, rows: str, to: str, reasons: int, out: str) -> None:
    """Score and write the file completely or not at all; people at work are scored in groups."""
    workspace = Workspace(Path(out))
    connect(workspace.folder)
    with tempfile.TemporaryDirectory() as scratch:
        fetch_champion(name, Path(scratch) / "bundle")
        scorer = Scorer(load(Path(scratch) / "bundle"))
    if rows and not scorer.is_individual:
        problem = "people at work are scored in groups of the newest snapshot, not of any file"
        raise IndividualScoreRefusedError(f"{name}: --rows", problem, "leave --rows out")
    source = Path(rows) if rows else workspace.frame(name) / "latest.parquet"
    table = read_rows(source, scorer.bundle.catalogue)
    if not table.num_rows:
        raise SourceError(str(source), "has no rows", "name a file with rows")
    as_of = _as_of(
        table.column("snapshot_date")[0].as_py() if "snapshot_date" in table.column_names else None
    )
    version, is_individual = scorer.bundle.model_version, scorer.is_individual
    scores = (
        score_table(scorer, table, as_of=as_of, reasons=reasons, report=console.report)
        if is_individual
        else score_cuts(scorer, table, as_of=as_of)
    )
    write_scores(scores, Path(to))
    scored = "rows" if is_individual else "groups"
    console.result(
        f"{scores.num_rows:,} {scored} scored with {version}, written to {to}",
        {scored: scores.num_rows, "model_version": version, "as_of": as_of, "file": to},
    )


def _as_of(day: object) -> str | None:
    """Return the day of the features as ISO text."""
    return None if day is None else str(day)

"""Verb ``score``: a batch of rows, or the newest snapshot, through the champion."""

import tempfile
from pathlib import Path

from features.addresses import is_address
from features.errors import InputError, SourceError
from features.objections import Objections
from training.batch import day_of, read_rows, score_table, write_scores
from training.bundle import load
from training.console import Console
from training.registry import connect, demand_champion, fetch
from training.runs.releases import Releases, release_forecasts
from training.runs.scheduled import Order, score_latest
from training.runs.workspace import Workspace
from training.scoring import IndividualScoreRefusedError, Scorer

DEFAULT_FILE = "scores.parquet"


def run(
    console: Console,
    name: str,
    rows: str,
    latest: str,
    to: str,
    table: str,
    webhook: str,
    webhook_secret_file: str,
    reasons: int,
    engine: str,
    out: str,
) -> None:
    """Score and write the file completely or not at all; people at work are scored in groups."""
    workspace = Workspace(Path(out))
    order = Order(reasons, to, table, webhook, webhook_secret_file)
    _demand_whole_order(order, rows, engine, is_batch=latest == "yes")
    connect(workspace.folder)
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch) / "bundle"
        scorer = Scorer(load(fetch(demand_champion(name), folder)))
        releases = Releases.of(scorer.bundle.usecase, workspace.releases(name))
        if latest == "yes":
            score_latest(console, workspace, scorer, order, releases)
            return
        if not scorer.is_individual:
            _demand_groups(name, rows, engine)
        source = rows or str(workspace.frame(name) / "latest.parquet")
        objections = Objections.read(workspace.objections(name))
        if engine == "spark":
            _score_on_spark(console, folder, source, to or DEFAULT_FILE, reasons, objections)
        else:
            to_file = Path(to or DEFAULT_FILE)
            _score_here(console, scorer, Path(source), to_file, reasons, releases, objections)


def _demand_whole_order(order: Order, rows: str, engine: str, *, is_batch: bool) -> None:
    """Demand settings that fit together; tables and webhooks get batches, which can be asked for again."""
    if is_batch:
        for word, is_asked in (("--rows", bool(rows)), ("--engine spark", engine == "spark")):
            if is_asked:
                raise InputError(word, "does not go with --latest", "leave one of them out")
        order.check()
        return
    asked = {
        "--to": is_address(order.to) and engine == "local",
        "--table": bool(order.table),
        "--webhook": bool(order.webhook),
        "--webhook-secret-file": bool(order.secret_file),
    }
    for word, is_asked in asked.items():
        if is_asked:
            problem = "names a database" if word == "--to" else "is for batches"
            raise InputError(word, f"{problem}, and there is no --latest", "add --latest")


def _demand_groups(name: str, rows: str, engine: str) -> None:
    """Refuse what would speak of single people at work; their groups are few and need no cluster."""
    for word, is_asked in (("--rows", bool(rows)), ("--engine spark", engine == "spark")):
        if is_asked:
            problem = "people at work are scored in groups of the newest snapshot, not of any file"
            raise IndividualScoreRefusedError(f"{name}: {word}", problem, f"leave {word} out")


def _score_here(
    console: Console,
    scorer: Scorer,
    source: Path,
    to: Path,
    reasons: int,
    releases: Releases,
    objections: Objections,
) -> None:
    """Score a file in this process; whoever objected is left out, and counted in groups alone."""
    table = read_rows(source, scorer.bundle.catalogue)
    if not table.num_rows:
        raise SourceError(str(source), "has no rows", "name a file with rows")
    as_of = day_of(table)
    version, is_individual = scorer.bundle.model_version, scorer.is_individual
    if is_individual:
        n_before = table.num_rows
        table = objections.take_out(table)
        if left_out := n_before - table.num_rows:
            console.report(f"left out {left_out:,} who objected to being scored")
    scores = (
        score_table(scorer, table, as_of=as_of, reasons=reasons, report=console.report)
        if is_individual
        else release_forecasts(scorer, table, as_of, releases)
    )
    write_scores(scores, to)
    _tell(console, scores.num_rows, "rows" if is_individual else "groups", version, as_of, to)


def _score_on_spark(
    console: Console, bundle: Path, source: str, to: str, reasons: int, objections: Objections
) -> None:
    """Score a table at any place that Spark reads."""
    from training.spark import open_session, score_folder

    with open_session() as session:
        console.report(f"scoring {source} on Spark at {session.conf.get('spark.master')}")
        scored = score_folder(session, bundle, source, to, reasons=reasons, objections=objections)
    _tell(console, scored.n_rows, "rows", scored.model_version, scored.as_of, to)


def _tell(console: Console, count: int, scored: str, version: str, as_of: str | None, to: Path | str) -> None:
    """Write the result."""
    console.result(
        f"{count:,} {scored} scored with {version}, written to {to}",
        {scored: count, "model_version": version, "as_of": as_of, "file": str(to)},
    )

"""Score the newest snapshot as a batch: kept, delivered, and never done twice, however often it is asked."""

import contextlib
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from features.addresses import is_address, read_address
from features.catalogue import CUT_PREFIX
from features.errors import ContractError, InputError, SourceError
from features.failpoints import reach
from features.objections import Objections
from training.batch import BATCH_ROWS, day_of, demand_suffix, read_rows, score_table, write_scores
from training.console import Console
from training.delivery.form import parse_name
from training.delivery.identity import Identity, digest_rows
from training.delivery.kept import FORMAT_VERSION, KeptBatch, alone_with
from training.delivery.tables import ScoreTable
from training.delivery.webhook import Webhook, read_secret
from training.runs.releases import Releases, release_forecasts
from training.runs.workspace import Workspace
from training.scoring import IndividualScoreRefusedError, Scorer


@dataclass(frozen=True)
class Order:
    """Hold where a batch goes, and with how many reasons.

    Attributes
    ----------
    to
        A file, the address of a database, or nothing.
    table
        Name of the table; the usual one if empty.
    webhook, secret_file
        Address of a receiver, and the file with the secret that it knows; or nothing.
    """

    reasons: int
    to: str = ""
    table: str = ""
    webhook: str = ""
    secret_file: str = ""

    def check(self) -> None:
        """Demand settings that fit together, before anything is read.

        Raises
        ------
        InputError
            If one does not.
        """
        if self.reasons < 0:
            raise InputError("--reasons", f"{self.reasons} is below 0", "write how many reasons a row gets")
        if self.table and not is_address(self.to):
            raise InputError("--table", "needs --to with the address of a database", "write postgresql://...")
        if self.secret_file and not self.webhook:
            raise InputError("--webhook-secret-file", "needs --webhook", "name the address of the receiver")
        if self.to and not is_address(self.to):
            demand_suffix(Path(self.to))


def score_latest(
    console: Console, workspace: Workspace, scorer: Scorer, order: Order, releases: Releases
) -> None:
    """Score the newest snapshot of the last build, keep the batch, and serve what is asked for.

    Raises
    ------
    IndividualScoreRefusedError
        If a webhook is asked for where people at work are scored.
    """
    name = scorer.bundle.usecase.name
    if order.webhook and not scorer.is_individual:
        problem = "people at work are scored in groups, which never go to a webhook"
        raise IndividualScoreRefusedError(f"{name}: --webhook", problem, "leave it out; --to takes groups")
    with _open_targets(scorer, order) as (table, webhook):
        rows = _read_latest(workspace.frame(name) / "latest.parquet", scorer)
        if scorer.is_individual:
            # Another list of objections is another batch: it counts from this run on.
            rows = Objections.read(workspace.objections(name)).take_out(rows)
        place = workspace.scores(name)
        with alone_with(place):
            batch = KeptBatch.open(place, _identify(scorer, rows, order), counts=_count(scorer, rows))
            n_made = _make(console, batch, scorer, rows, order, releases)
            served = dict(_serve(console, batch, scorer, order.to, table, webhook))
            _tell(console, batch, scorer, n_made, served)


@contextlib.contextmanager
def _open_targets(scorer: Scorer, order: Order) -> Iterator[tuple[ScoreTable | None, Webhook | None]]:
    """Understand where scores shall go before any is made."""
    with contextlib.ExitStack() as stack:
        table, webhook = None, None
        if is_address(order.to):
            address = read_address(order.to, "--to")
            where = parse_name(order.table, is_individual=scorer.is_individual)
            table = ScoreTable(address, where, is_individual=scorer.is_individual)
            stack.callback(table.close)
        if order.webhook:
            webhook = Webhook(order.webhook, read_secret(order.secret_file))
        yield table, webhook


def _read_latest(path: Path, scorer: Scorer) -> pa.Table:
    """Read the newest snapshot, which has to be one that the model may look at.

    Raises
    ------
    SourceError
        If nothing was built, or nobody is there to be scored.
    ContractError
        If somebody is there twice, or the build is older than what the model has learned from.
    """
    bundle = scorer.bundle
    name = bundle.usecase.name
    if not path.is_file():
        hint = f"build it: xm-predict build --usecase {name}.yaml, with the same --out"
        raise SourceError(str(path), f"'{name}' has no build here", hint)
    rows = read_rows(path, bundle.catalogue)
    if not rows.num_rows:
        hint = "nobody is in the cohort at the newest snapshot; check the sources, then build again"
        raise SourceError(str(path), "has no rows", hint)
    learned, as_of = bundle.facts.get("as_of"), day_of(rows)
    if learned and as_of and as_of < learned:
        problem = f"is of {as_of}, and {bundle.model_version} has learned from snapshots until {learned}"
        raise ContractError(str(path), problem, "build newer rows: xm-predict build, with the same --out")
    _demand_ids(rows, str(path))
    return rows


def _demand_ids(rows: pa.Table, where: str) -> None:
    """Demand that everybody has an id of their own: tables and receivers tell people apart by it."""
    if "entity_id" not in rows.column_names:
        raise ContractError(where, "has no column 'entity_id'", "build it again with an id in the use case")
    ids = rows.column("entity_id").cast(pa.string())
    if ids.null_count:
        raise ContractError(f"{where}: entity_id", f"is empty in {ids.null_count} rows", "name everybody")
    counts = pc.value_counts(ids)
    twice = pc.filter(counts.field("values"), pc.greater(counts.field("counts"), 1))
    if len(twice):
        raise ContractError(f"{where}: entity_id", f"'{twice[0].as_py()}' is there twice", "build it again")


def _identify(scorer: Scorer, rows: pa.Table, order: Order) -> Identity:
    """Name the batch by everything that its scores depend on."""
    cuts = [name for name in rows.column_names if name.startswith(CUT_PREFIX)]
    names = ["entity_id", "snapshot_date", *scorer.bundle.catalogue.names]
    settings = {"format": FORMAT_VERSION, "reasons": order.reasons if scorer.is_individual else 0}
    return Identity(
        scorer.bundle.usecase.name,
        scorer.bundle.model_version,
        day_of(rows),
        digest_rows(rows, names if scorer.is_individual else [*names, *sorted(cuts)]),
        settings,
    )


def _count(scorer: Scorer, rows: pa.Table) -> dict[str, int]:
    """Return how many rows and parts there will be; groups are few and make one part."""
    n_parts = -(-rows.num_rows // BATCH_ROWS) if scorer.is_individual else 1
    return {"rows": rows.num_rows, "parts": n_parts}


def _make(
    console: Console, batch: KeptBatch, scorer: Scorer, rows: pa.Table, order: Order, releases: Releases
) -> int:
    """Make the parts that are not there, or no longer as they were; return how many."""
    missing = batch.list_missing()
    for number in missing:
        part = rows.slice(number * BATCH_ROWS, BATCH_ROWS)
        scores = (
            score_table(scorer, part, as_of=batch.as_of, reasons=order.reasons)
            if scorer.is_individual
            else release_forecasts(scorer, rows, batch.as_of, releases)
        )
        batch.keep_part(number, scores)
        console.report(f"part {number + 1} of {batch.n_parts} scored")
    if not batch.is_finished:
        batch.finish()
    return len(missing)


def _serve(
    console: Console,
    batch: KeptBatch,
    scorer: Scorer,
    to: str,
    table: ScoreTable | None,
    webhook: Webhook | None,
) -> Iterator[tuple[str, bool]]:
    """Let every target have the batch; yield its name, and whether anything was missing there."""
    if table is not None:
        rating = scorer.bundle.is_of_answers
        is_new = table.serve(batch, None if rating else scorer.primary_horizon, console.report)
        if is_new or not batch.find_target(table.shown):
            batch.note_target(table.shown, scores=batch.n_scores)
        yield table.shown, is_new
    elif to:
        yield to, _serve_file(batch, Path(to))
    if webhook is not None:
        yield f"webhook {webhook.shown}", bool(webhook.serve(batch, console.report))


def _serve_file(batch: KeptBatch, path: Path) -> bool:
    """Write the whole batch into one file, unless that is what stands there."""
    name = str(path.absolute())
    known = batch.find_target(name)
    if known and path.is_file() and hashlib.sha256(path.read_bytes()).hexdigest() == known["sha256"]:
        return False
    write_scores(pa.concat_tables(batch.read_parts()), path)
    reach("output.written")
    batch.note_target(name, scores=batch.n_scores, sha256=hashlib.sha256(path.read_bytes()).hexdigest())
    return True


def _tell(console: Console, batch: KeptBatch, scorer: Scorer, n_made: int, served: dict[str, bool]) -> None:
    """Write the result: what was done, or that there was nothing to do."""
    scored = "rows" if scorer.is_individual else "groups"
    what = f"{batch.n_scores:,} {scored} with {batch.model_version}, as of {batch.as_of or 'an unknown day'}"
    is_unchanged = not n_made and not any(served.values())
    lines = [
        f"nothing to do: batch {batch.batch_id} is complete ({what})"
        if is_unchanged
        else f"batch {batch.batch_id} is complete ({what})",
        f"  kept in {batch.folder}",
        *(f"  {'delivered to' if is_new else 'was delivered to'} {name}" for name, is_new in served.items()),
    ]
    console.result(
        "\n".join(lines),
        {
            "batch_id": batch.batch_id,
            "usecase": batch.usecase,
            "model_version": batch.model_version,
            "as_of": batch.as_of,
            scored: batch.n_scores,
            "parts": batch.n_parts,
            "parts_made": n_made,
            "is_unchanged": is_unchanged,
            "folder": str(batch.folder),
            "targets": served,
        },
    )

"""Score tables of features: the same scores as over HTTP, written with version, date and reasons."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq

from features.catalogue import Catalogue
from features.errors import ContractError, SourceError
from features.files import produce_atomically
from features.progress import Report, silent
from training.scoring import RowScore, Scorer

BATCH_ROWS = 10_000
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
_SUFFIXES = (".parquet", ".csv")


def read_rows(path: Path, catalogue: Catalogue) -> pa.Table:
    """Read a table of features.

    Parameters
    ----------
    path
        Parquet, or CSV with a header; ``entity_id`` is optional, every feature of the model has to be there.

    Raises
    ------
    SourceError
        If the file cannot be read.
    ContractError
        If a feature is absent or has the wrong type.
    """
    table = _read(path)
    for feature in catalogue:
        if feature.name not in table.column_names:
            hint = "score rows of the same use case: xm-predict build writes them to latest.parquet"
            raise ContractError(path.name, f"has no column '{feature.name}'", hint)
        wanted = pa.float64() if feature.kind == "number" else pa.string()
        table = _cast(table, feature.name, wanted, path.name)
    return table


def score_table(
    scorer: Scorer, table: pa.Table, *, as_of: str | None, reasons: int = 0, report: Report = silent
) -> pa.Table:
    """Return ids, one probability per horizon, risk band, reasons, model version and date of the features."""
    names = scorer.bundle.catalogue.names
    answers: list[RowScore] = []
    for batch in _batches(table.select(list(names))):
        answers += scorer.score(batch, reasons=reasons)
        report(f"scored {len(answers):,} of {table.num_rows:,} rows")
    columns: dict[str, Any] = {}
    if "entity_id" in table.column_names:
        columns["entity_id"] = table.column("entity_id").cast(pa.string())
    for horizon in scorer.horizons:
        columns[f"probability_{horizon}"] = pa.array(
            [score.probabilities[horizon] for score in answers], pa.float64()
        )
    columns["risk_band"] = pa.array([score.risk_band for score in answers], pa.string())
    for place in range(reasons):
        columns[f"reason_{place + 1}"] = pa.array([_words(score, place) for score in answers], pa.string())
    columns["warnings"] = pa.array(["; ".join(score.warnings) or None for score in answers], pa.string())
    columns["model_version"] = pa.array([scorer.bundle.model_version] * len(answers), pa.string())
    columns["as_of"] = pa.array([as_of] * len(answers), pa.string())
    return pa.table(columns)


def write_scores(scores: pa.Table, path: Path) -> None:
    """Write scores as Parquet or CSV, in which texts that a spreadsheet would run get a quote in front.

    Raises
    ------
    SourceError
        If the suffix is neither.
    """
    if path.suffix not in _SUFFIXES:
        raise SourceError(
            str(path), f"'{path.suffix}' is not a known suffix", f"end with {' or '.join(_SUFFIXES)}"
        )
    if path.suffix == ".parquet":
        produce_atomically(path, lambda draft: pq.write_table(scores, draft, compression="zstd"))
    else:
        produce_atomically(path, lambda draft: pa_csv.write_csv(_defuse(scores), draft))


def _read(path: Path) -> pa.Table:
    """Read Parquet or CSV by suffix."""
    try:
        if path.suffix == ".parquet":
            return pq.read_table(path)
        options = pa_csv.ConvertOptions(strings_can_be_null=True, quoted_strings_can_be_null=False)
        return pa_csv.read_csv(path, convert_options=options)
    except (OSError, pa.ArrowException, UnicodeDecodeError) as error:
        problem = f"cannot be read ({str(error).splitlines()[0]})"
        raise SourceError(
            str(path), problem, "name a Parquet file, or a CSV file with commas and UTF-8"
        ) from error


def _cast(table: pa.Table, name: str, wanted: pa.DataType, file: str) -> pa.Table:
    """Return the table with one column as the wanted type."""
    column = table.column(name)
    try:
        return table.set_column(table.schema.get_field_index(name), name, column.cast(wanted))
    except pa.ArrowException as error:
        reason = str(error).splitlines()[0]
        raise ContractError(
            f"{file}: {name}", f"does not hold {wanted} ({reason})", "mend the column"
        ) from error


def _batches(table: pa.Table) -> Iterator[Sequence[dict[str, Any]]]:
    """Yield the rows in portions."""
    for start in range(0, table.num_rows, BATCH_ROWS):
        yield table.slice(start, BATCH_ROWS).to_pylist()


def _words(score: RowScore, place: int) -> str | None:
    """Return a reason in words, if there are so many."""
    return score.reasons[place].words if place < len(score.reasons) else None


def _defuse(scores: pa.Table) -> pa.Table:
    """Put a quote before texts that begin like a formula."""
    for index, field in enumerate(scores.schema):
        if pa.types.is_string(field.type):
            texts = scores.column(index).to_pylist()
            safe = [f"'{text}" if text and text.startswith(_FORMULA_STARTS) else text for text in texts]
            scores = scores.set_column(index, field.name, pa.array(safe, pa.string()))
    return scores

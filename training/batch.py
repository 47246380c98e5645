"""Score tables of features: the same scores as over HTTP, written with version, date and reasons."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq

from features.catalogue import CUT_PREFIX, Catalogue
from features.errors import ContractError, SourceError
from features.files import produce_atomically
from features.progress import Report, silent
from training.disclosure import ShownCuts
from training.groups import GroupScore
from training.scoring import RowScore, Scorer

BATCH_ROWS = 10_000
PROBABILITY = "probability_"
_ID = "entity_id"
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
    table = _read(path, catalogue)
    demand_features(table.column_names, catalogue, path.name)
    return cast_features(table, catalogue, path.name)


def demand_features(names: Sequence[str], catalogue: Catalogue, where: str) -> None:
    """Demand that the columns of a table hold every feature once; further columns do not matter.

    Raises
    ------
    ContractError
        If a feature is absent or there twice.
    """
    for feature in catalogue:
        found = names.count(feature.name)
        if found != 1:
            hint = "score rows of the same use case: xm-predict build writes them to latest.parquet"
            problem = f"has {'no' if found == 0 else found} column{'s' * (found > 1)} '{feature.name}'"
            raise ContractError(where, problem, hint)


def cast_features(table: pa.Table, catalogue: Catalogue, where: str) -> pa.Table:
    """Return the table with every feature in the type that the model reads.

    Raises
    ------
    ContractError
        If a column holds something else.
    """
    for feature in catalogue:
        wanted = pa.float64() if feature.kind == "number" else pa.string()
        table = _cast(table, feature.name, wanted, where)
    return table


def score_table(
    scorer: Scorer, table: pa.Table, *, as_of: str | None, reasons: int = 0, report: Report = silent
) -> pa.Table:
    """Return ids, forecasts, reasons, model version and date of the features.

    Raises
    ------
    IndividualScoreRefusedError
        If the use case is about employees; see :func:`score_cuts`.
    """
    names = scorer.bundle.catalogue.names
    answers: list[RowScore] = []
    for batch in _batches(table.select(list(names))):
        answers += scorer.score(batch, reasons=reasons)
        report(f"scored {len(answers):,} of {table.num_rows:,} rows")
    columns: dict[str, Any] = {}
    if _ID in table.column_names:
        columns[_ID] = table.column(_ID).cast(pa.string())
    columns |= _forecast_columns(answers)
    for place in range(reasons):
        columns[f"reason_{place + 1}"] = pa.array([_words(score, place) for score in answers], pa.string())
    columns["warnings"] = pa.array([_join_warnings(score) for score in answers], pa.string())
    columns["model_version"] = pa.array([scorer.bundle.model_version] * len(answers), pa.string())
    columns["as_of"] = pa.array([as_of] * len(answers), pa.string())
    return pa.table(columns)


def _join_warnings(score: RowScore) -> str | None:
    """Return what is to be said against a score, None where that is nothing."""
    gaps = [f"{name}: is missing here and never was in training" for name in score.surprising_gaps]
    return "; ".join([*score.warnings, *gaps]) or None


def score_cuts(scorer: Scorer, table: pa.Table, cuts: ShownCuts, *, as_of: str | None) -> pa.Table:
    """Return the forecasts of all groups of all cuts of a table that may be shown.

    Parameters
    ----------
    table
        Features of everybody in the cohort.
    cuts
        Their groups.
    """
    features = {name: table.column(name).to_pylist() for name in scorer.bundle.catalogue.names}
    lines: list[dict[str, Any]] = [
        {"cut": cut, "group": group.name, "people": group.n, **_group_columns(group)}
        for cut in cuts.labels
        for group in scorer.score_groups(features, cuts, cut)
    ]
    stamp = {"model_version": scorer.bundle.model_version, "as_of": as_of}
    return pa.Table.from_pylist([line | stamp for line in lines])


def read_cuts(table: pa.Table) -> dict[str, list[str | None]]:
    """Return by declared cut the group of each row; None where it is not known."""
    return {
        name.removeprefix(CUT_PREFIX): [
            None if cell is None else str(cell) for cell in table.column(name).to_pylist()
        ]
        for name in table.column_names
        if name.startswith(CUT_PREFIX)
    }


def write_scores(scores: pa.Table, path: Path) -> None:
    """Write scores as Parquet or CSV, in which texts that a spreadsheet would run get a quote in front.

    Raises
    ------
    SourceError
        If the suffix is neither.
    """
    demand_suffix(path)
    if path.suffix == ".parquet":
        produce_atomically(path, lambda draft: pq.write_table(scores, draft, compression="zstd"))
    else:
        produce_atomically(path, lambda draft: pa_csv.write_csv(_defuse(scores), draft))


def demand_suffix(path: Path) -> None:
    """Demand a file name from which the form of the file is known.

    Raises
    ------
    SourceError
        If the suffix is neither ``.parquet`` nor ``.csv``.
    """
    if path.suffix not in _SUFFIXES:
        raise SourceError(
            str(path), f"'{path.suffix}' is not a known suffix", f"end with {' or '.join(_SUFFIXES)}"
        )


def day_of(table: pa.Table) -> str | None:
    """Return the day of the features as ISO text, from the first row; None where rows have no day."""
    if "snapshot_date" not in table.column_names or not table.num_rows:
        return None
    day = table.column("snapshot_date")[0].as_py()
    return None if day is None else str(day)


def _forecast_columns(answers: Sequence[RowScore]) -> dict[str, pa.Array]:
    """Return probabilities with the risk band, or the expected answer with its interval and levels."""
    names = list(answers[0].probabilities) if answers else []
    columns = {
        f"{PROBABILITY}{name}": pa.array([score.probabilities[name] for score in answers], pa.float64())
        for name in names
    }
    if answers and answers[0].risk_band is None:
        ends = {
            name: pa.array([getattr(score, name) for score in answers], pa.float64())
            for name in ("value", "low", "high")
        }
        return {"value": ends["value"], "low_90": ends["low"], "high_90": ends["high"], **columns}
    return columns | {"risk_band": pa.array([score.risk_band for score in answers], pa.string())}


def _group_columns(group: GroupScore) -> dict[str, float | str | None]:
    """Return the figures of one group, each with the ends of its likely range."""
    estimates = {f"{PROBABILITY}{name}": share for name, share in group.probabilities.items()}
    if group.value is not None:
        estimates = {"value": group.value, **estimates}
    cells: dict[str, float | str | None] = {}
    for name, estimate in estimates.items():
        cells |= {name: estimate.value, f"{name}_low": estimate.low, f"{name}_high": estimate.high}
    return cells if group.risk_band is None else {**cells, "risk_band": group.risk_band}


def _read(path: Path, catalogue: Catalogue) -> pa.Table:
    """Read Parquet or CSV by suffix; ids and categories stay the texts they are, missing is an empty cell."""
    try:
        if path.suffix == ".parquet":
            return pq.read_table(path)
        options = pa_csv.ConvertOptions(
            column_types=dict.fromkeys((_ID, *catalogue.categories), pa.string()),
            null_values=[""],
            strings_can_be_null=True,
            quoted_strings_can_be_null=False,
        )
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

"""Predictive quality on public data, all figures with intervals.

``python -m tests.bench.quality [DATA SET ...]`` reads every use case of ``tests/usecases`` whose data is
there. Flat tables with a binary label: five-fold out-of-fold with the product's own fit on published folds;
each outer fold is a full, nested fit on the other four. All others (snapshots, ratings): the assessment that
training makes. Progress goes to stderr; on stdout stands one line per data set and last one JSON object:
``{"telco-churn": {"rows": ..., "logloss": ..., ...}, ...}``.
"""

import json
import os
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from sklearn.model_selection import StratifiedKFold

from features.catalogue import Catalogue
from features.flat import read_flat
from features.frame import build
from features.usecase import UseCase, load
from tests.bench.assessed import Figures, assess_usecase, figures_of, to_figures
from training.encoding import Encoder
from training.evaluation import evaluate
from training.models.fit_binary import fit_binary
from training.statistics import Floats, Ints

REPOSITORY = Path(__file__).resolve().parents[2]
USECASES = REPOSITORY / "tests" / "usecases"
N_FOLDS = 5
FOLD_SEED = 20261123

# What the folds of the first ten rows have to be, so that figures of different programs can be compared.
FIRST_FOLDS: Mapping[str, tuple[int, ...]] = {
    "hr-attrition-ibm": (4, 2, 1, 4, 2, 3, 3, 2, 2, 0),
    "telco-churn": (1, 3, 3, 1, 3, 2, 0, 2, 0, 4),
    "telco-churn-11.1.3": (0, 4, 2, 3, 1, 0, 2, 3, 2, 4),
    "airline-satisfaction": (0, 1, 2, 3, 2, 3, 4, 2, 1, 0),
    "ecommerce-churn": (3, 4, 3, 0, 0, 0, 3, 4, 0, 3),
}

# Beside the use case of a data set stands another one of it: where the label of an account is its flag.
VARIANTS: Mapping[str, str] = {"ravenstack-saas (flag)": "ravenstack-saas"}


@dataclass(frozen=True)
class Rows:
    """Hold a flat table in file order."""

    table: pa.Table
    catalogue: Catalogue

    @property
    def target(self) -> Ints:
        """Return the labels."""
        return np.asarray(self.table["target"].to_numpy(), dtype=np.int64)

    def columns(self, rows: npt.NDArray[np.bool_]) -> dict[str, npt.NDArray[Any]]:
        """Return the features of some rows."""
        chosen = self.table.filter(pa.array(rows))
        return {name: chosen[name].to_numpy(zero_copy_only=False) for name in self.catalogue.names}


def data_folder() -> Path:
    """Return where the public data lies: XM_SHARED_DATA, or ``shared/data`` beside the repository."""
    return Path(os.environ.get("XM_SHARED_DATA", REPOSITORY.parent / "shared" / "data"))


def find_usecases(folder: Path, names: Sequence[str] = ()) -> tuple[dict[str, UseCase], dict[str, str]]:
    """Return the use cases by data set, and the reason for each one that is skipped.

    Parameters
    ----------
    folder
        Where the data lies.
    names
        Only these data sets; all when empty.
    """
    files = {path.stem: path for path in sorted(USECASES.glob("*.yaml"))}
    files |= {name: USECASES / "variants" / f"{stem}.yaml" for name, stem in VARIANTS.items()}
    found: dict[str, UseCase] = {}
    skipped: dict[str, str] = {}
    for name, path in files.items():
        if names and name not in names:
            continue
        usecase = load(path, folder)
        absent = [file for file in list_files(usecase) if not (folder / file).exists()]
        if absent:
            skipped[name] = f"{folder / absent[0]} is not there; set XM_SHARED_DATA to its folder"
        else:
            found[name] = usecase
    return found, skipped


def list_files(usecase: UseCase) -> list[str]:
    """Return the files that a use case reads."""
    if usecase.table is not None:
        return [usecase.table.file, *(join.file for join in usecase.table.join)]
    return [source.file for source in usecase.sources.values() if source.file is not None]


def read_in_file_order(usecase: UseCase) -> Rows:
    """Build the feature table and bring it back into the order of the file, which the folds refer to."""
    frame = build(usecase, report=_tell)
    places = {name: row for row, name in enumerate(frame.table["entity_id"].to_pylist())}
    order = [places[name] for name in read_flat(usecase).entity_id]
    return Rows(frame.table.take(pa.array(order)), frame.facts.catalogue)


def deal_folds(target: Ints) -> Ints:
    """Return the fold of each row."""
    folds = np.zeros(target.size, dtype=np.int64)
    splitter = StratifiedKFold(n_splits=N_FOLDS, shuffle=True, random_state=FOLD_SEED)
    for fold, (_, test) in enumerate(splitter.split(target, target)):
        folds[test] = fold
    return folds


def predict_out_of_fold(rows: Rows, folds: Ints) -> Floats:
    """Return for each row the forecast of a model that was fitted on the other folds alone."""
    target, forecasts = rows.target, np.full(folds.size, np.nan)
    for fold in range(N_FOLDS):
        started = time.perf_counter()
        learned, judged = folds != fold, folds == fold
        encoder = Encoder.fit(rows.columns(learned), rows.catalogue)
        fit = fit_binary(encoder.encode(rows.columns(learned)), target[learned], seed=fold)
        matrix = encoder.encode(rows.columns(judged)).matrix
        forecasts[judged] = fit.model.probabilities(matrix)[:, 0]
        _tell(f"fold {fold + 1} of {N_FOLDS}: {time.perf_counter() - started:.0f} s")
    return forecasts


def measure(name: str, usecase: UseCase) -> Figures:
    """Return the figures of one data set.

    Raises
    ------
    ValueError
        If the folds are not the published ones: the figures could not be compared.
    """
    if usecase.outcome != "binary":
        return assess_usecase(usecase, _tell)
    rows = read_in_file_order(usecase)
    folds = deal_folds(rows.target)
    expected = FIRST_FOLDS.get(name, tuple(folds[:10].tolist()))
    if tuple(folds[:10].tolist()) != expected:
        message = f"{name}: the first rows fall into folds {folds[:10].tolist()}, not {list(expected)}"
        raise ValueError(message)
    return figures_of(evaluate(rows.target, predict_out_of_fold(rows, folds)))


def main(names: Sequence[str]) -> None:
    """Measure the data sets that are there and write the figures."""
    found, skipped = find_usecases(data_folder(), names)
    for name, reason in skipped.items():
        _tell(f"skipped {name}: {reason}")
    plain: dict[str, dict[str, Any]] = {}
    for name, usecase in found.items():
        _tell(f"{name}: {usecase.outcome}")
        started = time.perf_counter()
        figures = measure(name, usecase)
        seconds = time.perf_counter() - started
        plain[name] = {**to_figures(figures), "seconds": round(seconds, 1)}
        sys.stdout.write(f"{name}: {figures.describe()}, {seconds:.0f} s\n")
    sys.stdout.write(json.dumps(plain) + "\n")


def _tell(line: str) -> None:
    """Write a line of progress."""
    sys.stderr.write(f"{line}\n")


if __name__ == "__main__":
    main(sys.argv[1:])

"""Runs in MLflow: SQLite and a local folder by default, any tracking server by MLFLOW_TRACKING_URI."""

import logging
import os
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import mlflow
from mlflow.data.dataset_source_registry import resolve_dataset_source
from mlflow.data.meta_dataset import MetaDataset
from mlflow.exceptions import MlflowException
from mlflow.types.schema import ColSpec, Schema, TensorSpec

from features.addresses import DRIVEN, UnreachableError, mask, read_address, with_driver
from features.catalogue import Catalogue
from features.errors import RegistryError
from features.failpoints import reach
from features.files import alone, produce_atomically
from training.registry.patience import patiently, refusal

EXPERIMENT = "xm-predict"
_MAX_PARAM_CHARACTERS = 500
_QUIET = {"MLFLOW_DISABLE_TELEMETRY": "true", "MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR": "false"}
# They tell of database set-up and of each step of logging; their warnings and errors still show.
_CHATTY = ("alembic", "mlflow.tracking", "mlflow.pyfunc", "mlflow.models.model")
_LOCK_OF_TABLES = 7_346_019_212_004
_DATABASES = ("postgresql", "mysql", "mssql")
# It writes the whole stack of a locked database before the error comes that is told in one line.
_NOISY = ("mlflow.store.db.utils",)


def connect(folder: Path) -> str:
    """Choose where runs and models are kept.

    Parameters
    ----------
    folder
        Where ``mlflow.db`` and ``mlartifacts/`` go when ``MLFLOW_TRACKING_URI`` is not set.

    Returns
    -------
    str
        The tracking URI in use; it may hold a password, see :func:`features.addresses.mask`.

    Raises
    ------
    RegistryError
        If it cannot be reached.
    """
    for name, setting in _QUIET.items():
        os.environ.setdefault(name, setting)
    for name in _CHATTY:
        logging.getLogger(name).setLevel(logging.WARNING)
    for name in _NOISY:
        logging.getLogger(name).setLevel(logging.CRITICAL)
    folder = folder.resolve()
    given = os.environ.get("MLFLOW_TRACKING_URI")
    uri = f"sqlite:///{_make_database(folder / 'mlflow.db')}" if given is None else with_driver(given)
    # A server says where artifacts go; a database alone would have them below whatever folder this is.
    is_ours = given is None or uri.startswith(_DATABASES)
    artifacts = (folder / "mlartifacts").as_uri() if is_ours else None
    mlflow.set_tracking_uri(uri)
    mlflow.set_registry_uri(os.environ.get("MLFLOW_REGISTRY_URI", uri))
    where = f"MLflow at {mask(uri)}"
    try:
        with _alone_at(uri, where):
            patiently(where, lambda: _make_experiment(artifacts))
    except OSError as error:
        raise refusal(where, error) from error
    return uri


def _make_database(file: Path) -> Path:
    """Let the database of a folder be there, whole; MLflow fails at making it twice at once, or the rest."""
    file.parent.mkdir(parents=True, exist_ok=True)
    with alone(file.with_name(".mlflow.lock")):
        if not file.exists():
            reach("database.before")
            where = f"MLflow at sqlite:///{file}"
            patiently(where, lambda: produce_atomically(file, _make_tables))
    return file


@contextmanager
def _alone_at(uri: str, where: str) -> Iterator[None]:
    """Let nobody else make MLflow's tables in the same PostgreSQL: it fails at making them twice at once."""
    if not uri.startswith(f"{DRIVEN}://") or "?" in uri:
        yield
        return
    try:
        with read_address(uri, "MLFLOW_TRACKING_URI").alone(_LOCK_OF_TABLES):
            yield
    except UnreachableError as error:
        raise RegistryError(where, error.problem, "check MLFLOW_TRACKING_URI") from None


def _make_tables(file: Path) -> None:
    """Let MLflow make its tables in an empty file."""
    mlflow.MlflowClient(f"sqlite:///{file}").search_experiments(max_results=1)


def _make_experiment(artifacts: str | None) -> None:
    """Let the experiment be there; another process may be making it as well."""
    if mlflow.get_experiment_by_name(EXPERIMENT) is not None:
        return
    try:
        mlflow.create_experiment(EXPERIMENT, artifact_location=artifacts)
    except MlflowException as error:
        if error.error_code != "RESOURCE_ALREADY_EXISTS":
            raise


@dataclass(frozen=True)
class DatasetNote:
    """Name the rows that a run learned from; the rows themselves stay where they are.

    Attributes
    ----------
    digest
        At most 36 characters that change with the content.
    location
        Where the rows are kept.
    """

    name: str
    digest: str
    location: Path
    catalogue: Catalogue


@dataclass(frozen=True)
class RunLog:
    """Hold what one run leaves in MLflow.

    Attributes
    ----------
    files
        Folder in the run's artifacts -> local files.
    figures
        Path in the run's artifacts -> matplotlib figure.
    """

    parameters: Mapping[str, object]
    metrics: Mapping[str, float]
    tags: Mapping[str, str]
    dataset: DatasetNote
    files: Mapping[str, Sequence[Path]]
    figures: Mapping[str, object]


@contextmanager
def tracked_run(name: str) -> Iterator[str]:
    """Open a run, or the one that ``mlflow run`` has opened already.

    Yields
    ------
    str
        The run id. A run that ends with an error is marked FAILED by MLflow.
    """
    if "MLFLOW_RUN_ID" not in os.environ:
        patiently("MLflow", lambda: mlflow.set_experiment(EXPERIMENT))
    run = patiently("MLflow", lambda: mlflow.active_run() or mlflow.start_run(run_name=name))
    reach("run.started")
    try:
        yield run.info.run_id
    except BaseException:  # whatever ended the block, the run was not finished
        patiently("MLflow", lambda: mlflow.end_run("FAILED"))
        raise
    reach("run.ending")
    patiently("MLflow", mlflow.end_run)


def record(run_log: RunLog) -> None:
    """Write parameters, metrics, tags and files to the open run."""
    short = {key: str(value)[:_MAX_PARAM_CHARACTERS] for key, value in run_log.parameters.items()}
    patiently("MLflow", lambda: mlflow.log_params(short))
    patiently("MLflow", lambda: mlflow.log_metrics(dict(run_log.metrics)))
    patiently("MLflow", lambda: mlflow.set_tags(dict(run_log.tags)))
    reach("run.noted")
    patiently("MLflow", lambda: _record_dataset(run_log.dataset))
    for folder, files in run_log.files.items():
        for file in files:
            patiently("MLflow", partial(mlflow.log_artifact, str(file), artifact_path=folder))
    reach("run.filed")
    for path, figure in run_log.figures.items():
        patiently("MLflow", partial(mlflow.log_figure, figure, path))


def record_figures(
    metrics: Mapping[str, float], tags: Mapping[str, str], files: Mapping[str, Sequence[Path]]
) -> None:
    """Write metrics, tags and files to the open run: of work that leaves no model."""
    patiently("MLflow", lambda: mlflow.log_metrics(dict(metrics)))
    patiently("MLflow", lambda: mlflow.set_tags(dict(tags)))
    for folder, local in files.items():
        for file in local:
            patiently("MLflow", partial(mlflow.log_artifact, str(file), artifact_path=folder))


def record_below(name: str, parameters: Mapping[str, object], metrics: Mapping[str, float]) -> None:
    """Write a run of its own below the open one: a trial of a search."""
    with patiently("MLflow", lambda: mlflow.start_run(run_name=name, nested=True)):
        patiently("MLflow", lambda: mlflow.log_params(dict(parameters)))
        patiently("MLflow", lambda: mlflow.log_metrics(dict(metrics)))


class _Columns(MetaDataset):
    """A data set of which MLflow is told name, digest, columns and place, but no values."""

    @property
    def profile(self) -> None:
        """Return nothing: a profile would be made of values."""


def _record_dataset(note: DatasetNote) -> None:
    """Say which rows were used: name, digest, schema, place; no values."""
    columns: list[ColSpec | TensorSpec] = [
        ColSpec("double" if feature.kind == "number" else "string", feature.name)
        for feature in note.catalogue
    ]
    with warnings.catch_warnings():
        # MLflow registers its source of local folders twice and then finds the choice ambiguous.
        warnings.filterwarnings("ignore", "The specified dataset source can be interpreted in multiple ways")
        source = resolve_dataset_source(note.location.resolve().as_uri())
    dataset = _Columns(source=source, name=note.name, digest=note.digest, schema=Schema(columns))
    mlflow.log_input(dataset, context="training")

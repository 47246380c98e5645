"""Runs in MLflow: SQLite and a local folder by default, any tracking server by MLFLOW_TRACKING_URI."""

import logging
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import mlflow
from mlflow.exceptions import MlflowException
from sqlalchemy.exc import SQLAlchemyError

from features.errors import RegistryError

EXPERIMENT = "xm-predict"
_MAX_PARAM_CHARACTERS = 500


def connect(folder: Path) -> str:
    """Choose where runs and models are kept.

    Parameters
    ----------
    folder
        Where ``mlflow.db`` and ``mlartifacts/`` go when ``MLFLOW_TRACKING_URI`` is not set.

    Returns
    -------
    str
        The tracking URI in use.

    Raises
    ------
    RegistryError
        If it cannot be reached.
    """
    os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")
    _quiet_migrations()
    folder = folder.resolve()
    uri = os.environ.get("MLFLOW_TRACKING_URI")
    artifacts: str | None = None
    if uri is None:
        folder.mkdir(parents=True, exist_ok=True)
        uri = f"sqlite:///{folder / 'mlflow.db'}"
        artifacts = (folder / "mlartifacts").as_uri()
    mlflow.set_tracking_uri(uri)
    mlflow.set_registry_uri(os.environ.get("MLFLOW_REGISTRY_URI", uri))
    try:
        if mlflow.get_experiment_by_name(EXPERIMENT) is None:
            mlflow.create_experiment(EXPERIMENT, artifact_location=artifacts)
    except (MlflowException, SQLAlchemyError, OSError) as error:
        raise RegistryError(f"MLflow at {uri}", _first_line(error), "check MLFLOW_TRACKING_URI") from error
    return uri


@dataclass(frozen=True)
class RunLog:
    """Hold what one run leaves in MLflow.

    Attributes
    ----------
    files
        Artifact path -> local file.
    """

    parameters: Mapping[str, object]
    metrics: Mapping[str, float]
    tags: Mapping[str, str]
    files: Mapping[str, Path]


@contextmanager
def tracked_run(name: str) -> Iterator[str]:
    """Open a run, or the one that ``mlflow run`` has opened already.

    Yields
    ------
    str
        The run id. A run that ends with an error is marked FAILED by MLflow.
    """
    if "MLFLOW_RUN_ID" not in os.environ:
        mlflow.set_experiment(EXPERIMENT)
    with mlflow.start_run(run_name=name) as run:
        yield run.info.run_id


def record(run_log: RunLog) -> None:
    """Write parameters, metrics, tags and files to the open run."""
    for key, value in run_log.parameters.items():
        mlflow.log_param(key, str(value)[:_MAX_PARAM_CHARACTERS])
    mlflow.log_metrics(dict(run_log.metrics))
    mlflow.set_tags(dict(run_log.tags))
    for path, file in run_log.files.items():
        mlflow.log_artifact(str(file), artifact_path=path or None)


def _quiet_migrations() -> None:
    """Keep the log of MLflow's own database set-up off the terminal; its warnings and errors still show."""
    for name in ("alembic", "mlflow.store.db.utils", "mlflow.tracking"):
        logging.getLogger(name).setLevel(logging.WARNING)


def _first_line(error: Exception) -> str:
    """Return the first line of a library's message."""
    return (str(error).splitlines() or [type(error).__name__])[0]

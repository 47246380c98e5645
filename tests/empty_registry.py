"""The empty database of a registry, made once in a run of the tests: MLflow takes seconds to make one."""

import shutil
from pathlib import Path

import mlflow
import pytest

from tests.made_once import made_once

FILE_NAME = "mlflow.db"


def lay_registry(factory: pytest.TempPathFactory, out: Path) -> Path:
    """Lay the empty database of a registry into a workspace that has none, as its first run would.

    Tests of how a database comes to be do without it.

    Parameters
    ----------
    factory
        Of pytest: the database is made by the worker that asks first.
    out
        The workspace.

    Returns
    -------
    Path
        The workspace.
    """
    empty = made_once(factory, "empty-registry", _make_tables)
    out.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(empty, out / FILE_NAME)
    return out


def _make_tables(folder: Path) -> Path:
    """Let MLflow make its tables."""
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / FILE_NAME
    mlflow.MlflowClient(f"sqlite:///{file}").search_experiments(max_results=1)
    return file

"""A real registry in SQLite, made once; every test takes a name of its own."""

import itertools
from collections.abc import Callable, Iterator
from pathlib import Path

import mlflow
import pytest

from tests.empty_registry import lay_registry
from training import registry

_numbers = itertools.count(1)


@pytest.fixture(scope="session")
def tracking_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return lay_registry(tmp_path_factory, tmp_path_factory.mktemp("registry"))


@pytest.fixture
def connected(tracking_folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Connect to the registry, and yield its address."""
    for name in ("MLFLOW_TRACKING_URI", "MLFLOW_REGISTRY_URI", "MLFLOW_RUN_ID"):
        monkeypatch.delenv(name, raising=False)
    yield registry.connect(tracking_folder)
    mlflow.set_tracking_uri("")
    mlflow.set_registry_uri("")


@pytest.fixture
def usecase(connected: str) -> str:
    """Return the name of a use case without versions."""
    return f"usecase{next(_numbers)}"


@pytest.fixture
def make_versions(usecase: str) -> Callable[[int], None]:
    """Return what registers empty versions of the use case."""

    def make(count: int) -> None:
        registry.versions.make_model(usecase)
        for _ in range(count):
            mlflow.MlflowClient().create_model_version(usecase, source="s3://nowhere/model")

    return make

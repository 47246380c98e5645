"""A real registry in SQLite, made once; every test takes a name of its own."""

import itertools
from collections.abc import Callable, Iterator
from pathlib import Path

import mlflow
import pytest

from tests.empty_registry import lay_registry
from tests.training.runs.registering import forgetting
from training import registry

_numbers = itertools.count(1)


@pytest.fixture(scope="session")
def tracking_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return lay_registry(tmp_path_factory, tmp_path_factory.mktemp("registry"))


@pytest.fixture
def connected(tracking_folder: Path) -> Iterator[str]:
    """Connect to the registry, and yield its address."""
    with forgetting():
        yield registry.connect(tracking_folder)


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

"""Settings of all tests: nothing phones home, property tests draw the same examples in every run."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

from tests.postgresql import Server, run_server
from tests.spark_session import run_spark, skip_without_spark

os.environ.update(MLFLOW_DISABLE_TELEMETRY="true", DO_NOT_TRACK="true", BENTOML_DO_NOT_TRACK="True")

settings.register_profile(
    "steady",
    max_examples=100,
    derandomize=True,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("steady")

_ROOT = Path(__file__).parents[1]
_SPARK = "spark"  # name of folders whose tests need a session: one worker has one
# Folders whose conftest.py holds nothing that one worker alone has to keep: their files are dealt out singly.
_SHARED_BY_WORKERS = {Path("tests/training"), Path("tests/training/runs")}


class _ByHome(LoadScopeScheduling):  # type: ignore[misc] # a base without types
    """Keep tests that share costly fixtures on one worker: a folder with a conftest.py, Spark, or a file.

    What :func:`tests.made_once.made_once` makes is there for all workers and needs no such home.
    """

    def _split_scope(self, nodeid: str) -> str:
        file = Path(nodeid.partition("::")[0])
        if _SPARK in file.parts:
            return _SPARK
        return next((str(folder) for folder in file.parents[:-2] if _is_home(folder)), str(file))


def _is_home(folder: Path) -> bool:
    """Tell whether one worker has to run all tests of a folder."""
    return folder not in _SHARED_BY_WORKERS and (_ROOT / folder / "conftest.py").is_file()


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> LoadScopeScheduling:
    """Deal out the tests when several workers run them."""
    return _ByHome(config, log)


@pytest.fixture(scope="module", autouse=True)
def same_registry() -> Iterator[None]:
    """Forget the registry that tests of a file chose: MLflow writes it into the environment."""
    names = ("MLFLOW_TRACKING_URI", "MLFLOW_REGISTRY_URI", "MLFLOW_RUN_ID")
    before = {name: os.environ[name] for name in names if name in os.environ}
    yield
    for name in names:
        os.environ.pop(name, None)
    os.environ.update(before)


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Return the folder with the public data sets; tests that need it are skipped where it is not."""
    beside = Path(__file__).resolve().parents[2] / "shared" / "data"
    folder = Path(os.environ.get("XM_SHARED_DATA", beside))
    if not folder.is_dir():
        pytest.skip(f"the public data sets are not here: no folder {folder} (XM_SHARED_DATA names another)")
    return folder


@pytest.fixture(scope="session")
def spark(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """Return a Spark session; tests that need it are skipped where there is no pyspark or no Java."""
    skip_without_spark()
    with run_spark(tmp_path_factory.mktemp("spark")) as session:
        yield session


@pytest.fixture(scope="session")
def postgresql() -> Iterator[Server]:
    """Return a PostgreSQL of our own; tests that need it are skipped where it is not installed."""
    with run_server() as server:
        yield server

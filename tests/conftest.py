"""Settings of all tests: nothing phones home, property tests draw the same examples in every run."""

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

os.environ.update(MLFLOW_DISABLE_TELEMETRY="true", DO_NOT_TRACK="true", BENTOML_DO_NOT_TRACK="True")

settings.register_profile(
    "steady",
    max_examples=100,
    derandomize=True,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("steady")


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Return the folder with the public data sets; tests that need it are skipped where it is not."""
    beside = Path(__file__).resolve().parents[2] / "shared" / "data"
    folder = Path(os.environ.get("XM_SHARED_DATA", beside))
    if not folder.is_dir():
        pytest.skip(f"the public data sets are not here: no folder {folder} (XM_SHARED_DATA names another)")
    return folder

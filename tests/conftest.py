"""Settings of all tests: nothing phones home, property tests draw the same examples in every run."""

import os

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

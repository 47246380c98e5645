"""The model registry: where runs are logged, and which version of a use case is champion or challenger."""

from training.registry.tracking import DatasetNote, RunLog, connect, record, tracked_run
from training.registry.versions import (
    CHALLENGER,
    CHAMPION,
    RegisteredBundle,
    champion_names,
    fetch,
    fetch_champion,
    find_version,
    register,
    set_alias,
)

__all__ = [
    "CHALLENGER",
    "CHAMPION",
    "DatasetNote",
    "RegisteredBundle",
    "RunLog",
    "champion_names",
    "connect",
    "fetch",
    "fetch_champion",
    "find_version",
    "record",
    "register",
    "set_alias",
    "tracked_run",
]

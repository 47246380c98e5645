"""The model registry: where runs are logged, and which version of a use case is champion or challenger."""

from training.registry.ledger import (
    Entry,
    LostError,
    Standing,
    move_champion,
    read_standing,
    settle_alias,
)
from training.registry.tracking import DatasetNote, RunLog, connect, record, record_below, tracked_run
from training.registry.versions import (
    CHALLENGER,
    CHAMPION,
    RegisteredBundle,
    champion_names,
    fetch,
    fetch_champion,
    fetch_file,
    find_note,
    find_training_day,
    find_version,
    note,
    register,
    set_alias,
)

__all__ = [
    "CHALLENGER",
    "CHAMPION",
    "DatasetNote",
    "Entry",
    "LostError",
    "RegisteredBundle",
    "RunLog",
    "Standing",
    "champion_names",
    "connect",
    "fetch",
    "fetch_champion",
    "fetch_file",
    "find_note",
    "find_training_day",
    "find_version",
    "move_champion",
    "note",
    "read_standing",
    "record",
    "record_below",
    "register",
    "set_alias",
    "settle_alias",
    "tracked_run",
]

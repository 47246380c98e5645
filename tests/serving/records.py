"""Where the books of a service under test lie: never in the folder from which the tests are run."""

from pathlib import Path
from typing import Any

from serving.call_settings import CallSettings

# Nobody waits for the end of a stream in a test.
LISTEN_SECONDS = 0.5


def keep_in(folder: Path) -> dict[str, Any]:
    """Return settings that keep what the service writes and is left to read in a folder of the test."""
    return {
        "audit": folder / "audit",
        "sessions": folder / "sessions",
        "journal": folder / "journal",
        "wishes": folder / "wishes",
        "actions": folder / "actions",
        "health": folder / "monitoring",
        "calls": CallSettings(folder / "calls", max_listen_seconds=LISTEN_SECONDS),
        "pseudonym_key": folder / "secret" / "pseudonyms.key",
    }

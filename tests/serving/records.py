"""Where the books of a service under test lie: never in the folder from which the tests are run."""

from pathlib import Path
from typing import Any


def keep_in(folder: Path) -> dict[str, Any]:
    """Return settings that keep what the service writes in a folder of the test."""
    return {
        "audit": folder / "audit",
        "sessions": folder / "sessions",
        "journal": folder / "journal",
        "wishes": folder / "wishes",
        "pseudonym_key": folder / "secret" / "pseudonyms.key",
    }

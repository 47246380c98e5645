"""Where the books of a service under test lie: never in the folder from which the tests are run."""

from pathlib import Path
from typing import Any


def keep_in(folder: Path) -> dict[str, Any]:
    """Return settings that keep audit log, predictions, secret and wishes in a folder of the test."""
    return {
        "audit": folder / "audit",
        "journal": folder / "journal",
        "wishes": folder / "wishes",
        "pseudonym_key": folder / "secret" / "pseudonyms.key",
    }

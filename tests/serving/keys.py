"""Keys for tests: real ones, in a file of their own."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from serving.access.issuing import create_key
from serving.access.records import now_utc

LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


def make_key(path: Path, role: str = "analyst", **limits: Any) -> str:
    """Make a key and return it as people copy it."""
    return create_key(path, role, **{"now": now_utc(), **limits}).token.text


def bearer(key: str) -> dict[str, str]:
    """Return the header that shows a key."""
    return {"authorization": f"Bearer {key}"}

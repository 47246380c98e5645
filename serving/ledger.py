"""Actions and their effects as the ledger shows them: ``<folder>/<use case>/ledger.json``, without a name."""

from pathlib import Path
from typing import Any, Literal

import msgspec

from serving.plain_files import find_plain

FILE = "ledger.json"


class _Outline(msgspec.Struct, frozen=True):
    """Hold what is shown of the summary of a ledger."""

    format: Literal["xm-predict actions"]
    format_version: Literal[1]
    shown: dict[str, Any] | None


def find_actions(folder: Path, usecase: str) -> dict[str, Any] | None:
    """Return what pages show of the actions of a use case; None where there are none. Blocks.

    Raises
    ------
    SourceError
        If there is a file that cannot be used.
    """
    problem, hint = "is no summary of an action ledger", "run 'xm-predict actions list' again"
    return find_plain(folder, usecase, FILE, _read_shown, problem=problem, hint=hint)


def _read_shown(content: bytes) -> dict[str, Any] | None:
    """Return what is shown of a summary."""
    return msgspec.json.decode(content, type=_Outline).shown

"""Actions and their effects as the ledger shows them: ``<folder>/<use case>/ledger.json``, without a name."""

from pathlib import Path
from typing import Any, Literal

import msgspec

from features.errors import SourceError
from serving.plain_files import NAME, read_plain, refuse_links

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
    if not NAME.fullmatch(usecase):
        return None
    path = folder / usecase / FILE
    try:
        refuse_links(path, folder)
        return msgspec.json.decode(read_plain(path), type=_Outline).shown
    except FileNotFoundError:
        return None
    except (OSError, msgspec.MsgspecError, UnicodeDecodeError, RecursionError, ValueError) as error:
        problem = f"is no summary of an action ledger ({type(error).__name__})"
        raise SourceError(str(path), problem, "run 'xm-predict actions list' again") from error

"""``python -m serving.audit``: what ``xm-predict audit`` asks, one JSON object in, one out.

The command line belongs to training, which knows nothing of serving; so it asks this process.
"""

import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

import msgspec

from features.errors import XmError
from serving.audit.checking import show, verify
from serving.audit.lines import Entry
from serving.audit.retaining import retain
from serving.audit.trail import Trail

_COLUMNS = ("sequence", "time", "action", "decision", "code", "role", "key", "usecase", "unit", "purpose")


class Order(msgspec.Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """Hold one order; the fields are the parameters of the verb ``audit`` or what others write down."""

    action: Literal["verify", "show", "append", "retain"]
    folder: str
    head: str = ""
    after: str = ""
    last: int = 20
    entry: Entry | None = None
    days: int = 0
    override: str = ""
    is_dry: bool = False


class BrokenChainError(XmError):
    """Report a log that was changed."""


def carry_out(order: Order) -> dict[str, Any]:
    """Carry an order out and return what the command line writes.

    Raises
    ------
    InputError
        If there is no log.
    BrokenChainError
        If the log is not one unbroken chain.
    AuditError
        If a line cannot be written.
    """
    folder = Path(order.folder)
    if order.entry is not None:
        head = Trail(folder).append([order.entry], datetime.now(UTC))
        return {"text": "", "content": {"sequence": head.sequence, "head": head.hash}}
    if order.action == "retain":
        now = datetime.now(UTC)
        gone = retain(folder, order.days, now=now, override=order.override, is_dry=order.is_dry)
        return {
            "text": "",
            "content": {"files": gone.files, "lines": gone.lines, "last_hash": gone.last_hash},
        }
    if order.action == "show":
        lines = show(folder, order.last)
        return {"text": "\n".join(map(_spell, lines)), "content": {"folder": str(folder), "lines": lines}}
    verdict = verify(folder, head=order.head, after=order.after)
    if verdict.problem is not None:
        raise BrokenChainError(str(folder), verdict.problem, f"{verdict.n_lines} lines before it are sound")
    text = f"{verdict.n_lines} lines in {verdict.n_files} files are one unbroken chain\n"
    text += f"head {verdict.head.hash}"
    content = {"lines": verdict.n_lines, "files": verdict.n_files, "head": verdict.head.hash}
    return {"text": text, "content": {"folder": str(folder), **content}}


def main() -> int:
    """Read an order, write its outcome or the error; return the exit code of the command line."""
    code, answer = 0, {}
    try:
        answer = carry_out(msgspec.json.decode(sys.stdin.buffer.read(), type=Order))
    except XmError as error:
        code = error.exit_code
        answer = {"error": {"where": error.where, "problem": error.problem, "hint": error.hint}}
    sys.stdout.write(msgspec.json.encode(answer).decode())
    return code


def _spell(line: dict[str, Any]) -> str:
    """Return a line for people."""
    if line.get("damaged"):
        return "(damaged line)"
    cells = [str(line.get(name, "")) for name in _COLUMNS]
    return "  ".join(cell for cell in [*cells, f"n={line.get('count', '')}"] if cell)


if __name__ == "__main__":
    sys.exit(main())

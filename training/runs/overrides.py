"""What people decided against a score: a line each, about a pseudonym, without the score."""

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from features.errors import ContractError
from features.files import alone, write_atomically


@dataclass(frozen=True)
class Override:
    """Hold one decision.

    Attributes
    ----------
    time
        When it was written down, in UTC.
    person
        Pseudonym of whom it is about.
    by
        Who decided.
    reason
        Why, in their words.
    """

    time: str
    person: str
    by: str
    reason: str


def list_overrides(path: Path) -> Iterator[Override]:
    """Yield what was decided, oldest first; nothing where there is no file.

    Raises
    ------
    ContractError
        If a line is not one of these.
    """
    lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    for number, line in enumerate(lines, start=1):
        try:
            yield Override(**json.loads(line))
        except (ValueError, TypeError) as error:
            problem = f"line {number} is no decision ({type(error).__name__})"
            raise ContractError(str(path), problem, "take the line out, or put back a copy") from error


def add_override(path: Path, override: Override) -> None:
    """Add a decision; the file is for its owner alone."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with alone(path.with_name(f".{path.name}.lock")):
        before = path.read_text(encoding="utf-8") if path.exists() else ""
        line = json.dumps(asdict(override), ensure_ascii=False)
        write_atomically(path, f"{before}{line}\n", mode=0o600)

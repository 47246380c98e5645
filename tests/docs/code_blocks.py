"""The fenced blocks of the documentation, and the commands in them."""

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", ROOT / "SECURITY.md", *sorted((ROOT / "docs").rglob("*.md"))]
FENCE = re.compile(r"^```([^\n]*)\n(.*?)^```", re.MULTILINE | re.DOTALL)
# A command ends where another begins, where its output goes, or where it is embedded.
END = re.compile(r"\s(?:\||2?>>?|&&|\|\||;|&)(?:\s|$)|\)(?=[\s\"'].*|$)")


@dataclass(frozen=True)
class Block:
    """One fenced block: where it stands, its language, its text."""

    page: str
    line: int
    language: str
    text: str

    def __str__(self) -> str:
        return f"{self.page}:{self.line}"


def all_blocks() -> Iterator[Block]:
    """Yield every fenced block of README, SECURITY and docs."""
    for path in PAGES:
        text = path.read_text(encoding="utf-8")
        for found in FENCE.finditer(text):
            line = text.count("\n", 0, found.start()) + 1
            yield Block(path.relative_to(ROOT).as_posix(), line, found[1].strip(), found[2])


def command_lines(block: Block) -> list[str]:
    """Return the commands of a console block, continued lines joined; with prompts, what follows them."""
    text = block.text.replace("\\\n", " ")
    if not re.search(r"^\$ ", text, re.MULTILINE):
        return text.splitlines()
    return [line.removeprefix("$ ") for line in text.splitlines() if line.startswith("$ ")]


def calls_of(program: str, line: str) -> Iterator[list[str]]:
    """Yield the arguments of each call of a program in a line.

    Examples
    --------
    >>> list(calls_of("xm-predict", "K=$(xm-predict keys create --role app) && xm-predict serve  # now"))
    [['keys', 'create', '--role', 'app'], ['serve']]
    """
    for found in re.finditer(rf"(?<![\w/.:-])(?<!-name ){re.escape(program)} (?=\S)", line):
        rest = line[found.end() :]
        end = END.search(f"{rest} ")
        yield shlex.split(rest[: end.start()] if end else rest, comments=True)

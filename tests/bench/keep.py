"""Keep the figures of a bench: the last line that it prints, as JSON, in ``docs/figures/<bench>.json``.

``python -m tests.bench.keep bench-text -- make bench-text`` runs it and shows all it prints; ``make
bench-all`` does so for every bench. What README and docs quote is compared with these files
(``tests/docs/test_figures.py``).
"""

import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from features.files import write_atomically

FOLDER = Path(__file__).parents[2] / "docs" / "figures"


def keep(bench: str, command: Sequence[str], folder: Path = FOLDER) -> dict[str, Any]:
    """Run a bench and keep the JSON object of its last line, also where it misses a goal.

    Raises
    ------
    SystemExit
        If its last line is no JSON object, which changes nothing; or if it ended with another code than 0,
        as benches do that miss a goal.
    """
    last = ""
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, encoding="utf-8") as running:
        for line in running.stdout or ():
            sys.stdout.write(line)
            last = line if line.strip() else last
    figures = figures_in(bench, last)
    folder.mkdir(parents=True, exist_ok=True)
    write_atomically(folder / f"{bench}.json", json.dumps(figures, indent=1, sort_keys=True) + "\n")
    if running.returncode != 0:
        message = f"{bench} ended with {running.returncode}: it missed a goal; its figures are kept"
        raise SystemExit(message)
    return figures


def figures_in(bench: str, line: str) -> dict[str, Any]:
    """Return the figures of a line; a line without any ends the program."""
    try:
        figures = json.loads(line)
    except json.JSONDecodeError:
        figures = None
    if not isinstance(figures, dict):
        message = f"{bench}: the last line is no JSON object: {line[:80]!r}"
        raise SystemExit(message)
    return figures


if __name__ == "__main__":
    keep(sys.argv[1], sys.argv[3:])

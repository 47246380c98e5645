"""What the promises of the service were tested with: the table of docs/reliability.md, which is shipped."""

import re
from importlib import resources
from pathlib import Path

_ROW = re.compile(r"^\| (?P<promise>[^|]+) \| (?P<test>[^|]+) \| (?P<measured>[^|]+) \| (?P<state>[^|]+) \|$")
_FILE = "reliability.md"


def list_evidence() -> list[dict[str, str]]:
    """Return promise, test, what was measured and whether it is met, in the order of the page.

    Examples
    --------
    >>> sorted(list_evidence()[0])
    ['measured', 'promise', 'state', 'test']
    """
    text = _find_page().read_text(encoding="utf-8")
    rows = [found.groupdict() for line in text.splitlines() if (found := _ROW.match(line))]
    return [
        {name: cell.replace("`", "").strip() for name, cell in row.items()}
        for row in rows
        if row["promise"].strip() != "promise" and not row["promise"].startswith("---")
    ]


def _find_page() -> Path:
    """Return the page: beside the package in an installed wheel, under ``docs`` in a checkout."""
    shipped = Path(str(resources.files("training"))) / _FILE
    return shipped if shipped.exists() else Path(__file__).parents[3] / "docs" / _FILE

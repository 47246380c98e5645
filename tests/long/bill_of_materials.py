"""The bill of materials: what CycloneDX makes of the lock, with the licences that installed packages state.

``python -m tests.long.bill_of_materials TOOL LOCK FILE`` writes it; ``make sbom`` calls this.
"""

import json
import subprocess
import sys
from importlib import metadata
from pathlib import Path
from typing import Any

from features.files import write_atomically


def make_bill(tool: Path, lock: Path) -> dict[str, Any]:
    """Return the bill of a lock as CycloneDX has it; same lock, same bill.

    Parameters
    ----------
    tool
        The program ``cyclonedx-py``.
    lock
        File of exact versions.
    """
    command = [str(tool), "requirements", str(lock), "--output-reproducible", "--of", "JSON", "-o", "-"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    bill: dict[str, Any] = json.loads(done.stdout)
    for component in bill["components"]:
        licence = licence_of(component["name"])
        if licence:
            component["licenses"] = [{"license": {"name": licence}}]
    return bill


def licence_of(package: str) -> str | None:
    """Return the licence that an installed package states: an expression, else what its classifiers say."""
    try:
        stated = metadata.metadata(package)
    except metadata.PackageNotFoundError:
        return None
    if "License-Expression" in stated:
        return str(stated["License-Expression"])
    classified = [
        text.rpartition(" :: ")[2]
        for text in stated.get_all("Classifier") or []
        if text.startswith("License :: ") and text != "License :: OSI Approved"
    ]
    words = str(stated["License"]).strip().splitlines() if "License" in stated else []
    return " AND ".join(classified) or (words[0][:100] if words else None)


if __name__ == "__main__":
    write_atomically(
        Path(sys.argv[3]), json.dumps(make_bill(Path(sys.argv[1]), Path(sys.argv[2])), indent=1) + "\n"
    )

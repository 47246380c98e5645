"""Reports of earlier dates: each is kept under the date of its data, without the name of anybody.

``<folder of the report>/waves/2026-06-30.json`` is the report made last on the data of that day. Only
the newest report holds the list of whom to call: it is of use for some days, and whoever was erased must not
stand in an old file. Quotes too stand in the newest alone: who takes one back takes it out of one file.
"""

import json
import re
from pathlib import Path

from features.files import write_atomically
from training.reports.sections import Report

WAVES = "waves"
_NAME = re.compile(r"\d{4}-\d{2}-\d{2}\.json")


def keep_wave(report: Report, folder: Path) -> Path | None:
    """Write a report under the date of its data, in one step; one of the same date is replaced.

    Parameters
    ----------
    folder
        That of the report itself.

    Returns
    -------
    Path or None
        The file; None for flat tables, whose data have no date.
    """
    day = report.header.snapshot_date
    if day is None:
        return None
    path = folder / WAVES / f"{day.isoformat()}.json"
    plain = {**report.to_json(), "calls": None}
    if plain["themes"] is not None:
        plain["themes"] = {**plain["themes"], "quotes": []}
    content = json.dumps(plain, ensure_ascii=False, allow_nan=False)
    write_atomically(path, content + "\n")
    return path


def carry_waves(folder: Path, draft: Path) -> None:
    """Copy the waves that a folder holds into the one that takes its place; nothing else, and no links."""
    waves = folder / WAVES
    if waves.is_symlink() or not waves.is_dir():
        return
    for path in sorted(waves.iterdir()):
        if _NAME.fullmatch(path.name) and path.is_file() and not path.is_symlink():
            write_atomically(draft / WAVES / path.name, path.read_bytes())

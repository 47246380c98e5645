"""Verb ``drivers``: what goes with the outcome, as the champion sees it."""

import tempfile
from pathlib import Path

from training.bundle import load
from training.console import Console
from training.drivers import rows_from_json
from training.registry import connect, fetch_champion
from training.runs.workspace import Workspace


def run(console: Console, name: str, out: str) -> None:
    """Print the ranking with its ranges; every row is an association (evidence grade C)."""
    connect(Workspace(Path(out)).folder)
    with tempfile.TemporaryDirectory() as scratch:
        champion = fetch_champion(name, Path(scratch) / "bundle")
        bundle = load(Path(scratch) / "bundle")
    drivers = rows_from_json(bundle.drivers)
    width = max((len(driver.label["en"]) for driver in drivers), default=0)
    lines = [
        f"drivers of {name}, version {champion.version} ({bundle.model_version})",
        "share of the explanation, likely range, driver, role, evidence",
    ]
    lines += [
        f"{driver.share.value:5.0%}  {driver.share.low:4.0%} to {driver.share.high:4.0%}  "
        f"{driver.label['en']:<{width}}  {driver.role or 'other':<8}  {driver.evidence_grade} (associated)"
        for driver in drivers
    ]
    console.result(
        "\n".join(lines), {"usecase": name, "model_version": bundle.model_version, "drivers": bundle.drivers}
    )

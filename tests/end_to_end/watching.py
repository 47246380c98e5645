"""Watched processes: what any of them would have sent to another machine stands in a record."""

import os
import shutil
from dataclasses import dataclass
from pathlib import Path

from tests.end_to_end.processes import ROOT, environment_of

GUARD = Path(__file__).with_name("network_guard.py")


@dataclass(frozen=True)
class Guard:
    """Hold the environment in which every Python process is watched, and what was seen."""

    env: dict[str, str]
    record: Path

    def lines(self, kind: str) -> list[str]:
        found = self.record.read_text("utf-8").splitlines() if self.record.exists() else []
        return [line for line in found if line.startswith(f"{kind}\t")]


def make_guard(folder: Path, **settings: str) -> Guard:
    """Put the guard where every interpreter loads it at its start.

    Telemetry is not switched off from outside: the product has to do that by itself.
    """
    (folder / "guard").mkdir(parents=True)
    shutil.copy(GUARD, folder / "guard" / "sitecustomize.py")
    record = folder / "record.txt"
    env = environment_of(folder, GUARD_RECORD=str(record), **settings)
    for name in ("DO_NOT_TRACK", "MLFLOW_DISABLE_TELEMETRY", "BENTOML_DO_NOT_TRACK"):
        env.pop(name, None)
    return Guard({**env, "PYTHONPATH": os.pathsep.join([str(folder / "guard"), str(ROOT)])}, record)

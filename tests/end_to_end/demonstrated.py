"""The whole demo as a user starts it, but watched, and where possible without any network but loopback."""

import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.end_to_end.processes import PATIENCE_SECONDS, SCRIPTS, answer_of
from tests.end_to_end.watching import Guard, make_guard

LOOPBACK_ONLY = ["unshare", "--net", "--", "sh", "-c", 'ip link set lo up && exec "$@"', "sh"]


def why_no_namespace() -> str | None:
    """Return why no network namespace can be made here, or None if it can."""
    if os.name != "posix" or os.geteuid() != 0:
        return "only root can make a network namespace"
    if missing := [tool for tool in ("unshare", "ip") if shutil.which(tool) is None]:
        return f"the tool {missing[0]} is not installed"
    tried = subprocess.run([*LOOPBACK_ONLY, "true"], capture_output=True, text=True, check=False)
    return None if tried.returncode == 0 else f"no namespace can be made: {tried.stderr.strip()}"


@dataclass(frozen=True)
class Demo:
    """Hold what a watched demo did.

    Attributes
    ----------
    answer
        What it wrote to stdout.
    left
        The names of what it left in ``out``: others write there later.
    why_open
        Why it ran with the network within reach; None if it had nothing but loopback.
    """

    guard: Guard
    out: Path
    answer: dict[str, Any]
    left: frozenset[str]
    why_open: str | None


def run_demo(folder: Path, n_customers: int, n_employees: int) -> Demo:
    """Run the demo in a folder, under guard, and where possible without any network but loopback."""
    guard, why_open = make_guard(folder), why_no_namespace()
    size = ["--customers", str(n_customers), "--employees", str(n_employees)]
    command = [str(SCRIPTS / "xm-predict"), "demo", "--json", *size, "--out", "out"]
    finished = subprocess.run(
        command if why_open else [*LOOPBACK_ONLY, *command],
        cwd=folder,
        env=guard.env,
        capture_output=True,
        text=True,
        check=False,
        timeout=2 * PATIENCE_SECONDS,
    )
    answer, out = answer_of(finished), folder / "out"
    return Demo(guard, out, answer, frozenset(path.name for path in out.iterdir()), why_open)

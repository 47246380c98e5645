"""Verbs in processes of their own that start at once: forked from a server that has imported everything."""

import json
import multiprocessing
import os
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

PATIENCE_SECONDS = 300.0
_PRELOADED = [
    "training.runs.train",
    "training.runs.compare",
    "training.runs.promote",
    "training.runs.score",
    "shap",
    __name__,
]
_QUIET = {"MLFLOW_DISABLE_TELEMETRY": "true", "OMP_NUM_THREADS": "1", "MPLBACKEND": "Agg"}


@dataclass
class Forked:
    """Hold a verb that runs, and the files that it writes to."""

    process: BaseProcess
    out: Path
    err: Path

    def end(self) -> int:
        """Wait for the end and return the exit code; minus the signal if one ended it."""
        self.process.join(PATIENCE_SECONDS)
        assert not self.process.is_alive(), self.err.read_text()
        code = self.process.exitcode
        assert code is not None
        return code

    def answer(self) -> dict[str, Any]:
        """Return the JSON object that it wrote, once it has ended well."""
        assert self.end() == 0, self.err.read_text()
        return json.loads(self.out.read_text())

    def kill(self) -> None:
        """End it by force."""
        self.process.kill()
        self.process.join()


def start(folder: Path, *arguments: object, **settings: str) -> Forked:
    """Start a verb with ``--json``."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(_PRELOADED)
    folder.mkdir(parents=True, exist_ok=True)
    name = f"{time.monotonic_ns()}"
    out, err = folder / f"{name}.out", folder / f"{name}.err"
    words = [*map(str, arguments), "--json"]
    process = context.Process(target=_run, args=(words, {**_QUIET, **settings}, str(out), str(err)))
    process.start()
    return Forked(process, out, err)


def _run(words: list[str], settings: Mapping[str, str], out: str, err: str) -> None:
    """Be the command line."""
    from training.__main__ import main

    for name in [name for name in os.environ if name.startswith(("MLFLOW_", "XM_"))]:
        del os.environ[name]
    os.environ.update(settings)
    for stream, path in ((1, out), (2, err)):
        os.dup2(os.open(path, os.O_WRONLY | os.O_CREAT), stream)
    sys.exit(main(words))

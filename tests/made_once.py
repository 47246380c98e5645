"""What is costly is made once in a run of the tests: the first worker that asks makes it, the others read."""

import os
import pickle
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar, cast

import pytest

from features.files import alone, produce_atomically

Thing = TypeVar("Thing")


def made_once(factory: pytest.TempPathFactory, name: str, make: Callable[[Path], Thing]) -> Thing:
    """Return what ``make`` returns for a folder of its own, which all workers of this run share.

    Nobody may change the folder. Where one process runs all tests, it is made and kept in memory as ever.

    Parameters
    ----------
    factory
        Of pytest; its folder lies beside those of the other workers.
    name
        Of the folder; equal names mean equal things.
    make
        Called by one worker alone; the others get an equal copy.
    """
    if "PYTEST_XDIST_WORKER" not in os.environ:
        return make(factory.mktemp(name))
    shared = factory.getbasetemp().parent
    kept = shared / f"{name}.pickle"
    with alone(shared / f"{name}.lock"):
        if not kept.exists():
            made = make(shared / name)
            produce_atomically(kept, lambda draft: draft.write_bytes(pickle.dumps(made)))
            return made
    return cast("Thing", pickle.loads(kept.read_bytes()))

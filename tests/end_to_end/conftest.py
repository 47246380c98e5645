"""One small demo, run once through the command line; all tests of this folder look at its results."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import pytest

from tests.end_to_end.at_once import Together, train_at_once
from tests.end_to_end.demonstrated import Demo, run_demo
from tests.end_to_end.processes import ROOT, answer_of, run_cli, served
from tests.end_to_end.watching import Guard, make_guard
from training.bundle import verify

USECASE = ROOT / "mlproject" / "usecases" / "churn.yaml"
# A small company with a usable model of its customers (some hundreds have none); too few employees for one.
N_CUSTOMERS, N_EMPLOYEES = 900, 60
SEED = 7  # of the demo


@dataclass(frozen=True)
class Trained:
    """Hold what the demo trained on its customers, from what, and what it said of it.

    Attributes
    ----------
    data
        The exports of the company.
    out
        What training wrote: frame, bundle, report, and the registry, since no other one was named.
    answer
        What the demo wrote about this use case, which is what ``train --json`` writes.
    """

    data: Path
    out: Path
    answer: dict[str, Any]

    @cached_property
    def bundle(self) -> Path:
        """Return what was registered first; the second training has written over the folder of bundles."""
        folders = (path.parent for path in sorted(self.out.glob("mlartifacts/**/manifest.json")))
        wanted = self.answer["model_version"]
        return next(folder for folder in folders if verify(folder).model_version == wanted)

    @property
    def tracking_uri(self) -> str:
        return f"sqlite:///{self.out / 'mlflow.db'}"


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Demo:
    """Run the demo; with so few customers the gate may refuse a model, then the demo promotes it itself."""
    return run_demo(tmp_path_factory.mktemp("demo"), N_CUSTOMERS, N_EMPLOYEES)


@pytest.fixture(scope="session")
def trained(demo: Demo) -> Trained:
    """Return what the demo trained on the customers."""
    return Trained(demo.out / "company", demo.out, demo.answer["churn"])


@pytest.fixture(scope="session")
def together(tmp_path_factory: pytest.TempPathFactory) -> Together:
    """Run two trainings at once, with the same seed: each alone would have been promoted.

    Their workspace may be used by others, who have to leave it as it was.
    """
    return train_at_once(tmp_path_factory.mktemp("together"), [8, 8])


@dataclass(frozen=True)
class Service:
    """Hold the address of the real service, the header that shows a key, and who watches its processes."""

    url: str
    headers: dict[str, str]
    guard: Guard


@pytest.fixture(scope="session")
def service(trained: Trained, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """Run the real service on the results of the training, all its processes watched."""
    folder = tmp_path_factory.mktemp("service")
    guard = make_guard(folder)
    words = ["keys", "create", "--json", "--role", "analyst", "--out", trained.out]
    key = answer_of(run_cli(*words, cwd=folder))["key"]
    with served(folder, trained.out, guard.env) as url:
        yield Service(url, {"authorization": f"Bearer {key}"}, guard)

"""One small company, trained once through the command line; all tests of this folder look at its results."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from features.worlds import build_company
from tests.end_to_end.processes import ROOT, answer_of, run_cli, served
from tests.end_to_end.watching import Guard, make_guard

USECASE = ROOT / "mlproject" / "usecases" / "churn.yaml"
N_CUSTOMERS = 400
SEED = 7


@dataclass(frozen=True)
class Trained:
    """Hold where a training was started, from what, and what it answered.

    Attributes
    ----------
    folder
        Where the command was started; nothing but ``out`` and caches may appear there.
    data
        The exports of the company.
    out
        What training wrote: frame, bundle, report, and the registry, since no other one was named.
    answer
        What ``train --json`` wrote.
    """

    folder: Path
    data: Path
    out: Path
    answer: dict[str, Any]

    @property
    def bundle(self) -> Path:
        return Path(self.answer["bundle"])

    @property
    def tracking_uri(self) -> str:
        return f"sqlite:///{self.out / 'mlflow.db'}"


@pytest.fixture(scope="session")
def exports(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the tables of a company with few customers."""
    folder = tmp_path_factory.mktemp("company") / "exports"
    build_company(folder, seed=SEED, n_customers=N_CUSTOMERS)
    return folder


@pytest.fixture(scope="session")
def trained(exports: Path, tmp_path_factory: pytest.TempPathFactory) -> Trained:
    """Train once; with so few customers the gate may refuse the model, then it is promoted by hand."""
    folder = tmp_path_factory.mktemp("trained")
    words = ["train", "--json", "--usecase", USECASE, "--data", exports, "--out", folder / "out"]
    answer = answer_of(run_cli(*words, "--seed", SEED, cwd=folder))
    if not answer["is_champion"]:
        words = ["promote", "--json", "--name", "churn", "--version", 1, "--force", "a small company"]
        answer_of(run_cli(*words, "--out", "out", cwd=folder))
    return Trained(folder, exports, folder / "out", answer)


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

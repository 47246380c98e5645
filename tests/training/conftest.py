"""The trained examples, made once for all tests of training and all workers."""

import shutil
from pathlib import Path

import pytest

from tests.empty_registry import lay_registry
from tests.made_once import made_once
from tests.training.delivery_world import N_ROWS, Workspace, make_bundles, rows_of, write_latest
from tests.training.examples import Example, believed, train_company, train_members
from tests.training.runs.registering import register_bundles
from training.scoring import Scorer


@pytest.fixture(scope="session")
def company(tmp_path_factory: pytest.TempPathFactory) -> Example:
    """Return a company with hazards over four horizons; its model blends curves and trees."""
    return made_once(tmp_path_factory, "company", train_company)


@pytest.fixture(scope="session")
def members(tmp_path_factory: pytest.TempPathFactory) -> Example:
    """Return a flat table with one outcome: the linear member alone."""
    return made_once(tmp_path_factory, "members", train_members)


@pytest.fixture(scope="session")
def company_scorer(company: Example) -> Scorer:
    return Scorer(believed(company.bundle))


@pytest.fixture(scope="session")
def members_scorer(members: Example) -> Scorer:
    return Scorer(members.bundle)


@pytest.fixture
def copied(company: Example, tmp_path: Path) -> Path:
    """Return a copy of the company's bundle to tamper with."""
    return Path(shutil.copytree(company.folder, tmp_path / "bundle"))


@pytest.fixture(scope="session")
def scoring_workspace(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """Return a workspace with champions of customers and of people at work; who asks removes old batches."""
    folder = tmp_path_factory.mktemp("scoring")
    bundles = make_bundles(folder / "bundles")
    register_bundles(lay_registry(tmp_path_factory, folder / "out"), *bundles.values())
    write_latest(folder / "out", "customer_binary", rows_of(N_ROWS))
    write_latest(folder / "out", "employee_binary", rows_of(400))
    return Workspace(folder / "out")

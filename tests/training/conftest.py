"""The trained examples, made once for all tests of training and all workers."""

import shutil
from pathlib import Path

import pytest

from tests.made_once import made_once
from tests.training.examples import Example, believed, train_company, train_members
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

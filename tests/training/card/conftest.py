"""Cards of the trained company and of staff whose part-time work stands for women."""

from datetime import date

import pytest

from tests.training.examples import LINEAR, Example, _train
from tests.training.fairness.fairness_world import write_staff
from training.card import Card, build_card

TODAY = date(2026, 1, 15)


@pytest.fixture(scope="session")
def staff(tmp_path_factory) -> Example:
    folder = tmp_path_factory.mktemp("staff")
    return _train(write_staff(folder, proxy=2.0), folder / "bundle", LINEAR)


@pytest.fixture(scope="session")
def staff_card(staff) -> Card:
    return build_card(staff.bundle, made_on=TODAY)


@pytest.fixture(scope="session")
def company_card(company) -> Card:
    return build_card(company.bundle, made_on=TODAY)


def retell(bundle, **privacy):
    """Return the use case of a bundle with other words on privacy."""
    return bundle.usecase.model_copy(update={"privacy": bundle.usecase.privacy.model_copy(update=privacy)})

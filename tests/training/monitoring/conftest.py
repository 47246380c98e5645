"""The champion of the shop, made once for all tests of monitoring."""

import pytest

from tests.made_once import made_once
from tests.training.monitoring.drift_world import TRAINED_UNTIL, Drift, frame_now, train_champion
from tests.training.monitoring.past_frames import N_TRAINED, as_of, make_company
from training.monitoring.performing import watch_model


@pytest.fixture(scope="session")
def shop(tmp_path_factory):
    """Return a champion that learned until October."""
    return made_once(tmp_path_factory, "shop", train_champion)


@pytest.fixture(scope="session")
def quiet(tmp_path_factory):
    """Return use case and feature table of January, when nothing has changed."""
    return made_once(tmp_path_factory, "quiet", frame_now)


@pytest.fixture(scope="session")
def turned(tmp_path_factory):
    """Return those of a world in which the others leave since October."""
    drift = Drift(TRAINED_UNTIL, turned=True)
    return made_once(tmp_path_factory, "turned", lambda folder: frame_now(folder, drift))


@pytest.fixture(scope="session")
def watched(shop, quiet):
    """Return what is seen where nothing has changed."""
    return watch_model(shop.champion, quiet[1], quiet[0])


@pytest.fixture(scope="session")
def company(tmp_path_factory):
    """Return a made-up company, and a bundle that learned from its first twelve snapshots."""
    return made_once(tmp_path_factory, "watched_company", make_company)


@pytest.fixture
def batch(company):
    """Return the feature table at the first snapshot after the training: nothing has changed."""
    return as_of(company.frame, N_TRAINED)

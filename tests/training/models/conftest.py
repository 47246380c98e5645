"""Fitted models that several test modules look at; each is fitted once."""

import pytest

from tests.training.models.known_truth import (
    QUICK,
    CompetingWorld,
    FlatWorld,
    HazardWorld,
    RatingWorld,
    make_competing,
    make_flat,
    make_hazard,
    make_ratings,
)
from training.models.fit_binary import BinaryFit, fit_binary
from training.models.fit_hazard import HazardFit, fit_hazard
from training.models.fit_incidence import IncidenceFit, fit_incidence
from training.models.fit_rating import RatingFit, fit_rating


@pytest.fixture(scope="session")
def flat_world() -> FlatWorld:
    return make_flat()


@pytest.fixture(scope="session")
def hazard_world() -> HazardWorld:
    return make_hazard()


@pytest.fixture(scope="session")
def binary_fit(flat_world: FlatWorld) -> BinaryFit:
    return fit_binary(flat_world.encoded, flat_world.target, recipe=QUICK, seed=1)


@pytest.fixture(scope="session")
def hazard_fit(hazard_world: HazardWorld) -> HazardFit:
    world = hazard_world
    return fit_hazard(world.encoded, world.days, world.event, world.horizons, world.entities, QUICK, seed=1)


@pytest.fixture(scope="session")
def competing_world() -> CompetingWorld:
    return make_competing()


@pytest.fixture(scope="session")
def incidence_fit(competing_world: CompetingWorld) -> IncidenceFit:
    world = competing_world
    return fit_incidence(
        world.encoded, world.days, world.event, world.horizons, world.entities, QUICK, seed=1
    )


@pytest.fixture(scope="session")
def rating_world() -> RatingWorld:
    return make_ratings()


@pytest.fixture(scope="session")
def rating_fit(rating_world: RatingWorld) -> RatingFit:
    return fit_rating(rating_world.encoded, rating_world.answers, "ordinal", (1, 5), recipe=QUICK, seed=1)

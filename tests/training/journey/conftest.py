"""One map of the made-up airline and one of its quiet twin, for all tests that only look at them."""

import pytest

from features.worlds.flights import QUIET, FlightPlan
from tests.training.journey.flight_touches import draw_map
from training.journey import JourneyRecord


@pytest.fixture(scope="session")
def flights() -> JourneyRecord:
    return draw_map(7, 1_500, FlightPlan())


@pytest.fixture(scope="session")
def quiet() -> JourneyRecord:
    return draw_map(8, 800, QUIET)

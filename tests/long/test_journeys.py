"""Promises about journeys, in many worlds of the made-up airline whose truth is known.

Every stage of it asks another question or none: CES 1 to 7, minutes of delay, CSAT 1 to 5, complaints.
"""

import pytest

from features.worlds.flights import QUIET, FlightPlan
from tests.training.journey.flight_touches import BAG_FEE, BOOKING, RATING, draw_map
from training.journey import JourneyRecord
from training.journey.windows import TimingWindow
from training.statistics import share

pytestmark = pytest.mark.long
N_PLANTED, N_QUIET, N_ALWAYS = 60, 100, 50
TOLERANCE_DAYS = 1.5


@pytest.fixture(scope="module")
def planted() -> list[JourneyRecord]:
    return [draw_map(1_000 + seed, 1_500, FlightPlan()) for seed in range(N_PLANTED)]


@pytest.fixture(scope="module")
def quiet() -> list[JourneyRecord]:
    return [draw_map(2_000 + seed, 1_000, QUIET) for seed in range(N_QUIET)]


@pytest.fixture(scope="module")
def always() -> list[JourneyRecord]:
    """Return worlds in which the fee hurts whenever it is told."""
    return [draw_map(3_000 + seed, 1_000, FlightPlan(eased=1.0)) for seed in range(N_ALWAYS)]


def fee_window(record: JourneyRecord) -> TimingWindow | None:
    """Return the best time of the fee for the rating, if it stands out."""
    wanted = (BOOKING, BAG_FEE, RATING)
    found = (each for each in record.windows if (each.after, each.point, each.later) == wanted)
    return next((each for each in found if each.is_clear), None)


def has_fee_shock(record: JourneyRecord) -> bool:
    """Tell whether the fee is found to hurt the rating."""
    return any(
        each.is_clear and each.standing.high < 0
        for each in record.effects
        if (each.point, each.later) == (BAG_FEE, RATING)
    )


def test_the_fee_shock_is_found(planted, record_property):
    found = share(sum(map(has_fee_shock, planted)), len(planted))
    record_property("figures", f"fee shock found: {found}")
    assert found.low >= 0.9


def test_the_best_time_is_found_in_its_place(planted, record_property):
    plan = FlightPlan()
    windows = [fee_window(record) for record in planted]
    in_place = [
        abs(window.band.low.value - plan.best_from_days) <= TOLERANCE_DAYS
        and abs(window.band.high.value - plan.best_to_days) <= TOLERANCE_DAYS
        for window in windows
        if window is not None
    ]
    found = share(sum(in_place), len(windows))
    record_property("figures", f"best time found within {TOLERANCE_DAYS} days: {found}")
    assert found.value >= 0.9
    assert found.low >= 0.8


def test_the_ranges_of_the_ends_hold_the_truth(planted, record_property):
    plan = FlightPlan()
    bands = [window.band for record in planted if (window := fee_window(record)) is not None]
    low = [band.low.low <= plan.best_from_days <= band.low.high for band in bands]
    high = [band.high.low <= plan.best_to_days <= band.high.high for band in bands]
    record_property(
        "figures", f"begin held: {share(sum(low), len(low))}, end held: {share(sum(high), len(high))}"
    )
    assert share(sum(low), len(low)).high >= 0.95
    assert share(sum(high), len(high)).high >= 0.95


def test_all_stages_are_found(planted, quiet):
    assert all(record.stages == ((0,), (1,), (2,), (3,), (4,), (5,)) for record in planted + quiet)


def test_rows_of_transitions_add_up_to_one(planted, quiet):
    sums = [
        sum(each.value for each in row.shares) for record in planted + quiet for row in record.transitions
    ]
    assert max(abs(total - 1) for total in sums) < 1e-12


def test_quiet_worlds_have_no_effects(quiet, record_property):
    found = share(sum(any(each.is_clear for each in record.effects) for record in quiet), len(quiet))
    record_property("figures", f"quiet worlds with an effect: {found}")
    assert found.low <= 0.05
    assert found.value <= 0.1  # 5 % would exceed it in 1 of 100 such tests


@pytest.mark.parametrize("world", ["quiet", "always"])
def test_worlds_without_a_best_time_get_none(world, request, record_property):
    records = request.getfixturevalue(world)
    found = share(sum(any(each.is_clear for each in record.windows) for record in records), len(records))
    record_property("figures", f"{world} worlds with a best time: {found}")
    assert found.low <= 0.05
    assert found.value <= 0.1

"""The made-up airline holds what it plants."""

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from features.worlds.flights import QUIET, UNTIL, FlightPlan, build_flights

TABLES = ("travellers", "bookings", "charges", "booking_surveys", "flights", "flight_surveys", "complaints")


@pytest.fixture(scope="module")
def airline(tmp_path_factory):
    folder = tmp_path_factory.mktemp("airline") / "flights"
    assert build_flights(folder, seed=1, n_travellers=3_000) == FlightPlan()
    return {name: pq.read_table(folder / f"{name}.parquet") for name in TABLES}


def seconds(table: pa.Table) -> np.ndarray:
    return table["at"].cast(pa.int64()).to_numpy() / 1e6


def by_traveller(table: pa.Table, column: str | None = None) -> dict[str, float]:
    """Return the first value of each traveller: a column, or the moment in seconds."""
    values = seconds(table) if column is None else table[column].to_numpy()
    found: dict[str, float] = {}
    for who, value in zip(table["traveller_id"].to_pylist(), values.tolist(), strict=True):
        found.setdefault(who, value)
    return found


def satisfaction_by_fee_lag(airline) -> tuple[np.ndarray, np.ndarray]:
    """Return, for first trips with a rating, days from booking to the bag fee (NaN: none) and CSAT."""
    charges = airline["charges"]
    bags = by_traveller(charges.filter(pa.compute.equal(charges["kind"], "bag")))
    booked, rated = by_traveller(airline["bookings"]), by_traveller(airline["flight_surveys"], "csat")
    when = by_traveller(airline["flight_surveys"])
    firsts = [who for who in rated if when[who] - booked[who] < 110 * 86_400]
    lag = [(bags.get(who, np.nan) - booked[who]) / 86_400 for who in firsts]
    return np.array([value if value < 20 else np.nan for value in lag]), np.array(
        [rated[who] for who in firsts]
    )


def test_tables_hold_no_event_after_the_export(airline):
    for name in TABLES[1:]:
        assert seconds(airline[name]).max() < UNTIL
        assert (np.diff(seconds(airline[name])) >= 0).all() or name == "charges"


def test_a_fee_in_time_hurts_little_and_otherwise_much(airline):
    lag, csat = satisfaction_by_fee_lag(airline)
    without = csat[np.isnan(lag)].mean()
    in_time = csat[(lag >= 3) & (lag <= 10)].mean()
    otherwise = csat[(lag < 3) | (lag > 10)].mean()
    assert without - otherwise > 0.8
    assert without - in_time < 0.45


def test_every_stage_asks_another_question(airline):
    assert set(airline["booking_surveys"]["ces"].to_pylist()) == {1, 2, 3, 4, 5, 6, 7}
    assert set(airline["flight_surveys"]["csat"].to_pylist()) == {1, 2, 3, 4, 5}
    assert min(airline["flights"]["delay_minutes"].to_pylist()) == 0
    assert airline["complaints"].column_names == ["traveller_id", "at"]


def test_not_every_booking_is_flown_and_some_travel_twice(airline):
    bookings, flights = airline["bookings"], airline["flights"]
    settled = seconds(bookings) < UNTIL - 120 * 86_400
    assert 0.8 < flights.num_rows / settled.sum() < 0.95
    counts = np.unique(bookings["traveller_id"].to_numpy(zero_copy_only=False), return_counts=True)[1]
    assert 0.1 < (counts == 2).mean() < 0.2


def test_the_class_goes_with_the_fee(airline):
    business = dict(
        zip(
            airline["travellers"]["traveller_id"].to_pylist(),
            airline["travellers"]["travel_class"].to_pylist(),
            strict=True,
        )
    )
    charges = airline["charges"]
    bags = charges.filter(pa.compute.equal(charges["kind"], "bag"))["traveller_id"].to_pylist()
    share = np.mean([business[who] == "Business" for who in bags])
    everybody = np.mean([found == "Business" for found in business.values()])
    assert share < everybody - 0.1


def test_in_the_quiet_airline_a_fee_does_nothing(tmp_path):
    build_flights(tmp_path / "quiet", seed=3, n_travellers=3_000, plan=QUIET)
    tables = {name: pq.read_table(tmp_path / "quiet" / f"{name}.parquet") for name in TABLES}
    lag, csat = satisfaction_by_fee_lag(tables)
    in_time = csat[(lag >= 3) & (lag <= 10)].mean()
    otherwise = csat[(lag < 3) | (lag > 10)].mean()
    assert abs(in_time - otherwise) < 0.25


def test_equal_seeds_give_equal_files(tmp_path):
    for folder in ("one", "two"):
        build_flights(tmp_path / folder, seed=3, n_travellers=50)
    for name in TABLES:
        one, two = ((tmp_path / folder / f"{name}.parquet").read_bytes() for folder in ("one", "two"))
        assert one == two

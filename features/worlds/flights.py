"""A made-up airline: from booking to complaint, with a fee that hurts a later stage unless it comes in time.

Every stage asks another question or none: how easy booking was (CES 1 to 7), how late the flight was (in
minutes), how satisfied people are after it (CSAT 1 to 5), whether they complained.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import pyarrow as pa

from features.files import whole_folder
from features.worlds.columns import moments, numbered, words, write_parquet
from features.worlds.period import stream
from features.worlds.vocabulary import DAY, Flags, Floats, Integers, Seconds

SINCE: Final = int(np.datetime64("2024-01-01", "s").astype(np.int64))
UNTIL: Final = int(np.datetime64("2026-01-01", "s").astype(np.int64))
CLASSES: Final = ("Economy", "Business")
_EASY_CUTS: Final = (-2.0, -1.4, -0.9, -0.4, 0.2, 0.9)
_SATISFIED_CUTS: Final = (-1.6, -0.9, -0.2, 0.7)


@dataclass(frozen=True)
class FlightPlan:
    """Say what is planted; all hurts and moods in standard deviations of a single answer.

    Attributes
    ----------
    fee_hurt
        What a bag fee takes off the satisfaction after the flight.
    best_from_days, best_to_days
        Days after booking between which being told of the fee hurts little.
    eased
        Share of the hurt that is left then.
    delay_hurt
        What an hour of delay takes off.
    mood
        How much the same person's mood colours both surveys.
    """

    fee_hurt: float = 1.0
    best_from_days: float = 3.0
    best_to_days: float = 10.0
    eased: float = 0.1
    delay_hurt: float = 0.5
    mood: float = 0.6


QUIET: Final = FlightPlan(fee_hurt=0.0, delay_hurt=0.0, mood=0.0)
"""Nothing acts on anything: only the class of a traveller goes with fee and satisfaction alike."""


@dataclass(frozen=True)
class _Trips:
    """Hold one place per trip: whose it is, its moments in seconds, and what happened on it."""

    traveller: Integers
    is_business: Flags
    booked: Seconds
    flown: Seconds
    is_flown: Flags
    has_fee: Flags
    fee_days: Floats
    delay_minutes: Floats


def build_flights(
    folder: Path, *, seed: int = 7, n_travellers: int = 2_000, plan: FlightPlan | None = None
) -> FlightPlan:
    """Write the tables of the airline into a new folder and return what was planted.

    Parameters
    ----------
    folder
        Must not exist yet.
    seed, n_travellers
        Equal arguments give equal tables. A quarter of the travellers book a
        second trip about a year later, if that is not after the export.
    plan
        What is planted; the defaults of :class:`FlightPlan` if absent.
    """
    planted = plan or FlightPlan()
    tables = _draw_tables(seed, n_travellers, planted)
    with whole_folder(folder) as draft:
        for name, table in tables.items():
            write_parquet(table, draft / f"{name}.parquet")
    return planted


def _draw_tables(seed: int, n_travellers: int, plan: FlightPlan) -> Mapping[str, pa.Table]:
    """Return all tables by name."""
    trips = _draw_trips(stream(seed, "flights: trips"), n_travellers)
    chance = stream(seed, "flights: answers")
    mood = plan.mood * chance.normal(size=n_travellers)[trips.traveller]
    is_eased = (trips.fee_days >= plan.best_from_days) & (trips.fee_days <= plan.best_to_days)
    hurt = plan.fee_hurt * trips.has_fee * np.where(is_eased, plan.eased, 1.0)
    hurt += plan.delay_hurt * trips.delay_minutes / 60
    easy = mood + chance.normal(size=mood.size)
    satisfied = mood + 0.5 * trips.is_business - hurt + chance.normal(size=mood.size)
    landed = trips.flown + (60 * trips.delay_minutes).astype(np.int64)
    tells_easy, tells_satisfied = chance.random((2, mood.size)) < [[0.6], [0.65]]
    complains = trips.is_flown & (chance.random(mood.size) < np.where(hurt > 0.8, 0.2, 0.06))
    return {
        "travellers": _travellers(n_travellers, trips),
        "bookings": _events(trips, trips.booked),
        "charges": _charges(chance, trips),
        "booking_surveys": _events(
            trips,
            trips.booked + _seconds(chance, 0.05, 0.5, mood.size),
            tells_easy,
            ces=(np.searchsorted(_EASY_CUTS, easy) + 1).astype(np.int64),
        ),
        "flights": _events(trips, trips.flown, trips.is_flown, delay_minutes=trips.delay_minutes),
        "flight_surveys": _events(
            trips,
            landed + _seconds(chance, 0.5, 3, mood.size),
            trips.is_flown & tells_satisfied,
            csat=(np.searchsorted(_SATISFIED_CUTS, satisfied) + 1).astype(np.int64),
        ),
        "complaints": _events(trips, landed + _seconds(chance, 4, 14, mood.size), complains),
    }


def _draw_trips(chance: np.random.Generator, n_travellers: int) -> _Trips:
    """Draw travellers and their trips; every eighth booking is never flown."""
    is_business = chance.random(n_travellers) < 0.35
    first = SINCE + _seconds(chance, 0, 600, n_travellers)
    again = np.flatnonzero(chance.random(n_travellers) < 0.25)
    traveller = np.concatenate([np.arange(n_travellers), again])
    count = traveller.size
    booked = np.concatenate([first, first[again] + _seconds(chance, 320, 360, again.size)])
    flown = booked + _seconds(chance, 20, 90, count)
    has_fee = chance.random(count) < np.where(is_business[traveller], 0.3, 0.65)
    late = chance.random(count) < 0.3
    return _Trips(
        traveller=traveller,
        is_business=is_business[traveller],
        booked=booked,
        flown=flown,
        is_flown=chance.random(count) < 0.875,
        has_fee=has_fee,
        fee_days=chance.uniform(0.6, 18.0, count),
        delay_minutes=np.where(late, np.round(chance.exponential(60, count)), 0.0),
    )


def _seconds(chance: np.random.Generator, low_days: float, high_days: float, count: int) -> Seconds:
    """Return random spans between two numbers of days."""
    return (chance.uniform(low_days, high_days, count) * DAY).astype(np.int64)


def _travellers(count: int, trips: _Trips) -> pa.Table:
    """Return who there is, in which class, known from the beginning on."""
    is_business = np.zeros(count, dtype=np.int64)
    is_business[trips.traveller] = trips.is_business
    since = np.full(count, SINCE - DAY)
    return pa.table(
        {
            "traveller_id": numbered("P", count),
            "travel_class": words(is_business, CLASSES),
            "since": moments(since),
        }
    )


def _charges(chance: np.random.Generator, trips: _Trips) -> pa.Table:
    """Return charges for bags, of which people are told some days after booking, and for seats at once."""
    bags = _events(trips, trips.booked + (trips.fee_days * DAY).astype(np.int64), trips.has_fee)
    seats = _events(trips, trips.booked, chance.random(trips.booked.size) < 0.4)
    kinds = pa.array(["bag"] * bags.num_rows + ["seat"] * seats.num_rows)
    return pa.concat_tables([bags, seats]).append_column("kind", kinds)


def _events(
    trips: _Trips, moment: Seconds, happened: Flags | None = None, **columns: Floats | Integers
) -> pa.Table:
    """Return those events that happened before the export, in order of time; known when they happened."""
    is_there = moment < UNTIL if happened is None else happened & (moment < UNTIL)
    rows = np.flatnonzero(is_there)
    rows = rows[np.argsort(moment[rows], kind="stable")]
    names = numbered("P", int(trips.traveller.max()) + 1)
    return pa.table(
        {
            "traveller_id": names.take(pa.array(trips.traveller[rows])),
            "at": moments(moment[rows]),
            **{name: pa.array(values[rows].astype(np.float64)) for name, values in columns.items()},
        }
    )

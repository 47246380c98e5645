"""The made-up airline as arrays, without files: many worlds in little time."""

import numpy as np
import pyarrow as pa

from features.worlds.flights import CLASSES, UNTIL, FlightPlan, _draw_tables
from training.journey import JourneyRecord, Point, Touches, map_journeys
from training.statistics.controls import Control

DAY = 86_400
RESTART_DAYS = 180
POINTS = (
    Point("booking", {"en": "Booking", "de": "Buchung"}),
    Point("ease", {"en": "Ease", "de": "Leichtigkeit"}, question="ces"),
    Point("bag_fee", {"en": "Bag fee", "de": "Gepäckgebühr"}, is_company_fact=True),
    Point(
        "flight", {"en": "Flight", "de": "Flug"}, "delay_minutes", is_lower_better=True, is_company_fact=True
    ),
    Point("rating", {"en": "Rating", "de": "Bewertung"}, question="csat"),
    Point("complaint", {"en": "Complaint", "de": "Beschwerde"}, is_bad=True),
)
BOOKING, EASE, BAG_FEE, FLIGHT, RATING, COMPLAINT = range(6)


def read_touches(seed: int, n_travellers: int, plan: FlightPlan) -> tuple[Touches, Control]:
    """Draw a world and return its touches, and the class of each journey."""
    tables = dict(_draw_tables(seed, n_travellers, plan))
    charges = tables["charges"]
    bags = charges.filter(pa.compute.equal(charges["kind"], "bag"))
    told = [
        (tables["bookings"], None, None),
        (tables["booking_surveys"], "ces", lambda value: value >= 5),
        (bags, None, None),
        (tables["flights"], "delay_minutes", lambda value: value <= 15),
        (tables["flight_surveys"], "csat", lambda value: value >= 4),
        (tables["complaints"], None, np.zeros_like),
    ]
    entity = np.concatenate([numbers_of(table) for table, _, _ in told])
    day = np.concatenate([table["at"].cast(pa.int64()).to_numpy() / (1e6 * DAY) for table, _, _ in told])
    value, is_good = [], []
    for table, column, good in told:
        values = np.full(table.num_rows, np.nan) if column is None else table[column].to_numpy()
        value.append(values)
        nothing = np.full(table.num_rows, np.nan)
        is_good.append(nothing if good is None else good(np.zeros(len(values)) if column is None else values))
    touches = Touches.of(
        entity=entity,
        journey=count_journeys(entity, day),
        point=np.repeat(np.arange(len(told)), [table.num_rows for table, _, _ in told]),
        day=day,
        value=np.concatenate(value),
        is_good=np.concatenate(is_good).astype(np.float64),
    )
    classes = np.array(tables["travellers"]["travel_class"].to_pylist()) == CLASSES[1]
    travelled = np.unique(entity)
    return touches, Control("travel_class", classes[travelled[touches.entity]].astype(np.float64))


def numbers_of(table: pa.Table) -> np.ndarray:
    return np.array([int(name.rpartition("-")[2]) - 1 for name in table["traveller_id"].to_pylist()])


def count_journeys(entity: np.ndarray, day: np.ndarray) -> np.ndarray:
    """Number the journeys of each entity: a new one after a long silence."""
    order = np.lexsort((day, entity))
    is_new = (np.diff(entity[order]) == 0) & (np.diff(day[order]) > RESTART_DAYS)
    counts = np.empty(entity.size, dtype=np.int64)
    counts[order] = np.concatenate([[0], np.cumsum(is_new)])
    return counts


def draw_map(
    seed: int, n_travellers: int, plan: FlightPlan, n_draws: int = 999, *, has_context: bool = True
) -> JourneyRecord:
    """Return the journey map of one world."""
    touches, travel_class = read_touches(seed, n_travellers, plan)
    return map_journeys(
        touches,
        POINTS,
        usecase="flights",
        restart_days=RESTART_DAYS,
        end_day=UNTIL / DAY,
        context=[travel_class] if has_context else [],
        n_draws=n_draws,
        seed=seed,
    )

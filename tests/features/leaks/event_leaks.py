"""The planted leaks of an event world: each changes the files and the use case as a careless export would."""

import numpy as np

from tests.features.leaks.event_world import LENGTH, EventWorld

Found = tuple[str, str, str]


def label_copy(world: EventWorld) -> Found:
    world.add("gone", gone=np.where(world.left, "Y", "N").astype(object))
    return "o_customers.gone", "value", "error"


def coarse_code(world: EventWorld) -> Found:
    rng = world.rng
    code = np.where(world.left, rng.integers(10, 15, world.count), rng.integers(20, 30, world.count))
    world.add("code", code=code.astype(float))
    return "o_customers.code", "any", "error"


def later_score(world: EventWorld) -> Found:
    world.add("score", score=world.left * 4.0 + world.rng.normal(size=world.count))
    return "o_customers.score", "any", "error"


def status_after_exit(world: EventWorld) -> Found:
    is_set = world.left & (world.rng.random(world.count) < 0.8)
    world.add("status", status=np.where(is_set, "closed", "open").astype(object))
    return "o_customers.status", "value", "error"


def missing_unless_left(world: EventWorld) -> Found:
    reason = world.rng.choice(np.array(["price", "service"], object), world.count)
    reason[~world.left] = None
    world.add("reason", reason=reason)
    return "o_customers.reason", "missingness", "error"


def _backfill(world: EventWorld) -> None:
    """Add complaints that were written down when somebody left, under the day on which they were made."""
    rng, table = world.rng, world.tables["complaints"]
    who = np.repeat(np.flatnonzero(world.left), 2)
    made = world.exit[who] - rng.uniform(1, 60, who.size)
    loaded = np.minimum(world.exit[who] + rng.uniform(0.1, 5, who.size), LENGTH)
    who, made, loaded = (
        np.concatenate([table["who"], who]),
        np.concatenate([table["made"], made]),
        np.concatenate([np.minimum(table["made"] + 0.1, table["loaded"]), loaded]),
    )
    order = np.argsort(loaded)
    complaint = np.array([f"C{number:06d}" for number in range(who.size)], object)
    columns = {"who": who[order], "made": made[order], "loaded": loaded[order], "complaint": complaint}
    world.tables["complaints"] = columns
    world.spec["sources"]["complaints"]["known_at"] = "same"


def _shuffle(world: EventWorld, name: str) -> None:
    order = world.rng.permutation(len(world.tables[name]["who"]))
    world.tables[name] = {key: values[order] for key, values in world.tables[name].items()}


def backfilled_by_clock(world: EventWorld) -> Found:
    _backfill(world)
    del world.tables["complaints"]["complaint"], world.spec["sources"]["complaints"]["id"]
    _shuffle(world, "complaints")
    return "complaints", "known_late", "error"


def backfilled_by_id(world: EventWorld) -> Found:
    _backfill(world)
    del world.tables["complaints"]["loaded"]
    _shuffle(world, "complaints")
    return "complaints", "known_late", "error"


def backfilled_by_place(world: EventWorld) -> Found:
    _backfill(world)
    del world.tables["complaints"]["loaded"], world.tables["complaints"]["complaint"]
    del world.spec["sources"]["complaints"]["id"]
    return "complaints", "known_late", "error"


def late_for_all(world: EventWorld) -> Found:
    world.spec["sources"]["complaints"]["known_at"] = "same"
    return "complaints", "known_late", "warning"


def ticket_closed_later(world: EventWorld) -> Found:
    world.spec["sources"]["tickets"]["known_at"] = "same"
    return "tickets.hours", "settled_late", "error"


def ticket_closed_later_unseen(world: EventWorld) -> Found:
    table = world.tables["tickets"]
    hours = 6 * table["hours"]
    kept = table["opened"] + hours / 24 < LENGTH
    world.tables["tickets"] = {key: values[kept] for key, values in {**table, "hours": hours}.items()}
    world.spec["sources"]["tickets"]["known_at"] = "same"
    del world.tables["tickets"]["closed"]
    return "tickets.hours", "settled_late", "error"


def survey_after_exit(world: EventWorld) -> Found:
    rng, table = world.rng, world.tables["surveys"]
    who = np.flatnonzero(world.left & (world.exit < LENGTH - 20))
    answers = {"who": who, "answered": world.exit[who] + rng.uniform(0.5, 10, who.size)}
    answers["grade"] = rng.integers(0, 4, who.size).astype(float)
    world.tables["surveys"] = {key: np.concatenate([table[key], answers[key]]) for key in table}
    return "surveys", "after_exit", "warning"


def survey_after_exit_under_an_earlier_day(world: EventWorld) -> Found:
    survey_after_exit(world)
    table, rng = world.tables["surveys"], world.rng
    wave = table["answered"] - rng.uniform(0.2, 2, len(table["who"]))
    late = table["answered"] > world.until[table["who"]]
    wave[late] = world.until[table["who"]][late] - rng.uniform(5, 40, int(late.sum()))
    world.tables["surveys"] = {**table, "asked": wave}
    world.spec["sources"]["surveys"]["event_time"] = "asked"
    return "surveys", "known_late", "error"


def source_stops(world: EventWorld) -> Found:
    table = world.tables["usage"]
    kept = ~(table["day"] > world.exit[table["who"]] - 42)
    world.tables["usage"] = {key: values[kept] for key, values in table.items()}
    return "usage", "feed_stops", "error"


def source_wiped(world: EventWorld) -> Found:
    table = world.tables["usage"]
    kept = ~world.left[table["who"]]
    world.tables["usage"] = {key: values[kept] for key, values in table.items()}
    return "usage", "missingness", "error"


def source_ends_for_all(world: EventWorld) -> Found:
    table = world.tables["usage"]
    kept = table["day"] < 365
    world.tables["usage"] = {key: values[kept] for key, values in table.items()}
    return "usage", "feed_ends", "warning"


def target_encoded(world: EventWorld) -> Found:
    region = np.unique(world.tables["customers"]["region"].astype(str), return_inverse=True)[1]
    seen = world.until > 213  # those who are in the cohort at the first snapshot or later
    rate = np.bincount(region[seen], weights=world.left[seen]) / np.maximum(np.bincount(region[seen]), 1)
    world.add("region_rate", region_rate=rate[region])
    return "o_customers.region_rate", "target_encoded", "error"


def id_range(world: EventWorld) -> Found:
    order = np.argsort(np.argsort(~world.left, kind="stable"))
    world.customer = np.array([f"K{number:05d}" for number in order], object)
    return "(rows)", "id", "warning"


LEAKS = [
    label_copy,
    coarse_code,
    later_score,
    status_after_exit,
    missing_unless_left,
    backfilled_by_clock,
    backfilled_by_id,
    backfilled_by_place,
    late_for_all,
    ticket_closed_later,
    ticket_closed_later_unseen,
    survey_after_exit,
    survey_after_exit_under_an_earlier_day,
    source_stops,
    source_wiped,
    source_ends_for_all,
    target_encoded,
    id_range,
]

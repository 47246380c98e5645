"""What never changes is looked at once per entity; what has a history, or changes, is not."""

import numpy as np
import pytest

from features.leaks import audit_lives

ENTITIES, MONTHS = 300, 8


def lives(seed=0):
    """Return entity, day and event of each row: a third leaves, at some time."""
    rng = np.random.default_rng(seed)
    left = np.arange(ENTITIES) % 3 == 0
    entity, month = np.repeat(np.arange(ENTITIES), MONTHS), np.tile(np.arange(MONTHS), ENTITIES)
    names = np.array([f"k{number}" for number in entity], object)
    return rng, left, entity, names, month * 30.0, left[entity].astype(np.int8)


def told(columns, names, days, event):
    return [(found.column, found.severity) for found in audit_lives(columns, {}, names, days, event)]


@pytest.mark.parametrize("seed", range(4))
class TestAttributes:
    def test_status_of_today(self, seed):
        rng, left, entity, names, days, event = lives(seed)
        status = np.where(left & (rng.random(ENTITIES) < 0.8), "closed", "open").astype(object)
        (found,) = audit_lives({"status": status[entity]}, {}, names, days, event)
        assert (found.column, found.kind, found.severity) == ("status", "value", "error")
        assert found.evidence.startswith("of whether an entity leaves at all: its values 'closed' always")

    def test_date_of_the_exit_told_as_days_before_the_snapshot(self, seed):
        rng, left, entity, names, days, event = lives(seed)
        day = np.where(left, rng.uniform(100, 300, ENTITIES), np.nan)
        assert told({"ended": days - day[entity]}, names, days, event) == [("ended", "error")]

    def test_honest_attributes(self, seed):
        rng, left, entity, names, days, event = lives(seed)
        seats = rng.poisson(np.where(left, 8, 5)).astype(float)
        plan = np.where(rng.random(ENTITIES) < 0.3 + 0.3 * left, "basic", "pro").astype(object)
        start = rng.uniform(-500, 0, ENTITIES)
        columns = {"seats": seats[entity], "plan": plan[entity], "start": days - start[entity]}
        assert told(columns, names, days, event) == []

    def test_what_changes_is_left_to_the_rows(self, seed):
        rng, _, _, names, days, event = lives(seed)
        state = event * (days >= 90) + 0.0
        assert told({"state": state, "noise": rng.normal(size=len(days))}, names, days, event) == []


def test_one_row_per_entity_says_nothing_new():
    rng, left, *_ = lives()
    names = np.array([f"k{number}" for number in range(ENTITIES)], object)
    columns = {"gone": left + 0.0}
    assert told(columns, names, np.zeros(ENTITIES), left.astype(np.int8)) == []
    assert told({}, names, rng.random(ENTITIES), left.astype(np.int8)) == []

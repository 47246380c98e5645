from math import inf, nan

import numpy as np
import pytest

from training.models.leaf_patches import LARGEST, ZERO, Slots
from training.models.slot_reader import ALWAYS, SlotReader

NOTHING, ZEROS, NANS = 0, 1, 2


def read_one(value, missing, *, is_left):
    reader = SlotReader(Slots(numbers={(0, missing, is_left): 0}, columns=[0]))
    return reader.read([value])[reader.place_of[0]]


@pytest.mark.parametrize("missing", [NOTHING, ZEROS, NANS])
@pytest.mark.parametrize("is_left", [True, False])
def test_known_numbers_are_read_as_they_are(missing, is_left):
    for value in (-3.5, 2e-35, 1e300):
        assert read_one(value, missing, is_left=is_left) == value
    assert read_one(inf, missing, is_left=is_left) == LARGEST
    assert read_one(-inf, missing, is_left=is_left) == -inf


def test_missing_numbers_go_where_training_sent_them():
    assert read_one(nan, NANS, is_left=True) == -inf
    assert read_one(nan, NANS, is_left=False) == inf
    assert read_one(nan, NOTHING, is_left=True) == 0.0
    assert read_one(nan, ZEROS, is_left=False) == inf


@pytest.mark.parametrize("value", [0.0, -0.0, ZERO, -ZERO, 1e-40])
def test_zero_is_missing_where_training_said_so(value):
    assert read_one(value, ZEROS, is_left=True) == -inf
    assert read_one(value, ZEROS, is_left=False) == inf
    assert read_one(value, NANS, is_left=False) == value


def test_codes_are_looked_up_in_their_sets():
    slots = Slots(categories={(1, frozenset({0, 2})): 0, (1, frozenset({5})): 1}, columns=[1, 1])
    reader = SlotReader(slots)
    sides = {
        code: reader.read([9.0, code])[[reader.place_of[0], reader.place_of[1]]].tolist()
        for code in (0.0, 2.0, 2.9, -0.5, 5.0, 1.0, 6.0, 70.0, -1.0, -7.0, 1e300, inf)
    }
    assert [code for code, (first, _) in sides.items() if first == 0.0] == [0.0, 2.0, 2.9, -0.5]
    assert [code for code, (_, second) in sides.items() if second == 0.0] == [5.0]
    assert reader.read([9.0, nan])[:2].tolist() == [1.0, 1.0]


def test_columns_of_both_kinds_side_by_side():
    slots = Slots(
        numbers={(2, NANS, True): 1, (0, NANS, False): 3},
        categories={(1, frozenset({1})): 0, (3, frozenset({0})): 2},
        columns=[1, 2, 3, 0],
    )
    reader = SlotReader(slots)
    read = reader.read([0.25, 1.0, nan, 4.0])
    assert {slot: read[place] for slot, place in reader.place_of.items()} == {
        0: 0.0, 1: -inf, 2: 1.0, 3: 0.25, ALWAYS: 1.0,
    }  # fmt: skip
    assert len(read) == 5


def test_nothing_to_read():
    assert SlotReader(Slots()).read([1.0, 2.0]).tolist() == np.ones(1).tolist()

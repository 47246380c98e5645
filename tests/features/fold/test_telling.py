"""Values told from sums; the sketch of different values has the error that its source states."""

import math

import numpy as np
import pyarrow as pa
import pytest

from features.fold.engine import Engine
from features.fold.folding import Rows
from features.panes import Events, Texts, hash_text
from tests.features.event_worlds import measure_of

_BITS = 1024
_SNAPSHOT = 19_800
_Z = 4.5  # one false alarm in 150,000


def count_distinct(column: str, replicates: int, values: int, seed: int, repeats: int = 1) -> np.ndarray:
    """Return how many different values are told of each entity, which has so many of its own."""
    start = seed * 10_000_000
    numbers = np.arange(start, start + replicates * values)
    if column == "channel":
        words = Texts().hash(pa.array([f"value {number}" for number in numbers.tolist()]))
    else:
        words = numbers.astype(np.float64).view(np.int64)
    words = np.tile(words, repeats)
    owners = np.tile(np.repeat(np.arange(replicates, dtype=np.int32), values), repeats)
    times = np.full(len(words), (_SNAPSHOT - 3) * 86_400_000_000)
    nothing = np.empty(0, np.int64)
    measure = measure_of("distinct", column, 30)
    with Engine([measure], [_SNAPSHOT]) as engine:
        engine.add(
            seal(Events(owners, times, times.copy(), nothing, nothing.copy(), words[None])), replicates
        )
        everyone = np.arange(replicates, dtype=np.int32)
        rows = Rows(everyone, np.arange(replicates + 1, dtype=np.int64), np.zeros(replicates, np.int32))
        return engine.tell(rows)[0]


def seal(events: Events) -> Events:
    for array in events:
        array.flags.writeable = False
    return events


def standard_error(values: int) -> float:
    """Return the standard error of linear counting (Whang, Vander-Zanden and Taylor 1990, equation 11)."""
    load = values / _BITS
    return math.sqrt(_BITS * (math.exp(load) - load - 1))


def bias(values: int) -> float:
    """Return the bias of linear counting (as above, equation 10)."""
    load = values / _BITS
    return (math.exp(load) - load - 1) / 2


def assert_stated_error(told: np.ndarray, values: int) -> None:
    """Demand the bias and the spread of the source, within intervals for so many replicates."""
    count, expected = len(told), standard_error(values)
    assert abs(told.mean() - values - bias(values)) < _Z * expected / math.sqrt(count) + 0.05
    spread = math.sqrt(expected**2 + 1 / 12)  # told as a whole number
    slack = _Z / math.sqrt(2 * count) + 0.02
    assert (1 - slack) * expected < told.std(ddof=1) < (1 + slack) * spread


def assert_mostly_exact(told: np.ndarray, values: int) -> None:
    """Demand that few values are told exactly unless two of them meet in a bit."""
    share = math.prod(1 - place / _BITS for place in range(values))
    exact, count = int((told == values).sum()), len(told)
    assert abs(exact - count * share) < _Z * math.sqrt(count * share * (1 - share)) + 1
    assert told.max() == values


@pytest.mark.parametrize("column", ["amount", "channel"])
def test_few_values_are_told_exactly_but_for_rare_collisions(column):
    assert_mostly_exact(count_distinct(column, 2_000, 5, seed=1), 5)
    assert np.all(count_distinct(column, 100, 1, seed=2) == 1)


@pytest.mark.parametrize("column", ["amount", "channel"])
@pytest.mark.parametrize("values", [100, 1_000])
def test_many_values_are_told_with_the_stated_error(column, values):
    assert_stated_error(count_distinct(column, 120, values, seed=3), values)


def test_the_stated_errors_are_those_of_the_source():
    assert standard_error(1_000) / 1_000 == pytest.approx(0.026, abs=0.0005)
    assert standard_error(3_000) / 3_000 == pytest.approx(0.041, abs=0.0005)


def test_a_value_that_repeats_counts_once_and_the_sketch_ends_at_seven_thousand():
    once, often = (count_distinct("amount", 20, 50, seed=4, repeats=repeats) for repeats in (1, 7))
    assert np.array_equal(once, often)
    assert count_distinct("amount", 3, 60_000, seed=5).tolist() == [7_098] * 3
    assert round(_BITS * math.log(_BITS)) == 7_098


@pytest.mark.long
@pytest.mark.parametrize("column", ["amount", "channel"])
@pytest.mark.parametrize("values", [100, 300, 1_000, 3_000])
def test_the_stated_error_holds_over_many_seeds(column, values):
    told = np.concatenate([count_distinct(column, 200, values, seed=seed) for seed in range(10, 20)])
    assert_stated_error(told, values)


@pytest.mark.long
@pytest.mark.parametrize("values", [2, 5, 12])
def test_few_values_are_exact_as_often_as_chance_has_it_over_many_seeds(values):
    told = np.concatenate([count_distinct("channel", 5_000, values, seed=seed) for seed in range(20, 30)])
    assert_mostly_exact(told, values)


def test_minus_zero_is_zero_and_nan_is_no_value():
    words = np.array([0.0, -0.0, math.nan, math.inf], np.float64).view(np.int64)
    nan = np.array([0x7FF8000000000001], np.int64)  # with a payload
    words = np.concatenate([words, nan])
    times = np.full(5, (_SNAPSHOT - 3) * 86_400_000_000)
    nothing = np.empty(0, np.int64)
    measures = [measure_of(name, "amount", 30) for name in ("distinct", "count", "min", "mean")]
    with Engine(measures, [_SNAPSHOT]) as engine:
        events = Events(np.zeros(5, np.int32), times, times.copy(), nothing, nothing.copy(), words[None])
        engine.add(seal(events), 1)
        told = engine.tell(Rows(np.zeros(1, np.int32), np.array([0, 1]), np.zeros(1, np.int32)))
    assert told[:, 0].tolist() == [1, 2, 0, 0]


def test_a_share_of_a_text_that_never_occurs_is_zero():
    words = np.array([hash_text("mail"), 0], np.int64)
    times = np.full(2, (_SNAPSHOT - 3) * 86_400_000_000)
    nothing = np.empty(0, np.int64)
    shares = [measure_of("share", "channel", 30, condition=("=", text)) for text in ("phone", "", "mail")]
    with Engine(shares, [_SNAPSHOT]) as engine:
        events = Events(np.zeros(2, np.int32), times, times.copy(), nothing, nothing.copy(), words[None])
        engine.add(seal(events), 1)
        told = engine.tell(Rows(np.zeros(1, np.int32), np.array([0, 1]), np.zeros(1, np.int32)))
    assert told[:, 0].tolist() == [0, 0, 1]

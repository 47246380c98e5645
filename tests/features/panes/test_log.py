import numpy as np
import pytest

from features.panes import KEY, Events, Grid, SortedCells, first_snapshots, split_key
from features.panes.layout import EVENTS
from features.panes.log import make_key
from tests.features.panes.drawn import (
    ENTITIES,
    SNAPSHOTS,
    assert_told,
    draw_events,
    make_engine,
    make_log,
    take,
    tell_cells,
    tell_events,
)

_DAY_US = 86_400_000_000


def refuse(log: object) -> None:
    pytest.fail("the log was put aside")


def collect(events: Events, capacity: int = 100_000) -> list[SortedCells]:
    """Return the cells of events: of every log that was full, and of the last."""
    put_aside: list[SortedCells] = []
    with make_engine() as engine:
        log = make_log(engine, capacity, lambda full: put_aside.append(full.read_all()))
        log.add(events, ENTITIES)
        return [*put_aside, log.take()]


@pytest.mark.parametrize("has_ends", [False, True])
def test_a_log_that_is_put_aside_many_times_tells_the_same_as_one_that_never_is(has_ends):
    events = draw_events(1, 6_000, has_ends=has_ends)
    many, one = collect(events, capacity=1), collect(events)
    assert len(one) == 1
    assert len(many) > 1
    assert_told(tell_cells(many), tell_cells(one))


@pytest.mark.parametrize("has_ends", [False, True])
def test_the_order_of_events_and_batches_changes_nothing(has_ends):
    events = draw_events(2, has_ends=has_ends)
    order = np.lexsort((events.known, events.times, events.entities))
    expected = tell_events([take(events, order)])
    shuffled = np.random.default_rng(0).permutation(len(events.times))
    assert_told(tell_events([take(events, shuffled)]), expected)
    batches = [take(events, shuffled[begin : begin + 700]) for begin in range(0, len(shuffled), 700)]
    assert_told(tell_events(batches), expected)


def test_cells_of_one_key_come_out_as_one_and_each_event_is_in_one_cell():
    events = draw_events(3)
    (cells,) = collect(events)
    for place in range(len(cells.entities)):
        keys = cells.words[cells.starts[place] : cells.starts[place + 1], KEY]
        assert len(np.unique(keys)) == len(keys)
    day = events.times // _DAY_US
    known_day = np.maximum(day + 1, -(-events.known // _DAY_US))
    is_seen = (events.entities >= 0) & (known_day <= SNAPSHOTS[-1])
    assert cells.words[:, EVENTS].sum() == is_seen.sum() > 0
    assert cells.entities.tolist() == np.unique(events.entities[is_seen]).tolist()


def test_a_key_holds_its_pane_and_its_snapshots():
    most = 2**20 - 1
    for parts in [(0, 0, 0), (1, 2, 3), (2**22, most, most)]:
        assert split_key(make_key(*parts)) == parts
    keys = np.array([make_key(5, 7, 9), make_key(2**22, most, 0)])
    assert first_snapshots(keys).tolist() == [7, most]


def test_the_key_of_an_event_says_when_it_is_known_and_until_when():
    day = SNAPSHOTS[1] - 1
    first, last = day * _DAY_US, SNAPSHOTS[-1] * _DAY_US
    never = len(SNAPSHOTS)
    cases = [  # happened, known, gone -> first and last snapshot
        (first, first, last + 1, (1, never)),
        (first, SNAPSHOTS[1] * _DAY_US, SNAPSHOTS[2] * _DAY_US, (1, 2)),
        (first, SNAPSHOTS[1] * _DAY_US + 1, SNAPSHOTS[2] * _DAY_US + 1, (2, 3)),
        (first, first, last, (1, 3)),
    ]
    for happened, known, gone, expected in cases:
        (cells,) = collect(one_event(happened, known, gone))
        assert split_key(cells.words[0, KEY])[1:] == expected
    for never_seen in [(first, first, first + 1), (last, last, last + 1), (first, last + 1, last + 2)]:
        (cells,) = collect(one_event(*never_seen))
        assert len(cells.words) == 0


def one_event(happened: int, known: int, gone: int) -> Events:
    """Return one event of the first entity."""
    times, knowns, ends = (np.array([clock], np.int64) for clock in (happened, known, gone))
    bits = np.array([[np.float64(1.0).view(np.int64)], [0]])
    return take(Events(np.zeros(1, np.int32), times, knowns, ends, np.zeros(1, np.int64), bits), slice(None))


@pytest.mark.parametrize("day", [-719_162, 0, 19_000, 2_932_896, 106_751_990])
def test_events_in_the_far_past_count_for_ever_and_those_in_the_far_future_never(day):
    moment = day * _DAY_US
    (cells,) = collect(one_event(moment, moment, np.iinfo(np.int64).max))
    assert len(cells.words) == (day < SNAPSHOTS[-1])
    if len(cells.words):
        assert split_key(cells.words[0, KEY]) == (0, 0, len(SNAPSHOTS))


def test_a_log_can_be_used_again_after_it_was_taken_and_knows_more_entities():
    events = draw_events(4)
    with make_engine() as engine:
        log = make_log(engine, 100_000, refuse)
        log.add(take(events, events.entities < 3), 3)
        first = log.take()
        log.add(take(events, events.entities >= 3), ENTITIES)
        second = log.take()
        assert len(log.take().words) == 0
    assert_told(tell_cells([first, second]), tell_events([events]))


def test_a_range_of_a_closed_log_is_that_part_of_all():
    with make_engine() as engine:
        log = make_log(engine, 100_000, refuse)
        log.add(draw_events(5), ENTITIES)
        closed = log.close()
        whole, part = closed.read_all(), closed.read(7, 12)
    begin, end = whole.starts[7], whole.starts[12]
    assert part.entities.tolist() == list(range(7, 12)) == whole.entities[7:12].tolist()
    assert np.array_equal(part.words, whole.words[begin:end])
    assert part.starts.tolist() == (whole.starts[7:13] - begin).tolist()


def test_a_batch_of_nothing_and_a_batch_of_nobody_leave_no_cell():
    nobody = draw_events(6)._replace(entities=np.full(3_000, -1, np.int32))
    for events in (take(nobody, slice(0, 0)), take(nobody, slice(None))):
        (cells,) = collect(events)
        assert cells.starts.tolist() == [0]
        assert cells.words.shape[0] == 0


def test_a_grid_of_many_days_keeps_every_snapshot_apart():
    grid = Grid.cut(range(19_000, 20_500), [1, 30])
    assert len(grid.snapshots) == 1_500
    assert grid.natural.max() < 2**20 > len(grid.cuts)

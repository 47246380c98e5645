import numpy as np
import pytest
from hypothesis import given, settings

from features.panes import SKETCH_BITS, Layout
from features.panes.layout import COUNT, EXTREMES, FIRST, FIRST_DAY, IS_TEXT, LAST, LAST_DAY, SKETCH, SUM
from tests.features.event_worlds import EVERYTHING, measure_of, questions

HEADER = 4


def occupied(layout: Layout) -> list[int]:
    """Return every word that some part of a cell takes, by what the parts are said to hold."""
    sizes = {SUM: 2, EXTREMES: 2, EXTREMES + 1: 2, EXTREMES + 2: 5, SKETCH: SKETCH_BITS // 64}
    picked = 2 + layout.orders_by_known + layout.orders_by_id
    words = list(range(HEADER)) + ([layout.day_sum] if layout.day_sum >= 0 else [])
    words += layout.rules[:, 3].tolist()
    for line in layout.table.tolist():
        words.append(line[COUNT])
        for part in range(SUM, SKETCH + 1):
            if line[part] >= 0:
                words += range(line[part], line[part] + sizes.get(part, picked))
    return words


@pytest.mark.parametrize("orders_by_known", [True, False])
@pytest.mark.parametrize("orders_by_id", [True, False])
@settings(max_examples=25)  # of each of the four
@given(measures=questions())
def test_words_fill_the_cell_and_do_not_overlap(orders_by_known, orders_by_id, measures):
    layout = Layout.of(measures, orders_by_known=orders_by_known, orders_by_id=orders_by_id)
    assert sorted(occupied(layout)) == list(range(layout.width))


def test_everything_at_once_does_not_overlap():
    layout = Layout.of(EVERYTHING, orders_by_id=True)
    assert sorted(occupied(layout)) == list(range(layout.width))


def test_a_column_in_two_shapes_is_held_twice_and_equal_pairs_once():
    numbers = measure_of("mean", "digits", 30)
    texts = [
        measure_of("last", "channel"),
        measure_of("first", "channel"),
        measure_of("distinct", "channel", 7),
    ]
    layout = Layout.of([numbers, measure_of("sum", "digits", 90), *texts])
    assert [(column.name, column.shape) for column in layout.columns] == [
        ("digits", "number"),
        ("channel", "text"),
    ]
    assert layout.table[:, IS_TEXT].tolist() == [0, 1]
    assert layout.find_part(numbers) == layout.find_part(measure_of("sum", "digits", 90))


def test_choosing_keeps_what_some_measures_need_and_every_count():
    windowed = [measure_of("mean", "nps", 30), measure_of("max", "amount", 30)]
    layout = Layout.of([*windowed, measure_of("last", "nps"), measure_of("std", "amount", 30)])
    chosen, nps, amount = layout.choose(windowed), 0, 1
    assert chosen[nps, SUM] == layout.table[nps, SUM] >= 0
    assert chosen[nps, LAST] == -1 < layout.table[nps, LAST]
    assert chosen[amount, EXTREMES] == layout.find_part(windowed[1])
    assert chosen[amount, EXTREMES + 1] == -1 < layout.table[amount, EXTREMES + 1]
    assert chosen[:, COUNT].tolist() == layout.table[:, COUNT].tolist()
    assert np.all(layout.choose([])[:, SUM : SKETCH + 1] == -1)


def test_shares_of_one_condition_have_one_count_whatever_the_window():
    shares = [measure_of("share", "channel", days, condition=("=", "phone")) for days in (7, 30)]
    other = measure_of("share", "channel", 7, condition=("=", "mail"))
    layout = Layout.of([*shares, other])
    assert len(layout.rules) == 2
    assert layout.find_part(shares[0]) == layout.find_part(shares[1]) != layout.find_part(other)


def test_the_blank_cell_loses_against_every_event():
    layout = Layout.of([measure_of("min", "nps", 7), measure_of("first", "nps"), measure_of("last", "nps")])
    blank, line = layout.blank, layout.table[0]
    assert blank[FIRST_DAY] > 3_000_000
    assert blank[LAST_DAY] < -3_000_000
    assert blank[line[FIRST]] > 2**62
    assert blank[line[LAST]] < -(2**62)
    low, high = blank[line[EXTREMES] : line[EXTREMES] + 2].view(np.float64)
    assert (low, high) == (np.inf, -np.inf)


def test_measures_without_columns_need_the_header_alone():
    layout = Layout.of([measure_of("count", None, 30), measure_of("days_since_first")])
    assert layout.width == HEADER
    assert layout.table.shape[0] == layout.rules.shape[0] == 0

"""Add cells to a cell: everything that a cell remembers can be merged in any order.

Centred moments are merged as Chan, Golub and LeVeque do, Am. Stat. 37 (1983) 242-247.
"""

import numpy as np

from features.panes.adding import add_twofold, pick
from features.panes.compiled import Places, Words, as_real, as_word, compiled, inlined
from features.panes.layout import (
    COUNT,
    EVENTS,
    EXTREMES,
    FIRST,
    FIRST_DAY,
    IDENTITY,
    KNOWN,
    LAST,
    LAST_DAY,
    SKETCH,
    SKETCH_BITS,
    SLOPE,
    SPREAD,
    SUM,
)

_SKETCH_WORDS = SKETCH_BITS // 64


@compiled
def clear(cells: Words, at: int, blank: Words) -> None:
    """Make a cell that of no event."""
    for word in range(len(blank)):
        cells[at, word] = blank[word]


@compiled
def merge(
    cells: Words,
    at: int,
    others: Words,
    places: Places,
    begin: int,
    ends: Places,
    stages: int,
    columns: Words,
    rules: Words,
    day_sum: int,
) -> None:
    """Add other cells to a cell, in stages: what it is after each stage goes to a row of its own.

    Keys are left alone, and so is what the columns do not name.

    Parameters
    ----------
    cells, at
        The cell that grows; after the first stage it stands at ``at``, after the second at ``at + 1``, ...
    others, places, begin, ends, stages
        The cells that are added: those that ``places`` names from ``begin`` to ``ends[0]``, then to
        ``ends[1]``, and so on.
    columns, rules, day_sum
        What a cell remembers (:class:`features.panes.layout.Layout`).
    """
    _merge_days(cells, at, others, places, begin, ends, stages)
    if day_sum >= 0:
        _merge_counts(cells, at, others, places, begin, ends, stages, day_sum)
    for rule in range(len(rules)):
        _merge_counts(cells, at, others, places, begin, ends, stages, rules[rule, 3])
    for column in range(len(columns)):
        _merge_moments(cells, at, others, places, begin, ends, stages, columns, column)
        if columns[column, EXTREMES] >= 0:
            _merge_extremes(cells, at, others, places, begin, ends, stages, columns[column, EXTREMES])
        if columns[column, SKETCH] >= 0:
            _merge_sketches(cells, at, others, places, begin, ends, stages, columns[column, SKETCH])
        for part in (FIRST, LAST):
            if columns[column, part] >= 0:
                _merge_picks(cells, at, others, places, begin, ends, stages, columns, column, part)


@inlined
def _merge_moments(
    cells: Words,
    at: int,
    others: Words,
    places: Places,
    begin: int,
    ends: Places,
    stages: int,
    columns: Words,
    column: int,
) -> None:
    """Merge sums, spreads, slopes, and then the number of values, which the others read as it was."""
    count = columns[column, COUNT]
    if columns[column, SUM] >= 0:
        _merge_sums(cells, at, others, places, begin, ends, stages, columns[column, SUM])
    if columns[column, SPREAD] >= 0:
        _merge_spreads(cells, at, others, places, begin, ends, stages, columns[column, SPREAD], count)
    if columns[column, SLOPE] >= 0:
        _merge_slopes(cells, at, others, places, begin, ends, stages, columns[column, SLOPE], count)
    _merge_counts(cells, at, others, places, begin, ends, stages, count)


@inlined
def _merge_days(
    cells: Words, at: int, others: Words, places: Places, begin: int, ends: Places, stages: int
) -> None:
    """Add numbers of events, and keep first and last days."""
    events, first, last = cells[at, EVENTS], cells[at, FIRST_DAY], cells[at, LAST_DAY]
    place = begin
    for stage in range(stages):
        while place < ends[stage]:
            other = places[place]
            events += others[other, EVENTS]
            first = min(first, others[other, FIRST_DAY])
            last = max(last, others[other, LAST_DAY])
            place += 1
        row = at + stage
        cells[row, EVENTS], cells[row, FIRST_DAY], cells[row, LAST_DAY] = events, first, last


@inlined
def _merge_counts(
    cells: Words, at: int, others: Words, places: Places, begin: int, ends: Places, stages: int, here: int
) -> None:
    """Add whole numbers."""
    total, place = cells[at, here], begin
    for stage in range(stages):
        while place < ends[stage]:
            total += others[places[place], here]
            place += 1
        cells[at + stage, here] = total


@inlined
def _merge_sums(
    cells: Words, at: int, others: Words, places: Places, begin: int, ends: Places, stages: int, here: int
) -> None:
    """Add sums that are kept in two numbers."""
    total, rest, place = as_real(cells[at, here]), as_real(cells[at, here + 1]), begin
    for stage in range(stages):
        while place < ends[stage]:
            other = places[place]
            total, rest = add_twofold(
                total, rest + as_real(others[other, here + 1]), as_real(others[other, here])
            )
            place += 1
        cells[at + stage, here], cells[at + stage, here + 1] = as_word(total), as_word(rest)


@inlined
def _merge_extremes(
    cells: Words, at: int, others: Words, places: Places, begin: int, ends: Places, stages: int, here: int
) -> None:
    """Keep the lowest and the highest value."""
    low, high, place = as_real(cells[at, here]), as_real(cells[at, here + 1]), begin
    for stage in range(stages):
        while place < ends[stage]:
            other = places[place]
            low = min(low, as_real(others[other, here]))
            high = max(high, as_real(others[other, here + 1]))
            place += 1
        cells[at + stage, here], cells[at + stage, here + 1] = as_word(low), as_word(high)


@inlined
def _merge_spreads(
    cells: Words,
    at: int,
    others: Words,
    places: Places,
    begin: int,
    ends: Places,
    stages: int,
    here: int,
    count: int,
) -> None:
    """Merge means and sums of squares around them."""
    own, place = cells[at, count], begin
    mean, squares = as_real(cells[at, here]), as_real(cells[at, here + 1])
    for stage in range(stages):
        while place < ends[stage]:
            other = places[place]
            more = others[other, count]
            if more > 0:
                share = more / (own + more)
                off = as_real(others[other, here]) - mean
                mean += off * share
                squares += as_real(others[other, here + 1]) + off * off * own * share
                own += more
            place += 1
        cells[at + stage, here], cells[at + stage, here + 1] = as_word(mean), as_word(squares)


@inlined
def _merge_slopes(
    cells: Words,
    at: int,
    others: Words,
    places: Places,
    begin: int,
    ends: Places,
    stages: int,
    here: int,
    count: int,
) -> None:
    """Merge means of time and value, sums of squares and of products; times from the origin of each."""
    own, origin, place = cells[at, count], cells[at, here], begin
    mean_time, mean_value = as_real(cells[at, here + 1]), as_real(cells[at, here + 2])
    squares, products = as_real(cells[at, here + 3]), as_real(cells[at, here + 4])
    for stage in range(stages):
        while place < ends[stage]:
            other = places[place]
            more = others[other, count]
            if more > 0:
                if own == 0:
                    origin = others[other, here]
                share = more / (own + more)
                off_time = as_real(others[other, here + 1]) - mean_time
                off_time += np.float64(others[other, here] - origin)
                off_value = as_real(others[other, here + 2]) - mean_value
                mean_time += off_time * share
                mean_value += off_value * share
                squares += as_real(others[other, here + 3]) + off_time * off_time * own * share
                products += as_real(others[other, here + 4]) + off_time * off_value * own * share
                own += more
            place += 1
        row = at + stage
        cells[row, here] = origin
        cells[row, here + 1], cells[row, here + 2] = as_word(mean_time), as_word(mean_value)
        cells[row, here + 3], cells[row, here + 4] = as_word(squares), as_word(products)


@inlined
def _merge_sketches(
    cells: Words, at: int, others: Words, places: Places, begin: int, ends: Places, stages: int, here: int
) -> None:
    """Set every bit that is set in any."""
    place = begin
    for stage in range(stages):
        row = at + stage
        for word in range(here, here + _SKETCH_WORDS):
            cells[row, word] = cells[max(row - 1, at), word]
        while place < ends[stage]:
            for word in range(here, here + _SKETCH_WORDS):
                cells[row, word] |= others[places[place], word]
            place += 1


@inlined
def _merge_picks(
    cells: Words,
    at: int,
    others: Words,
    places: Places,
    begin: int,
    ends: Places,
    stages: int,
    columns: Words,
    column: int,
    part: int,
) -> None:
    """Keep the first or the last value."""
    here, place = columns[column, part], begin
    known, identity = columns[column, KNOWN], columns[column, IDENTITY]
    words = max(known, identity, 1) + 1
    for stage in range(stages):
        row = at + stage
        for word in range(here, here + words):
            cells[row, word] = cells[max(row - 1, at), word]
        while place < ends[stage]:
            other = places[place]
            if others[other, columns[column, COUNT]] > 0:
                pick(
                    cells,
                    row,
                    columns,
                    column,
                    part,
                    others[other, here + 1],
                    others[other, here],
                    others[other, here + known] if known >= 0 else 0,
                    others[other, here + identity] if identity >= 0 else 0,
                )
            place += 1

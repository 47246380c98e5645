"""Add events to cells: column by column and part by part over a short stretch of events.

A cell is a row of 64-bit words. Some hold whole numbers, some hold the bits of a float64; what stands where
is said by :class:`features.panes.layout.Layout`. Sums are kept in two numbers (Knuth, The Art of Computer
Programming 2, 4.2.2), so that neither order nor cancellation shows; spreads and slopes as centred moments
(Welford, Technometrics 4 (1962) 419-420), with times counted from the first event of the cell.
"""

from typing import NamedTuple

import numpy as np

from features.panes.compiled import Places, Words, as_real, as_word, compiled, inlined
from features.panes.layout import (
    COUNT,
    EVENTS,
    EXTREMES,
    FIRST,
    FIRST_DAY,
    IDENTITY,
    IS_TEXT,
    KNOWN,
    LAST,
    LAST_DAY,
    SKETCH,
    SKETCH_BITS,
    SLOPE,
    SPREAD,
    SUM,
)
from features.panes.texts import MISSING, mix

_MASK = SKETCH_BITS - 1


class Events(NamedTuple):
    """A batch of events of one source.

    Attributes
    ----------
    entities
        Number of the entity of each event; -1 for nobody.
    times, known
        When it happened and was known, in microseconds since 1970-01-01.
    gone
        When it was corrected or withdrawn; empty where that never happens.
    identities
        Ids as numbers, to order events of the same moment; empty without ids.
    bits
        One line per column of the layout: the bits of a float64 (NaN for a missing value) or the hash of a
        text (0 for a missing one).
    """

    entities: Places
    times: Words
    known: Words
    gone: Words
    identities: Words
    bits: Words


class Stretch(NamedTuple):
    """Scratch memory for a short stretch of events.

    Attributes
    ----------
    cells, places, days
        Cell of each event that counts, its place in the batch, the day it fell on.
    some_cells, some_places
        The same of those that have a value in the column at hand.
    words, counts
        Their values, and how many values their cell has by then.
    """

    cells: Words
    places: Words
    days: Words
    some_cells: Words
    some_places: Words
    words: Words
    counts: Words


def make_stretch(length: int) -> Stretch:
    """Return scratch memory for so many events."""
    return Stretch(*(np.empty(length, np.int64) for _ in Stretch._fields))


@compiled
def add_stretch(
    cells: Words, events: Events, stretch: Stretch, length: int, columns: Words, rules: Words, day_sum: int
) -> None:
    """Add a stretch of events to their cells.

    Parameters
    ----------
    cells
        The table of cells.
    events, stretch, length
        The batch, which of its events go to which cells, and how many those are.
    columns, rules, day_sum
        What a cell remembers (:class:`features.panes.layout.Layout`).
    """
    _add_days(cells, stretch.cells, stretch.days, length, day_sum)
    for column in range(len(columns)):
        is_text = columns[column, IS_TEXT]
        some = _choose(stretch, length, events.bits, column, is_text)
        _add_moments(cells, stretch, some, events.times, columns, column)
        if columns[column, EXTREMES] >= 0:
            _add_extremes(cells, stretch.some_cells, stretch.words, some, columns[column, EXTREMES])
        if columns[column, SKETCH] >= 0:
            _add_sketches(cells, stretch, some, columns[column, SKETCH], is_text)
        for part in (FIRST, LAST):
            if columns[column, part] >= 0:
                _add_picks(cells, stretch, some, events, columns, column, part)
        for rule in range(len(rules)):
            if rules[rule, 0] == column:
                _add_hits(cells, stretch, some, rules, rule, is_text)


@compiled
def _add_moments(
    cells: Words, stretch: Stretch, length: int, times: Words, columns: Words, column: int
) -> None:
    """Count values, and add to sums, spreads and slopes."""
    _add_counts(cells, stretch.some_cells, stretch.counts, length, columns[column, COUNT])
    if columns[column, SUM] >= 0:
        _add_sums(cells, stretch.some_cells, stretch.words, length, columns[column, SUM])
    if columns[column, SPREAD] >= 0:
        _add_spreads(cells, stretch, length, columns[column, SPREAD])
    if columns[column, SLOPE] >= 0:
        _add_slopes(cells, stretch, length, times, columns[column, SLOPE])


@compiled
def _choose(stretch: Stretch, length: int, bits: Words, column: int, is_text: int) -> int:
    """Find the events that have a value in a column; return their number."""
    some = 0
    for event in range(length):
        word = bits[column, stretch.places[event]]
        stretch.some_cells[some] = stretch.cells[event]
        stretch.some_places[some] = stretch.places[event]
        stretch.words[some] = word
        some += 1 if (word != MISSING if is_text else np.isfinite(as_real(word))) else 0
    return some


@compiled
def _add_days(cells: Words, chosen: Words, days: Words, length: int, day_sum: int) -> None:
    """Count events, and keep their first and last day and the sum of their days."""
    for event in range(length):
        at, day = chosen[event], days[event]
        cells[at, EVENTS] += 1
        cells[at, FIRST_DAY] = min(cells[at, FIRST_DAY], day)
        cells[at, LAST_DAY] = max(cells[at, LAST_DAY], day)
        if day_sum >= 0:
            cells[at, day_sum] += day


@compiled
def _add_counts(cells: Words, chosen: Words, counts: Words, length: int, here: int) -> None:
    """Count values, and write down the number that each makes."""
    for event in range(length):
        count = cells[chosen[event], here] + 1
        cells[chosen[event], here] = count
        counts[event] = count


@inlined
def add_twofold(total: float, rest: float, value: float) -> tuple[float, float]:
    """Return a sum that is kept in two numbers after one more number."""
    new = total + value
    part = new - total
    return new, rest + ((total - (new - part)) + (value - part))


@compiled
def _add_sums(cells: Words, chosen: Words, words: Words, length: int, here: int) -> None:
    """Add values up."""
    for event in range(length):
        at = chosen[event]
        total, rest = add_twofold(
            as_real(cells[at, here]), as_real(cells[at, here + 1]), as_real(words[event])
        )
        cells[at, here] = as_word(total)
        cells[at, here + 1] = as_word(rest)


@compiled
def _add_extremes(cells: Words, chosen: Words, words: Words, length: int, here: int) -> None:
    """Keep the lowest and the highest value."""
    for event in range(length):
        at, value = chosen[event], as_real(words[event])
        cells[at, here] = as_word(min(as_real(cells[at, here]), value))
        cells[at, here + 1] = as_word(max(as_real(cells[at, here + 1]), value))


@compiled
def _add_spreads(cells: Words, stretch: Stretch, length: int, here: int) -> None:
    """Keep the mean and the sum of squares around it."""
    for event in range(length):
        at, value = stretch.some_cells[event], as_real(stretch.words[event])
        mean = as_real(cells[at, here])
        off = value - mean
        mean += off / stretch.counts[event]
        cells[at, here] = as_word(mean)
        cells[at, here + 1] = as_word(as_real(cells[at, here + 1]) + off * (value - mean))


@compiled
def _add_slopes(cells: Words, stretch: Stretch, length: int, times: Words, here: int) -> None:
    """Keep an origin in time, the means of time and value, the sums of squares and of products."""
    for event in range(length):
        at, value = stretch.some_cells[event], as_real(stretch.words[event])
        count, time = stretch.counts[event], times[stretch.some_places[event]]
        if count == 1:
            cells[at, here] = time
        elapsed = np.float64(time - cells[at, here])
        mean_time, mean_value = as_real(cells[at, here + 1]), as_real(cells[at, here + 2])
        off_time, share = elapsed - mean_time, 1.0 / count
        mean_time += off_time * share
        mean_value += (value - mean_value) * share
        cells[at, here + 1] = as_word(mean_time)
        cells[at, here + 2] = as_word(mean_value)
        cells[at, here + 3] = as_word(as_real(cells[at, here + 3]) + off_time * (elapsed - mean_time))
        cells[at, here + 4] = as_word(as_real(cells[at, here + 4]) + off_time * (value - mean_value))


@compiled
def _add_sketches(cells: Words, stretch: Stretch, length: int, here: int, is_text: int) -> None:
    """Set the bit of each value; the number of a text is spread already, and minus zero is zero."""
    for event in range(length):
        word = stretch.words[event]
        if not is_text:
            word = np.int64(mix(0 if as_real(word) == 0.0 else word))
        bit = word & _MASK
        cells[stretch.some_cells[event], here + (bit >> 6)] |= np.int64(1) << (bit & 63)


@compiled
def _add_hits(cells: Words, stretch: Stretch, length: int, rules: Words, rule: int, is_text: int) -> None:
    """Count the values that meet a condition (:attr:`features.panes.layout.Layout.rules`)."""
    comparison, bound, here = rules[rule, 1], rules[rule, 2], rules[rule, 3]
    for event in range(length):
        word = stretch.words[event]
        is_hit = word == bound if is_text else _compare(as_real(word), comparison, as_real(bound))
        cells[stretch.some_cells[event], here] += 1 if is_hit else 0


@inlined
def _compare(value: float, comparison: int, bound: float) -> bool:
    """Tell whether a value meets a condition; the comparisons stand in the order of the layout."""
    if comparison == 0:
        return value < bound
    if comparison == 1:
        return value <= bound
    if comparison == 2:
        return value == bound
    if comparison == 3:
        return value >= bound
    return value > bound


@compiled
def _add_picks(
    cells: Words, stretch: Stretch, length: int, events: Events, columns: Words, column: int, part: int
) -> None:
    """Keep the first or the last value."""
    has_ids = len(events.identities) > 0
    for event in range(length):
        place = stretch.some_places[event]
        identity = events.identities[place] if has_ids else 0
        pick(
            cells,
            stretch.some_cells[event],
            columns,
            column,
            part,
            stretch.words[event],
            events.times[place],
            events.known[place],
            identity,
        )


@inlined
def pick(
    cells: Words,
    at: int,
    columns: Words,
    column: int,
    part: int,
    word: int,
    time: int,
    known: int,
    identity: int,
) -> None:
    """Keep a value if it comes first, or last: by time, known time, id, then the value itself."""
    here = columns[column, part]
    if time != cells[at, here]:
        is_later = time > cells[at, here]
    else:
        is_later = _breaks_tie(cells, at, here, columns, column, word, known, identity)
    if is_later == (part == LAST):
        cells[at, here] = time
        cells[at, here + 1] = word
        if columns[column, KNOWN] >= 0:
            cells[at, here + columns[column, KNOWN]] = known
        if columns[column, IDENTITY] >= 0:
            cells[at, here + columns[column, IDENTITY]] = identity


@inlined
def _breaks_tie(
    cells: Words, at: int, here: int, columns: Words, column: int, word: int, known: int, identity: int
) -> bool:
    """Tell whether a value of the same moment comes after the one that is kept."""
    place = columns[column, KNOWN]
    if place >= 0 and known != cells[at, here + place]:
        return bool(known > cells[at, here + place])
    place = columns[column, IDENTITY]
    if place >= 0 and identity != cells[at, here + place]:
        return bool(identity > cells[at, here + place])
    if columns[column, IS_TEXT]:
        return bool(word > cells[at, here + 1])
    return as_real(word) > as_real(cells[at, here + 1])

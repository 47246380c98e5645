"""What is to be told of every row: the measures of one source as instructions, window by window."""

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from features.measures import Function, Measure
from features.panes import Grid, Layout, Words

(
    COUNT,
    TOTAL,
    MEAN,
    EXTREME,
    DEVIATION,
    TREND,
    TREND_OF_COUNTS,
    SHARE,
    RATIO,
    DAYS_SINCE_FIRST,
    DAYS_SINCE_LAST,
    PICKED_NUMBER,
    PICKED_TEXT,
    PICKED_DAY,
    DISTINCT,
    MEAN_CHANGE,
    COUNT_CHANGE,
) = range(17)
_CODES: dict[Function, int] = {
    "count": COUNT,
    "sum": TOTAL,
    "mean": MEAN,
    "min": EXTREME,
    "max": EXTREME,
    "std": DEVIATION,
    "slope": TREND,
    "count_slope": TREND_OF_COUNTS,
    "share": SHARE,
    "days_since_first": DAYS_SINCE_FIRST,
    "days_since_last": DAYS_SINCE_LAST,
    "distinct": DISTINCT,
    "delta": MEAN_CHANGE,
    "count_delta": COUNT_CHANGE,
}
_PICKED = {"number": PICKED_NUMBER, "text": PICKED_TEXT, "time": PICKED_DAY}


class Program(NamedTuple):
    """Instructions for compiled code.

    Attributes
    ----------
    steps
        One row per instruction: what to tell, place of the measure, word with the number of values (or
        events), word of the part, length of the window, length of the short window of a ratio, cell with what
        the window holds, cell with what the window before it holds; shape (I, 8). In the order of windows.
    changes
        Whether a window is compared with the one before it; shape (N,).
    needs_all
        Whether anything is told of the whole history.
    measure_count
        Number of the measures.
    window_table, history_table
        What a cell remembers of each column (:attr:`features.panes.Layout.table`), as far as windows need it,
        and as far as the whole history does.
    """

    steps: Words
    changes: NDArray[np.bool_]
    needs_all: bool
    measure_count: int
    window_table: Words
    history_table: Words


def cut_grid(snapshots: Iterable[int], measures: Sequence[Measure]) -> Grid:
    """Return the grid that the measures need."""
    reach = {*(measure.window_days for measure in measures), *(measure.long_days for measure in measures)}
    compared = {measure.window_days for measure in measures if _CODES.get(measure.function) in _CHANGES}
    return Grid.cut(snapshots, (days for days in reach if days), (days for days in compared if days))


def make_program(measures: Sequence[Measure], layout: Layout, grid: Grid) -> Program:
    """Return the instructions for measures."""
    windows = grid.windows.tolist()
    steps = []
    for place, measure in enumerate(measures):
        for window, step in _instruct(measure, place, layout):
            cell = 2 * len(windows) if window is None else windows.index(window)
            steps.append([*step, cell, cell + len(windows) if window is not None else cell])
    steps.sort(key=lambda step: step[_CELL])
    changes = np.zeros(len(windows), np.bool_)
    changes[[step[_CELL] for step in steps if step[0] in _CHANGES]] = True
    return Program(
        steps=np.array(steps, np.int64).reshape(-1, _CELL + 2),
        changes=changes,
        needs_all=any(measure.window_days is None for measure in measures),
        measure_count=len(measures),
        window_table=layout.choose(measure for measure in measures if measure.window_days is not None),
        history_table=layout.choose(measure for measure in measures if measure.window_days is None),
    )


_CELL = 6
_CHANGES = {MEAN_CHANGE, COUNT_CHANGE}


def _instruct(measure: Measure, place: int, layout: Layout) -> Iterator[tuple[int | None, list[int]]]:
    """Yield the instructions of one measure, each with its window."""
    count, part = layout.find_count(measure), layout.find_part(measure)
    days, function = measure.window_days, measure.function
    if function == "ratio":
        yield days, [COUNT, place, count, part, days or 0, 0]
        yield measure.long_days, [RATIO, place, count, part, measure.long_days or 0, days or 0]
    elif function in {"first", "last"}:
        yield None, [_PICKED[measure.shape], place, count, part, 0, 0]
    else:
        yield days, [_CODES[function], place, count, part + (function == "max"), days or 0, 0]

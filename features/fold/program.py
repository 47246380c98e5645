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
        events), word of the part, length of the window, length of the short window of a ratio; shape (I, 6).
        In the order of their windows, those over the whole history last.
    starts
        Where the instructions of each window begin, those of the whole history, and the end; shape (N + 2,).
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
    starts: Words
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
    placed = [
        (len(windows) if window is None else windows.index(window), step)
        for place, measure in enumerate(measures)
        for window, step in _instruct(measure, place, layout)
    ]
    placed.sort(key=lambda pair: pair[0])
    of_window = np.array([window for window, _ in placed], np.int64)
    changes = np.zeros(len(windows) + 1, np.bool_)
    for window, step in placed:
        changes[window] |= step[0] in _CHANGES
    return Program(
        steps=np.array([step for _, step in placed], np.int64).reshape(-1, 6),
        starts=np.searchsorted(of_window, np.arange(len(windows) + 2)).astype(np.int64),
        changes=changes[:-1],
        needs_all=bool((of_window == len(windows)).any()),
        measure_count=len(measures),
        window_table=layout.choose(measure for measure in measures if measure.window_days is not None),
        history_table=layout.choose(measure for measure in measures if measure.window_days is None),
    )


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

"""Where is the risk: what is expected by groups of the cohort, with signs where a group is clearly off."""

import math
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy import stats

from training.evaluation import RatingEvaluation
from training.reports.crossing import shown_cells
from training.reports.inputs import ReportInputs
from training.statistics import Bools, Estimate, Floats, Ints, expected_mean, expected_share
from training.statistics.families import holm

MOST_ROWS, MOST_COLUMNS = 8, 6
STEPS = 5

State = Literal["shown", "hidden", "empty"]
Contrast = Literal["above", "below"]
HeatUnit = Literal["share", "points", "rating"]
_NO_ERROR = Estimate(0.0, 0.0, 0.0, n=0)


@dataclass(frozen=True)
class HeatCell:
    """Hold one group.

    Attributes
    ----------
    state
        ``hidden``: too few people, or others could be worked out from it; ``empty``: nobody is there.
    value
        What is expected there; ``n`` = people.
    step
        Place on the ramp, 1 for the best to 5 for the worst; 3 for the average.
    contrast
        Clearly above or below everybody else, over all groups of the section together; None else.
    """

    state: State
    value: Estimate | None = None
    step: int | None = None
    contrast: Contrast | None = None


@dataclass(frozen=True)
class HeatTable:
    """Hold groups of one cut, or of two crossed; the last row and column are everybody's.

    Attributes
    ----------
    column_cut
        None where there is one cut.
    unlisted
        How many groups are too many for the page.
    """

    row_cut: str
    column_cut: str | None
    rows: tuple[str, ...]
    columns: tuple[str, ...]
    cells: tuple[tuple[HeatCell, ...], ...]
    unlisted: int


@dataclass(frozen=True)
class HeatMap:
    """Hold all tables: section 6.

    Attributes
    ----------
    unit
        Of the values.
    minimum
        Fewest people of a group that is shown.
    """

    unit: HeatUnit
    minimum: int
    tables: tuple[HeatTable, ...]


def build_heat_map(inputs: ReportInputs) -> HeatMap | None:
    """Build the section; None where no cut is declared or no group may be shown.

    The first two cuts are crossed, but not for people at work: they are told of by one cut at a time.
    """
    minimum = inputs.usecase.privacy.minimum_group
    is_crossed = inputs.usecase.privacy.subject != "employee"
    grids = [
        _Grid.of(rows, columns, minimum) for rows, columns in _pair(inputs.scored.cuts, is_crossed=is_crossed)
    ]
    chosen = [place for grid in grids for place in grid.shown.values()]
    if not chosen:
        return None
    forecast = _forecast(inputs)
    cells = iter(_judge(forecast, chosen))
    tables = tuple(grid.fill({place: next(cells) for place in grid.shown}) for grid in grids if grid.shown)
    return HeatMap(forecast.unit, minimum, tables)


@dataclass(frozen=True)
class _Cut:
    """Hold the groups of one cut, largest first, and the place of each person's; beyond the last if none."""

    name: str | None
    groups: tuple[str, ...]
    places: Ints
    unlisted: int = 0

    @classmethod
    def of(cls, name: str, group_of: Sequence[str | None], most: int) -> "_Cut":
        """List the largest groups."""
        sizes = Counter(group for group in group_of if group)
        ordered = sorted(sizes, key=lambda group: (-sizes[group], group))
        listed = {group: place for place, group in enumerate(ordered[:most])}
        places = np.array([listed.get(group or "", len(listed)) for group in group_of], dtype=np.int64)
        return cls(name, tuple(listed), places, len(ordered) - len(listed))

    def within(self, place: int) -> Bools:
        """Return who is in a group; everybody for the place behind the last."""
        is_everybody = place == len(self.groups)
        return np.full(len(self.places), fill_value=True) if is_everybody else self.places == place


def _pair(cuts: Mapping[str, Sequence[str | None]], *, is_crossed: bool) -> list[tuple[_Cut, _Cut]]:
    """Return the cuts of each table: rows and columns."""
    found = [_Cut.of(name, groups, MOST_ROWS) for name, groups in cuts.items()]
    kept = [cut for cut in found if len(cut.groups) > 1]
    if is_crossed and len(kept) > 1:
        columns = _Cut.of(str(kept[1].name), cuts[str(kept[1].name)], MOST_COLUMNS)
        return [(kept[0], columns), *((cut, _nothing(cut)) for cut in kept[2:])]
    return [(cut, _nothing(cut)) for cut in kept]


def _nothing(cut: _Cut) -> _Cut:
    """Return a cut without groups."""
    return _Cut(None, (), np.zeros_like(cut.places))


@dataclass(frozen=True)
class _Grid:
    """Hold a table before it is filled: who is in each group that is shown, and which groups are empty."""

    rows: _Cut
    columns: _Cut
    shown: Mapping[tuple[int, int], Bools]
    empty: frozenset[tuple[int, int]]

    @classmethod
    def of(cls, rows: _Cut, columns: _Cut, minimum: int) -> "_Grid":
        """Find what may be shown."""
        n_rows, n_columns = len(rows.groups), len(columns.groups)
        counts = np.zeros((n_rows + 1, n_columns + 1), dtype=np.int64)
        np.add.at(counts, (rows.places, columns.places), 1)
        found = shown_cells(counts, minimum, n_rows=n_rows, n_columns=n_columns)
        is_shown = np.full(counts.shape, fill_value=True)  # the last corner holds everybody
        is_shown[:-1, :-1], is_shown[:-1, -1], is_shown[-1, :-1] = found.cells, found.rows, found.columns
        empty = frozenset(
            (row, column)
            for row, column in np.ndindex(n_rows, n_columns)
            if is_shown[row, column] and counts[row, column] == 0
        )
        shown = {
            (row, column): rows.within(row) & columns.within(column)
            for row, column in np.ndindex(counts.shape)
            if is_shown[row, column] and (row, column) not in empty
        }
        return cls(rows, columns, shown if len(shown) > 1 else {}, empty)

    def fill(self, cells: Mapping[tuple[int, int], HeatCell]) -> HeatTable:
        """Return the table."""
        return HeatTable(
            row_cut=str(self.rows.name),
            column_cut=self.columns.name,
            rows=self.rows.groups,
            columns=self.columns.groups,
            cells=tuple(
                tuple(
                    cells.get((row, column), HeatCell("empty" if (row, column) in self.empty else "hidden"))
                    for column in range(len(self.columns.groups) + 1)
                )
                for row in range(len(self.rows.groups) + 1)
            ),
            unlisted=self.rows.unlisted + self.columns.unlisted,
        )


@dataclass(frozen=True)
class _Forecast:
    """Hold what is expected of each person, and how a group of them is summed up."""

    values: Floats
    variances: Floats
    add_up: Callable[[Bools], Estimate]
    is_bad: bool
    unit: HeatUnit


def _forecast(inputs: ReportInputs) -> _Forecast:
    """Return what the section shows: the share expected to have the event, or the expected answer."""
    scored, evaluation = inputs.scored, inputs.evaluation
    answers = scored.answers
    if answers is None or not isinstance(evaluation, RatingEvaluation):
        risk = scored.probabilities
        error = _NO_ERROR if isinstance(evaluation, RatingEvaluation) else evaluation.level_error
        return _Forecast(
            risk,
            risk * (1 - risk),
            lambda group: expected_share(risk[group], error),
            is_bad=not inputs.is_good,
            unit="share",
        )
    if answers.measure == "satisfied":
        good = answers.values
        return _Forecast(
            good,
            good * (1 - good),
            lambda group: expected_share(good[group], evaluation.good_bias),
            is_bad=False,
            unit="share",
        )
    return _Forecast(
        answers.values,
        answers.variances,
        lambda group: expected_mean(answers.values[group], answers.variances[group], evaluation.bias),
        is_bad=False,
        unit="points" if answers.measure == "nps" else "rating",
    )


def _judge(forecast: _Forecast, chosen: Sequence[Bools]) -> list[HeatCell]:
    """Return a cell for each group: its value, its place on the ramp, and whether it is clearly off."""
    values = [forecast.add_up(group) for group in chosen]
    average = float(forecast.values.mean())
    away = np.array([value.value - average for value in values])
    # A ramp over less than that would make chance look like much: 9 % and 10 % get one colour.
    least = min(average, 1 - average) if forecast.unit == "share" else float(forecast.values.std())
    scale = max(float(np.abs(away).max()), least) or 1.0
    worse = away if forecast.is_bad else -away
    middle = (STEPS + 1) // 2
    steps = middle + np.rint(worse / scale * (STEPS // 2)).astype(int)
    is_clear = holm([_surprise(forecast, group) for group in chosen])
    return [
        HeatCell("shown", value, int(step), ("above" if far > 0 else "below") if clear else None)
        for value, step, far, clear in zip(values, steps, away, is_clear, strict=True)
    ]


def _surprise(forecast: _Forecast, group: Bools) -> float:
    """Return how surprising the difference to all others is, by the chance in each case; NaN without any."""
    if group.all():
        return float("nan")
    parts = [(forecast.values[part], forecast.variances[part]) for part in (group, ~group)]
    difference = abs(float(parts[0][0].mean() - parts[1][0].mean()))
    spread = math.sqrt(sum(float(variance.sum()) / variance.size**2 for _, variance in parts))
    return float(2 * stats.norm.sf(difference / spread)) if spread > 0 else float("nan")

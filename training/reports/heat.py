"""Where is the risk: what is expected by groups of the cohort, with signs where a group is clearly off."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Literal

import numpy as np
from scipy import stats

from training.disclosure import MOST_ROWS, ShownCuts
from training.evaluation import RatingEvaluation
from training.pages import place_on_ramp
from training.reports.inputs import ReportInputs
from training.statistics import Bools, Estimate, Floats, expected_mean, expected_share
from training.statistics.families import holm

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

    Two cuts of customers are crossed; see :class:`training.disclosure.ShownCuts`.
    """
    grids = [] if inputs.scored.cuts is None else _lay_out(inputs.scored.cuts)
    chosen = [place for grid in grids for place in grid.shown.values()]
    if not chosen:
        return None
    forecast = _forecast(inputs)
    cells = iter(_judge(forecast, chosen))
    tables = tuple(grid.fill({place: next(cells) for place in grid.shown}) for grid in grids)
    return HeatMap(forecast.unit, inputs.usecase.privacy.minimum_group, tables)


@dataclass(frozen=True)
class _Grid:
    """Hold a table before it is filled: who is in each group that is shown, and which groups are empty."""

    row_cut: str
    column_cut: str | None
    rows: tuple[str, ...]
    columns: tuple[str, ...]
    shown: Mapping[tuple[int, int], Bools]
    empty: frozenset[tuple[int, int]]
    unlisted: int

    @classmethod
    def of_one(cls, cuts: ShownCuts, cut: str) -> "_Grid":
        """Lay out the groups of one cut."""
        listed = cuts.listed(cut)
        rows = listed[:MOST_ROWS]
        shown = {
            (place, 0): cuts.within(cut, name)
            for place, name in enumerate((*rows, None))
            if cuts.state(cut, name) == "shown"
        }
        return cls(cut, None, rows, (), shown, frozenset(), len(listed) - len(rows))

    @classmethod
    def of_two(cls, cuts: ShownCuts) -> "_Grid":
        """Lay out the groups of the two crossed cuts."""
        (row_cut, rows), (column_cut, columns) = cuts.crossed.items()
        states = {
            (at, beside): cuts.crossed_state(row, column)
            for (at, row), (beside, column) in product(enumerate((*rows, None)), enumerate((*columns, None)))
        }
        shown = {
            (at, beside): cuts.within(row_cut, (*rows, None)[at])
            & cuts.within(column_cut, (*columns, None)[beside])
            for (at, beside), state in states.items()
            if state == "shown"
        }
        empty = frozenset(place for place, state in states.items() if state == "no data")
        unlisted = sum(len(cuts.listed(cut)) - len(groups) for cut, groups in cuts.crossed.items())
        return cls(row_cut, column_cut, rows, columns, shown, empty, unlisted)

    def fill(self, cells: Mapping[tuple[int, int], HeatCell]) -> HeatTable:
        """Return the table."""
        return HeatTable(
            row_cut=self.row_cut,
            column_cut=self.column_cut,
            rows=self.rows,
            columns=self.columns,
            cells=tuple(
                tuple(
                    cells.get((row, column), HeatCell("empty" if (row, column) in self.empty else "hidden"))
                    for column in range(len(self.columns) + 1)
                )
                for row in range(len(self.rows) + 1)
            ),
            unlisted=self.unlisted,
        )


def _lay_out(cuts: ShownCuts) -> list[_Grid]:
    """Return the tables: two cuts crossed where that may be, and each further one by itself.

    A cut with a single group, or a table of which only the total may be shown, says nothing.
    """
    alone = [cut for cut in cuts.labels if cut not in cuts.crossed and len(cuts.listed(cut)) > 1]
    grids = [_Grid.of_two(cuts)] if cuts.crossed else []
    grids += [_Grid.of_one(cuts, cut) for cut in alone]
    return [grid for grid in grids if len(grid.shown) > 1]


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
    # 9 % and 10 % get one colour.
    least = min(average, 1 - average) if forecast.unit == "share" else float(forecast.values.std())
    steps = place_on_ramp(away.tolist(), least, is_bad=forecast.is_bad)
    is_clear = holm([_surprise(forecast, group) for group in chosen])
    return [
        HeatCell("shown", value, step, ("above" if far > 0 else "below") if clear else None)
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

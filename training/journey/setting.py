"""What effects and best times are looked for in, and what may be held equal there."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from training.journey.footing import StageTable
from training.journey.order import Stages
from training.journey.touches import Journeys, Point
from training.statistics import Bools, Floats
from training.statistics.controls import Control

GOING_ON: Final = -1
LEAST_SHARE: Final = 0.05
TIME_CONTROL: Final = "time"


@dataclass(frozen=True)
class Setting:
    """Hold the columns that effects are looked for in.

    Attributes
    ----------
    points, stages
        The touchpoints, and their numbers by stage.
    journeys, table
        What each journey holds of each touchpoint and of each stage.
    context
        Columns known when a journey began, ``[n]`` each.
    is_settled
        ``[n, s]`` whether a journey was in a stage so long ago that it is known whether it went on.
    """

    points: Sequence[Point]
    stages: Stages
    journeys: Journeys
    table: StageTable
    context: tuple[Control, ...]
    is_settled: Bools

    @property
    def told(self) -> list[int]:
        """Return the stages that tell of experience."""
        return [
            stage for stage in range(len(self.stages)) if np.isfinite(self.table.standing[:, stage]).any()
        ]

    def stage_of(self, number: int) -> int:
        """Return the stage of a touchpoint."""
        return next(stage for stage, members in enumerate(self.stages) if number in members)

    def goes_on(self, stage: int) -> Floats:
        """Return ``[n]`` the day of the first touch in any later stage; NaN where there is none.

        Something bad that happens later, such as a complaint, is no going on.
        """
        later = [number for members in self.stages[stage + 1 :] for number in members]
        wanted = [number for number in later if not self.points[number].is_bad]
        if not wanted:
            return np.full(self.journeys.entity.size, np.nan)
        return np.asarray(np.fmin.reduce(self.journeys.first_day[:, wanted], axis=1))

    def before(self, stage: int, day: Floats) -> list[Control]:
        """Return context, and experiences and events of earlier stages.

        They are called ``context:COLUMN``, ``experience:STAGE`` and ``event:TOUCHPOINT``, with numbers.

        Parameters
        ----------
        day
            ``[n]`` when what acts happened. What of an earlier stage came later than that in more than
            :data:`LEAST_SHARE` of journeys may be its consequence and is left out.
        """
        earlier = [
            (control, when)
            for place in range(stage)
            for control, when in self._list_stage(place)
            if _precedes(when, day)
        ]
        known = [Control(f"context:{each.name}", each.values, each.is_category) for each in self.context]
        return [*known, *(control for control, _ in earlier)]

    def _list_stage(self, stage: int) -> Iterator[tuple[Control, Floats]]:
        """Yield what a stage offers to be held equal, each with its day."""
        if stage in self.told:
            control = Control(f"experience:{stage}", self.table.standing[:, stage])
            yield control, self.table.told_day[:, stage]
        for number in self.stages[stage]:
            happened = self.journeys.is_touched[:, number]
            if not self.points[number].is_valued and is_split(happened):
                control = Control(f"event:{number}", happened.astype(np.float64))
                yield control, self.journeys.first_day[:, number]

    def time_until(self, later: int) -> list[Control]:
        """Return the days until a later stage was asked about; none where it is not asked.

        The day of a complaint is none of them: who did not complain has no such day, it would give the
        outcome away.
        """
        if later == GOING_ON or not np.isfinite(self.table.asked_day[:, later]).any():
            return []
        return [Control(TIME_CONTROL, self.table.asked_day[:, later] - self.journeys.start)]

    def in_time(self, day: Floats, later: int) -> Bools:
        """Tell which days lie before the later stage was told of; what never happened lies before it."""
        return np.asarray(~(day >= self.table.told_day[:, later]))


def is_split(happened: Bools) -> bool:
    """Tell whether an event happened in some journeys and not in others, often enough to compare them."""
    return happened.size > 0 and LEAST_SHARE <= float(happened.mean()) <= 1 - LEAST_SHARE


def cut(controls: Sequence[Control], rows: Bools) -> list[Control]:
    """Return some rows of controls."""
    return [Control(each.name, each.values[rows], each.is_category) for each in controls]


def _precedes(earlier: Floats, later: Floats) -> bool:
    """Tell whether something comes before something else in nearly all journeys with both."""
    known = np.isfinite(earlier) & np.isfinite(later)
    return not known.any() or float((earlier[known] >= later[known]).mean()) <= LEAST_SHARE

"""What one stage does to later ones: its experience, and events that some journeys have and others do not.

Each effect is adjusted (series partialling-out, errors by entity: :mod:`training.statistics.adjusted`) for
the experience and events of earlier stages, for context known when the journey began, and for the time until
the later answer: an event that takes its time to come is more often seen where the answer comes late, which
is no effect of the event.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np

from training.journey.footing import StageTable
from training.journey.order import Stages
from training.journey.touches import Journeys, Point
from training.statistics import Bools, Estimate, Floats, Ints
from training.statistics.adjusted import AdjustedEffect, Lever, adjusted_effects
from training.statistics.controls import Control
from training.statistics.families import holm

FEWEST_JOURNEYS: Final = 50
LEAST_SHARE: Final = 0.05
GOING_ON: Final = -1
TIME_CONTROL: Final = "time until the answer"
EvidenceGrade = Literal["B", "C"]


@dataclass(frozen=True)
class StageEffect:
    """Hold what a stage, or an event in it, does to a later stage.

    Attributes
    ----------
    stage
        Number of the stage that acts.
    point
        Number of the touchpoint whose happening acts; None for the experience of the whole stage.
    later
        Number of the stage acted on; :data:`GOING_ON` for whether the journey goes on to any later stage.
    standing
        Change of the later standing (0 worst to 1 best) from the worst to the best experience, or from not
        happening to happening; for going on the change of its share. ``n`` = journeys.
    good
        The same for the share of good experiences; None for going on.
    p_value
        Two-sided, of no effect on the standing.
    held_equal
        Names of what was held equal.
    grade
        ``B`` adjusted: a count fact of the company's making, with something held equal that came before it;
        ``C`` associated: all else, above all answers of one person to two questions.
    is_clear
        Whether it stands after all effects of the map were tested (Holm).
    """

    stage: int
    point: int | None
    later: int
    standing: Estimate
    good: Estimate | None
    p_value: float
    held_equal: tuple[str, ...]
    grade: EvidenceGrade
    is_clear: bool = False


@dataclass(frozen=True)
class Context:
    """Hold the columns that effects are looked for in.

    Attributes
    ----------
    points, stages
        The touchpoints, and their numbers by stage.
    journeys, table
        What each journey holds of each touchpoint and of each stage.
    controls
        Columns known when a journey began, ``[n]`` each.
    is_settled
        ``[n, s]`` whether a journey's departure from a stage lies so far back that it is known to have ended
        or gone on.
    """

    points: Sequence[Point]
    stages: Stages
    journeys: Journeys
    table: StageTable
    controls: tuple[Control, ...]
    is_settled: Bools

    def before(self, stage: int) -> list[Control]:
        """Return context, and experience and events of earlier stages, named after their touchpoints."""
        found = list(self.controls)
        for earlier in range(stage):
            names = [self.points[number].name for number in self.stages[earlier]]
            standing = self.table.standing[:, earlier]
            if np.isfinite(standing).any():
                found.append(Control(f"experience of {' and '.join(names)}", standing))
            found += [
                Control(self.points[number].name, happened.astype(np.float64))
                for number in self.stages[earlier]
                if not self.points[number].is_valued
                and is_split(happened := self.journeys.is_touched[:, number])
            ]
        return found

    def time_until(self, later: int) -> list[Control]:
        """Return the days until a later stage was told of; none where what is told may be an absence.

        What was not told has no day, so where a complaint is told the day would give the outcome away.
        """
        if any(self.points[number].is_bad for number in self.stages[later]):
            return []
        return [Control(TIME_CONTROL, self.table.told_day[:, later] - self.journeys.start)]

    def in_time(self, day: Floats, later: int) -> Bools:
        """Tell which days lie before the later stage was told of; what never happened lies before it."""
        return np.asarray(~(day >= self.table.told_day[:, later]))


def is_split(happened: Bools) -> bool:
    """Tell whether an event happened in some journeys and not in others, often enough to compare them."""
    return LEAST_SHARE <= float(happened.mean()) <= 1 - LEAST_SHARE


def find_effects(context: Context, fewest_entities: int) -> tuple[StageEffect, ...]:
    """Return every effect that can be looked for, the tests of all of them corrected together.

    Parameters
    ----------
    fewest_entities
        Nothing is told of fewer different entities.
    """
    found = [effect for effect in _list_effects(context, fewest_entities) if effect is not None]
    clear = holm([effect.p_value for effect in found])
    return tuple(
        StageEffect(**{**effect.__dict__, "is_clear": bool(is_clear)})
        for effect, is_clear in zip(found, clear, strict=True)
    )


def _list_effects(context: Context, fewest: int) -> Iterator[StageEffect | None]:
    """Yield the effects of experiences, of going on, and of events, stage by stage."""
    n_stages = len(context.stages)
    told = [stage for stage in range(n_stages) if np.isfinite(context.table.standing[:, stage]).any()]
    for stage in range(n_stages - 1):
        later = [other for other in told if other > stage]
        if stage in told:
            for other in later:
                yield _of_experience(context, stage, other, fewest)
            yield _of_going_on(context, stage, fewest)
        for number in context.stages[stage]:
            if not context.points[number].is_valued:
                for other in later:
                    yield _of_event(context, stage, number, other, fewest)


def _of_experience(context: Context, stage: int, later: int, fewest: int) -> StageEffect | None:
    """Return the effect of the experience at one stage on that at a later one."""
    acting = context.table.standing[:, stage]
    rows = np.isfinite(acting) & np.isfinite(context.table.standing[:, later])
    rows &= context.in_time(context.table.told_day[:, stage], later)
    return _measure(context, stage, None, later, acting, rows, fewest)


def _of_event(context: Context, stage: int, number: int, later: int, fewest: int) -> StageEffect | None:
    """Return the effect of an event on the experience at a later stage; None where all or none have it."""
    day = context.journeys.first_day[:, number]
    rows = np.isfinite(context.table.standing[:, later]) & context.in_time(day, later)
    happened = np.isfinite(day)
    if not rows.any() or not is_split(happened[rows]):
        return None
    return _measure(context, stage, number, later, happened.astype(np.float64), rows, fewest)


def _of_going_on(context: Context, stage: int, fewest: int) -> StageEffect | None:
    """Return the effect of the experience at a stage on going on to any later one.

    Only experiences from before the journey went on count, and only journeys that came by the stage itself.
    """
    first_later = np.fmin.reduce(context.table.first_day[:, stage + 1 :], axis=1)
    acting = context.table.standing[:, stage]
    rows = np.isfinite(acting) & context.table.is_touched[:, stage] & context.is_settled[:, stage]
    rows &= ~(context.table.told_day[:, stage] >= first_later)
    goes_on = np.isfinite(first_later)
    if not rows.any() or not is_split(goes_on[rows]):
        return None
    return _measure(context, stage, None, GOING_ON, acting, rows, fewest)


def _measure(
    context: Context,
    stage: int,
    number: int | None,
    later: int,
    acting: Floats,
    rows: Bools,
    fewest: int,
) -> StageEffect | None:
    """Return one adjusted effect; None where there are too few rows or too little to compare."""
    entity = context.journeys.entity[rows]
    if rows.sum() < FEWEST_JOURNEYS or np.unique(entity).size < fewest:
        return None
    controls, beside = context.before(stage), []
    if later == GOING_ON:
        goes_on = np.isfinite(np.fmin.reduce(context.table.first_day[:, stage + 1 :], axis=1))
        target, good = goes_on.astype(np.float64), None
    else:
        target, good = context.table.standing[:, later], context.table.good[:, later]
        beside = context.time_until(later)
    held = [_cut(control, rows) for control in controls], [_cut(control, rows) for control in beside]
    found = _adjust(target[rows], acting[rows], held, entity)
    if found.refusal is not None or not np.isfinite(found.p_value):
        return None
    return StageEffect(
        stage=stage,
        point=number,
        later=later,
        standing=found.slope,
        good=None if good is None else _adjust(good[rows], acting[rows], held, entity).slope,
        p_value=found.p_value,
        held_equal=tuple(control.name for control in (*controls, *beside)),
        grade=_grade(context, stage, number, has_controls=bool(controls)),
    )


def _cut(control: Control, rows: Bools) -> Control:
    """Return some rows of a control."""
    return Control(control.name, control.values[rows], control.is_category)


def _adjust(
    target: Floats, acting: Floats, held: tuple[list[Control], list[Control]], entity: Ints
) -> AdjustedEffect:
    """Return the effect of one column with context (and its products) and time held equal."""
    name = "acting"
    return adjusted_effects(target, [Lever(name, acting)], held[0], beside={name: held[1]}, entity=entity)[
        name
    ]


def _grade(context: Context, stage: int, number: int | None, *, has_controls: bool) -> EvidenceGrade:
    """Return how far an effect may be trusted, by what is declared of what acts."""
    acting = (
        [number]
        if number is not None
        else [each for each in context.stages[stage] if context.points[each].is_valued]
    )
    is_company = all(context.points[each].is_company_fact for each in acting)
    return "B" if is_company and has_controls else "C"

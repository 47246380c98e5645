"""What one stage does to later ones: its experience, and events that some journeys have and others do not.

Each effect is adjusted (series partialling-out, errors by entity: :mod:`training.statistics.adjusted`) for
the experience and events of earlier stages, for context known when the journey began, and for the time until
the later answer: an event that takes its time to come is more often seen where the answer comes late, which
is no effect of the event.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final, Literal

import numpy as np

from training.journey.setting import GOING_ON, Setting, cut, is_split
from training.statistics import Bools, Estimate, Floats, Ints
from training.statistics.adjusted import AdjustedEffect, Lever, adjusted_effects
from training.statistics.controls import Control
from training.statistics.families import holm

FEWEST_JOURNEYS: Final = 50
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
        Number of the stage acted on; ``GOING_ON`` for whether the journey goes on to any later stage.
    standing
        Change of the later standing (0 worst to 1 best) from the worst to the best experience, or from not
        happening to happening; for going on the change of its share. ``n`` = journeys.
    good
        The same for the share of good experiences; None for going on.
    p_value
        Two-sided, of no effect on the standing.
    held_equal
        What was held equal, as :meth:`Setting.before` calls it, and ``time`` until the later answer.
    grade
        ``B`` adjusted: a fact of the company's making, with something held equal that came before it;
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
class _Question:
    """Hold what is asked: which column acts on which later stage, in which rows, and when it happened."""

    stage: int
    point: int | None
    later: int
    acting: Floats
    day: Floats
    rows: Bools


def find_effects(setting: Setting, fewest_entities: int) -> tuple[StageEffect, ...]:
    """Return every effect that can be looked for, the tests of all of them corrected together.

    Parameters
    ----------
    setting
        The journeys.
    fewest_entities
        Nothing is told of fewer different entities.
    """
    answers = (_answer(setting, question, fewest_entities) for question in _list_questions(setting))
    found = [effect for effect in answers if effect is not None]
    clear = holm([effect.p_value for effect in found])
    return tuple(
        replace(effect, is_clear=bool(is_clear)) for effect, is_clear in zip(found, clear, strict=True)
    )


def _list_questions(setting: Setting) -> Iterator[_Question]:
    """Yield what can be asked of experiences, of going on, and of events, stage by stage."""
    for stage in range(len(setting.stages) - 1):
        later = [other for other in setting.told if other > stage]
        if stage in setting.told:
            yield from (_ask_experience(setting, stage, other) for other in later)
            yield _ask_going_on(setting, stage)
        for number in setting.stages[stage]:
            if not setting.points[number].is_valued:
                yield from (_ask_event(setting, stage, number, other) for other in later)


def _ask_experience(setting: Setting, stage: int, later: int) -> _Question:
    """Ask what the experience at one stage does to that at a later one."""
    acting, day = setting.table.standing[:, stage], setting.table.told_day[:, stage]
    rows = np.isfinite(acting) & np.isfinite(setting.table.standing[:, later]) & setting.in_time(day, later)
    return _Question(stage, None, later, acting, day, rows)


def _ask_going_on(setting: Setting, stage: int) -> _Question:
    """Ask what the experience at a stage does to going on to any later one.

    Only experiences from before the journey went on count, and only journeys that came by the stage itself.
    """
    acting, day = setting.table.standing[:, stage], setting.table.told_day[:, stage]
    rows = np.isfinite(acting) & setting.table.is_touched[:, stage] & setting.is_settled[:, stage]
    return _Question(stage, None, GOING_ON, acting, day, rows & ~(day >= setting.goes_on(stage)))


def _ask_event(setting: Setting, stage: int, number: int, later: int) -> _Question:
    """Ask what an event does to the experience at a later stage."""
    day = setting.journeys.first_day[:, number]
    rows = np.isfinite(setting.table.standing[:, later]) & setting.in_time(day, later)
    return _Question(stage, number, later, np.isfinite(day).astype(np.float64), day, rows)


def _answer(setting: Setting, question: _Question, fewest: int) -> StageEffect | None:
    """Return one adjusted effect; None where there are too few rows or too little to compare."""
    rows, entity = question.rows, setting.journeys.entity[question.rows]
    if rows.sum() < FEWEST_JOURNEYS or np.unique(entity).size < fewest:
        return None
    target, good = _targets(setting, question)
    binary = [column[rows] > 0.5 for column in _twofold(question, target)]
    if not all(map(is_split, binary)):
        return None
    context = setting.before(question.stage, question.day)
    beside = setting.time_until(question.later)
    held = cut(context, rows), cut(beside, rows)
    found = _adjust(target[rows], question.acting[rows], held, entity)
    if found.refusal is not None or not np.isfinite(found.p_value):
        return None
    return StageEffect(
        stage=question.stage,
        point=question.point,
        later=question.later,
        standing=found.slope,
        good=None if good is None else _adjust(good[rows], question.acting[rows], held, entity).slope,
        p_value=found.p_value,
        held_equal=tuple(control.name for control in (*context, *beside)),
        grade=_grade(setting, question, has_controls=bool(context)),
    )


def _targets(setting: Setting, question: _Question) -> tuple[Floats, Floats | None]:
    """Return what is acted on: the later standing and whether it was good, or going on."""
    if question.later == GOING_ON:
        return np.isfinite(setting.goes_on(question.stage)).astype(np.float64), None
    return setting.table.standing[:, question.later], setting.table.good[:, question.later]


def _twofold(question: _Question, target: Floats) -> Iterator[Floats]:
    """Yield the columns that are either 0 or 1 and have to be both often enough."""
    if question.point is not None:
        yield question.acting
    if question.later == GOING_ON:
        yield target


def _adjust(
    target: Floats, acting: Floats, held: tuple[list[Control], list[Control]], entity: Ints
) -> AdjustedEffect:
    """Return the effect of one column with context (and its products) and time held equal."""
    name = "acting"
    effects = adjusted_effects(target, [Lever(name, acting)], held[0], beside={name: held[1]}, entity=entity)
    return effects[name]


def _grade(setting: Setting, question: _Question, *, has_controls: bool) -> EvidenceGrade:
    """Return how far an effect may be trusted, by what is declared of what acts."""
    acting = [question.point] if question.point is not None else list(setting.stages[question.stage])
    told = [setting.points[number] for number in acting]
    if question.point is None:
        told = [point for point in told if point.is_valued]
    return "B" if has_controls and all(point.is_company_fact for point in told) else "C"

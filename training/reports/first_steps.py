"""What to work on first: levers of evidence grade A or B with a proven effect, "do nothing" beside them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from training.drivers import DoNothing, EvidenceGrade, Goal, Priority, WhatIfGrid
from training.levers import Lever, Status
from training.pages import Label
from training.reports.goals import name_unit
from training.reports.inputs import ReportInputs
from training.statistics import Estimate


@dataclass(frozen=True)
class FirstStep:
    """Hold one lever that is offered.

    Attributes
    ----------
    goal_met
        Share of those with a value who meet the goal today.
    gain
        What the bar shows, more is better: people kept, or the rise of the mean answer.
    priority
        What meeting the goal is expected to bring, and cost.
    may_swap_with
        Levers whose place is not clearly another.
    expects
        What the model expects if the goal were met: shown beside, never part of ``priority``.
    held_equal
        What was held equal in the comparison, beside the other levers.
    robustness
        How strong a hidden cause of both would have to be to leave nothing, 0 to 1.
    """

    label: Label
    evidence_grade: EvidenceGrade
    goal: Goal
    goal_unit: Label | None
    goal_met: Estimate | None
    gain: Estimate
    priority: Priority
    may_swap_with: tuple[Label, ...]
    expects: WhatIfGrid | None
    held_equal: tuple[Label, ...]
    robustness: float


@dataclass(frozen=True)
class NoStep:
    """Hold one lever that is not offered, and why."""

    label: Label
    status: Status
    reason: Label | None
    remedy: Label | None


@dataclass(frozen=True)
class FirstSteps:
    """Hold what to work on first.

    Attributes
    ----------
    basis
        What the order goes by: net value, people kept, or the change of the mean answer.
    scale
        The largest upper end of all gains: the right edge of every bar.
    """

    basis: Literal["net", "kept", "mean_change"]
    steps: tuple[FirstStep, ...]
    nothing: DoNothing
    no_steps: tuple[NoStep, ...]
    scale: float


def build_first_steps(inputs: ReportInputs) -> FirstSteps | None:
    """Put the levers in order; None where the use case declares none."""
    if not inputs.levers or inputs.priorities is None:
        return None
    levers = {lever.name: lever for lever in inputs.levers}
    labels = {name: lever.label for name, lever in levers.items()}
    steps = tuple(
        _step(inputs, levers[priority.name], priority, labels) for priority in inputs.priorities.levers
    )
    shown = {priority.name for priority in inputs.priorities.levers}
    return FirstSteps(
        basis=inputs.priorities.basis,
        steps=steps,
        nothing=inputs.priorities.nothing,
        no_steps=tuple(_no_step(lever) for lever in inputs.levers if lever.name not in shown),
        scale=max((step.gain.high for step in steps), default=1.0),
    )


def _step(inputs: ReportInputs, lever: Lever, priority: Priority, labels: Mapping[str, Label]) -> FirstStep:
    """Return one row."""
    if lever.goal is None or lever.effect is None:
        message = f"lever '{lever.name}' is offered without a goal or an effect"
        raise ValueError(message)
    drivers = {driver.name: driver for driver in inputs.drivers}
    ranked = drivers.get(lever.name)
    return FirstStep(
        label=lever.label,
        evidence_grade=lever.grade,
        goal=lever.goal,
        goal_unit=name_unit(inputs.usecase, lever.goal),
        goal_met=None if ranked is None else ranked.goal_met,
        gain=priority.mean_change if priority.kept is None else priority.kept,
        priority=priority,
        may_swap_with=tuple(labels[name] for name in priority.may_swap_with),
        expects=inputs.expectations.get(lever.name),
        held_equal=tuple(drivers[name].label for name in lever.effect.controls if name in drivers),
        robustness=lever.effect.robustness,
    )


def _no_step(lever: Lever) -> NoStep:
    """Return why a lever is not offered; of several reasons the first."""
    refusal = lever.refusals[0] if lever.refusals else None
    return NoStep(
        lever.label,
        lever.status,
        None if refusal is None else refusal.reason,
        None if refusal is None else refusal.remedy,
    )

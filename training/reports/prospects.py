"""What would it bring: each offered lever, by how far and how many people are brought to its goal."""

from dataclasses import dataclass

from training.drivers import Goal, Prospect, WhatIfStep
from training.levers import Lever
from training.pages import Label
from training.reports.goals import name_unit
from training.reports.inputs import ReportInputs
from training.statistics import Estimate

FIRST_SHARE, FIRST_WAY = 0.5, 1.0


@dataclass(frozen=True)
class ProspectLine:
    """Hold one plan.

    Attributes
    ----------
    gain
        People kept or won, or the rise of the mean answer; more is better.
    plan
        What it is expected to bring, and cost.
    expects
        What the model expects of the same plan: shown beside, never part of ``plan``.
    gain_by_model
        The same gain as the model expects it; more is better.
    """

    gain: Estimate
    plan: Prospect
    expects: WhatIfStep | None
    gain_by_model: float | None


@dataclass(frozen=True)
class ProspectTable:
    """Hold all plans of one lever.

    Attributes
    ----------
    name
        Of the lever, as the use case declares it.
    prices
        Cost per person reached and fixed cost in EUR, as declared; None where neither is.
    """

    name: str
    label: Label
    goal: Goal
    goal_unit: Label | None
    prices: tuple[float, float] | None
    lines: tuple[ProspectLine, ...]


@dataclass(frozen=True)
class Prospects:
    """Hold the levers in the order of what to work on first: section 7.

    Attributes
    ----------
    margin
        Share of the revenue that is earned; None where there is no money to speak of.
    first
        Place of the plan that the page opens with, among the lines of the first lever.
    """

    tables: tuple[ProspectTable, ...]
    margin: float | None
    first: int


def build_prospects(inputs: ReportInputs) -> Prospects | None:
    """Build the section; None where no lever is offered."""
    if inputs.priorities is None:
        return None
    levers = {lever.name: lever for lever in inputs.levers}
    ranked = (levers[one.name] for one in inputs.priorities.levers if one.name in inputs.outlooks)
    tables = tuple(found for lever in ranked if (found := _table(inputs, lever)) is not None)
    if not tables:
        return None
    steps = [(line.plan.share, line.plan.way) for line in tables[0].lines]
    margins = [outlook.margin for outlook in inputs.outlooks.values()]
    return Prospects(tables, margins[0], steps.index((FIRST_SHARE, FIRST_WAY)))


def _table(inputs: ReportInputs, lever: Lever) -> ProspectTable | None:
    """Return the plans of one lever."""
    if lever.goal is None:
        return None
    outlook, expectation = inputs.outlooks[lever.name], inputs.expectations.get(lever.name)
    answers = {} if expectation is None else {(step.share, step.way): step for step in expectation.steps}
    return ProspectTable(
        name=lever.name,
        label=lever.label,
        goal=lever.goal,
        goal_unit=name_unit(inputs.usecase, lever.goal),
        prices=outlook.prices,
        lines=tuple(
            ProspectLine(
                gain=plan.mean_change if plan.kept is None else plan.kept,
                plan=plan,
                expects=(step := answers.get((plan.share, plan.way))),
                gain_by_model=None if step is None else _gain_by_model(inputs, step),
            )
            for plan in outlook.lines
        ),
    )


def _gain_by_model(inputs: ReportInputs, step: WhatIfStep) -> float:
    """Return what the model expects a plan to bring: more answers' worth, more good events, or fewer bad."""
    if inputs.kind == "satisfaction":
        return step.change_mean
    return step.change_sum if inputs.is_good else -step.change_sum

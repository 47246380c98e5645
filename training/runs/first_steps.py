"""The levers of a bundle on the newest rows: what meeting goals would bring, and what the model expects."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from training.bundle import Bundle
from training.drivers import (
    GradedLever,
    Outlook,
    Priorities,
    Stakes,
    WhatIfGrid,
    goal_bounds,
    look_ahead,
    prioritise,
    shortfall,
    what_if,
)
from training.levers import Lever
from training.rows import Floats


@dataclass(frozen=True)
class Plans:
    """Hold the offered levers in order of value, and by lever smaller plans and what the model expects."""

    priorities: Priorities
    outlooks: Mapping[str, Outlook]
    expectations: Mapping[str, WhatIfGrid]


def plan_levers(
    bundle: Bundle, levers: tuple[Lever, ...], matrix: Floats, revenue: Floats | None, weight: Floats | None
) -> Plans:
    """Return the offered levers in order of value, and what the model expects if each goal were met.

    Parameters
    ----------
    levers
        All declared levers; only those that are offered get a place.
    matrix
        The encoded newest rows.
    revenue
        Yearly revenue of the newest rows; None where people have no price. It counts where people
        leave, and nowhere else.
    weight
        People that each row stands for; None for 1.
    """
    is_event = not bundle.is_of_answers
    usecase, value = bundle.usecase, bundle.usecase.value
    is_lost = is_event and usecase.means == "leaving"
    stakes = Stakes(
        bundle.expected(matrix),
        is_event=is_event,
        is_bad=is_event and usecase.means != "good",
        revenue=revenue if is_lost and revenue is not None and np.isfinite(revenue).any() else None,
        margin=1.0 if value is None else value.margin,
        weight=weight,
    )
    offered = [lever for lever in levers if lever.is_offered]
    graded = [found for lever in offered if (found := _grade(bundle, lever, matrix)) is not None]
    expectations = {
        lever.name: what_if(
            matrix,
            bundle.expected,
            goal_bounds(lever.goal, bundle.catalogue),
            lever.goal,
            weight=weight,
        ).grid
        for lever in offered
        if lever.goal is not None
    }
    outlooks = {one.name: look_ahead(one, stakes) for one in graded}
    return Plans(prioritise(graded, stakes), outlooks, expectations)


def _grade(bundle: Bundle, lever: Lever, matrix: Floats) -> GradedLever | None:
    """Return a lever as priorities take it; None where nobody misses its goal."""
    if lever.goal is None or lever.effect is None or lever.effect.short_slope is None:
        return None
    values = matrix[:, bundle.catalogue.names.index(lever.goal.feature)]
    return GradedLever(
        name=lever.name,
        evidence_grade=lever.grade,
        slope=lever.effect.short_slope,
        shortfall=shortfall(lever.goal, values),
        unit=lever.goal.unit,
        cost=bundle.usecase.drivers[lever.name].cost,
    )

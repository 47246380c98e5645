"""What the use case declares of each driver, in the terms that decide whether it may be a lever."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from features.catalogue import Catalogue, Feature
from features.usecase import UseCase
from training.drivers import (
    DriverFacts,
    DriverGroup,
    Goal,
    Refusal,
    driver_groups,
    read_goal,
    refuse_lever,
    word_refusal,
)
from training.drivers.evidence import AnsweredBy
from training.levers.windows import window_days


@dataclass(frozen=True)
class DeclaredDriver:
    """Hold a driver of the use case with what is known of it.

    Attributes
    ----------
    feature
        The one that its goal speaks of: the first that the use case names.
    goal
        None without a goal, for a category, and for ``=``, which says no direction.
    """

    group: DriverGroup
    feature: Feature
    goal: Goal | None
    facts: DriverFacts

    @property
    def is_lower_better(self) -> bool:
        """Say whether the goal is reached from above."""
        return self.goal is not None and self.goal.comparison in {"<=", "<"}


def declared_drivers(usecase: UseCase, catalogue: Catalogue, history_days: float) -> list[DeclaredDriver]:
    """Return the drivers that have features, in the order of the catalogue.

    Parameters
    ----------
    history_days
        Days between the first snapshot and the last one: how far back context is known. 0 for a flat table,
        whose drivers say themselves when they were measured.
    """
    groups = driver_groups(catalogue, usecase.drivers)
    return [
        _declare(group, [catalogue.features[column] for column in group.columns], usecase, history_days)
        for group in groups
        if group.role is not None
    ]


def refuse_by_metadata(drivers: list[DeclaredDriver]) -> Mapping[str, tuple[Refusal, ...]]:
    """Return, for each driver declared as lever, why it is none; empty where nothing stands against it."""
    facts = [driver.facts for driver in drivers]
    return {
        driver.group.name: tuple(
            word_refusal(code, driver.group.label)
            for code in refuse_lever(
                driver.facts, [other for other in facts if other.name != driver.facts.name]
            )
        )
        for driver in drivers
        if driver.group.role == "lever"
    }


def _declare(
    group: DriverGroup, features: Sequence[Feature], usecase: UseCase, history_days: float
) -> DeclaredDriver:
    """Return one driver with its facts; those of a lever are the facts of its first feature."""
    spec, feature = usecase.drivers[group.name], features[0]
    goal = read_goal(spec.goal, feature)
    if goal is not None and goal.comparison == "=":
        goal = None
    start, end = _span(group, feature, usecase, history_days)
    is_held = group.role == "context" and any(column.data == "O" for column in features)
    facts = DriverFacts(
        name=group.name,
        data="O" if is_held else feature.data,
        role=spec.role,
        answered_by=_answered_by(feature, usecase),
        actor=spec.actor,
        start_days=start,
        end_days=end,
        is_number=feature.kind == "number",
        has_goal=goal is not None,
        depends_on=_levers_behind(group.name, usecase),
        is_randomised=spec.randomised is not None,
    )
    return DeclaredDriver(group, feature, goal, facts)


def _levers_behind(name: str, usecase: UseCase) -> tuple[str, ...]:
    """Return the other levers that a driver depends on, be it through something in between."""
    found: dict[str, None] = {}
    waiting = list(usecase.drivers[name].depends_on)
    while waiting:
        other = waiting.pop(0)
        if other not in found:
            found[other] = None
            waiting += usecase.drivers[other].depends_on
    return tuple(other for other in found if other != name and usecase.drivers[other].role == "lever")


def _answered_by(feature: Feature, usecase: UseCase) -> AnsweredBy | None:
    """Return who gave the answers; in a flat table those who are in it."""
    if feature.data == "O":
        return None
    return "entity" if usecase.table is not None else usecase.sources[feature.source].answered_by


def _span(
    group: DriverGroup, feature: Feature, usecase: UseCase, history_days: float
) -> tuple[float | None, float | None]:
    """Return first and last day that a driver speaks of, in days before the outcome.

    Of snapshots, a window ends the day before; context is looked up as it was before a lever's window began,
    as far back as there are snapshots.
    """
    if usecase.table is not None:
        window = usecase.drivers[group.name].window
        return (None, None) if window is None else (window.start_days, window.end_days)
    gap = usecase.settled()[3].gap_days
    if group.role == "context":
        return math.inf, gap + history_days
    return gap + window_days(feature), gap + 1

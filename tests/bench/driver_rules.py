"""The rules by which a driver is offered as something to work on, applied to a world.

Metadata decide first, then an adjusted effect that is clear beyond all eligible levers together and goes in
the direction that the goal declares.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from tests.bench.driver_worlds.world import Column, ColumnFacts, DriverWorld
from training.drivers import DriverFacts, controls_of, partners_of, refuse_lever
from training.statistics.adjusted import AdjustedEffect, Lever, adjusted_effects
from training.statistics.controls import Control
from training.statistics.families import holm


@dataclass(frozen=True)
class Verdict:
    """Hold what the rules say of a world.

    Attributes
    ----------
    refused
        Reasons by metadata, for each column that is no lever.
    effects
        Adjusted effect of each that may be one.
    offered
        What is offered to work on, the largest expected gain first.
    """

    refused: Mapping[str, tuple[str, ...]]
    effects: Mapping[str, AdjustedEffect]
    offered: tuple[str, ...]


def to_facts(column: ColumnFacts) -> DriverFacts:
    """Return what is declared of a column in the words of the product; of unknown kind counts as said."""
    return DriverFacts(
        name=column.name,
        data=column.data or "X",
        role=column.role,
        answered_by=column.answered_by,
        actor=column.actor,
        start_days=column.window_from_days,
        end_days=column.window_to_days,
        has_goal=column.goal is not None,
        is_randomised=column.is_randomised,
    )


def judge(column: ColumnFacts, columns: Sequence[ColumnFacts]) -> tuple[str, ...]:
    """Return why a column is no lever, as the product refuses it; empty where it may be one."""
    return refuse_lever(to_facts(column), _others(column, columns))


def list_context(lever: ColumnFacts, columns: Sequence[ColumnFacts]) -> tuple[str, ...]:
    """Return the context that had ended when the lever began."""
    return controls_of(to_facts(lever), _others(lever, columns))


def list_partners(lever: ColumnFacts, eligible: Sequence[ColumnFacts]) -> tuple[str, ...]:
    """Return the other levers that are held fixed."""
    return partners_of(to_facts(lever), _others(lever, eligible))


def _others(column: ColumnFacts, columns: Sequence[ColumnFacts]) -> list[DriverFacts]:
    """Return what is declared of all other columns."""
    return [to_facts(other) for other in columns if other.name != column.name]


def _take_partners(lever: ColumnFacts, eligible: Sequence[Column]) -> list[Control]:
    """Return the columns of the other levers that are held fixed."""
    names = list_partners(lever, [other.facts for other in eligible])
    return [Control(other.facts.name, other.values) for other in eligible if other.facts.name in names]


def offer(world: DriverWorld) -> Verdict:
    """Apply the rules."""
    facts = [column.facts for column in world.columns]
    refused = {column.name: reasons for column in facts if (reasons := judge(column, facts))}
    eligible = [column for column in world.columns if column.facts.name not in refused]
    effects = adjusted_effects(
        world.target,
        [to_lever(column) for column in eligible],
        {column.facts.name: _take_context(column.facts, world.columns) for column in eligible},
        beside={column.facts.name: _take_partners(column.facts, eligible) for column in eligible},
    )
    is_clear = holm([effect.p_value for effect in effects.values()])
    gains = {
        column.facts.name: gain_of(effects[column.facts.name], world)
        for column, clear in zip(eligible, is_clear, strict=True)
        if clear and _improves(effects[column.facts.name], column.facts, world)
    }
    return Verdict(refused, effects, tuple(sorted(gains, key=lambda name: -gains[name])))


def to_lever(column: Column) -> Lever:
    """Return a column as the statistics take it."""
    facts = column.facts
    return Lever(facts.name, column.values, facts.goal, is_lower_better=facts.is_lower_better)


def gain_of(effect: AdjustedEffect, world: DriverWorld) -> float:
    """Return what meeting the goal is expected to improve; 0 where everybody meets it."""
    change = 0.0 if effect.contrast is None else effect.contrast.value
    return change if world.is_target_good else -change


def _improves(effect: AdjustedEffect, lever: ColumnFacts, world: DriverWorld) -> bool:
    """Tell whether moving towards the goal moves the target to the better."""
    towards = -1.0 if lever.is_lower_better else 1.0
    better = 1.0 if world.is_target_good else -1.0
    return effect.slope.value * towards * better > 0


def _take_context(lever: ColumnFacts, columns: Sequence[Column]) -> list[Control]:
    """Return the columns of the context of a lever."""
    names: Final = set(list_context(lever, [column.facts for column in columns]))
    return [
        Control(column.facts.name, column.values, column.facts.is_category)
        for column in columns
        if column.facts.name in names
    ]

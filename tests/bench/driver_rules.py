"""The rules by which a driver is offered as something to work on, applied to a world.

Metadata decide first, then an adjusted effect that is clear beyond all eligible levers together and goes in
the direction that the goal declares.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

from tests.bench.driver_worlds.world import Column, ColumnFacts, DriverWorld
from training.statistics.adjusted import AdjustedEffect, Lever, adjusted_effects
from training.statistics.controls import Control
from training.statistics.families import holm


class Judge(Protocol):
    """Tell from metadata alone why a column is no lever; nothing where it may be one."""

    def __call__(self, column: ColumnFacts, columns: Sequence[ColumnFacts]) -> tuple[str, ...]:
        """Return the codes of all reasons.

        Parameters
        ----------
        column
            What is declared of it.
        columns
            What is declared of all columns, itself among them.
        """
        ...


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


def judge(column: ColumnFacts, columns: Sequence[ColumnFacts]) -> tuple[str, ...]:
    """Refuse what is no lever, what the person says or does itself, and what has no earlier context."""
    if column.role != "lever":
        return ("role",)
    absent = [f"no {name}" for name, value in _demanded(column).items() if value is None]
    if absent:
        return tuple(absent)
    reasons = {
        "rated by the entity": column.data == "X" and column.answered_by == "entity",
        "done by the person": column.actor == "person" and not column.is_randomised,
        "ends too late": _days(column.window_to_days) <= 0,
        "no earlier context": not list_context(column, columns),
    }
    return tuple(reason for reason, is_so in reasons.items() if is_so)


def _demanded(column: ColumnFacts) -> dict[str, object]:
    """Return what has to be known of a lever."""
    demanded = {
        "data": column.data,
        "actor": column.actor,
        "window_from_days": column.window_from_days,
        "window_to_days": column.window_to_days,
        "goal": column.goal,
    }
    return demanded | ({"answered_by": column.answered_by} if column.data == "X" else {})


def _days(days: int | None) -> int:
    """Return days that were demanded before."""
    assert days is not None
    return days


def list_context(lever: ColumnFacts, columns: Sequence[ColumnFacts]) -> list[str]:
    """Return the context that had ended when the lever began."""
    return [
        column.name
        for column in columns
        if column.role == "context"
        and column.window_to_days is not None
        and column.window_to_days >= _days(lever.window_from_days)
    ]


def list_partners(lever: ColumnFacts, eligible: Sequence[ColumnFacts]) -> list[str]:
    """Return the other levers that are held fixed: of what happened, and begun before this one ended.

    One that began later may be a consequence.
    """
    return [
        other.name
        for other in eligible
        if other.name != lever.name
        and other.data == "O"
        and _days(other.window_from_days) > _days(lever.window_to_days)
    ]


def offer(world: DriverWorld, judge: Judge = judge) -> Verdict:
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


def _take_partners(lever: ColumnFacts, eligible: Sequence[Column]) -> list[Control]:
    """Return the columns of the other levers that are held fixed."""
    names = list_partners(lever, [other.facts for other in eligible])
    return [Control(other.facts.name, other.values) for other in eligible if other.facts.name in names]


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

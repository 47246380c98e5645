"""What a world with known truth holds: columns as a use case declares them, and what is true of them."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal

from training.statistics import Floats

Data = Literal["X", "O"]
AnsweredBy = Literal["entity", "other"]
Role = Literal["lever", "mediator", "signal", "context"]
Actor = Literal["company", "person"]


@dataclass(frozen=True)
class ColumnFacts:
    """Hold what a use case declares of one column; None where it says nothing.

    Attributes
    ----------
    data
        X for what people say, O for what happened.
    answered_by
        Who said it: the entity whose target it is, or somebody else.
    actor
        Who decides on it.
    window_from_days, window_to_days
        Days before the target is asked at which its window begins and ends; below 0 it is afterwards.
    goal
        The value to reach: from below, or from above where lower is better.
    """

    name: str
    data: Data | None = "O"
    role: Role | None = "lever"
    answered_by: AnsweredBy | None = None
    actor: Actor | None = None
    window_from_days: int | None = None
    window_to_days: int | None = None
    goal: float | None = None
    is_lower_better: bool = False
    is_randomised: bool = False
    is_category: bool = False


@dataclass(frozen=True)
class Column:
    """Hold a column with what is declared of it."""

    facts: ColumnFacts
    values: Floats


@dataclass(frozen=True)
class DriverWorld:
    """Hold rows of a world, and what is true in it.

    Attributes
    ----------
    target
        ``[n]`` what is to change.
    columns
        All that the use case declares, truthfully or not.
    contrasts
        True mean change of the target if everybody met the goal, for each lever that works; what a lever
        moves on its way counts.
    oracle
        ``[n, k]`` for each of these, what somebody who knew the world would hold fixed: the true functions of
        its confounders, and the other causes in their true shape.
    false_levers
        Declared as levers, though nobody could act on them or learn of their effect.
    unidentified
        Levers that work, but whose effect these columns cannot give: a cause of both is not among them.
    medium
        Levers with a partial correlation of .16 with the target, all else fixed.
    is_clean
        Whether all that is declared is true: what the rules refuse here, they refuse wrongly.
    is_target_good
        Whether more of the target is better.
    """

    target: Floats
    columns: tuple[Column, ...]
    contrasts: Mapping[str, float]
    oracle: Mapping[str, Floats]
    false_levers: frozenset[str] = frozenset()
    unidentified: frozenset[str] = frozenset()
    medium: tuple[str, ...] = ()
    is_clean: bool = False
    is_target_good: bool = True

    @property
    def nulls(self) -> frozenset[str]:
        """Return what is declared as a lever and moves nothing."""
        return frozenset(
            column.facts.name
            for column in self.columns
            if column.facts.role == "lever" and column.facts.name not in self.contrasts
        )

    def turned(self) -> "DriverWorld":
        """Return the same world with a target of which less is better."""
        contrasts = {name: -change for name, change in self.contrasts.items()}
        return replace(self, target=10.0 - self.target, contrasts=contrasts, is_target_good=False)

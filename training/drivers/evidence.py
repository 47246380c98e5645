"""What may be called a lever: rules on what a driver is and when it was measured, not on what data show.

Data cannot tell a mediator from a cause of both, nor mood from service; what a column is can. The rules and
what each of them catches: docs/levers.md.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from features.usecase import Actor, DataKind, Role

AnsweredBy = Literal["entity", "other"]
MetadataRefusal = Literal[
    "mediator",
    "signal",
    "context",
    "no driver",
    "answered by missing",
    "own rating",
    "actor missing",
    "own behaviour",
    "no number",
    "goal missing",
    "depends on lever",
    "window missing",
    "window without start",
    "after outcome",
    "no earlier context",
]


@dataclass(frozen=True)
class DriverFacts:
    """Hold what is declared of a driver, which decides on what may be concluded from it.

    Attributes
    ----------
    data, answered_by
        ``X`` for what people said, and whether those who are scored said it; None for ``O``.
    role
        None where no driver claims the column.
    actor
        Who decides about it.
    start_days, end_days
        First and last day that the values speak of, in days before the outcome is asked for or observed; None
        where that is not known, infinity for a start without limit.
    is_number
        Whether it is measured in numbers; words have no direction.
    has_goal
        Whether a goal with an order says which direction improves things.
    depends_on
        Other levers that change this one, be it through something in between.
    is_randomised
        Whether lots decided who got it.
    """

    name: str
    data: DataKind
    role: Role | None
    answered_by: AnsweredBy | None = None
    actor: Actor | None = None
    start_days: float | None = None
    end_days: float | None = None
    is_number: bool = True
    has_goal: bool = True
    depends_on: tuple[str, ...] = ()
    is_randomised: bool = False


def refuse_lever(driver: DriverFacts, others: Sequence[DriverFacts] = ()) -> tuple[MetadataRefusal, ...]:
    """Return why a driver is no lever whose effect can be told from other causes; empty if it is one.

    Parameters
    ----------
    others
        All other drivers: among them has to be context from before this one.

    Returns
    -------
    tuple
        All reasons, the most fundamental one first. What is not a lever by its role has that reason alone.

    Examples
    --------
    >>> wait = DriverFacts("wait", "O", "lever", actor="company", start_days=90, end_days=1)
    >>> refuse_lever(wait)
    ('no earlier context',)
    >>> refuse_lever(wait, [DriverFacts("region", "O", "context", start_days=400, end_days=90)])
    ()
    """
    if driver.role != "lever":
        return (driver.role or "no driver",)
    own = _refuse_kind(driver)
    if driver.is_randomised:  # lots need no context and no start
        return (*own, *_refuse_end(driver))
    return (*own, *_refuse_window(driver, others))


def controls_of(driver: DriverFacts, others: Sequence[DriverFacts]) -> tuple[str, ...]:
    """Return the context that ended before a lever began: what may be held equal.

    What people said is never among it, whoever said it: mood colours all of that. A lever that lots decided
    about needs none: nothing else can have decided who got it.
    """
    if driver.is_randomised:
        return ()
    return tuple(
        other.name
        for other in others
        if other.role == "context" and other.data == "O" and _is_before(other, driver)
    )


def partners_of(driver: DriverFacts, others: Sequence[DriverFacts]) -> tuple[str, ...]:
    """Return the other levers that may be held equal: those that began and ended no later than this one.

    A lever that began or ended later may be its consequence: held equal, it would hide a part of the effect.
    Ratings are never among them, and a lever that lots decided about needs none.
    """
    if driver.is_randomised or driver.start_days is None or driver.end_days is None:
        return ()
    return tuple(
        other.name
        for other in others
        if other.role == "lever"
        and other.data == "O"
        and other.start_days is not None
        and other.start_days >= driver.start_days
        and other.end_days is not None
        and other.end_days >= driver.end_days
    )


def _is_before(context: DriverFacts, lever: DriverFacts) -> bool:
    """Tell whether context ended before a lever began."""
    return (
        context.end_days is not None and lever.start_days is not None and context.end_days >= lever.start_days
    )


def _refuse_kind(driver: DriverFacts) -> tuple[MetadataRefusal, ...]:
    """Return what speaks against a driver by what it is."""
    found: list[MetadataRefusal] = []
    if driver.data == "X" and driver.answered_by != "other":
        found.append("answered by missing" if driver.answered_by is None else "own rating")
    if driver.actor is None:
        found.append("actor missing")
    if driver.actor == "person" and not driver.is_randomised:
        found.append("own behaviour")
    if not driver.is_number:
        found.append("no number")
    elif not driver.has_goal:
        found.append("goal missing")
    if driver.depends_on:
        found.append("depends on lever")
    return tuple(found)


def _refuse_end(driver: DriverFacts) -> tuple[MetadataRefusal, ...]:
    """Return what speaks against the last day that a driver speaks of."""
    if driver.end_days is None:
        return ("window missing",)
    return ("after outcome",) if driver.end_days <= 0 else ()


def _refuse_window(driver: DriverFacts, others: Sequence[DriverFacts]) -> tuple[MetadataRefusal, ...]:
    """Return what speaks against the time that a driver speaks of."""
    if driver.start_days is None:
        return ("window missing",)
    end = _refuse_end(driver)
    if driver.start_days == math.inf:
        return (*end, "window without start")
    return end if controls_of(driver, others) else (*end, "no earlier context")

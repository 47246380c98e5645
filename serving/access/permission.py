"""What a key may ask once the request is read: use cases, people at work, units."""

from serving.access.guard import refuse_scope
from serving.access.roles import (
    EMPLOYEE,
    SCORE_CUSTOMER,
    SCORE_CUSTOMER_GROUPS,
    SCORE_EMPLOYEE,
    SCORE_EMPLOYEE_GROUPS,
    Actor,
)
from serving.problems import ProblemError, refuse_single


def may_read(actor: Actor, usecase: str, subject: str) -> bool:
    """Tell whether a key may know anything of a use case.

    Parameters
    ----------
    subject
        Who is scored: ``customer``, ``employee``, ``supplier``, ``applicant``.
    """
    is_listed = actor.usecases is None or usecase in actor.usecases
    return is_listed and (subject != EMPLOYEE or actor.may_see_employees)


def check_usecase(actor: Actor, usecase: str) -> None:
    """Refuse a use case that is not of this key, whether or not there is one of this name.

    Raises
    ------
    ProblemError
        403.
    """
    if actor.usecases is not None and usecase not in actor.usecases:
        raise _refuse_usecase()


def check_subject(actor: Actor, subject: str) -> None:
    """Refuse a use case about people at work to keys that have nothing to do with such.

    Raises
    ------
    ProblemError
        403.
    """
    if subject == EMPLOYEE and not actor.may_see_employees:
        raise _refuse_usecase()


def check_single(actor: Actor, subject: str) -> None:
    """Demand the scope for scores of single people.

    Raises
    ------
    ProblemError
        403.
    """
    if subject != EMPLOYEE and not actor.may(SCORE_CUSTOMER):
        raise refuse_scope(SCORE_CUSTOMER)
    if subject == EMPLOYEE and not actor.may(SCORE_EMPLOYEE):
        raise refuse_single()


def may_see_single(actor: Actor, subject: str) -> bool:
    """Tell whether a key may see single people of a use case: their scores, or their names in a list."""
    return actor.may(SCORE_EMPLOYEE if subject == EMPLOYEE else SCORE_CUSTOMER)


def check_groups(actor: Actor, subject: str) -> None:
    """Demand the scope for forecasts of groups.

    Raises
    ------
    ProblemError
        403.
    """
    needed = SCORE_EMPLOYEE_GROUPS if subject == EMPLOYEE else SCORE_CUSTOMER_GROUPS
    if not actor.may(needed):
        raise refuse_scope(needed)


def pick_cuts(actor: Actor, cuts: tuple[str, ...]) -> tuple[str, ...]:
    """Return the cuts of which a key may see something."""
    if actor.units is None:
        return cuts
    own = {unit.partition("=")[0] for unit in actor.units}
    return tuple(cut for cut in cuts if cut in own)


def pick_groups(actor: Actor, cut: str) -> frozenset[str] | None:
    """Return the groups of a cut that a key may see; None: all.

    Raises
    ------
    ProblemError
        403 if it is none of them.

    Examples
    --------
    >>> actor = Actor("0123456789ab", "manager", frozenset(), units=frozenset({"site=north"}))
    >>> pick_groups(actor, "site")
    frozenset({'north'})
    """
    if actor.units is None:
        return None
    pairs = (unit.partition("=") for unit in actor.units)
    own = frozenset(group for of_cut, _, group in pairs if of_cut == cut)
    if not own:
        raise ProblemError(403, "unit_not_allowed", "This key has no unit of this cut.")
    return own


def check_unit(actor: Actor, cut: str, group: str) -> None:
    """Refuse one group of a cut that is not of this key.

    Raises
    ------
    ProblemError
        403.
    """
    own = pick_groups(actor, cut)
    if own is not None and group not in own:
        raise ProblemError(403, "unit_not_allowed", "This key is not for this unit.")


def _refuse_usecase() -> ProblemError:
    """Return the error for a use case that is not of this key."""
    return ProblemError(403, "usecase_not_allowed", "This key is not for this use case.")

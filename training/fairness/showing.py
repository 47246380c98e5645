"""Which groups of a protected attribute may be shown, and where the people of the others are counted."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from training.disclosure import shown_groups
from training.fairness.grouping import Groups

__all__ = ["Groups", "Shown", "large_groups", "show_groups"]

State = Literal["judged", "one_group", "no_data"]


@dataclass(frozen=True)
class Shown:
    """Hold the groups that may be shown.

    Attributes
    ----------
    group
        Shown group of each row; None for rows of hidden groups.
    state
        ``judged``: two groups or more; ``one_group``: fewer are large enough to compare; ``no_data``:
        nobody's value is known.
    n_hidden
        Groups that are too small to show.
    is_absorbed
        Whether their people count as members of the largest group: so few that totals minus shown groups
        would tell about them. A handful of people changes nothing in the figures of a large group.
    """

    group: Groups
    state: State
    n_hidden: int
    is_absorbed: bool

    @property
    def names(self) -> tuple[str, ...]:
        """Return the shown groups in order."""
        return tuple(sorted({name for name in self.group if name is not None}))

    @property
    def is_shown(self) -> NDArray[np.bool_]:
        """Tell which rows belong to a shown group."""
        return np.array([name is not None for name in self.group], dtype=np.bool_)

    def to_json(self) -> dict[str, Any]:
        """Return what may be said of the cut, as plain values."""
        return {"state": self.state, "n_hidden": self.n_hidden, "is_absorbed": self.is_absorbed}


def show_groups(group: Groups, entity: NDArray[np.object_], minimum: int) -> Shown:
    """Hide groups below the minimum.

    Parameters
    ----------
    group, entity
        Group and entity of each row; None where the group is not known.
    minimum
        Fewest entities of a shown group.
    """
    sizes = _count(group, entity)
    large = {name: size for name, size in sizes.items() if size >= minimum}
    n_left_out = len(set(entity)) - sum(large.values())
    is_absorbed = 0 < n_left_out < minimum and bool(large)
    home = max(large, key=lambda name: (large[name], name)) if is_absorbed else None
    state: State = "judged" if len(large) > 1 else "one_group" if sizes else "no_data"
    shown = np.array([name if name in large else home for name in group], dtype=object)
    return Shown(shown, state, len(sizes) - len(large), is_absorbed)


def large_groups(group: Iterable[str], entity: Iterable[str], minimum: int) -> set[str]:
    """Return the groups with enough of some kind of people that figures of that kind may be shown."""
    return set(shown_groups(_count(group, entity), minimum))


def _count(group: Iterable[str | None], entity: Iterable[str]) -> dict[str, int]:
    """Return the number of entities by group."""
    members: dict[str, set[str]] = {}
    for name, one in zip(group, entity, strict=True):
        if name is not None:
            members.setdefault(name, set()).add(one)
    return {name: len(found) for name, found in members.items()}

"""Grant, then attack: start with nothing shown, add group by group, then hide what is told too closely."""

from dataclasses import dataclass

import numpy as np

from training.disclosure.combinations import find_combinations
from training.disclosure.groups import Groups
from training.disclosure.programs import Limits
from training.disclosure.refusals import ReleaseRefusedError
from training.disclosure.span import Span
from training.disclosure.targets import list_targets
from training.disclosure.worlds import Worlds
from training.statistics import Bools, Ints


@dataclass(frozen=True)
class Asked:
    """Hold what is asked for in one wave.

    Attributes
    ----------
    groups
        The groups of the wave.
    minimum
        Fewest people of a shown group.
    wanted
        Shape (groups,): asked for now.
    out
        Shape (groups,): shown in an earlier release, which cannot be taken back.
    """

    groups: Groups
    minimum: int
    wanted: Bools
    out: Bools


def grant(asked: Asked, limits: Limits) -> Bools:
    """Return which groups may be shown so that no hidden one can be computed or told within three people.

    Raises
    ------
    ReleaseRefusedError
        If a program fails or the rounds run out: what is not shown to be safe does not go out.
    """
    kept_back = np.zeros(len(asked.groups.member), dtype=np.bool_)
    lines = asked.groups.neighbours()
    worlds = Worlds(asked.groups.member, asked.groups.people, limits)
    for _ in range(limits.rounds):
        shown = grant_apart(asked, kept_back)
        if _break_combination(asked, shown, kept_back):
            continue
        narrow = worlds.narrow(shown)
        if narrow.size == 0:
            return shown
        _keep_back(asked, shown, narrow, lines, kept_back)
    problem = f"hidden groups could still be told closely after {limits.rounds} rounds"
    raise ReleaseRefusedError("disclosure control", problem, "show fewer tables at once")


def grant_apart(asked: Asked, kept_back: Bools) -> Bools:
    """Return which groups may be shown so that no target follows from them; large ones are granted first.

    Parameters
    ----------
    asked
        What is asked for.
    kept_back
        Shape (groups,): groups that stay hidden to protect others.
    """
    groups, size = asked.groups, asked.groups.size
    place_of = groups.coordinates()
    span = Span(list_targets(groups, asked.minimum, kept_back & ~asked.out) @ place_of)
    shown = asked.out.copy()
    for place in np.flatnonzero(asked.out):
        span.force(place_of[place])
    candidates = np.flatnonzero(asked.wanted & ~asked.out & ~kept_back & (size >= asked.minimum))
    for place in candidates[np.lexsort((candidates, -size[candidates], groups.depth[candidates]))]:
        shown[place] = span.admit(place_of[place])
    return shown


def _break_combination(asked: Asked, shown: Bools, kept_back: Bools) -> bool:
    """Hide the smallest group that speaks of each few people who are given away; tell whether there were any.

    What was given away by groups that are out already cannot be mended and is not looked for.
    """
    groups, size = asked.groups, asked.groups.size
    known = set(find_combinations(groups.member[asked.out], groups.people, asked.minimum))
    found = [
        one
        for one in find_combinations(groups.member[shown], groups.people, asked.minimum)
        if one not in known
    ]
    lost: set[int] = set()
    for few in found:
        speaking = np.flatnonzero(shown & ~asked.out & groups.member[:, few].any(axis=1)).tolist()
        if speaking and not lost & set(speaking):
            smallest = min(speaking, key=lambda place: (size[place], place))
            kept_back[smallest] = True
            lost.add(smallest)
    return bool(lost)


def _keep_back(
    asked: Asked, shown: Bools, narrow: Ints, lines: dict[int, set[int]], kept_back: Bools
) -> None:
    """Hide one more neighbour of each narrow group; one that has just lost a neighbour waits a round."""
    size, member = asked.groups.size, asked.groups.member
    lost: set[int] = set()
    for place in narrow.tolist():
        if lost & lines[place]:
            continue
        free = np.flatnonzero(shown & ~asked.out & ~kept_back)
        near = [one for one in free.tolist() if one in lines[place]]
        near = near or [one for one in free.tolist() if np.any(member[one] & member[place])]
        if near:
            smallest = min(near, key=lambda one: (size[one], one))
            kept_back[smallest] = True
            lost.add(smallest)
    if not lost:
        where = asked.groups.cells[int(np.flatnonzero(asked.groups.of_cell == narrow[0])[0])].where
        problem = f"'{where}' can be told closely from what is out already"
        raise ReleaseRefusedError("disclosure control", problem, "leave its table out of this release")

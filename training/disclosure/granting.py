"""Grant, then attack: start with nothing shown, add group by group, then hide what is told too closely."""

from dataclasses import dataclass

import numpy as np

from training.disclosure.combinations import express, find_combinations
from training.disclosure.groups import Groups
from training.disclosure.programs import Limits
from training.disclosure.refusals import ReleaseRefusedError
from training.disclosure.span import Span
from training.disclosure.targets import list_targets
from training.disclosure.worlds import Worlds
from training.statistics import Bools, Floats, Ints


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
    lines = asked.groups.neighbours()
    worlds = Worlds(asked.groups.member, asked.groups.people, limits)
    search = Grants(asked, limits)
    for _ in range(limits.rounds):
        shown = search.grant()
        narrow = worlds.narrow(shown)
        if narrow.size == 0:
            return shown
        _keep_back(asked, shown, narrow, lines, search.kept_back)
    raise _out_of_rounds(limits)


class Grants:
    """Grant groups so that nothing of too few people follows from them by adding and subtracting.

    Parameters
    ----------
    asked
        What is asked for.
    limits
        What the search may cost.
    """

    def __init__(self, asked: Asked, limits: Limits) -> None:
        self._asked, self._limits = asked, limits
        self._targets = list_targets(asked.groups, asked.minimum)
        self.kept_back = np.zeros(len(asked.groups.member), dtype=np.bool_)  # stay hidden to protect others

    def grant(self) -> Bools:
        """Return which groups may be shown; a combination that still speaks of few is a target from then on.

        Raises
        ------
        ReleaseRefusedError
            If the rounds run out.
        """
        for _ in range(self._limits.rounds):
            shown = self._grant_once()
            combined = list_combined(self._asked, shown)
            if not len(combined):
                return shown
            self._targets = np.concatenate([self._targets, combined])
        raise _out_of_rounds(self._limits)

    def _grant_once(self) -> Bools:
        """Return which groups may be shown so that no target follows from them, large ones first."""
        groups, out = self._asked.groups, self._asked.out
        size, place_of = groups.size, groups.coordinates
        span = Span(np.concatenate([self._targets, np.eye(size.size)[self.kept_back]]) @ place_of)
        shown = out.copy()
        for place in np.flatnonzero(out):
            span.force(place_of[place])
        may_be_shown = self._asked.wanted & ~out & ~self.kept_back & (size >= self._asked.minimum)
        candidates = np.flatnonzero(may_be_shown)
        for place in candidates[np.lexsort((candidates, -size[candidates], groups.depth[candidates]))]:
            shown[place] = span.admit(place_of[place])
        return shown


def _out_of_rounds(limits: Limits) -> ReleaseRefusedError:
    """Return the refusal of what is not safe after the last round."""
    problem = f"too few people could still be told of after {limits.rounds} rounds"
    return ReleaseRefusedError("disclosure control", problem, "release fewer tables at once")


def list_combined(asked: Asked, shown: Bools) -> Floats:
    """Return shape (targets, groups): combinations of shown groups that speak of too few people alone.

    What is given away by groups that are out already cannot be mended and is left out.
    """
    groups, places = asked.groups, np.flatnonzero(shown)
    known = set(find_combinations(groups.member[asked.out], groups.people, asked.minimum))
    every = find_combinations(groups.member[places], groups.people, asked.minimum)
    found = [columns for columns in every if columns not in known]
    rows = np.zeros((len(found), shown.size))
    for row, columns in zip(rows, found, strict=True):
        row[places] = express(groups.member[places], columns)
    return rows


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
        problem = f"'{where}' could be told closely from what is out already, whatever is hidden now"
        raise ReleaseRefusedError("disclosure control", problem, "release fewer new tables of this wave")

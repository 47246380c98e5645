"""What is counted in one simulated firm: what an attacker finds, what is lost, what it costs."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from time import perf_counter

import numpy as np
from scipy.optimize import linprog

from tests.bench.disclosure_firms import Firm, draw_firm
from tests.bench.disclosure_rules import apply_rule, show_large, show_rectangles
from training.disclosure import Minimums, Released, release, show_shares
from training.disclosure.attack import attack, find_homogeneous

MINIMUMS = Minimums()
ATTACK_SECONDS = 10.0
NARROW = 3
MOST_NARROWED = 200  # people; an insider is bounded in small firms alone, which takes two programs per group


@dataclass(frozen=True)
class Tally:
    """Hold figures of some firms, added up.

    Attributes
    ----------
    firms, with_small
        Firms, and those with a cell below the minimum.
    recoverable, recoverable_threshold, recoverable_rectangle
        What the attacker found under each rule; sizes are bounded and
        combinations searched under ours alone.
    untested
        What could not be judged under our rule.
    homogeneous_shown, homogeneous_untested
        Shown groups of which the shares tell what everybody said; those that could not be judged.
    people_hidden, people_hidden_threshold, people_hidden_rectangle
        Shares of people in hidden inner cells, added up over firms.
    narrowed, narrowed_firms
        Hidden groups, and firms looked at, whose number of yes lies within three people for an insider.
    seconds
        Time of granting.
    """

    firms: int = 0
    with_small: int = 0
    recoverable: int = 0
    recoverable_threshold: int = 0
    recoverable_rectangle: int = 0
    untested: int = 0
    homogeneous_shown: int = 0
    homogeneous_untested: int = 0
    people_hidden: float = 0.0
    people_hidden_threshold: float = 0.0
    people_hidden_rectangle: float = 0.0
    narrowed: int = 0
    narrowed_firms: int = 0
    seconds: float = 0.0

    def __add__(self, other: "Tally") -> "Tally":
        """Add up."""
        return Tally(*(getattr(self, one.name) + getattr(other, one.name) for one in fields(self)))


def judge_firm(seed: int, *, is_narrowed_counted: bool = False) -> Tally:
    """Release a firm under our rule and two simpler ones, and attack all three."""
    firm = draw_firm(seed)
    is_narrowed_counted &= len(firm.waves[0].people) <= MOST_NARROWED
    start = perf_counter()
    released = release(firm.tables, firm.waves, MINIMUMS)
    seconds = perf_counter() - start
    cells = [one.cell for one in released.cells]
    threshold = apply_rule(released, show_large(cells, MINIMUMS.people))
    rectangle = apply_rule(released, show_rectangles(cells, MINIMUMS.people))
    ours = attack(released, seconds=ATTACK_SECONDS)
    shown, untested = _judge_shares(firm, released)
    return Tally(
        firms=1,
        with_small=int(share_hidden(threshold) > 0),
        recoverable=ours.recoverable - ours.untested,
        recoverable_threshold=_count_found(threshold),
        recoverable_rectangle=_count_found(rectangle),
        untested=ours.untested,
        homogeneous_shown=shown,
        homogeneous_untested=untested,
        people_hidden=share_hidden(released),
        people_hidden_threshold=share_hidden(threshold),
        people_hidden_rectangle=share_hidden(rectangle),
        narrowed=sum(count_narrowed(firm, released, wave.name) for wave in firm.waves) * is_narrowed_counted,
        narrowed_firms=int(is_narrowed_counted),
        seconds=seconds,
    )


def share_hidden(released: Released) -> float:
    """Return the share of people in inner cells that stands in hidden ones."""
    inner = [one for one in released.cells if None not in one.cell.key]
    return sum(one.size for one in inner if one.state == "hidden") / sum(one.size for one in inner)


def count_narrowed(firm: Firm, released: Released, wave: str) -> int:
    """Count hidden groups of three or more whose yes an insider can tell within fewer than three people.

    The insider knows who is where, and the exact share of every shown group.
    """
    cells = [one for one in released.cells if one.cell.wave == wave]
    rows = np.zeros((len(cells), len(firm.answers[wave])))
    for at, one in enumerate(cells):
        rows[at, one.cell.members] = 1
    matrix, people = np.unique(rows, axis=1, return_counts=True)
    is_shown = np.array([one.state == "shown" for one in cells])
    if not is_shown.any():
        return 0
    sums = rows[is_shown] @ firm.answers[wave]
    found = set()
    for one, group in zip(cells, matrix, strict=True):
        if one.state == "hidden" and one.size >= NARROW:
            sides = {"A_eq": matrix[is_shown], "b_eq": sums, "bounds": [(0, n) for n in people]}
            ends = [linprog(sign * group, **sides).fun for sign in (1, -1)]
            if np.floor(-ends[1] + 1e-6) - np.ceil(ends[0] - 1e-6) < NARROW:
                found.add(group.tobytes())
    return len(found)


def time_large(n_people: int, seeds: Sequence[int]) -> float:
    """Return the longest time of granting two waves of five tables of a firm of that size."""
    longest = 0.0
    for seed in seeds:
        firm = draw_firm(seed, n_people)
        start = perf_counter()
        release(firm.tables, firm.waves, MINIMUMS)
        longest = max(longest, perf_counter() - start)
    return longest


def _count_found(released: Released) -> int:
    """Return what the attacker computes; looking at sizes and combinations would find more."""
    return attack(released, is_deep=False, seconds=None).recoverable


def _judge_shares(firm: Firm, released: Released) -> tuple[int, int]:
    """Return the shown groups of which the shares tell all answers, and those that could not be judged."""
    shown = untested = 0
    for wave in firm.waves:
        answers = firm.answers[wave.name].tolist()
        shares = show_shares(released, wave.name, answers)
        found = find_homogeneous(released, wave.name, answers, shares, seconds=ATTACK_SECONDS)
        shown, untested = shown + found.shown, untested + found.untested
    return shown, untested

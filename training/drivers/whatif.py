"""What the model expects if people met the goal of a lever; its answer, never a promise.

A model knows what goes together, not what acts on what: moved to a goal, it answers for people who are there
already and may differ in much else. So this is a question to the model; priorities are made from adjusted
effects (:mod:`training.drivers.priorities`) and never from this.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Self

import numpy as np

from training.drivers.goal import Goal, shortfall
from training.statistics import Bools, Floats, as_column, as_weight, plain_values

SHARES = (0.0, 0.25, 0.5, 0.75, 1.0)
WAYS = (0.25, 0.5, 1.0)


@dataclass(frozen=True)
class WhatIfStep:
    """Hold what the model expects once some of those who miss the goal are brought some of the way.

    Attributes
    ----------
    share
        Share of those who miss the goal that is reached; each of them is as likely to be among them.
    way
        Part of their way from today to the goal: 0.5 halves what is missing.
    people_moved
        How many are reached.
    value
        Mean of the goal's feature among those reached, then; NaN if nobody misses the goal.
    expected_sum, expected_mean
        Events, or answers, that the model then expects of everybody.
    change_sum, change_mean
        Those less what is expected today.
    """

    share: float
    way: float
    people_moved: float
    value: float
    expected_sum: float
    expected_mean: float
    change_sum: float
    change_mean: float


@dataclass(frozen=True)
class WhatIfGrid:
    """Hold what the model expects today, and for each of :data:`SHARES` and :data:`WAYS`.

    Attributes
    ----------
    people
        Everybody: sum of the weights.
    people_short
        Those who miss the goal.
    people_unknown
        Those without a value; they are never moved.
    value_today
        Mean of the goal's feature among those who miss it; NaN if nobody does.
    expected_sum, expected_mean
        Events, or answers, that the model expects of everybody today.
    steps
        By way, then by share.
    """

    goal: Goal
    people: float
    people_short: float
    people_unknown: float
    value_today: float
    expected_sum: float
    expected_mean: float
    steps: tuple[WhatIfStep, ...]

    def to_json(self) -> dict[str, Any]:
        """Return plain values; NaN becomes null, which JSON has."""
        return dict(plain_values(self))

    @classmethod
    def from_json(cls, content: Mapping[str, Any]) -> Self:
        """Read what :meth:`to_json` gave."""
        value_today = math.nan if content["value_today"] is None else float(content["value_today"])
        steps = (
            {**step, "value": math.nan if step["value"] is None else step["value"]}
            for step in content["steps"]
        )
        read = {
            "goal": Goal(**content["goal"]),
            "value_today": value_today,
            "steps": tuple(WhatIfStep(**step) for step in steps),
        }
        return cls(**{**content, **read})


@dataclass(frozen=True)
class WhatIf:
    """Hold the answer to one question, with the grid around it.

    Attributes
    ----------
    asked
        The step that was asked for; equal to that of the grid where the grid has it.
    changes
        ``[n]`` change of each row's expectation if it is brought the whole way; 0 where it meets the goal or
        has no value. For figures of groups; it does not go into pages.
    """

    asked: WhatIfStep
    grid: WhatIfGrid
    changes: Floats


def what_if(
    matrix: Floats,
    expect: Callable[[Floats], Floats],
    bounds: Mapping[int, float],
    goal: Goal,
    *,
    share: float = 1.0,
    way: float = 1.0,
    weight: Floats | None = None,
) -> WhatIf:
    """Return what the model expects if people who miss a goal were brought to it.

    This is what the *model* expects, never what will happen: it moves one thing and leaves all else as it is,
    and what goes with leaving need not bring it about. It is not used in priorities. Pages and service both
    call this function, so they show the same figures.

    Rows that miss the goal are moved exactly to its bound (``<`` and ``>`` too); those that meet it or have
    no value stay. Of a moved row each column of the same quantity is moved that misses its own bound.

    Parameters
    ----------
    matrix
        ``[n, features]`` encoded newest row of each entity; it is left as it is.
    expect
        Gives the probability, or the expected answer, of rows ``[m, features]``, each for itself.
    bounds
        Bound by column, the goal's own first: :func:`~training.drivers.goal_bounds`.
    share
        Share of those who miss the goal that is reached, 0 to 1.
    way
        Part of the way to the goal that those reached are brought, 0 to 1.
    weight
        ``[n]`` people that each row stands for; 1 if absent.

    Raises
    ------
    ValueError
        If there are no rows or columns, a share or way is outside 0 to 1, or ``expect`` gives another number
        of rows.

    Examples
    --------
    >>> goal = Goal("wait", "<=", 24.0, "hours")
    >>> wait = np.array([[12.0], [44.0], [np.nan]])
    >>> found = what_if(wait, lambda rows: 0.1 + 0.01 * np.nan_to_num(rows[:, 0]), {0: 24.0}, goal)
    >>> round(found.grid.expected_sum, 2), round(found.asked.change_sum, 2)
    (0.86, -0.2)
    """
    for name, part in (("share", share), ("way", way)):
        if not 0 <= part <= 1:
            message = f"{name} is {part:g}; it is a part of those who miss the goal, or of their way: 0 to 1"
            raise ValueError(message)
    if not bounds or len(matrix) == 0:
        message = f"{len(matrix)} rows and {len(bounds)} columns to move; at least one of each is needed"
        raise ValueError(message)
    weights = as_weight(weight, len(matrix))
    values = matrix[:, next(iter(bounds))]
    is_short = shortfall(goal, values) > 0
    today = _expect(expect, matrix)
    changes = {
        part: _expect(expect, _move(matrix[is_short], bounds, goal, part)) - today[is_short]
        for part in {*WAYS, way}
    }
    cohort = _Cohort(goal, weights, values, is_short, float(weights @ today), changes)
    whole = np.zeros(len(matrix))
    whole[is_short] = changes[1.0]
    return WhatIf(cohort.step(share, way), cohort.grid(), whole)


@dataclass(frozen=True)
class _Cohort:
    """Hold everybody and, by way, the changes of those who miss the goal."""

    goal: Goal
    weights: Floats
    values: Floats
    is_short: Bools
    expected_sum: float
    changes: Mapping[float, Floats]

    @property
    def people(self) -> float:
        """Return how many there are."""
        return float(self.weights.sum())

    @property
    def people_short(self) -> float:
        """Return how many miss the goal."""
        return float(self.weights[self.is_short].sum())

    @property
    def value_today(self) -> float:
        """Return the mean value of those who miss the goal."""
        if self.people_short == 0:
            return math.nan
        weights, values = self.weights[self.is_short], self.values[self.is_short]
        return float(weights @ values) / self.people_short

    def step(self, share: float, way: float) -> WhatIfStep:
        """Return what is expected once a share of those who miss the goal is brought a part of the way."""
        change = share * float(self.weights[self.is_short] @ self.changes[way]) + 0.0  # never -0.0
        return WhatIfStep(
            share=share,
            way=way,
            people_moved=share * self.people_short,
            value=self.value_today + way * (self.goal.bound - self.value_today),
            expected_sum=self.expected_sum + change,
            expected_mean=(self.expected_sum + change) / self.people,
            change_sum=change,
            change_mean=change / self.people,
        )

    def grid(self) -> WhatIfGrid:
        """Return today and all steps."""
        return WhatIfGrid(
            goal=self.goal,
            people=self.people,
            people_short=self.people_short,
            people_unknown=float(self.weights[np.isnan(self.values)].sum()),
            value_today=self.value_today,
            expected_sum=self.expected_sum,
            expected_mean=self.expected_sum / self.people,
            steps=tuple(self.step(share, way) for way in WAYS for share in SHARES),
        )


def _move(matrix: Floats, bounds: Mapping[int, float], goal: Goal, way: float) -> Floats:
    """Return rows a part of the way to the goal; the whole way ends at the bound to the last bit."""
    moved = matrix.copy()
    for column, bound in bounds.items():
        values = matrix[:, column]
        misses = shortfall(replace(goal, bound=bound), values) > 0
        target = bound if way == 1 else values[misses] + way * (bound - values[misses])
        moved[misses, column] = target
    return moved


def _expect(expect: Callable[[Floats], Floats], matrix: Floats) -> Floats:
    """Ask the model, and demand one finite answer per row."""
    if len(matrix) == 0:
        return np.zeros(0)
    return as_column("what the model expects", expect(matrix), len(matrix))

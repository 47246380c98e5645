"""Levers after a test: what lots have shown takes the place of what was compared on equal terms.

An action that lots decided about changes what may be concluded. Clearly better: the lever has grade A and the
effect that was measured. Clearly worse: grade A too, and off the list. No effect seen: the lever stays as it
was if the test leaves room for the effect that was promised; if it does not, the lever is off the list.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from training.drivers import Goal
from training.levers.record import Lever, LeverEffect, Status
from training.statistics import Estimate


@dataclass(frozen=True)
class TestedEffect:
    """Hold what a test of a lever has shown.

    Attributes
    ----------
    difference
        Outcome of those treated minus that of those held back, with a range that holds at any look.
    mean_shortfall
        What the treated lacked on average of the goal when it began, in the unit of the lever: the way that
        the action was to bring them.
    is_better
        Whether the difference is clearly for the better; None where no effect was seen.
    """

    __test__ = False  # no test of ours, whatever its name

    difference: Estimate
    mean_shortfall: float
    is_better: bool | None

    @property
    def per_unit(self) -> Estimate:
        """Return the change of the outcome per unit by which somebody came closer to the goal.

        It takes for granted that the action brings people to their goal: who gets half of it to them would
        see half of the effect.
        """
        return self.difference.scaled(1.0 / self.mean_shortfall)


def grade_by_tests(
    levers: tuple[Lever, ...], tests: Mapping[str, TestedEffect], shortfalls: Mapping[str, float]
) -> tuple[Lever, ...]:
    """Return the levers with what tests have shown of them.

    Parameters
    ----------
    tests
        By name of the lever; levers without one stay as they are.
    shortfalls
        What everybody lacks on average today, by name of the lever: those who meet the goal lack nothing.
    """
    return tuple(
        _grade(lever, tests[lever.name], shortfalls.get(lever.name)) if lever.name in tests else lever
        for lever in levers
    )


def _grade(lever: Lever, test: TestedEffect, shortfall: float | None) -> Lever:
    """Return one lever after its test."""
    if lever.goal is None or shortfall is None or test.mean_shortfall <= 0:
        return lever
    effect = _describe(lever.goal, test, shortfall)
    if test.is_better is None:
        if not _is_ruled_out(lever, test):
            return lever
        return replace(lever, grade="A", status="unclear", refusals=(), effect=effect)
    status: Status = "offered" if test.is_better else "wrong way"
    return replace(lever, grade="A", status=status, refusals=(), effect=effect)


def _is_ruled_out(lever: Lever, test: TestedEffect) -> bool:
    """Tell whether a test leaves no room for the effect that was promised before."""
    if lever.effect is None or lever.effect.short_slope is None:
        return False
    promised = lever.effect.short_slope.value
    return not test.per_unit.low <= promised <= test.per_unit.high


def _describe(goal: Goal, test: TestedEffect, shortfall: float) -> LeverEffect:
    """Return the effect that was measured, in the words of all levers."""
    per_unit = test.per_unit
    is_lower_better = goal.comparison in {"<=", "<"}
    return LeverEffect(
        slope=per_unit.scaled(-1.0 if is_lower_better else 1.0),
        short_slope=per_unit,
        contrast=per_unit.scaled(shortfall),
        p_value=1.0 if test.is_better is None else 0.05,
        variation=1.0,
        robustness=1.0,
        controls=(),
        n_entities=per_unit.n,
        n_columns=0,
    )

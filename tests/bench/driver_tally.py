"""Judge the rules on one world, and count over worlds."""

from collections.abc import Iterable
from dataclasses import dataclass, fields
from math import sqrt
from typing import Self

import numpy as np

from tests.bench.driver_rules import Verdict, offer
from tests.bench.driver_worlds.world import Column, DriverWorld
from training.statistics import Floats
from training.statistics.adjusted import _Regression, _residual
from training.statistics.controls import orthonormal
from training.statistics.leave_out import EntityRows


@dataclass(frozen=True)
class Tally:
    """Count what the rules did; tallies add up.

    Attributes
    ----------
    runs
        Worlds judged.
    with_null
        Runs in which a lever was offered that moves nothing.
    declared
        Offers of what is declared to be no lever.
    medium, medium_offered
        Levers of partial correlation .16, and those offered.
    good, good_refused
        Levers of worlds without traps, and those that the data rules refused.
    gain
        True gain of what was offered first, in parts of that of the best lever; 0 where nothing was offered.
    contrasts, covered
        Identified effects, and those whose interval holds the truth.
    widths
        Sum of the widths of intervals over those of the oracle.
    false_levers, false_refused
        What is wrongly declared as a lever, and how much of it metadata refuse.
    """

    runs: float = 0
    with_null: float = 0
    declared: float = 0
    medium: float = 0
    medium_offered: float = 0
    good: float = 0
    good_refused: float = 0
    gain: float = 0
    contrasts: float = 0
    covered: float = 0
    widths: float = 0
    false_levers: float = 0
    false_refused: float = 0

    def __add__(self, other: Self) -> "Tally":
        """Return the counts of both."""
        return Tally(*(getattr(self, one.name) + getattr(other, one.name) for one in fields(self)))


def add_up(tallies: Iterable[Tally]) -> Tally:
    """Return the counts of all."""
    return sum(tallies, Tally())


def judge_world(world: DriverWorld) -> Tally:
    """Apply the rules to a world and count what was right."""
    verdict = offer(world)
    widths, covered = _size(world, verdict)
    better = 1.0 if world.is_target_good else -1.0
    gains = {name: better * change for name, change in world.contrasts.items()}
    declared = {column.facts.name for column in world.columns if column.facts.role != "lever"}
    refused_by_data = [effect for effect in verdict.effects.values() if effect.refusal is not None]
    return Tally(
        runs=1,
        with_null=any(name in world.nulls for name in verdict.offered),
        declared=sum(name in declared for name in verdict.offered),
        medium=len(world.medium),
        medium_offered=sum(name in verdict.offered for name in world.medium),
        good=len(verdict.effects) if world.is_clean else 0,
        good_refused=len(refused_by_data) if world.is_clean else 0,
        gain=gains.get(verdict.offered[0], 0.0) / max(gains.values()) if verdict.offered else 0.0,
        contrasts=len(widths),
        covered=sum(covered),
        widths=sum(widths),
        false_levers=len(world.false_levers),
        false_refused=sum(name in verdict.refused for name in world.false_levers),
    )


def _size(world: DriverWorld, verdict: Verdict) -> tuple[list[float], list[bool]]:
    """Return for each identified effect its width over the oracle's, and whether it covers the truth."""
    widths, covered = [], []
    for column in world.columns:
        name = column.facts.name
        if name not in world.contrasts or name in world.unidentified:
            continue
        effect = verdict.effects.get(name)
        found = None if effect is None else effect.contrast
        if found is None:
            continue
        covered.append(found.low <= world.contrasts[name] <= found.high)
        widths.append((found.high - found.low) / oracle_width(world, column))
    return widths, covered


def oracle_width(world: DriverWorld, column: Column) -> float:
    """Return the width of the interval if the true functions of the confounders were known.

    Least squares on those functions, with one slope short of the goal and one beyond it, and HC3 errors.
    """
    goal = column.facts.goal
    assert goal is not None, f"{column.facts.name} has no goal"
    gap = (goal - column.values) * (-1.0 if column.facts.is_lower_better else 1.0)
    sides = np.column_stack([np.minimum(-gap, 0.0), np.maximum(-gap, 0.0)])
    basis = orthonormal(np.column_stack([np.ones(len(gap)), world.oracle[column.facts.name]]))
    fit = _Regression.fit(world.target, _residual(sides, basis), basis, EntityRows.of(np.arange(len(gap))))
    contrast = fit.interval(0.0, sqrt(fit.covariance[0, 0]) * float(np.maximum(gap, 0.0).mean()))
    return contrast.high - contrast.low


def expected_calibration_error(stated: Floats, is_right: Floats, n_bins: int = 10) -> float:
    """Return the mean absolute gap between what was stated and what was right, in bins of equal size."""
    order = np.argsort(stated, kind="stable")
    bins = np.array_split(order, min(n_bins, len(order)))
    gaps = [abs(stated[rows].mean() - is_right[rows].mean()) * len(rows) for rows in bins]
    return float(sum(gaps) / len(order))


def monte_carlo_error(stated: Floats, n_bins: int = 10) -> float:
    """Return the calibration error that chance alone shows where all that is stated is true."""
    size = max(1, len(stated) // n_bins)
    return sqrt(2 / np.pi) * sqrt(float((stated * (1 - stated)).mean()) / size)

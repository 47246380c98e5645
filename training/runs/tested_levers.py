"""Levers and drivers of a bundle, after what actions with a hold-out have shown of them."""

from collections.abc import Iterable
from dataclasses import replace

import numpy as np

from training.actions import Entry
from training.bundle import Bundle
from training.drivers import DriverRow, shortfall
from training.levers import Lever, TestedEffect, grade_by_tests
from training.rows import Floats
from training.statistics import as_weight

_TOLD = {"better": True, "worse": False, "no effect seen": None}


def list_tests(entries: Iterable[Entry], horizon: str) -> dict[str, TestedEffect]:
    """Return what was tested of each lever at a horizon; of several actions the last one counts."""
    found: dict[str, TestedEffect] = {}
    for entry in entries:
        newest, lever, way = entry.newest, entry.action.lever, entry.mean_shortfall
        if newest is None or newest.comparison is None or lever is None or not way:
            continue
        if newest.verdict in _TOLD and entry.action.horizon == horizon:
            found[lever] = TestedEffect(newest.comparison.difference, way, _TOLD[newest.verdict])
    return found


def apply_tests(
    bundle: Bundle,
    levers: tuple[Lever, ...],
    matrix: Floats,
    weight: Floats | None,
    entries: Iterable[Entry],
    horizon: str,
) -> tuple[Lever, ...]:
    """Return the levers with the effects that were measured in tests.

    Parameters
    ----------
    matrix, weight
        The encoded newest rows, and the people that each stands for.
    entries
        The action ledger.
    horizon
        The one that reports lead with: effects at others say nothing of it.
    """
    tests = list_tests(entries, horizon)
    names = bundle.catalogue.names
    ways = {
        lever.name: _mean(shortfall(lever.goal, matrix[:, names.index(lever.goal.feature)]), weight)
        for lever in levers
        if lever.name in tests and lever.goal is not None
    }
    return grade_by_tests(levers, tests, ways)


def regrade(drivers: tuple[DriverRow, ...], levers: Iterable[Lever]) -> tuple[DriverRow, ...]:
    """Return the drivers with the evidence grades of those that are levers."""
    grades = {lever.name: lever.grade for lever in levers}
    return tuple(
        replace(driver, evidence_grade=grades.get(driver.name, driver.evidence_grade)) for driver in drivers
    )


def _mean(way: Floats, weight: Floats | None) -> float:
    """Return the mean over rows where it is known."""
    weights = as_weight(weight, len(way))
    is_known = np.isfinite(way)
    return float(np.average(way[is_known], weights=weights[is_known])) if is_known.any() else 0.0

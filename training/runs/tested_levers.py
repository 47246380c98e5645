"""Levers and drivers of a bundle, after what actions with a hold-out have shown of them."""

from collections.abc import Container, Iterable
from dataclasses import replace

import numpy as np

from features.frame import Frame
from training.actions import Entry
from training.bundle import Bundle
from training.drivers import rows_from_json, rows_to_json, shortfall
from training.levers import Lever, TestedEffect, grade_by_tests, levers_from_json, levers_to_json
from training.rows import Floats, feature_columns, numbers
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


def with_tests(bundle: Bundle, frame: Frame, entries: Iterable[Entry]) -> Bundle:
    """Return a bundle whose levers and drivers tell what was measured in tests, where something was.

    Parameters
    ----------
    frame
        Whose newest rows say how far everybody is from the goals today.
    entries
        The action ledger. Effects at another horizon than that of reports say nothing of it.
    """
    tests = list_tests(entries, bundle.primary_horizon)
    if not tests:
        return bundle
    levers = levers_from_json(bundle.evaluation.get("levers", []))
    levers = grade_by_tests(levers, tests, _list_ways(bundle, frame, levers, tests))
    grades = {lever.name: lever.grade for lever in levers}
    drivers = tuple(
        replace(driver, evidence_grade=grades.get(driver.name, driver.evidence_grade))
        for driver in rows_from_json(bundle.drivers)
    )
    evaluation = {**bundle.evaluation, "levers": levers_to_json(levers)}
    return replace(bundle, evaluation=evaluation, drivers=rows_to_json(drivers))


def _list_ways(
    bundle: Bundle, frame: Frame, levers: Iterable[Lever], tests: Container[str]
) -> dict[str, float]:
    """Return by lever what everybody lacks of its goal on average."""
    matrix = bundle.encoder.encode(feature_columns(frame.latest, bundle.catalogue)).matrix
    weight, names = numbers(frame.latest, "weight"), bundle.catalogue.names
    return {
        lever.name: _mean(shortfall(lever.goal, matrix[:, names.index(lever.goal.feature)]), weight)
        for lever in levers
        if lever.name in tests and lever.goal is not None
    }


def _mean(way: Floats, weight: Floats | None) -> float:
    """Return the mean over rows where it is known."""
    weights = as_weight(weight, len(way))
    is_known = np.isfinite(way)
    return float(np.average(way[is_known], weights=weights[is_known])) if is_known.any() else 0.0

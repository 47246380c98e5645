"""Rows on which levers are compared on equal terms: outcome, levers, and what was known before them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from training.assessment import primary_labels
from training.encoding import Column
from training.levers.declared import DeclaredDriver
from training.levers.earlier import Positions, find_earlier
from training.rows import Floats, FollowUp, LabelOutcome, TrainingRows
from training.statistics.controls import Control

MOST_ROWS = 40_000
"""Whole entities up to that many rows: more would narrow ranges little and cost minutes."""


@dataclass(frozen=True)
class Comparison:
    """Hold rows whose outcome is known, with values of levers and the context from before they began.

    Attributes
    ----------
    target
        Shape (rows,): 0 or 1, or the answer.
    levers
        Value of each lever by name.
    context
        Columns of each context driver by its name, as known before the levers' window began.
    waves
        The snapshot of each row: what a month did to everybody is nobody's lever. None for a flat table.
    before
        The newest answer from before the window, where answers are forecast and one is known; else None.
    history
        What each lever was before the window began, as far as its driver's features say: beside it, the lever
        must not go with earlier answers. Without it every lasting lever would, since it was at work then.
    entity
        Whose row it is.
    """

    target: Floats
    levers: Mapping[str, Floats]
    context: Mapping[str, tuple[Control, ...]]
    waves: Control | None
    before: Floats | None
    history: tuple[Control, ...]
    entity: NDArray[np.object_]


def compare(
    rows: TrainingRows,
    levers: Sequence[DeclaredDriver],
    context: Sequence[DeclaredDriver],
    window_days: float,
    seed: int = 0,
) -> Comparison:
    """Return the rows on which levers of one window can be compared.

    Parameters
    ----------
    window_days
        How far the levers look back from the snapshot; context is taken from the newest snapshot of the same
        entity that is at least as old. Rows without one are left out. 0: context as it stands in the row.
    """
    chosen, earlier = _pair(rows, window_days)
    labels, is_known = primary_labels(rows, chosen)
    kept = np.flatnonzero(is_known & np.isfinite(labels))
    kept = kept[sample_entities(rows.entity[chosen[kept]], seed)]
    now, then = chosen[kept], earlier[kept]
    return Comparison(
        target=labels[kept],
        levers={lever.group.name: _numbers(rows.columns[lever.feature.name])[now] for lever in levers},
        context={driver.group.name: _controls(rows, driver, then) for driver in context},
        waves=_waves(rows, now),
        before=_answer_before(rows, then),
        history=tuple(
            control for lever in levers for control in _controls(rows, lever, then) if not control.is_category
        ),
        entity=rows.entity[now],
    )


def _pair(rows: TrainingRows, window_days: float) -> tuple[Positions, Positions]:
    """Return rows and the row of each from which its context is taken."""
    dates = _snapshots(rows)
    if dates is None or window_days <= 0:
        every = np.arange(len(rows), dtype=np.intp)
        return every, every
    return find_earlier(rows.entity, dates, window_days)


def _snapshots(rows: TrainingRows) -> NDArray[np.datetime64] | None:
    """Return the snapshot of each row; None for a flat table."""
    outcome = rows.outcome
    if isinstance(outcome, FollowUp):
        return outcome.snapshot_date
    return None if outcome.timing is None else outcome.timing.snapshot_date


def sample_entities(entity: NDArray[np.object_], seed: int) -> NDArray[np.bool_]:
    """Choose whole entities by chance until there are enough rows."""
    codes, counts = np.unique(entity.astype(str), return_inverse=True, return_counts=True)[1:]
    order = np.random.default_rng(seed).permutation(len(counts))
    is_in = np.zeros(len(counts), dtype=np.bool_)
    is_in[order[np.cumsum(counts[order]) <= MOST_ROWS]] = True
    return is_in[codes]


def _controls(rows: TrainingRows, driver: DeclaredDriver, positions: Positions) -> tuple[Control, ...]:
    """Return the columns of a context driver at some rows."""
    found = []
    for name in driver.group.features:
        feature = rows.catalogue.by_name[name]
        column = rows.columns[name]
        if feature.kind == "number":
            found.append(Control(name, _numbers(column)[positions]))
        else:
            found.append(Control(name, _codes(column)[positions], is_category=True))
    return tuple(found)


def _waves(rows: TrainingRows, positions: Positions) -> Control | None:
    """Return the snapshot of some rows as a category."""
    dates = _snapshots(rows)
    if dates is None:
        return None
    return Control("snapshot", dates[positions].astype("datetime64[D]").astype(np.float64), is_category=True)


def _answer_before(rows: TrainingRows, positions: Positions) -> Floats | None:
    """Return the newest answer to the predicted question that was known at some rows."""
    outcome = rows.outcome
    if not isinstance(outcome, LabelOutcome) or outcome.question is None or _snapshots(rows) is None:
        return None
    name = f"x_{outcome.question}.last"
    return _numbers(rows.columns[name])[positions] if name in rows.columns else None


def _numbers(column: Column) -> Floats:
    """Return a column of numbers."""
    return np.asarray(column, dtype=np.float64)


def _codes(column: Column) -> Floats:
    """Return a number per level, NaN where missing."""
    values = np.asarray(column, dtype=object)
    is_known = np.array([value is not None for value in values], dtype=np.bool_)
    codes = np.full(len(values), np.nan)
    codes[is_known] = np.unique(values[is_known].astype(str), return_inverse=True)[1]
    return codes

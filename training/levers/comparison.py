"""Rows on which levers are compared on equal terms: outcome, levers, and what was known before them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from training.assessment import primary_labels
from training.encoding import Column
from training.levers.declared import DeclaredDriver
from training.levers.earlier import Positions, find_earlier
from training.rows import Bools, Floats, LabelOutcome, TrainingRows
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
        Value of each lever by name, also of those that are only held equal.
    context
        Columns of each context driver by its name, as known before the levers' window began.
    wave
        The snapshot of each row: what a month did to everybody is nobody's lever. None for a flat table.
    before
        The newest answer that was known before the window began; NaN where there is none, None where no
        answers are forecast.
    history
        Value of each lever in the row of that answer, or in the row itself where there is none. Beside it a
        lever must not go with the answer; without it every lasting lever would, since it was at work then.
    entity
        Whose row it is.
    """

    target: Floats
    levers: Mapping[str, Control]
    context: Mapping[str, tuple[Control, ...]]
    wave: Control | None
    before: Floats | None
    history: Mapping[str, Control]
    entity: NDArray[np.object_]

    def __len__(self) -> int:
        """Return the number of rows."""
        return len(self.target)

    def take(self, chosen: Bools) -> "Comparison":
        """Return some of the rows."""
        return Comparison(
            target=self.target[chosen],
            levers={name: _take(column, chosen) for name, column in self.levers.items()},
            context={
                name: tuple(_take(column, chosen) for column in columns)
                for name, columns in self.context.items()
            },
            wave=None if self.wave is None else _take(self.wave, chosen),
            before=None if self.before is None else self.before[chosen],
            history={name: _take(column, chosen) for name, column in self.history.items()},
            entity=self.entity[chosen],
        )


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
    levers
        Those of the window, and others that are held equal.
    window_days
        How far the levers look back from the snapshot; context is taken from the newest snapshot of the same
        entity that is at least as old. Rows without one are left out. 0: context as it stands in the row.
    """
    chosen, earlier = _pair(rows, window_days)
    labels, is_known = primary_labels(rows, chosen)
    kept = np.flatnonzero(is_known & np.isfinite(labels))
    kept = kept[sample_entities(rows.entity[chosen[kept]], seed)]
    now, then = chosen[kept], earlier[kept]
    before, asked = _answers_before(rows, now, window_days)
    return Comparison(
        target=labels[kept],
        levers={lever.group.name: _value(rows, lever, now) for lever in levers},
        context={driver.group.name: _columns(rows, driver, then) for driver in context},
        wave=_wave(rows, now),
        before=before,
        history={lever.group.name: _value(rows, lever, asked) for lever in levers},
        entity=rows.entity[now],
    )


def _pair(rows: TrainingRows, window_days: float) -> tuple[Positions, Positions]:
    """Return rows and the row of each from which its context is taken."""
    dates = rows.snapshot_date
    if dates is None or window_days <= 0:
        every = np.arange(len(rows), dtype=np.intp)
        return every, every
    return find_earlier(rows.entity, dates, window_days)


def sample_entities(entity: NDArray[np.object_], seed: int) -> NDArray[np.bool_]:
    """Choose whole entities by chance until there are enough rows."""
    codes, counts = np.unique(entity.astype(str), return_inverse=True, return_counts=True)[1:]
    order = np.random.default_rng(seed).permutation(len(counts))
    is_in = np.zeros(len(counts), dtype=np.bool_)
    is_in[order[np.cumsum(counts[order]) <= MOST_ROWS]] = True
    return is_in[codes]


def _value(rows: TrainingRows, lever: DeclaredDriver, positions: Positions) -> Control:
    """Return the value of a lever at some rows."""
    return Control(lever.group.name, _numbers(rows.columns[lever.feature.name])[positions])


def _columns(rows: TrainingRows, driver: DeclaredDriver, positions: Positions) -> tuple[Control, ...]:
    """Return the columns of a context driver at some rows; what people said is not held equal."""
    features = [rows.catalogue.by_name[name] for name in driver.group.features]
    return tuple(
        Control(feature.name, _numbers(rows.columns[feature.name])[positions])
        if feature.kind == "number"
        else Control(feature.name, _codes(rows.columns[feature.name])[positions], is_category=True)
        for feature in features
        if feature.data == "O"
    )


def _wave(rows: TrainingRows, positions: Positions) -> Control | None:
    """Return the snapshot of some rows as a category."""
    dates = rows.snapshot_date
    if dates is None:
        return None
    return Control("snapshot", dates[positions].astype("datetime64[D]").astype(np.float64), is_category=True)


def _answers_before(
    rows: TrainingRows, positions: Positions, window_days: float
) -> tuple[Floats | None, Positions]:
    """Return the newest answers that were known before a window began, and the rows that they belong to.

    Beside the levers of its own row, an answer says nothing of a later lever that merely lasts.
    """
    outcome = rows.outcome
    if not isinstance(outcome, LabelOutcome) or outcome.question is None:
        return None, positions
    timing = outcome.timing
    if timing is None or window_days <= 0:
        return None, positions
    days = np.where(outcome.is_known, timing.known_days + timing.span.gap_days, np.nan)
    known_date = timing.snapshot_date + np.ceil(days).astype("timedelta64[D]")
    paired, found = find_earlier(rows.entity, timing.snapshot_date, window_days, known_date)
    answers, asked = np.full(len(rows), np.nan), np.arange(len(rows), dtype=np.intp)
    answers[paired], asked[paired] = outcome.target[found], found
    return answers[positions], asked[positions]


def _take(control: Control, chosen: Bools) -> Control:
    """Return some rows of a column."""
    return replace(control, values=control.values[chosen])


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

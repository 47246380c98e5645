"""What is learned from and what is forecast: folds of a flat table, rolling origins of snapshots."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from features.errors import TooFewEventsError
from features.frame import labels_as_known
from features.timeline import Horizon
from training.rows import Bools, Floats, FollowUp, LabelOutcome, TrainingRows
from training.splits import Origin, is_held_out, merge_duplicates, rolling_origins, stratified_folds

N_FOLDS = 5


@dataclass(frozen=True)
class Split:
    """Hold one way to learn from some rows and forecast others.

    Attributes
    ----------
    learned
        Rows to learn from, with their labels as they stood then.
    positions
        Which of all rows are forecast.
    origin
        The day that is forecast from; None for a fold.
    name
        What this is, in words.
    silent
        Which rows without a label belong to what is forecast: they judge nothing, and are part of everybody.
    """

    learned: TrainingRows
    positions: NDArray[np.intp]
    origin: Origin | None
    name: str
    silent: NDArray[np.intp]


def split_rows(rows: TrainingRows, seed: int = 0) -> Iterator[Split]:
    """Yield the splits of rows.

    Snapshots: the newest three with a finished horizon are forecast from what was known at each of them; a
    fifth of the entities is kept out of training. Flat tables: five folds, groups and exact duplicates on one
    side. Rows without a label are neither learned from nor forecast, for nothing is known of them.

    Raises
    ------
    TooFewEventsError
        If there is too little history for any of them.
    """
    outcome = rows.outcome
    if isinstance(outcome, FollowUp):
        days, span, until = outcome.snapshot_date, outcome.primary, outcome.observed_until
    elif outcome.timing is not None:
        days, span, until = outcome.timing.snapshot_date, outcome.timing.span, outcome.timing.observed_until
    else:
        yield from _folds(rows, outcome, seed)
        return
    dates = [day.item() for day in np.unique(days)]
    origins = rolling_origins(dates, span, until)
    n_splits = 0
    for number, origin in enumerate(origins, start=1):
        learned = known_at_origin(rows, origin)
        if not len(learned):  # silence is known when its horizon is over: the first origins may know none
            continue
        n_splits += 1
        is_test, has_label = origin.test_rows(days), _has_label(rows)
        name = f"what was known on {origin.snapshot_date} to forecast it ({number} of {len(origins)})"
        silent = np.flatnonzero(is_test & ~has_label)
        yield Split(learned, np.flatnonzero(is_test & has_label), origin, name, silent)
    if not n_splits:
        problem = f"none of the {len(origins)} that can be judged comes after a label was known"
        raise TooFewEventsError("snapshots", problem, "begin earlier or take a shorter horizon")


def known_at_origin(rows: TrainingRows, origin: Origin) -> TrainingRows:
    """Return earlier rows with their labels as they stood at the origin, where anything had been seen."""
    outcome = rows.outcome
    if isinstance(outcome, FollowUp):
        return _follow_up_at_origin(rows, outcome, origin)
    timing = outcome.timing
    if timing is None:
        message = "a flat table has no origins"
        raise ValueError(message)
    over = _known_days(timing.snapshot_date, timing.span, origin)
    is_known = outcome.is_known & (timing.known_days <= over)
    return rows.take(origin.training_rows(timing.snapshot_date, rows.entity) & is_known)


def is_new_entity(rows: TrainingRows, split: Split) -> Bools:
    """Tell which forecast rows belong to entities that no fit learned from; never in folds."""
    if split.origin is None:
        return np.zeros(len(split.positions), dtype=np.bool_)
    return is_held_out(rows.entity[split.positions])


def _follow_up_at_origin(rows: TrainingRows, follow_up: FollowUp, origin: Origin) -> TrainingRows:
    """Return earlier rows, those that were still running censored at the origin."""
    days, event = labels_as_known(
        follow_up.days,
        follow_up.event.astype(np.int8),
        follow_up.known_days,
        _known_days(follow_up.snapshot_date, follow_up.primary, origin),
    )
    as_known = replace(rows, outcome=replace(follow_up, days=days, event=event.astype(np.float64)))
    is_seen = (days > 0) | (event == 1)
    return as_known.take(origin.training_rows(follow_up.snapshot_date, rows.entity) & is_seen)


def _known_days(snapshot_date: NDArray[np.datetime64], span: Horizon, origin: Origin) -> Floats:
    """Return how many days of each row's horizon were over at the origin."""
    return origin.known_days(snapshot_date, span.gap_days)


def _has_label(rows: TrainingRows) -> Bools:
    """Tell which rows can judge a forecast; time to event sorts that out by itself."""
    outcome = rows.outcome
    return outcome.is_known if isinstance(outcome, LabelOutcome) else np.ones(len(rows), dtype=np.bool_)


def _folds(rows: TrainingRows, outcome: LabelOutcome, seed: int) -> Iterator[Split]:
    """Yield the folds of a flat table."""
    known, silent = np.flatnonzero(outcome.is_known), np.flatnonzero(~outcome.is_known)
    labelled = rows.take(known)
    answers = outcome.target[known]
    labels = answers if outcome.kind == "binary" else (answers > np.median(answers)).astype(np.float64)
    if labels.min(initial=1.0) == labels.max(initial=0.0):
        labels = (answers >= np.median(answers)).astype(np.float64)
    folds = stratified_folds(labels, _copies(labelled), n_folds=N_FOLDS, seed=seed)
    for fold in range(N_FOLDS):
        name = f"all but fold {fold + 1} of {N_FOLDS} to forecast it"
        yield Split(rows.take(known[folds != fold]), known[folds == fold], None, name, silent[fold::N_FOLDS])


def _copies(rows: TrainingRows) -> NDArray[np.int64]:
    """Return groups in which declared groups and exact duplicates stay together."""
    codes = [
        np.unique(np.asarray(column).astype(str), return_inverse=True)[1] for column in rows.columns.values()
    ]
    return merge_duplicates(np.column_stack(codes).astype(np.float64), rows.group)

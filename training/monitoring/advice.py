"""Whether to train again: the rules of the use case, held against newer data, new outcomes and alerts."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from features.frame import Frame
from features.usecase import Retrain, UseCase
from training.monitoring.advice_words import tell_age, tell_alerts, tell_labels
from training.monitoring.batches import labels_by_horizon
from training.monitoring.record import Advice, Check, Text
from training.promotion import Candidate, find_unseen
from training.rows import rows_of


@dataclass(frozen=True)
class Newer:
    """Hold how far the data of today goes beyond what a model learned from.

    Attributes
    ----------
    days
        Days by which outcomes are known further; of a flat table, which has no days, those since the
        training. None where neither is known.
    labels
        Rows whose outcome at the primary horizon became known since.
    is_of_training
        Whether ``days`` counts from the training, and not from the data.
    """

    days: int | None
    labels: int
    is_of_training: bool = False


def measure_newer(
    model: Candidate, frame: Frame, usecase: UseCase, *, days_since_training: int | None = None
) -> Newer:
    """Measure how far the feature table of today goes beyond what a model learned from.

    Parameters
    ----------
    model
        The champion, or another version.
    frame, usecase
        The feature table as it is today, and the use case that it was built with.
    days_since_training
        What counts where rows have no days.
    """
    facts, rows = model.bundle.facts, rows_of(frame, usecase)
    then, now = facts["observed_until"], frame.facts.observed_until
    if then is not None and now is not None:
        until = date.fromisoformat(then)
        primary = rows.horizon_names[rows.primary_index]
        today, before = (labels_by_horizon(rows, day)[primary] for day in (None, until))
        n_labels = int((np.isfinite(today) & ~np.isfinite(before)).sum())
        return Newer(max(0, (now - until).days), n_labels)
    new = int(find_unseen(model.bundle, model.kept_back, rows).sum())
    is_named = usecase.table is not None and usecase.table.id is not None and model.kept_back is not None
    n_labels = new if is_named else max(0, frame.facts.row_count - int(facts["rows"]))
    return Newer(days_since_training, n_labels, is_of_training=True)


def advise(rules: Retrain | None, newer: Newer, checks: Sequence[Check]) -> Advice | None:
    """Hold the rules against what is new.

    Parameters
    ----------
    rules
        Those of the use case.
    newer
        See :func:`measure_newer`.
    checks
        All checks of the newest batch, decided.

    Returns
    -------
    Advice or None
        None where there are no rules.

    Examples
    --------
    >>> advise(Retrain(new_labels=500), Newer(days=31, labels=512), []).reasons[0]["en"]
    '512 outcomes became known since the training; the use case asks for a new one from 500 on.'
    """
    if rules is None:
        return None
    reasons = tuple(_find_reasons(rules, newer, checks))
    return Advice(bool(reasons), reasons)


def _find_reasons(rules: Retrain, newer: Newer, checks: Sequence[Check]) -> Iterator[Text]:
    """Yield a sentence for each rule that asks for a training."""
    if rules.after_days is not None and newer.days is not None and newer.days >= rules.after_days:
        yield tell_age(newer.days, rules.after_days, is_of_training=newer.is_of_training)
    if rules.new_labels is not None and newer.labels >= rules.new_labels:
        yield tell_labels(newer.labels, rules.new_labels)
    alerts = [check for check in checks if check.state == "alert" and check.kind in rules.alerts]
    if alerts:
        yield tell_alerts([check.label for check in alerts])

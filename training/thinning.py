"""Fewer rows to learn from where there are very many: all with the event, some of the others, weighted."""

from dataclasses import replace

import numpy as np

from training.rows import Bools, Floats, LabelOutcome, TrainingRows

# Of the rows learned from, those of the rarer kind are at most this share.
_MOST_RARE = 0.5


def thin_rows(rows: TrainingRows, most_rows: int, seed: int = 0) -> TrainingRows:
    """Return at most about so many rows, weighted so that they stand for all.

    Where an event is rare, rows without it soon teach nothing new, while each row with it does. So rows with
    the event (up to the last horizon; of a label, the rarer value) stay as long as they fill no more than
    half of the places, and the others are drawn by chance. A row that stands for ``k`` rows weighs ``k``
    times as much: shares, probabilities and losses are those of all rows (case-control sampling with inverse
    weights; King and Zeng 2001). Rows with answers are all drawn alike.

    Parameters
    ----------
    rows
        The rows of a training, or some of them.
    most_rows
        How many to keep; a table with no more comes back as it is.
    seed
        Same rows and seed give the same choice.

    Returns
    -------
    TrainingRows
        In the order that they had.
    """
    if len(rows) <= most_rows:
        return rows
    is_rare = _is_rare(rows)
    n_rare = int(is_rare.sum())
    kept_rare = min(n_rare, int(_MOST_RARE * most_rows))
    random = np.random.default_rng(seed)
    chosen = np.sort(
        np.concatenate(
            [
                random.choice(np.flatnonzero(is_rare), kept_rare, replace=False),
                random.choice(np.flatnonzero(~is_rare), most_rows - kept_rare, replace=False),
            ]
        )
    )
    stands_for: Floats = np.where(
        is_rare[chosen], n_rare / max(kept_rare, 1), (len(rows) - n_rare) / (most_rows - kept_rare)
    )
    kept = rows.take(chosen)
    return replace(kept, weight=stands_for if kept.weight is None else kept.weight * stands_for)


def _is_rare(rows: TrainingRows) -> Bools:
    """Tell which rows are of the rarer kind; none where answers are learned."""
    outcome = rows.outcome
    if not isinstance(outcome, LabelOutcome):
        is_event = (outcome.event > 0) & (outcome.days < outcome.spans[-1].length.days)
    elif outcome.kind == "binary":
        is_event = outcome.target == 1
    else:
        return np.zeros(len(rows), dtype=np.bool_)
    return is_event if 2 * int(is_event.sum()) <= len(rows) else ~is_event

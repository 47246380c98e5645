"""The rows that a champion had not learned from, by snapshot: what it says, and what is known by now."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from features.frame import Frame
from features.usecase import UseCase
from training.bundle import Bundle
from training.encoding import Column
from training.evaluation import horizon_labels
from training.models import RatingModel
from training.promotion import Candidate, can_score, find_unseen
from training.rows import Floats, FollowUp, TrainingRows, feature_columns, numbers, rows_of, texts
from training.splits import days_observed

MOST_SNAPSHOTS = 12


@dataclass(frozen=True)
class Batch:
    """Hold the rows of one snapshot.

    Attributes
    ----------
    day
        The snapshot; None for a flat table.
    forecasts
        By horizon ``[n]`` probability of the event, or expected answer.
    outcomes
        By horizon ``[n]`` label or answer, NaN where it is not known by now; nothing for the newest rows.
    entity, weight
        ``[n]`` who each row belongs to, and for how many it stands.
    positions
        Which rows of the feature table these are; None for the newest rows.
    """

    day: date | None
    forecasts: Mapping[str, Floats]
    outcomes: Mapping[str, Floats]
    entity: NDArray[np.object_]
    weight: Floats
    positions: NDArray[np.intp] | None

    def __len__(self) -> int:
        """Return the number of rows."""
        return len(self.entity)


def list_batches(champion: Candidate, frame: Frame, usecase: UseCase) -> tuple[Batch, ...]:
    """Return the newest snapshots that are new to a champion, at most 12, oldest first.

    The last batch are the newest rows, everybody who can be scored, whatever is known of them: their day may
    be that of the batch before. Of a flat table there are only people who were not in it at the training.

    Parameters
    ----------
    champion
        A version with what it forecast when it was judged.
    frame
        The feature table as it is today.
    usecase
        The use case that it was built with.

    Returns
    -------
    tuple of Batch
        Empty if the table lacks a feature of the champion, or has none of its horizons.
    """
    bundle, rows = champion.bundle, rows_of(frame, usecase)
    horizons = [name for name in rows.horizon_names if can_score(bundle, rows.catalogue, name)]
    if not horizons:
        return ()
    is_new = find_unseen(bundle, champion.kept_back, rows)
    batches = _past_batches(bundle, rows, np.flatnonzero(is_new), horizons)
    learned_from = rows.entity[~is_new] if rows.snapshot_date is None else None
    return (*batches, *_newest_batch(bundle, frame, horizons, learned_from))


def forecast(bundle: Bundle, columns: Mapping[str, Column], horizons: list[str]) -> dict[str, Floats]:
    """Return by horizon what a bundle says of rows: probability of the event, or expected answer."""
    matrix = bundle.encoder.encode(columns).matrix
    model = bundle.model
    if isinstance(model, RatingModel):
        return dict.fromkeys(horizons, model.expected(matrix))
    found = model.probabilities(matrix)
    return {name: found[:, bundle.horizons.index(name)] for name in horizons}


def labels_by_horizon(rows: TrainingRows, until: date | None = None) -> dict[str, Floats]:
    """Return by horizon the label or answer of each row, NaN where it is not known.

    Parameters
    ----------
    rows
        Rows as they are known today.
    until
        An earlier day: labels are those that were known on it.
    """
    outcome = rows.outcome
    if isinstance(outcome, FollowUp):
        end = outcome.observed_until if until is None else until
        observed = days_observed(outcome.snapshot_date, outcome.primary.gap_days, end)
        labels = {}
        for span in outcome.spans:
            label, is_known = horizon_labels(outcome.days, outcome.event, observed, span.length.days)
            labels[str(span.length)] = np.where(is_known, label, np.nan)
        return labels
    target, timing = outcome.target, outcome.timing
    if until is not None and timing is not None:
        observed = days_observed(timing.snapshot_date, timing.span.gap_days, until)
        target = np.where(timing.known_days <= observed, target, np.nan)
    return {rows.horizon_names[0]: target}


def _past_batches(
    bundle: Bundle, rows: TrainingRows, new: NDArray[np.intp], horizons: list[str]
) -> list[Batch]:
    """Return the newest snapshots of the feature table, oldest first."""
    days = rows.snapshot_date
    if days is None:
        return [_past_batch(bundle, rows, None, new, horizons)] if new.size else []
    found = np.unique(days[new])[-MOST_SNAPSHOTS:]
    return [_past_batch(bundle, rows, day.item(), new[days[new] == day], horizons) for day in found]


def _past_batch(
    bundle: Bundle, rows: TrainingRows, day: date | None, positions: NDArray[np.intp], horizons: list[str]
) -> Batch:
    """Return the rows of one snapshot of the feature table."""
    chosen = rows.take(positions)
    outcomes = labels_by_horizon(chosen)
    if isinstance(bundle.model, RatingModel):
        outcomes = {name: bundle.model.levels.worth(found) for name, found in outcomes.items()}
    return Batch(
        day,
        forecast(bundle, chosen.columns, horizons),
        {name: outcomes[name] for name in horizons},
        chosen.entity,
        np.ones(len(chosen)) if chosen.weight is None else chosen.weight,
        positions,
    )


def _newest_batch(
    bundle: Bundle, frame: Frame, horizons: list[str], learned_from: NDArray[np.object_] | None
) -> list[Batch]:
    """Return the newest rows, without what the champion has learned from; nothing if that leaves none.

    Parameters
    ----------
    learned_from
        Of a flat table who was in it at the training.
    """
    latest, facts = frame.latest, frame.facts
    entity = texts(latest, "entity_id")
    if learned_from is not None:
        latest = latest.filter(pa.array(~np.isin(entity.astype(str), learned_from.astype(str))))
        entity = texts(latest, "entity_id")
    day = max(facts.snapshot_dates) if facts.snapshot_dates else None
    until = bundle.facts["observed_until"]
    is_old = day is not None and until is not None and day < date.fromisoformat(until)
    if is_old or not latest.num_rows:
        return []
    weight = numbers(latest, "weight")
    forecasts = forecast(bundle, feature_columns(latest, facts.catalogue), horizons)
    return [Batch(day, forecasts, {}, entity, np.ones(len(entity)) if weight is None else weight, None)]

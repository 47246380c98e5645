"""Take the reference of a model from the feature table that it learned from."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pyarrow as pa

from features.catalogue import Catalogue
from features.frame import Arrivals, Frame
from training.encoding import Encoder
from training.models import Model
from training.reference.bins import Bins
from training.reference.counting import column_of, count_snapshots, forecast_rows, list_snapshots
from training.reference.record import MOST_SNAPSHOTS, Reference, SourceMark
from training.rows import texts


def take_reference(frame: Frame, encoder: Encoder, model: Model) -> Reference:
    """Return how features, forecasts and sources lay on the last snapshots of a feature table.

    Parameters
    ----------
    frame
        The feature table that the model learned from.
    encoder, model
        What it became.
    """
    recent = pa.concat_tables([rows for _, rows in list(list_snapshots(frame.table))[-MOST_SNAPSHOTS:]])
    features = make_bins(recent, frame.facts.catalogue)
    forecasts = {
        name: Bins.of_number(values) for name, values in forecast_rows(recent, encoder, model).items()
    }
    return Reference(
        observed_until=frame.facts.observed_until,
        features=features,
        forecasts=forecasts,
        snapshots=count_snapshots(frame.table, features, forecasts, encoder, model, MOST_SNAPSHOTS),
        sources={
            name: mark
            for name, match in frame.facts.matches.items()
            if (mark := mark_source(match, frame)) is not None
        },
    )


def make_bins(rows: pa.Table, catalogue: Catalogue) -> dict[str, Bins]:
    """Return the bins of all features that are there."""
    people = texts(rows, "entity_id")
    found = {}
    for feature in catalogue:
        if feature.name in rows.column_names:
            column = column_of(rows, feature.name, Bins(feature.kind))
            is_number = feature.kind == "number"
            found[feature.name] = (
                Bins.of_number(column) if is_number else Bins.of_category(column, people.tolist())
            )
    return found


def mark_source(match: Mapping[str, Any], frame: Frame) -> SourceMark | None:
    """Return what is remembered of a source; None where it does not tell when its rows became known."""
    arrivals, until = match.get("arrivals"), frame.facts.observed_until
    if arrivals is None or until is None:
        return None
    found = Arrivals.from_json(arrivals)
    later = int(np.sum(found.counts[max(0, (until - found.first_day).days) :]))
    changes = tuple(f"{change['column']} {change['first_day']}" for change in match["unit_changes"])
    return SourceMark(int(match["rows"]) - later, changes)

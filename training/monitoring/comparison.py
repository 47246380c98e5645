"""The newest rows beside earlier ones, in the same bins: what checks of features and forecasts look at."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from features.catalogue import Catalogue, Feature
from features.frame import Frame
from features.usecase import UseCase
from training.bundle import Bundle
from training.monitoring.figures import pool
from training.monitoring.movement import MOST_STEPS, Past
from training.reference import Bins, Counts, Reference, SnapshotCounts, count_snapshots
from training.reference.counting import count_rows, forecast_rows, list_snapshots
from training.reference.taking import make_bins
from training.statistics import Floats

Figure = Callable[[Counts], float]
Pick = Callable[[SnapshotCounts], Counts | None]


@dataclass(frozen=True)
class Comparison:
    """Hold the newest rows in bins, and earlier snapshots in the same ones.

    Attributes
    ----------
    usecase
        As the champion was trained with.
    catalogue
        The features that the champion reads.
    rows
        The newest rows.
    now
        The same in bins.
    earlier
        Earlier snapshots as today's feature table has them, oldest first.
    trained
        Earlier snapshots as the champion's training had them.
    ahead
        How many snapshots the newest one lies after the last of ``trained``.
    features, forecasts
        The bins.
    """

    usecase: UseCase
    catalogue: Catalogue
    rows: pa.Table
    now: SnapshotCounts
    earlier: tuple[SnapshotCounts, ...]
    trained: tuple[SnapshotCounts, ...]
    ahead: int
    features: Mapping[str, Bins]
    forecasts: Mapping[str, Bins]

    @cached_property
    def by_name(self) -> Mapping[str, Feature]:
        """Return the features of the champion by name."""
        return self.catalogue.by_name

    def usual(self, pick: Pick) -> tuple[Floats, float]:
        """Return the usual rows in each bin, and how many equal rows they are worth; empty where none are."""
        base = self.trained or self.earlier[-MOST_STEPS:]
        found = [counts for one in base if (counts := pick(one)) is not None]
        if not found:
            return np.empty(0), 0.0
        # The same people come back at every snapshot: more rows of theirs are not more people.
        return pool(found), max(counts.n_present for counts in found)

    def pasts(self, pick: Pick, figure: Figure, variance: Figure) -> list[Past]:
        """Return a figure at earlier snapshots, as of today's table and as of the training.

        Parameters
        ----------
        pick
            Finds the counts in a snapshot.
        figure, variance
            The figure of counts, and its variance by sampling alone.
        """
        found: list[Past] = []
        for snapshots, ahead in ((self.earlier, 1), (self.trained, self.ahead)):
            counts = [one for snapshot in snapshots if (one := pick(snapshot)) is not None]
            values = [figure(one) for one in counts]
            if counts and np.isfinite(values[-1]):
                found.append(Past(values, variance(counts[-1]), ahead))
        if len(found) == 2 and found[1].ahead == 1:
            newest = len(found[1].values)
            same = np.allclose(found[0].values[-newest:], found[1].values, rtol=0, atol=1e-9, equal_nan=True)
            return found[:1] if same and len(found[0].values) >= newest else found
        return found


def of_feature(name: str) -> Pick:
    """Return what finds the counts of a feature."""
    return lambda snapshot: snapshot.features.get(name)


def of_forecast(horizon: str) -> Pick:
    """Return what finds the counts of the forecasts for a horizon."""
    return lambda snapshot: snapshot.forecasts.get(horizon)


def compare_rows(bundle: Bundle, frame: Frame) -> Comparison:
    """Count the newest rows of a feature table and the earlier ones.

    Parameters
    ----------
    bundle
        The champion.
    frame
        The feature table as it is today.
    """
    reference = None if bundle.reference is None else Reference.from_json(bundle.reference)
    newest = newest_day(frame)
    table = frame.table
    if newest is not None:
        table = table.filter(pc.less(table.column("snapshot_date"), pa.scalar(newest, pa.date32())))
    elif reference is not None:
        table = table.slice(0, 0)  # a flat table has one past alone: what the training kept
    features, forecasts = _find_bins(bundle, reference, table)
    earlier = count_snapshots(table, features, forecasts, bundle.encoder, bundle.model, MOST_STEPS + 1)
    earlier = tuple(one for one in earlier if one.n_rows)
    trained = () if reference is None else tuple(_before(reference.snapshots, newest))
    said = forecast_rows(frame.latest, bundle.encoder, bundle.model) if forecasts else {}
    return Comparison(
        usecase=bundle.usecase,
        catalogue=bundle.catalogue,
        rows=frame.latest,
        now=count_rows(frame.latest, features, said, forecasts, newest),
        earlier=earlier,
        trained=trained,
        ahead=_count_ahead(earlier, trained),
        features=features,
        forecasts=forecasts,
    )


def newest_day(frame: Frame) -> date | None:
    """Return the day of the newest rows; None for a flat table."""
    if "snapshot_date" not in frame.latest.column_names or not frame.latest.num_rows:
        return max(frame.facts.snapshot_dates, default=None)
    found: date = pc.max(frame.latest.column("snapshot_date")).as_py()
    return found


def _find_bins(
    bundle: Bundle, reference: Reference | None, earlier: pa.Table
) -> tuple[Mapping[str, Bins], Mapping[str, Bins]]:
    """Return the bins of the training, or those of earlier rows where it has left none."""
    if reference is not None:
        return reference.features, reference.forecasts
    recent = [rows for _, rows in list_snapshots(earlier)][-MOST_STEPS:]
    if not recent or "snapshot_date" not in earlier.column_names:
        return {}, {}
    rows = pa.concat_tables(recent)
    said = forecast_rows(rows, bundle.encoder, bundle.model)
    return make_bins(rows, bundle.catalogue), {name: Bins.of_number(one) for name, one in said.items()}


def _before(snapshots: tuple[SnapshotCounts, ...], newest: date | None) -> list[SnapshotCounts]:
    """Return the snapshots before a day."""
    return [one for one in snapshots if newest is None or (one.day is not None and one.day < newest)]


def _count_ahead(earlier: tuple[SnapshotCounts, ...], trained: tuple[SnapshotCounts, ...]) -> int:
    """Return how many snapshots the newest one lies after the last one that training had."""
    last = trained[-1].day if trained else None
    if last is None:
        return 1
    return 1 + sum(one.day is not None and one.day > last for one in earlier)

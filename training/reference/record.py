"""The reference of a bundle: bins, and the counts of the last snapshots that training saw."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Self

from training.reference.bins import Bins, Counts
from training.reference.counting import SnapshotCounts
from training.statistics import plain_values, read_day

FORMAT_VERSION = 1
MOST_SNAPSHOTS = 12


@dataclass(frozen=True)
class SourceMark:
    """Hold what a source was at the training.

    Attributes
    ----------
    rows
        Rows that had become known by the end of observation.
    unit_changes
        ``column first_day`` of the changes of unit that were there already.
    """

    rows: int
    unit_changes: tuple[str, ...]


@dataclass(frozen=True)
class Reference:
    """Hold how things lay at the training.

    Attributes
    ----------
    observed_until
        First day that was not observed; None for a flat table.
    features, forecasts
        Bins by name of the feature, and by horizon.
    snapshots
        Counts, oldest snapshot first.
    sources
        By name.
    """

    observed_until: date | None
    features: Mapping[str, Bins]
    forecasts: Mapping[str, Bins]
    snapshots: tuple[SnapshotCounts, ...]
    sources: Mapping[str, SourceMark]

    def to_json(self) -> dict[str, Any]:
        """Return plain values: the content of ``reference.json`` in a bundle."""
        return {
            "format_version": FORMAT_VERSION,
            "observed_until": plain_values(self.observed_until),
            "features": {name: bins.to_json() for name, bins in self.features.items()},
            "forecasts": {name: bins.to_json() for name, bins in self.forecasts.items()},
            "snapshots": [
                {
                    "day": plain_values(one.day),
                    "n_rows": one.n_rows,
                    "features": {name: counts.to_json() for name, counts in one.features.items()},
                    "forecasts": {name: counts.to_json() for name, counts in one.forecasts.items()},
                }
                for one in self.snapshots
            ],
            "sources": {
                name: {"rows": mark.rows, "unit_changes": list(mark.unit_changes)}
                for name, mark in self.sources.items()
            },
        }

    @classmethod
    def from_json(cls, content: Mapping[str, Any]) -> Self | None:
        """Read what :meth:`to_json` gave; None if it is of a later format, which says nothing here.

        Raises
        ------
        KeyError, TypeError, ValueError
            If a key is missing or a value is not what was written.
        """
        if content["format_version"] != FORMAT_VERSION:
            return None
        return cls(
            observed_until=read_day(content["observed_until"]),
            features={name: Bins.from_json(found) for name, found in content["features"].items()},
            forecasts={name: Bins.from_json(found) for name, found in content["forecasts"].items()},
            snapshots=tuple(
                SnapshotCounts(
                    read_day(one["day"]),
                    int(one["n_rows"]),
                    {name: Counts.from_json(found) for name, found in one["features"].items()},
                    {name: Counts.from_json(found) for name, found in one["forecasts"].items()},
                )
                for one in content["snapshots"]
            ),
            sources={
                name: SourceMark(int(mark["rows"]), tuple(mark["unit_changes"]))
                for name, mark in content["sources"].items()
            },
        )

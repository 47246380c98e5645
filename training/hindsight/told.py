"""What was forecast for everybody on a day: scores that went out, and forecasts of rows kept back."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any, Self, cast

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from scipy import stats

from features.errors import ContractError
from features.usecase import UseCase
from training.groups import risk_band
from training.hindsight.record import Band, PastForecast, Source
from training.promotion import Candidate
from training.rows import Bools, Floats, TrainingRows

_RECORD = "batch.json"
_HIGHEST = 0.9


@dataclass(frozen=True)
class Told:
    """Hold the forecasts of everybody on one day.

    Attributes
    ----------
    day
        The snapshot.
    entity_ids, probability, bands
        One per person.
    """

    day: date
    source: Source
    model_version: str
    entity_ids: tuple[str, ...]
    probability: Floats
    bands: tuple[Band, ...]

    def find(self, entity_id: str) -> PastForecast | None:
        """Return what was forecast for somebody; None where nothing was."""
        place = self._places.get(entity_id)
        if place is None:
            return None
        return PastForecast(
            day=self.day,
            source=self.source,
            model_version=self.model_version,
            probability=float(self.probability[place]),
            percentile=float(self._percentiles[place]),
            band=self.bands[place],
            is_in_highest_tenth=bool(self._is_highest[place]),
        )

    @classmethod
    def of(cls, day: date, source: Source, model_version: str, rows: Mapping[str, Sequence[Any]]) -> Self:
        """Hold the columns ``entity_id``, ``probability`` and ``risk_band``."""
        probability = np.asarray(rows["probability"], dtype=np.float64)
        bands = cast("tuple[Band, ...]", tuple(rows["risk_band"]))
        return cls(day, source, model_version, tuple(map(str, rows["entity_id"])), probability, bands)

    @cached_property
    def _places(self) -> dict[str, int]:
        return {entity_id: place for place, entity_id in enumerate(self.entity_ids)}

    @cached_property
    def _percentiles(self) -> Floats:
        ranks: Floats = stats.rankdata(self.probability)
        return 100 * (ranks - 0.5) / self.probability.size

    @cached_property
    def _is_highest(self) -> Bools:
        cut = np.quantile(self.probability, _HIGHEST, method="higher")
        return np.asarray(self.probability >= cut)


def read_batches(folder: Path, horizon: str) -> list[Told]:
    """Return the scores that went out, one batch per day: the one that was finished last.

    Parameters
    ----------
    folder
        The kept batches of a use case: one folder each, with ``batch.json`` once it is complete.
    horizon
        The horizon that the risk bands speak of.

    Returns
    -------
    list of Told
        Oldest first. Batches of groups, without a day, or of another horizon are passed over.

    Raises
    ------
    ContractError
        If a complete batch cannot be read.
    """
    newest: dict[date, tuple[str, Told]] = {}
    for record in sorted(folder.glob(f"*/{_RECORD}")):
        finished, told = _read_batch(record, horizon)
        if told is not None and finished >= newest.get(told.day, ("", told))[0]:
            newest[told.day] = finished, told
    return [newest[day][1] for day in sorted(newest)]


def read_kept_back(model: Candidate, rows: TrainingRows, usecase: UseCase) -> list[Told]:
    """Return what a model forecast, when it was judged, for rows that it had not learned from.

    Parameters
    ----------
    rows
        Rows of a feature table with snapshots; those that were kept back are found by person and day.
    usecase
        The use case that they were built with.

    Returns
    -------
    list of Told
        Oldest first; empty for a model without such memory, or of another horizon.
    """
    days, kept = rows.snapshot_date, model.kept_back
    horizon = rows.horizon_names[rows.primary_index]
    column = None if kept is None else kept.columns.get(f"probability.{horizon}")
    if days is None or kept is None or column is None:
        return []
    places = kept.find(rows, usecase)
    told = []
    for day in np.unique(days[places >= 0]):
        chosen = (days == day) & (places >= 0)
        probability = column[places[chosen]]
        bands = [risk_band(model.bundle, float(one)) for one in probability]
        columns = {"entity_id": rows.entity[chosen], "probability": probability, "risk_band": bands}
        told.append(Told.of(day.item(), "kept_back", model.bundle.model_version, columns))
    return told


def _read_batch(path: Path, horizon: str) -> tuple[str, Told | None]:
    """Return when a batch was finished, and its scores; None where they are of no use here."""
    column = f"probability_{horizon}"
    try:
        record = json.loads(path.read_text(encoding="utf-8"))
        finished, as_of, version = (record[name] for name in ("finished", "as_of", "model_version"))
        files = [part["file"] for _, part in sorted(record["parts"].items(), key=lambda one: int(one[0]))]
        scores = pa.concat_tables([pq.read_table(path.with_name(Path(file).name)) for file in files])
    except (OSError, KeyError, TypeError, ValueError, AttributeError, pa.ArrowException) as error:
        hint = "score the day again, or remove the folder"
        raise ContractError(str(path), f"is no readable batch ({error})", hint) from error
    needed = {"entity_id", column, "risk_band"}
    if as_of is None or not scores.num_rows or not needed <= set(scores.column_names):
        return str(finished), None
    columns = {
        "entity_id": scores.column("entity_id").to_pylist(),
        "probability": scores.column(column).to_numpy(),
        "risk_band": scores.column("risk_band").to_pylist(),
    }
    return str(finished), Told.of(date.fromisoformat(as_of), "went_out", str(version), columns)

"""The loop that most projects start with: per snapshot boolean masks and groupby, in pandas."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq

from tests.bench.asked import BOUND, MEASURE, list_features, list_files, midnight_of

_MONTH = pd.Timedelta(days=30)
_CLOCKS = ["event_time", "known_at"]


def loop_in_pandas(log: Path, to: Path, snapshots: Sequence[date], windows: Sequence[int]) -> None:
    """Write the feature table: read and sort the log once, then filter and group it per snapshot."""
    to.mkdir()
    events, names = _read(log, pd.Timestamp(midnight_of(snapshots[0])))
    for snapshot in snapshots:
        at = pd.Timestamp(midnight_of(snapshot))
        known = events[(events["event_time"] < at) & (events["known_at"] <= at)]
        found = _whole_history(known, at)
        for days in sorted(windows, reverse=True):  # a shorter window lies inside the longer one
            known = known[known["event_time"] >= at - pd.Timedelta(days=days)]
            found = found.join(_windowed(known).add_suffix(f"_{days}d"))
        counts = [f"count_{days}d" for days in windows]
        found[counts] = found[counts].fillna(0)
        shown = found[list_features(windows)].astype("float64")
        shown.insert(0, "entity_id", names[shown.index])
        shown.insert(1, "snapshot", snapshot)
        shown.to_parquet(to / f"{snapshot}.parquet", index=False)


def _read(log: Path, origin: pd.Timestamp) -> tuple[pd.DataFrame, pd.Index]:
    """Return the log in the order that decides which value is the last, and the names of its entities.

    Entities are numbers, which pandas groups fastest; ``months`` is the time of the events with a value.
    """
    columns = ["entity_id", *_CLOCKS, MEASURE]
    table = pq.ParquetDataset(list_files(log), read_dictionary=["entity_id"]).read(columns)
    events = table.unify_dictionaries().to_pandas().sort_values([*_CLOCKS, MEASURE], ignore_index=True)
    has_value = events[MEASURE].notna()
    events["is_high"] = (events[MEASURE] > BOUND).astype("float64").where(has_value)
    events["months"] = ((events["event_time"] - origin) / _MONTH).where(has_value)
    entities = events.pop("entity_id")
    events["entity"] = entities.cat.codes
    return events, entities.cat.categories


def _whole_history(known: pd.DataFrame, at: pd.Timestamp) -> pd.DataFrame:
    """Return what has no window: the last value and the days since the first and the last event."""
    found = known.groupby("entity").agg(
        last=(MEASURE, "last"),
        days_since_first=("event_time", "first"),
        days_since_last=("event_time", "last"),
    )
    for name in ("days_since_first", "days_since_last"):
        found[name] = (at - found[name].dt.floor("D")).dt.days
    return found


def _windowed(known: pd.DataFrame) -> pd.DataFrame:
    """Return the features of the events of one window."""
    grouped = known.groupby("entity")
    values = grouped[MEASURE]
    found = pd.DataFrame({"count": grouped.size(), "sum": values.sum(min_count=1), "mean": values.mean()})
    found["min"], found["max"] = values.min(), values.max()
    found["share"] = grouped["is_high"].mean()
    found["slope"] = _slope(known, found["mean"])
    return found


def _slope(known: pd.DataFrame, means: pd.Series) -> pd.Series:
    """Return the least-squares change per 30 days; missing without two different times."""
    entity, months = known["entity"], known.groupby("entity")["months"]
    x = known["months"].to_numpy() - months.mean().loc[entity].to_numpy()
    y = known[MEASURE].to_numpy() - means.loc[entity].to_numpy()
    sums = pd.DataFrame({"xy": x * y, "xx": x * x}).groupby(entity.to_numpy()).sum()
    return (sums["xy"] / sums["xx"]).where(months.min() < months.max())

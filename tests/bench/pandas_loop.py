"""The loop that most projects start with: per snapshot boolean masks and groupby, in pandas."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq

from tests.bench.asked import BOUND, MEASURE, list_features, list_files, midnight_of

_MONTH = pd.Timedelta(days=30)
_CLOCKS = ["event_time", "known_at"]
_PLAIN = ("sum", "mean", "min", "max")


def loop_in_pandas(log: Path, to: Path, snapshots: Sequence[date], windows: Sequence[int]) -> None:
    """Write the feature table: read and sort the log once, then filter and group it per snapshot."""
    to.mkdir()
    events = _read(log)
    for snapshot in snapshots:
        at = pd.Timestamp(midnight_of(snapshot))
        known = events[(events["event_time"] < at) & (events["known_at"] <= at)]
        found = _whole_history(known, at)
        for days in sorted(windows, reverse=True):  # a shorter window lies inside the longer one
            known = known[known["event_time"] >= at - pd.Timedelta(days=days)]
            found = found.join(_windowed(known, at, days))
        counts = [f"count_{days}d" for days in windows]
        found[counts] = found[counts].fillna(0)
        shown = found[list_features(windows)].astype("float64")
        shown.insert(0, "snapshot", snapshot)
        shown.index = shown.index.astype("str")
        shown.reset_index().to_parquet(to / f"{snapshot}.parquet", index=False)


def _read(log: Path) -> pd.DataFrame:
    """Return the log in the order that decides which value is the last; entities as categories."""
    columns = ["entity_id", *_CLOCKS, MEASURE]
    table = pq.ParquetDataset(list_files(log), read_dictionary=["entity_id"]).read(columns)
    events = table.unify_dictionaries().to_pandas()
    events["is_high"] = (events[MEASURE] > BOUND).astype("float64").where(events[MEASURE].notna())
    return events.sort_values([*_CLOCKS, MEASURE], ignore_index=True)


def _whole_history(known: pd.DataFrame, at: pd.Timestamp) -> pd.DataFrame:
    """Return what has no window: the last value and the days since the first and the last event."""
    grouped = known.groupby("entity_id", observed=True)
    found = grouped.agg(
        last=(MEASURE, "last"),
        days_since_first=("event_time", "first"),
        days_since_last=("event_time", "last"),
    )
    for name in ("days_since_first", "days_since_last"):
        found[name] = (at - found[name].dt.floor("D")).dt.days
    return found


def _windowed(known: pd.DataFrame, at: pd.Timestamp, days: int) -> pd.DataFrame:
    """Return the features of one window."""
    grouped = known.groupby("entity_id", observed=True)
    found = grouped[MEASURE].agg(list(_PLAIN))
    empty = grouped[MEASURE].count() == 0
    found["sum"] = found["sum"].mask(empty)  # pandas takes the sum of nothing for 0
    found["count"] = grouped.size()
    found["share"] = grouped["is_high"].mean()
    found["slope"] = _slope(known, at)
    return found.add_suffix(f"_{days}d")


def _slope(known: pd.DataFrame, at: pd.Timestamp) -> pd.Series:
    """Return the least-squares change per 30 days; missing without two different times."""
    valued = known[known[MEASURE].notna()]
    points = pd.DataFrame({"x": (valued["event_time"] - at) / _MONTH, "y": valued[MEASURE]})
    entities = valued["entity_id"]
    points -= points.groupby(entities, observed=True).transform("mean")
    products = pd.DataFrame({"xy": points["x"] * points["y"], "xx": points["x"] ** 2})
    sums = products.groupby(entities, observed=True).sum()
    times = valued.groupby("entity_id", observed=True)["event_time"]
    return (sums["xy"] / sums["xx"]).where(times.min() < times.max())

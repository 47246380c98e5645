"""Change since the frozen baseline, where a survey metric exists in both: one line per metric."""

from dataclasses import dataclass
from datetime import date

from training.frozen import FrozenLevel, LevelChange, changes_since
from training.reports.inputs import ReportInputs
from training.reports.waves import WaveSeries


@dataclass(frozen=True)
class SinceBaseline:
    """Name the baseline that this report refers to, and say what changed since.

    Attributes
    ----------
    id, frozen_on
        Of the baseline.
    changes
        Of the metrics that the baseline holds too; may be empty.
    """

    id: str
    frozen_on: date
    changes: tuple[LevelChange, ...]


def build_baseline(inputs: ReportInputs) -> SinceBaseline | None:
    """Compare the newest waves with the baseline; None where nothing was frozen."""
    if inputs.baseline is None:
        return None
    newest = tuple(
        to_level(series)
        for series in inputs.experience
        if series.points and series.points[-1].told == "exact"
    )
    changes = changes_since(inputs.baseline, newest)
    return SinceBaseline(inputs.baseline.id, inputs.baseline.frozen_on, changes)


def to_level(series: WaveSeries) -> FrozenLevel:
    """Return the newest wave of a metric as a baseline would hold it."""
    point = series.points[-1]
    return FrozenLevel(
        metric=series.metric,
        wave=point.wave,
        unit="points" if series.metric in {"nps", "enps"} else "share",
        estimate=point.estimate,
        detectable=None,
        good_from=series.good_from,
        scale_high=series.scale_high,
    )

"""A wave of a survey metric as a baseline holds it."""

from features.usecase import counts_in_points
from training.frozen import FrozenLevel
from training.reports.waves import WaveSeries


def to_level(series: WaveSeries) -> FrozenLevel:
    """Return the newest wave of a metric as a baseline would hold it."""
    point = series.points[-1]
    return FrozenLevel(
        metric=series.metric,
        wave=point.wave,
        unit="points" if counts_in_points(series.metric) else "share",
        estimate=point.estimate,
        detectable=None,
        good_from=series.good_from,
        scale_high=series.scale_high,
        survey=series.survey,
    )

"""Change of each survey metric since the frozen baseline, and what it is made of."""

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from datetime import date
from typing import Self

from training.frozen import Baseline, LevelChange, changes_since
from training.reports.changes import WaveChange, build_change
from training.reports.inputs import ReportInputs
from training.reports.levels import to_level
from training.reports.waves import Doubt, WaveSeries


@dataclass(frozen=True)
class MetricSince(LevelChange):
    """Say how a metric changed since the baseline, and what its change is made of.

    Attributes
    ----------
    composition
        What the change is made of; None where there is none, or ``doubt`` says why nobody can know.
    doubt
        ``missing``: the wave of the baseline is not in the table any more; ``altered``: its answers are
        others now.
    """

    composition: WaveChange | None = None
    doubt: Doubt | None = None

    @classmethod
    def of(cls, change: LevelChange, series: WaveSeries, minimum: int) -> Self:
        """Add the parts to a change; a rise that is not one of minds is not confirmed.

        Parameters
        ----------
        series
            The same metric over its waves.
        minimum
            Fewest people behind a part that may be shown.
        """
        composition = None
        if series.since is not None and series.since.change is not None:
            change = change.paired(series.since.change)
            composition = build_change(series.since, minimum)
        given = {part.name: getattr(change, part.name) for part in fields(LevelChange)}
        found = cls(**given, composition=composition, doubt=series.doubt)
        reason = None if composition is None else composition.verdict
        if found.verdict == "better" and reason != "rise_confirmed":
            return replace(found, verdict="unconfirmed")
        return found


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
    changes: tuple[MetricSince, ...]


def build_baseline(inputs: ReportInputs) -> SinceBaseline | None:
    """Compare the newest waves with the baseline; None where nothing was frozen."""
    return compare_with_baseline(inputs.baseline, inputs.experience, inputs.usecase.privacy.minimum_group)


def compare_with_baseline(
    baseline: Baseline | None, experience: Sequence[WaveSeries], minimum: int
) -> SinceBaseline | None:
    """Say what changed since a baseline.

    Parameters
    ----------
    baseline
        What was frozen; None: nothing is compared.
    experience
        Series that were laid beside it, see :func:`set_against`.
    minimum
        Fewest people behind a part that may be shown.
    """
    if baseline is None:
        return None
    told: dict[tuple[str, str | None], WaveSeries] = {
        (series.metric, series.survey): series
        for series in experience
        if series.points and series.points[-1].told == "exact"
    }
    changes = changes_since(baseline, tuple(map(to_level, told.values())))
    parts = tuple(MetricSince.of(change, told[change.question], minimum) for change in changes)
    return SinceBaseline(baseline.id, baseline.frozen_on, parts)

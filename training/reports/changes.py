"""Section 5: whether the change of a survey metric is one of minds, or of who left, joined and answered."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from features.usecase import Metric, counts_in_points
from training.pages.charts.waterfall import Tone
from training.reports.inputs import ReportInputs
from training.reports.waves import WaveSeries
from training.statistics import Estimate
from training.statistics.composition import Composition, Unexplained, Verdict

StepKind = Literal["start", "leavers", "within", "chance_swing", "joiners", "mix", "end"]
State = Literal[
    "shown",
    "too few",
    "too alike",
    "no repeat answers",
    "nameless",
    "status unknown",
    "first wave",
    "still open",
]
Direction = Literal["better", "worse"]
ChangeUnit = Literal["share", "points"]
ORDER: tuple[StepKind, ...] = ("leavers", "within", "chance_swing", "joiners", "mix")
_SPAN: dict[ChangeUnit, float] = {"share": 1.0, "points": 200.0}
_SMALLEST_SHOWN: dict[ChangeUnit, float] = {"share": 0.001, "points": 0.1}


@dataclass(frozen=True)
class Step:
    """Hold one bar of the waterfall; shares as 0..1, NPS in points.

    Attributes
    ----------
    value
        Level of the metric for ``start`` and ``end``, else what the part adds, with its likely range.
    shown
        The value rounded to a tenth of a point, so that what is shown adds up to the last digit too.
    begins, ends
        Levels between which the bar is drawn.
    tone
        ``up`` and ``down`` only for a part whose range leaves out 0, else ``open``; the chance swing is
        ``chance``: it is no news. Start and end are ``level``.
    people
        How many are behind it.
    """

    kind: StepKind
    value: Estimate
    shown: float
    begins: float
    ends: float
    tone: Tone
    people: int


@dataclass(frozen=True)
class WaveChange:
    """Say what the change of one metric since the wave before is made of.

    Attributes
    ----------
    state
        ``shown``; or why there is no waterfall. With ``too few`` the verdict stands all the same: it is a
        word about everybody who answered.
    before, after
        Names of the two waves.
    total
        The change, as the card of the metric shows it.
    steps
        Start, parts, end; they add up exactly.
    verdict
        What may be said of the change.
    behind
        Which way those who answered both times clearly changed where the total does not show it.
    smallest_confirmable
        The smallest change of minds that this survey could confirm.
    cancelling_fall
        The mean fall among those who fell silent that would cancel the rise of those who answered; above 0.
    silent
        How many answered the first wave and stay silent though they still belong.
    is_mix_falling
        Whether other people answering clearly pulled the metric down: unhappy ones may have fallen silent.
    unknown
        How many count as stayed only because nobody knows; None where it is none or too few to be said.
    open_wave
        A wave whose people are still answering, left out.
    altered
        Waves that are no longer as they were when they were reported, left out.
    minimum
        Fewer people than this are never shown.
    """

    metric: Metric
    survey: str | None
    unit: ChangeUnit
    state: State
    before: str | None
    after: str | None
    total: Estimate | None
    steps: tuple[Step, ...]
    verdict: Verdict | None
    behind: Direction | None
    smallest_confirmable: float | None
    cancelling_fall: float | None
    silent: int | None
    is_mix_falling: bool
    unknown: int | None
    open_wave: str | None
    altered: tuple[str, ...]
    minimum: int


def build_changes(inputs: ReportInputs) -> tuple[WaveChange, ...]:
    """Build the section for every survey metric, in the order of the cards."""
    return tuple(build_change(series, inputs.usecase.privacy.minimum_group) for series in inputs.experience)


def build_change(series: WaveSeries, minimum: int) -> WaveChange:
    """Say what the newest change of one metric is made of.

    Parameters
    ----------
    series
        The metric over its waves.
    minimum
        Fewest people behind a part that may be shown.
    """
    split = series.split if isinstance(series.split, Composition) else None
    unit: ChangeUnit = "points" if counts_in_points(series.metric) else "share"
    before, after = ([point.wave for point in series.points[-2:]] + [None, None])[:2]
    has_two = len(series.points) > 1
    is_hidden = split is not None and not series.is_split_told
    is_silent_shown = split is not None and not is_hidden and split.counts.fell_silent > 0
    return WaveChange(
        metric=series.metric,
        survey=series.survey,
        unit=unit,
        state="too few" if is_hidden else _state(series),
        before=before if has_two else None,
        after=after if has_two else None,
        total=series.change,
        steps=() if split is None or is_hidden else _steps(split, unit),
        verdict=None if split is None else split.verdict,
        behind=None if split is None else _behind(split),
        smallest_confirmable=None if split is None else split.smallest_confirmable,
        cancelling_fall=_cancelling_fall(split, unit) if is_silent_shown and split is not None else None,
        silent=split.counts.fell_silent if is_silent_shown and split is not None else None,
        is_mix_falling=split is not None and not is_hidden and split.is_mix_falling,
        unknown=split.counts.n_unknown if split is not None and split.counts.n_unknown >= minimum else None,
        open_wave=series.open_wave,
        altered=series.altered,
        minimum=minimum,
    )


def _state(series: WaveSeries) -> State:
    """Return whether there is a waterfall, or why there is none."""
    if not series.points:
        return "still open"
    if len(series.points) == 1:
        return "first wave"
    if series.is_alike:
        return "too alike"
    if not series.is_own:
        return "nameless"
    if series.split is None:
        return "status unknown"
    return "no repeat answers" if isinstance(series.split, Unexplained) else "shown"


def _steps(split: Composition, unit: ChangeUnit) -> tuple[Step, ...]:
    """Lay the parts end to end between the two waves."""
    parts = {
        "leavers": split.leavers,
        "within": split.within if split.within_corrected is None else split.within_corrected,
        "chance_swing": split.chance_swing,
        "joiners": split.joiners,
        "mix": split.mix,
    }
    chosen = [(kind, part) for kind in ORDER if (part := parts[kind]) is not None]
    end, total = _round(split.after.value, unit), _round(split.total.value, unit)
    shown = round_to_sum([part.value for _, part in chosen], total, _SMALLEST_SHOWN[unit])
    levels = split.before.value + np.cumsum([0.0, *(part.value for _, part in chosen)])
    start = Step(
        "start", split.before, round(end - total, 6) + 0.0, levels[0], levels[0], "level", split.before.n
    )
    bars = [
        Step(
            kind,
            part,
            shown[place],
            float(levels[place]),
            float(levels[place + 1]),
            _tone(kind, part),
            part.n,
        )
        for place, (kind, part) in enumerate(chosen)
    ]
    last = Step("end", split.after, end, split.after.value, split.after.value, "level", split.after.n)
    return (start, *bars, last)


def _tone(kind: StepKind, part: Estimate) -> Tone:
    """Return how a part is drawn: coloured only where it is clear and says something of people."""
    if kind == "chance_swing":
        return "chance"
    return "up" if part.low > 0 else "down" if part.high < 0 else "open"


def round_to_sum(values: Sequence[float], total: float, step: float) -> tuple[float, ...]:
    """Round values to multiples of a step so that they add up to a total, which is one too.

    Those farthest from their rounded value give way first; none moves by a whole step or more unless the
    total demands it.

    Examples
    --------
    >>> round_to_sum([0.33, 0.33, 0.34], 1.0, 0.1)
    (0.3, 0.3, 0.4)
    """
    exact = np.asarray(values, dtype=np.float64) / step
    whole = np.floor(exact)
    missing = round(total / step) - int(whole.sum())
    order = np.argsort(whole - exact, kind="stable")
    for place in range(missing):
        whole[order[place % order.size]] += 1
    return tuple(round(float(number) * step, 6) + 0.0 for number in whole)


def _round(value: float, unit: ChangeUnit) -> float:
    """Round to a tenth of a point."""
    step = _SMALLEST_SHOWN[unit]
    return round(round(value / step) * step, 6) + 0.0


def _behind(split: Composition) -> Direction | None:
    """Return which way minds clearly changed where the verdict on the total does not say so."""
    within = split.within_corrected
    if within is None or split.verdict in {"rise_confirmed", "fall_confirmed"}:
        return None
    if within.high < 0:
        return "worse"
    return "better" if within.low > 0 else None


def _cancelling_fall(split: Composition, unit: ChangeUnit) -> float | None:
    """Return the fall among the silent that would cancel a rise; None for no rise, or beyond the scale."""
    is_rise = split.verdict.startswith("rise")
    if not is_rise or split.tipping_point is None or split.tipping_point >= 0:
        return None
    return -split.tipping_point if -split.tipping_point <= _SPAN[unit] else None

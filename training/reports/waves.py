"""Survey metrics per wave, with ranges, and the change since the wave before: what it is made of."""

import math
from dataclasses import dataclass
from typing import Literal, Self

import numpy as np
from scipy import stats

from features.usecase import Metric, counts_in_points
from training.disclosure import Ledger, Minimums, Released, bound_share
from training.reports.wave_pairs import WavePair
from training.reports.wave_release import find_altered, is_change_told, name_pair, release_waves
from training.reports.wave_rows import WaveRows
from training.statistics import LEVEL, Estimate, nps, share
from training.statistics.composition import Composition, Unexplained

Told = Literal["exact", "under", "over"]
Doubt = Literal["missing", "altered"]


@dataclass(frozen=True)
class WavePoint:
    """Hold one wave, named like ``2026 Q4``; shares as 0..1, NPS in points; ``n`` = people who answered.

    Attributes
    ----------
    told
        ``under`` and ``over``: people at work nearly all said the same. Only a bound is told then, which is
        the value, and the range is all that it leaves open.
    """

    wave: str
    estimate: Estimate
    told: Told = "exact"


@dataclass(frozen=True)
class WaveSeries:
    """Hold a metric over its finished waves, oldest first.

    Attributes
    ----------
    survey
        Name of the survey where several ask the same question.
    points
        Finished waves with enough answers; none while the first is still open.
    change
        Newest wave minus the one before, with a range that knows who answered both; None for a first wave.
    split
        What the change is made of, or why nobody can say; None for a first wave, and where people did not
        answer for themselves or nobody knows who belonged.
    open_wave
        The wave that is still open and left out.
    is_own
        Whether people answered for themselves, by name.
    good_from, scale_high
        For CSAT and CES: the lowest rating that counts as good, and the best rating there is.
    released
        What was decided to be told of the waves; None where there is no finished one.
    question
        Name by which what was told of it is kept.
    is_alike
        Whether the change is not told since one of its waves is only told as a bound.
    altered
        Names of waves that were reported with other people or answers before, and so are not told again.
    since
        The newest wave against that of a frozen baseline, as a series of these two; None where there is no
        newer wave, or ``doubt`` says why they cannot be laid side by side.
    doubt
        ``missing``: the wave of the baseline is not there any more; ``altered``: its answers are others now.
    """

    metric: Metric
    points: tuple[WavePoint, ...]
    change: Estimate | None
    split: Composition | Unexplained | None = None
    open_wave: str | None = None
    is_own: bool = True
    survey: str | None = None
    good_from: float | None = None
    scale_high: float | None = None
    released: Released | None = None
    is_alike: bool = False
    altered: tuple[str, ...] = ()
    question: str = ""
    since: Self | None = None
    doubt: Doubt | None = None

    @property
    def is_split_told(self) -> bool:
        """Tell whether every group behind the parts of the change may be told of."""
        return self.released is not None and is_change_told(self.released)


def build_series(
    rows: WaveRows,
    *,
    minimum: int = 5,
    keep: int = 6,
    history: Ledger | None = None,
    is_bounded: bool = False,
) -> WaveSeries | None:
    """Return a survey metric per wave, and what its newest change is made of.

    Each person counts once in a wave, however often he or she answered. NPS is the plain score with an
    interval from three pseudo-answers; CSAT and CES are the share of answers in the upper third of the scale,
    with Wilson's interval. A wave that is still open is left out: its people are still answering.

    Parameters
    ----------
    minimum
        A wave answered by fewer people is not shown.
    keep
        How many waves to show, the newest ones.
    history
        What was told of this question before: a wave that is no longer what it was then is left out.
    is_bounded
        Whether shares near 0 and 1 are told as bounds, as of people at work: that all said the same would
        tell what each of them said.

    Returns
    -------
    WaveSeries or None
        None when no wave, finished or open, was answered by enough people.
    """
    minimums = Minimums(people=minimum)
    altered = find_altered(rows, minimums, history)
    names, rows = rows.names, rows.without(altered)
    counts = {number: int((rows.waves[rows.is_answer] == number).sum()) for number in sorted(rows.names)}
    enough = [number for number, count in counts.items() if count >= minimum]
    if not enough:
        return None
    shown = [number for number in enough if number not in rows.open_waves][-keep:]
    levels = [(rows.names[number], level_of(rows, number)) for number in shown]
    is_bounded = is_bounded and not counts_in_points(rows.metric)
    points = tuple(_bound(*level) if is_bounded else WavePoint(*level) for level in levels)
    is_alike = len(shown) > 1 and any(point.told != "exact" for point in points[-2:])
    has_change = len(shown) > 1 and not is_alike
    pair = WavePair.of(rows, *shown[-2:]) if has_change else None
    split = None if pair is None else pair.split()
    change = None
    if has_change:
        change = split.total if isinstance(split, Composition) else change_of(rows, *shown[-2:])
    newest_open = max(rows.open_waves, default=None)
    return WaveSeries(
        metric=rows.metric,
        points=points,
        change=change,
        split=split,
        open_wave=None if newest_open is None else rows.names[newest_open],
        is_own=rows.is_own,
        survey=rows.survey,
        good_from=rows.good_from,
        scale_high=rows.scale_high,
        released=release_waves(rows, shown, name_pair(pair), minimums, history) if shown else None,
        is_alike=is_alike,
        altered=tuple(names[number] for number in altered),
        question=rows.question,
    )


def _bound(wave: str, level: Estimate) -> WavePoint:
    """Return a wave whose share is told as a bound where nearly all, or nearly nobody, gave a good answer."""
    shown = bound_share(round(level.value * level.n), level.n)
    if shown.form == "exact":
        return WavePoint(wave, level)
    is_under = shown.form == "under"
    bound = shown.high if is_under else shown.low
    return WavePoint(wave, Estimate(bound, shown.low, shown.high, level.n), "under" if is_under else "over")


def level_of(rows: WaveRows, number: int) -> Estimate:
    """Return the metric over the people who answered one wave.

    Somebody with several answers of different worth counts by parts, which makes the range a little wide.
    """
    worth = rows.worth[(rows.waves == number) & rows.is_answer]
    if not counts_in_points(rows.metric):
        return share(min(float(worth.sum()), worth.size), worth.size)
    promoters, detractors = (
        float(part.sum()) / 100 for part in (np.maximum(worth, 0), np.maximum(-worth, 0))
    )
    return nps(promoters, max(0.0, worth.size - promoters - detractors), detractors)


def change_of(rows: WaveRows, before: int, after: int) -> Estimate:
    """Return the difference of two waves.

    Its variance is the sum over people of their squared part in the difference, so people who answered both
    waves are paired and all others are not.
    """
    parts, means, n = np.zeros(len(rows.people)), {}, 0
    for number, sign in ((before, -1.0), (after, 1.0)):
        chosen = rows.is_answer & (rows.waves == number)
        worth = rows.worth[chosen]
        means[number], n = float(worth.mean()), n + worth.size
        parts += np.bincount(rows.codes[chosen], sign * (worth - worth.mean()) / worth.size, parts.size)
    value = means[after] - means[before]
    half = float(stats.norm.ppf((1 + LEVEL) / 2)) * math.sqrt(float(parts @ parts))
    return Estimate(value, value - half, value + half, n)

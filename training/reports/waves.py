"""Survey metrics per wave, with ranges, and the change since the wave before: what it is made of."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt
from scipy import stats

from features.usecase import Metric, counts_in_points
from training.statistics import LEVEL, Bools, Estimate, Floats, Ints, nps, share
from training.statistics.composition import Composition, Unexplained, decompose

LONGEST_SPACING_RATIO = 1.5


@dataclass(frozen=True)
class WavePoint:
    """Hold one wave, named like ``2026 Q4``; shares as 0..1, NPS in points; ``n`` = people who answered."""

    wave: str
    estimate: Estimate


@dataclass(frozen=True)
class WaveRows:
    """Hold who answered what to one question in which wave, and who belonged but stayed silent.

    Attributes
    ----------
    survey
        Name of the survey where several ask the same question; None where one does.
    entities
        ``[n]`` names; None for an anonymous answer, which is taken for somebody else's than any other.
    waves
        ``[n]`` number of the wave of each row.
    worth
        ``[n]`` mean worth of what was answered (-100 to 100 for NPS, 0 to 1 for shares); NaN for silence.
    was_member
        ``[n]`` 1 for a member of the cohort on the day the wave closed, 0 for none, NaN for unknown.
    names, closes_on
        Of each wave, by number.
    open_waves
        Numbers of waves whose people are still answering.
    is_own
        Whether people answered for themselves, by name: only then can their answers be compared.
    good_from, scale_high
        For shares: the lowest rating that counts as good, and the best rating there is.
    """

    metric: Metric
    survey: str | None
    entities: npt.NDArray[np.object_]
    waves: Ints
    worth: Floats
    was_member: Floats
    names: Mapping[int, str]
    closes_on: Mapping[int, date]
    open_waves: frozenset[int]
    is_own: bool
    good_from: float | None = None
    scale_high: float | None = None

    def __post_init__(self) -> None:
        columns = (self.entities, self.waves, self.worth, self.was_member)
        if len({column.shape for column in columns}) > 1:
            sizes = ", ".join(str(column.size) for column in columns)
            message = f"entities, waves, worth and was_member have {sizes} rows; they need the same number"
            raise ValueError(message)


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


def build_series(rows: WaveRows, *, minimum: int = 5, keep: int = 6) -> WaveSeries | None:
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

    Returns
    -------
    WaveSeries or None
        None when no wave, finished or open, was answered by enough people.
    """
    answered = np.isfinite(rows.worth)
    counts = {number: int((rows.waves[answered] == number).sum()) for number in sorted(rows.names)}
    enough = [number for number, count in counts.items() if count >= minimum]
    if not enough:
        return None
    shown = [number for number in enough if number not in rows.open_waves][-keep:]
    points = tuple(WavePoint(rows.names[number], _level(rows, number)) for number in shown)
    change, split = None, None
    if len(shown) > 1:
        before, after = shown[-2:]
        split = _split(rows, before, after)
        change = split.total if isinstance(split, Composition) else _change(rows, before, after)
    newest_open = max(rows.open_waves, default=None)
    return WaveSeries(
        rows.metric,
        points,
        change,
        split,
        None if newest_open is None else rows.names[newest_open],
        rows.is_own,
        rows.survey,
        rows.good_from,
        rows.scale_high,
    )


def _level(rows: WaveRows, number: int) -> Estimate:
    """Return the metric over the people who answered one wave.

    Somebody with several answers of different worth counts by parts, which makes the range a little wide.
    """
    worth = rows.worth[(rows.waves == number) & np.isfinite(rows.worth)]
    if not counts_in_points(rows.metric):
        return share(min(float(worth.sum()), worth.size), worth.size)
    promoters, detractors = (
        float(part.sum()) / 100 for part in (np.maximum(worth, 0), np.maximum(-worth, 0))
    )
    return nps(promoters, max(0.0, worth.size - promoters - detractors), detractors)


def _split(rows: WaveRows, before: int, after: int) -> Composition | Unexplained | None:
    """Take the change between two waves apart; None where that cannot be asked."""
    is_here = (rows.waves == before) | (rows.waves == after)
    if not rows.is_own or not np.isfinite(rows.was_member[is_here]).any():
        return None
    earlier = _wave_at_same_distance(rows, before, after)
    wanted = [number for number in (earlier, before, after) if number is not None]
    chosen = np.isin(rows.waves, wanted)
    codes, n_people = _number_people(rows.entities[chosen])
    waves, worth, member = rows.waves[chosen], rows.worth[chosen], rows.was_member[chosen]

    def column(values: Floats, number: int) -> Floats:
        found = np.full(n_people, np.nan)
        found[codes[waves == number]] = values[waves == number]
        return found

    # Who has no row in a wave neither answered nor belonged; whose status no wave knows stays unknown.
    is_known = np.zeros(n_people, dtype=np.bool_)
    is_known[codes[np.isfinite(member)]] = True
    was, now = (_fill(column(member, number), is_known) for number in (before, after))
    return decompose(
        column(worth, before),
        column(worth, after),
        was_member=was,
        is_member=now,
        earlier=None if earlier is None else column(worth, earlier),
    )


def _fill(status: Floats, is_known: Bools) -> Floats:
    """Return a status with 0 for those who have no row in the wave though O-data knows them."""
    return np.where(np.isnan(status) & is_known, 0.0, status)


def _wave_at_same_distance(rows: WaveRows, before: int, after: int) -> int | None:
    """Return the finished wave that lies about as long before the first as the second lies after it."""
    closing = {number: closes.toordinal() for number, closes in rows.closes_on.items()}
    distance = closing[after] - closing[before]
    ratios = {
        number: max(gap / distance, distance / gap)
        for number in rows.names
        if (gap := closing[before] - closing[number]) > 0
    }
    nearest = min(ratios, key=lambda number: ratios[number], default=None)
    return nearest if nearest is not None and ratios[nearest] <= LONGEST_SPACING_RATIO else None


def _change(rows: WaveRows, before: int, after: int) -> Estimate:
    """Return the difference of two waves.

    Its variance is the sum over people of their squared part in the difference, so people who answered both
    waves are paired and all others are not.
    """
    is_heard = np.isfinite(rows.worth)
    codes, n_people = _number_people(rows.entities)
    parts, means, n = np.zeros(n_people), {}, 0
    for number, sign in ((before, -1.0), (after, 1.0)):
        chosen = is_heard & (rows.waves == number)
        worth = rows.worth[chosen]
        means[number], n = float(worth.mean()), n + worth.size
        parts += np.bincount(codes[chosen], sign * (worth - worth.mean()) / worth.size, n_people)
    value = means[after] - means[before]
    half = float(stats.norm.ppf((1 + LEVEL) / 2)) * math.sqrt(float(parts @ parts))
    return Estimate(value, value - half, value + half, n)


def _number_people(entities: npt.NDArray[np.object_]) -> tuple[Ints, int]:
    """Return a number for the person of each row, and how many there are; nobody's name is shared."""
    names = np.array(
        [f"#{place}" if name is None else f"={name}" for place, name in enumerate(entities)], dtype=np.str_
    )
    people, codes = np.unique(names, return_inverse=True)
    return codes.astype(np.int64), people.size

"""Change of survey metrics since a baseline."""

import math
from dataclasses import dataclass, replace
from typing import Literal, Self

from training.frozen.record import Baseline, FrozenLevel, MetricUnit
from training.statistics import Estimate

Verdict = Literal["no newer wave", "no clear change", "better", "worse", "unconfirmed"]


@dataclass(frozen=True)
class LevelChange:
    """Hold how a metric changed since the baseline.

    Attributes
    ----------
    wave_before, before
        The newest wave of the baseline and its level.
    wave, now
        The newest wave, and its level.
    change
        Now minus before; None where there is no newer wave.
    verdict
        ``unconfirmed`` is a rise of which nobody can say that it is one of minds.
    detectable
        The change that the baseline said could be shown in four of five cases.
    survey
        Its name where several ask the same question.
    is_paired
        Whether the range knows who answered both waves.
    """

    metric: str
    unit: MetricUnit
    wave_before: str
    before: Estimate
    wave: str
    now: Estimate
    change: Estimate | None
    verdict: Verdict
    detectable: float | None
    survey: str | None = None
    is_paired: bool = False

    @property
    def question(self) -> tuple[str, str | None]:
        """Return what was asked, as :attr:`FrozenLevel.question`."""
        return self.metric, self.survey

    def paired(self, change: Estimate) -> Self:
        """Return it with the range of somebody who knows who answered both waves."""
        return replace(self, change=change, verdict=_judge(change), is_paired=True)


def changes_since(baseline: Baseline, newest: tuple[FrozenLevel, ...]) -> tuple[LevelChange, ...]:
    """Compare the newest levels with those of a baseline, where a metric exists in both and means the same.

    The range treats both waves as answers of different people. A baseline holds no people, so nobody can be
    paired; where the same people answered, the true range is narrower. It is wide enough, then, for either.
    Who still has the answers of that wave can pair them: :meth:`LevelChange.paired`.

    Parameters
    ----------
    baseline
        Where the change begins.
    newest
        The newest level of each metric; more is better in all of them.
    """
    before = baseline.newest_levels()
    return tuple(
        _compare(before[level.question], level)
        for level in newest
        if level.question in before and means_the_same(before[level.question], level)
    )


def means_the_same(before: FrozenLevel, now: FrozenLevel) -> bool:
    """Tell whether two levels count the same answers as good."""
    return (before.unit, before.good_from, before.scale_high) == (now.unit, now.good_from, now.scale_high)


def _compare(before: FrozenLevel, now: FrozenLevel) -> LevelChange:
    """Compare two levels of one metric."""
    change = None if now.wave == before.wave else _subtract(before.estimate, now.estimate)
    return LevelChange(
        metric=now.metric,
        unit=now.unit,
        wave_before=before.wave,
        before=before.estimate,
        wave=now.wave,
        now=now.estimate,
        change=change,
        verdict=_judge(change),
        detectable=before.detectable,
        survey=now.survey,
    )


def _subtract(before: Estimate, now: Estimate) -> Estimate:
    """Return the difference of independent estimates; each end joins the ends that make it.

    Method: Zou and Donner, Construction of confidence limits about effect measures, Statistics in Medicine
    2008, doi 10.1002/sim.3095.
    """
    value = now.value - before.value
    low = value - math.hypot(now.value - now.low, before.high - before.value)
    high = value + math.hypot(now.high - now.value, before.value - before.low)
    return Estimate.around(value, low, high, before.n + now.n)


def _judge(change: Estimate | None) -> Verdict:
    """Name a change only where its range holds no zero."""
    if change is None:
        return "no newer wave"
    if change.low <= 0 <= change.high:
        return "no clear change"
    return "better" if change.value > 0 else "worse"

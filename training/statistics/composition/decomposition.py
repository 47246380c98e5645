"""Take a change of a survey metric apart: before + parts = after, exactly.

Changed minds are read off people who answered all three waves. Whether somebody answers depends on the score,
so the change of people who answered twice is no mirror of the rise of people who answered three times; the
change of the same people is. Time looks the same in both directions: without change of minds, those who
answered all three waves and stayed come down after the first wave as far as they went up to it.

The mirror is not true where people left for low scores before the first wave as well: docs/composition.md
says by how much.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Literal

import numpy.typing as npt

from training.statistics.arrays import Floats
from training.statistics.composition.parts import Parts
from training.statistics.composition.people import FELL_SILENT, REPEATED, GroupCounts, People
from training.statistics.composition.spread import StandardErrors
from training.statistics.composition.verdict import MIN_REPEATS, ClearParts, Verdict, Z, judge
from training.statistics.estimate import Estimate, from_draws

ERRORS_TO_CONFIRM: Final = 3.6
"""A true change of so many standard errors is confirmed in 95 of 100 surveys (1.96 + 1.645)."""

WhyUnexplained = Literal["no_answers_before", "no_answers_after", "no_repeat_answers"]


@dataclass(frozen=True)
class Composition:
    """Hold a change of a metric and what it is made of, in points of the metric.

    Start plus parts is end: ``before + within + leavers + joiners + mix == after``, and ``within`` is
    ``chance_swing + within_corrected`` where the wave before is known.

    Parameters
    ----------
    before, after, total
        Mean of all answers of each wave, and their difference; ranges by person.
    within
        Mean change of those who answered both times.
    chance_swing
        What of it is return to the usual level: who stays had a good moment more often than who leaves, and
        good moments pass. It is ``within - within_corrected``, so it also holds how far those who did not
        answer the wave before differ. None without enough answers to the wave before.
    within_corrected
        The rest of it: minds that changed. Read off those who answered all three waves: by symmetry in time,
        they swung up to the first wave, beyond what all did, as far as they will swing back. None as above.
    leavers, joiners
        What it did to the mean that they went, or came.
    mix
        What it did that other stayers answer: ``mix_after - mix_before``.
    mix_before, mix_after
        How far stayers who answered only that wave moved its mean.
    counts
        People behind each part.
    verdict
        What may be said of the change.
    smallest_confirmable
        The smallest true change of minds that this survey would confirm in 95 of 100 cases; None where it
        cannot confirm any.
    tipping_point
        Mean change of the stayers who fell silent that would cancel ``within_corrected``; None where nobody
        fell silent, or as above.
    is_mix_falling
        Whether mix is clearly negative: a warning that unhappy people may have fallen silent.
    """

    before: Estimate
    after: Estimate
    total: Estimate
    within: Estimate
    chance_swing: Estimate | None
    within_corrected: Estimate | None
    leavers: Estimate
    joiners: Estimate
    mix: Estimate
    mix_before: Estimate
    mix_after: Estimate
    counts: GroupCounts
    verdict: Verdict
    smallest_confirmable: float | None
    tipping_point: float | None
    is_mix_falling: bool

    @property
    def parts(self) -> dict[str, Estimate]:
        """Return the parts that add up to the total, in the order of a waterfall."""
        others = {"leavers": self.leavers, "joiners": self.joiners, "mix": self.mix}
        if self.chance_swing is None or self.within_corrected is None:
            return {**others, "within": self.within}
        return {**others, "chance_swing": self.chance_swing, "within_corrected": self.within_corrected}


@dataclass(frozen=True)
class Unexplained:
    """Say why a change cannot be taken apart.

    Parameters
    ----------
    reason
        Which answers are missing.
    counts
        People of each group.
    """

    reason: WhyUnexplained
    counts: GroupCounts


def decompose(
    before: npt.ArrayLike,
    after: npt.ArrayLike,
    *,
    was_member: npt.ArrayLike,
    is_member: npt.ArrayLike,
    earlier: npt.ArrayLike | None = None,
    weight: npt.ArrayLike | None = None,
    margin: float = 0.0,
    n_draws: int = 500,
    seed: int = 0,
) -> Composition | Unexplained:
    """Take the change between two waves apart into changed minds, other members and other answering.

    Parameters
    ----------
    before, after
        ``[n]`` answer of each person to the first and the second wave, NaN for none. For NPS -100, 0 or 100.
    was_member, is_member
        ``[n]`` whether the person belonged at each wave, from contracts or payroll and never from answering:
        1, 0, or NaN for unknown. Unknown counts as stayed, and is counted. Who answered both waves is
        compared with himself or herself whatever the status says; who answered a wave as a member of nothing
        counts there, for the answer is in the metric. Such contradictions are counted.
    earlier
        ``[n]`` answer to the wave before the first, at the same distance in time. Without it nothing can be
        confirmed.
    weight
        ``[n]`` one weight per person for all waves, so that ``within`` holds no change of weights. People
        with the weight 0 do not count.
    margin
        A rise is confirmed only if it is clearly above this, a fall only if clearly below its negative. 0.05
        points blocks more rises that only luck and mood make.
    n_draws, seed
        Resamples of people behind the ranges of the parts.

    Raises
    ------
    ValueError
        If columns differ in length, an answer is infinite, a status is not 0, 1 or NaN, a weight is negative
        or the margin is.

    Notes
    -----
    With groups A (answered both), B0 and B1 (stayers who answered one), L (left), J (joined), S0 = A + B0,
    S1 = A + B1 and shares w: within = A1 - A0, leavers = w(L)(S0 - L), joiners = w(J)(J - S1),
    mix = w(B1 in S1)(B1 - A1) - w(B0 in S0)(B0 - A0). The term of an empty group is 0.

    With P who answered the wave before: within_corrected = mean of s1 - s_before over A and P, less the
    mean of s0 - s_before over all of P who answered the first wave; chance_swing = within - within_corrected.

    Examples
    --------
    Two stayed and became less happy, the unhappy one left: the mean rises all the same.

    >>> import math
    >>> found = decompose([9, 8, 1], [8, 7, math.nan], was_member=[1, 1, 1], is_member=[1, 1, 0])
    >>> found.total.value, found.within.value, found.leavers.value
    (1.5, -1.0, 2.5)
    """
    if not margin >= 0:
        message = f"margin is {margin:g}; a distance from 0 of at least 0 is needed"
        raise ValueError(message)
    people = People.of(
        before, after, was_member=was_member, is_member=is_member, earlier=earlier, weight=weight
    )
    counts = people.counts()
    reason = _missing(people, counts)
    if reason is not None:
        return Unexplained(reason, counts)
    change = _Change(people, counts, margin, Parts.of(people), StandardErrors.of(people))
    return change.compose(Parts.resampled(people, n_draws, seed))


def _missing(people: People, counts: GroupCounts) -> WhyUnexplained | None:
    """Return which answers are missing for a decomposition."""
    if not people.answered_before.any():
        return "no_answers_before"
    if not people.answered_after.any():
        return "no_answers_after"
    return None if counts.repeated else "no_repeat_answers"


@dataclass(frozen=True)
class _Change:
    """Put the figures of one change together."""

    people: People
    counts: GroupCounts
    margin: float
    parts: Parts
    errors: StandardErrors

    @property
    def is_enough(self) -> bool:
        """Return whether enough people answered all three waves."""
        return self.people.effective_repeats >= MIN_REPEATS

    @property
    def total(self) -> float:
        """Return what is taken apart."""
        return float(self.parts.after[0] - self.parts.before[0])

    @property
    def corrected(self) -> float:
        """Return the change within people less the chance swing; NaN without a wave before."""
        return float(self.parts.within_corrected[0])

    def compose(self, drawn: Parts) -> Composition:
        """Return the composition with ranges from resamples."""
        counts, parts, centre = self.counts, self.parts, self.people.centre
        n_before = counts.repeated + counts.fell_silent + counts.left
        n_after = counts.repeated + counts.newly_answering + counts.joined

        def part(figure: Callable[[Parts], Floats], n: int) -> Estimate:
            return from_draws(float(figure(parts)[0]), figure(drawn), n)

        mix = part(
            lambda found: found.mix_after - found.mix_before, counts.fell_silent + counts.newly_answering
        )
        return Composition(
            before=part(lambda found: found.before + centre, n_before),
            after=part(lambda found: found.after + centre, n_after),
            total=_around(self.total, self.errors.total, n_before + n_after - counts.repeated),
            within=part(lambda found: found.within, counts.repeated),
            chance_swing=(
                part(lambda found: found.chance_swing, counts.before_with_earlier) if self.is_enough else None
            ),
            within_corrected=(
                _around(self.corrected, self.errors.within_corrected, counts.repeated_with_earlier)
                if self.is_enough
                else None
            ),
            leavers=part(lambda found: found.leavers, counts.left),
            joiners=part(lambda found: found.joiners, counts.joined),
            mix=mix,
            mix_before=part(lambda found: found.mix_before, counts.fell_silent),
            mix_after=part(lambda found: found.mix_after, counts.newly_answering),
            counts=counts,
            verdict=self._verdict(),
            smallest_confirmable=self._smallest_confirmable(),
            tipping_point=self._tipping_point(),
            is_mix_falling=mix.high < 0,
        )

    def _verdict(self) -> Verdict:
        """Return what may be said."""
        return judge(
            ClearParts(
                total=self.total,
                total_error=self.errors.total,
                within=self.corrected,
                within_error=self.errors.within_corrected,
                rest=self.total - self.corrected,
                rest_error=self.errors.rest,
            ),
            margin=self.margin,
            has_earlier=self.counts.before_with_earlier > 0,
            is_enough=self.is_enough,
        )

    def _smallest_confirmable(self) -> float | None:
        """Return the change of minds that would be confirmed in 95 of 100 surveys like this one."""
        return self.margin + ERRORS_TO_CONFIRM * self.errors.within_corrected if self.is_enough else None

    def _tipping_point(self) -> float | None:
        """Return the change of those who fell silent that cancels the one of those who answered."""
        people = self.people
        mass = people.number * people.weight
        silent = float(mass[people.in_groups(FELL_SILENT)].sum())
        if not self.is_enough or silent == 0:
            return None
        return -self.corrected * float(mass[people.in_groups(REPEATED)].sum()) / silent


def _around(value: float, error: float, n: int) -> Estimate:
    """Return the range of so many standard errors around a value."""
    return Estimate.around(value, value - Z * error, value + Z * error, n)

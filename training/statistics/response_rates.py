"""Who answered: response rates by segment, and what the silent could hide at most."""

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from training.statistics.estimate import Estimate
from training.statistics.intervals import share
from training.statistics.levels import Level


@dataclass(frozen=True)
class ResponseRate:
    """Hold the response rate of a segment.

    Attributes
    ----------
    segment
        Its label.
    rate
        Share that answered with Wilson's 95 % range; ``rate.n`` people were invited.
    n_answered
        How many of them answered.
    """

    segment: str
    rate: Estimate
    n_answered: int


@dataclass(frozen=True)
class SilenceBounds:
    """Hold what a level may be of everybody invited, whatever the silent think.

    Attributes
    ----------
    answered
        The level of those who answered.
    response
        Response rate; ``response.n`` people were invited.
    everybody
        The value as answered, with the range from "all the silent gave the worst answer" to "all gave the
        best one", sampling error included (Manski 1989; Horowitz and Manski 1998); ``everybody.n`` were
        invited.
    worst, best
        The ends of that range without sampling error.
    largest_bias
        Share of the silent times the width of the scale: no bias of silence is larger.
    """

    answered: Level
    response: Estimate
    everybody: Estimate
    worst: float
    best: float
    largest_bias: float

    @property
    def share_silent(self) -> float:
        """Return the share of those invited who did not answer."""
        return 1.0 - self.response.value

    def if_silent_differ(self, difference: float) -> Estimate:
        """Return the level of everybody if the silent differ by so much on average from those who answered.

        Parameters
        ----------
        difference
            Mean of the silent minus mean of those who answered, in the unit of the metric.

        Raises
        ------
        ValueError
            If no answers of the silent make that difference.
        """
        value, (low, high) = self.answered.estimate.value, self.answered.metric.worth_range
        if not low <= value + difference <= high:
            possible = f"between {low - value:g} and {high - value:g}"
            message = (
                f"the silent cannot differ by {difference:g}: with a level of {value:g} it is {possible}"
            )
            raise ValueError(message)
        shift, found = self.share_silent * difference, self.answered.estimate
        return Estimate(found.value + shift, found.low + shift, found.high + shift, self.response.n)

    def difference_that_reaches(self, value: float) -> float:
        """Return by how much the silent must differ for everybody's level to be ``value``.

        NaN where nobody is silent, or no answers of theirs would do.
        """
        if self.share_silent == 0 or not self.worst <= value <= self.best:
            return math.nan
        return (value - self.answered.estimate.value) / self.share_silent


def measure_response(segments: npt.ArrayLike, is_answered: npt.ArrayLike) -> tuple[ResponseRate, ...]:
    """Return the response rate of each segment, in the order of their labels.

    Parameters
    ----------
    segments
        ``[n]`` label of each person invited.
    is_answered
        ``[n]`` whether the person answered.

    Raises
    ------
    ValueError
        If nobody was invited or the columns differ in length.

    Examples
    --------
    >>> for found in measure_response(["a", "a", "a", "b"], [True, False, True, False]):
    ...     print(found.segment, found.rate, found.n_answered, found.rate.n)
    a 0.667 (0.208 to 0.939) 2 3
    b 0.000 (0.000 to 0.793) 0 1
    """
    labels, answered = np.asarray(segments), np.asarray(is_answered, dtype=np.bool_)
    if labels.shape != answered.shape or labels.size == 0:
        message = f"segments has {labels.size} rows and is_answered {answered.size}; one per person invited"
        raise ValueError(message)
    found = [(label, answered[labels == label]) for label in np.unique(labels)]
    return tuple(
        ResponseRate(str(label), share(int(rows.sum()), rows.size), int(rows.sum())) for label, rows in found
    )


def bound_silence(answered: Level, n_invited: int) -> SilenceBounds:
    """Return what the level may be of everybody invited.

    Parameters
    ----------
    answered
        Level of those who answered, weighted or not.
    n_invited
        People invited, silent ones included.

    Raises
    ------
    ValueError
        If more answered than were invited.

    Examples
    --------
    >>> from training.statistics.levels import SurveyMetric, measure_level
    >>> level = measure_level(SurveyMetric.of("csat", (1, 5)), [5] * 30 + [1] * 10)
    >>> bounds = bound_silence(level, n_invited=100)
    >>> print(f"{bounds.worst:.2f} to {bounds.best:.2f}; {bounds.everybody}")
    0.30 to 0.90; 0.750 (0.239 to 0.943)
    """
    found, (low, high) = answered.estimate, answered.metric.worth_range
    if found.n > n_invited:
        message = f"{found.n} answered but only {n_invited} were invited; count everybody who was asked"
        raise ValueError(message)
    response = share(found.n, n_invited)
    given, silent = response.value, 1.0 - response.value

    def mix(of_answered: float, of_silent: float) -> float:
        return given * min(max(of_answered, low), high) + silent * of_silent

    everybody = Estimate.around(found.value, mix(found.low, low), mix(found.high, high), n_invited)
    worst, best = mix(found.value, low), mix(found.value, high)
    return SilenceBounds(answered, response, everybody, worst, best, silent * (high - low))

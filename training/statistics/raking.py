"""Raking: weights that bring those who answered to the known shares of everybody asked."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
import numpy.typing as npt

from training.statistics.arrays import Floats, Ints
from training.statistics.levels import Level, SurveyMetric, effective_answers, measure_level

MAX_WEIGHT = 5.0
TOLERANCE = 1e-9


class RakingError(ValueError):
    """Say that no weights bring the answers to the margins, and which margin and segment is to blame."""


@dataclass(frozen=True)
class Margin:
    """Hold the known shares of one attribute, and where each answer belongs.

    Parameters
    ----------
    name
        The attribute, for messages.
    labels
        ``[n]`` segment of each answer.
    shares
        Share (or count) of each segment among all who were asked.
    """

    name: str
    labels: npt.ArrayLike
    shares: Mapping[str, float]

    @classmethod
    def of_asked(cls, name: str, asked: npt.ArrayLike, is_answered: npt.ArrayLike) -> Self:
        """Return the margin of a column over everybody asked, and the labels of those who answered."""
        labels = np.asarray(asked).astype(np.str_)
        found, counts = np.unique(labels, return_counts=True)
        shares = {str(label): float(count) for label, count in zip(found, counts, strict=True)}
        return cls(name, labels[np.asarray(is_answered, dtype=np.bool_)], shares)


@dataclass(frozen=True)
class Raked:
    """Hold raking weights and what they cost.

    Attributes
    ----------
    weight
        ``[n]`` with the mean 1.
    effective_n
        How many equal answers they are worth (Kish 1965).
    n_trimmed
        Answers whose weight was cut down to ``max_weight`` times the mean.
    largest_gap
        Largest distance of a weighted share from its margin: about 0, unless weights were trimmed.
    n_rounds
        Passes over all margins.
    """

    weight: Floats
    effective_n: float
    n_trimmed: int
    largest_gap: float
    n_rounds: int


@dataclass(frozen=True)
class ReweightedLevel:
    """Hold a level as answered beside the one with raking weights; one is never shown without the other."""

    raw: Level
    weighted: Level
    raked: Raked


@dataclass(frozen=True)
class _Coded:
    """Hold a margin as numbers: the segment of each answer, and the share of each segment."""

    name: str
    segments: tuple[str, ...]
    codes: Ints
    target: Floats

    def reached(self, weight: Floats) -> Floats:
        """Return the weighted share of each segment."""
        found: Floats = np.bincount(self.codes, weights=weight, minlength=self.target.size) / weight.sum()
        return found

    def gap(self, weight: Floats) -> float:
        """Return the largest distance from the margin."""
        return float(np.abs(self.reached(weight) - self.target).max())


def rake(
    margins: Sequence[Margin],
    *,
    max_weight: float = MAX_WEIGHT,
    tolerance: float = TOLERANCE,
    max_rounds: int = 500,
) -> Raked:
    """Return weights under which the answers have the shares of every margin.

    Iterative proportional fitting (Deming and Stephan 1940): each margin in turn multiplies the weights of
    its segments to the known share, until all hold. It removes the bias of silence as far as silence depends
    on these attributes alone, and asks nothing of their combinations. Weights above ``max_weight`` times the
    mean are cut at the end: a few answers would else speak for everybody.

    Parameters
    ----------
    margins
        One or more, each with a label per answer.
    max_weight
        Above 1; infinity keeps all weights.
    tolerance
        Largest distance of a share from its margin that counts as reached.
    max_rounds
        When to give up.

    Raises
    ------
    RakingError
        If a segment with a share has no answers, answers have no share, or the margins cannot hold together.

    Examples
    --------
    >>> raked = rake([Margin("site", ["a", "a", "a", "b"], {"a": 0.5, "b": 0.5})])
    >>> raked.weight.round(3).tolist(), round(raked.effective_n, 2)
    ([0.667, 0.667, 0.667, 2.0], 3.0)
    """
    coded = _coded(margins)
    weight = np.ones(coded[0].codes.size)
    n_rounds = 0
    while max(margin.gap(weight) for margin in coded) > tolerance:
        if n_rounds == max_rounds:
            raise _unsettled(coded, weight, n_rounds)
        for margin in coded:
            reached = margin.reached(weight)
            factor = np.divide(margin.target, reached, out=np.zeros_like(reached), where=reached > 0)
            weight = weight * factor[margin.codes]
        n_rounds += 1
    weight /= weight.mean()
    is_heavy = weight > max_weight
    weight = np.minimum(weight, max_weight)
    weight /= weight.mean()
    gap = max(margin.gap(weight) for margin in coded)
    return Raked(weight, effective_answers(weight), int(is_heavy.sum()), gap, n_rounds)


def reweight_level(metric: SurveyMetric, ratings: npt.ArrayLike, raked: Raked) -> ReweightedLevel:
    """Return a metric as answered and with raking weights, each with its range.

    Parameters
    ----------
    ratings
        ``[n]`` of the same answers as the labels of the margins; NaN where the question was skipped.

    Raises
    ------
    ValueError
        If there are not as many ratings as weights.
    """
    raw = measure_level(metric, ratings)
    return ReweightedLevel(raw, measure_level(metric, ratings, raked.weight), raked)


def _coded(margins: Sequence[Margin]) -> list[_Coded]:
    """Return margins as numbers."""
    if not margins:
        message = "there is no margin; name at least one attribute whose shares are known"
        raise RakingError(message)
    coded = [_code(margin) for margin in margins]
    sizes = {margin.name: margin.codes.size for margin in coded}
    if len(set(sizes.values())) > 1:
        message = f"margins have labels for different numbers of answers: {sizes}"
        raise RakingError(message)
    return coded


def _code(margin: Margin) -> _Coded:
    """Return one margin as numbers, or say which segment cannot be raked."""
    labels = np.asarray(margin.labels).astype(np.str_)
    total = float(sum(margin.shares.values()))
    if not margin.shares or min(margin.shares.values()) < 0 or total <= 0:
        message = f"the shares of {margin.name} are {dict(margin.shares)}; they are >= 0 and not all 0"
        raise RakingError(message)
    shares = {name: share / total for name, share in margin.shares.items() if share > 0}
    present = set(np.unique(labels).tolist())
    if silent := sorted(set(shares) - present):
        asked = f"{100 * shares[silent[0]]:.1f} % of those asked"
        hint = "join it with a segment that is like it, or leave this margin out"
        message = f"nobody of {margin.name} = {silent[0]!r} answered, {asked}; {hint}"
        raise RakingError(message)
    if unknown := sorted(present - set(shares)):
        message = f"answers of {margin.name} = {unknown[0]!r} have no share; known are {sorted(shares)}"
        raise RakingError(message)
    segments, codes = np.unique(labels, return_inverse=True)
    names = tuple(str(segment) for segment in segments)
    return _Coded(margin.name, names, codes.astype(np.int64), np.array([shares[name] for name in names]))


def _unsettled(coded: Sequence[_Coded], weight: Floats, n_rounds: int) -> RakingError:
    """Return the error of margins that cannot hold together."""
    worst = max(coded, key=lambda margin: margin.gap(weight))
    reached = worst.reached(weight)
    place = int(np.abs(reached - worst.target).argmax())
    where = f"{worst.name} = {worst.segments[place]!r}"
    found = f"weighs {reached[place]:.4f} where {worst.target[place]:.4f} is known"
    hint = "the margins contradict each other on these answers: join small segments or leave a margin out"
    return RakingError(f"raking did not settle in {n_rounds} rounds: {where} {found}; {hint}")

"""The ordered levels of an answer: steps of a rating, bins of an amount, or the three groups of NPS."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, Self, get_args

import numpy as np
from numpy.typing import NDArray

from features.errors import BundleError, ContractError, TooFewEventsError
from training.models.odds import Floats
from training.models.records import Record

RatingKind = Literal["ordinal", "numeric", "nps_group"]

MAX_BINS = 20
MIN_BIN_ANSWERS = 30
MIN_LEVEL_ANSWERS = 10
_NPS_NAMES = ("detractor", "passive", "promoter")
_NPS_CUTS = (7.0, 9.0)
_NPS_VALUES = (-100.0, 0.0, 100.0)


@dataclass(frozen=True)
class Level:
    """Hold one level.

    Attributes
    ----------
    name
        ``4``, ``1–2`` for ratings taken together, or ``promoter``.
    value
        What the level counts as: the mean of its answers; -100, 0 and 100 for the groups of NPS.
    low, high
        Ends of the level, in the unit of ``value``.
    """

    name: str
    value: float
    low: float
    high: float


@dataclass(frozen=True)
class Levels:
    """Hold the levels of an answer, rising.

    Parameters
    ----------
    kind
        ``ordinal``, ``numeric`` or ``nps_group``.
    cuts
        Smallest answer of each level but the first.
    levels
        At least two.
    n_bad
        How many of the first levels are not good: below the upper third of the scale, or no promoters; None
        where no level is good or bad in itself.

    Examples
    --------
    >>> levels = Levels.fit([1, 2, 2, 3, 3] * 10, "ordinal", (1, 3))
    >>> levels.names, levels.place([1, 3]).tolist(), levels.n_bad
    (('1', '2', '3'), [0, 2], 2)
    """

    kind: RatingKind
    cuts: tuple[float, ...]
    levels: tuple[Level, ...]
    n_bad: int | None = None

    @classmethod
    def fit(cls, answers: Any, kind: RatingKind, scale: tuple[float, float] | None = None) -> Self:
        """Find the levels of known answers.

        Ratings with fewer than 10 answers are taken together with their rarer neighbour. Amounts are cut at
        quantiles into at most 20 bins of 30 answers or more.

        Parameters
        ----------
        answers
            None may be missing.
        scale
            Lowest and best answer; those that were given if absent.

        Raises
        ------
        TooFewEventsError
            If there are fewer than two levels with enough answers.
        ContractError
            If a recommendation is not a number from 0 to 10.
        """
        found = np.asarray(answers, dtype=np.float64)
        if kind == "nps_group":
            return cls._fit_groups(found)
        cuts = _numeric_cuts(found) if kind == "numeric" else _ordinal_cuts(found)
        if not len(cuts):
            problem = f"{found.size} answers hold one level with at least {MIN_LEVEL_ANSWERS} of them"
            raise TooFewEventsError("target", problem, "satisfaction can be learned where answers differ")
        place = np.searchsorted(cuts, found, side="right")
        parts = [found[place == index] for index in range(len(cuts) + 1)]
        ends = np.concatenate([[found.min()], cuts, [found.max()]])
        levels = tuple(
            _level(part, ends[index : index + 2] if kind == "numeric" else (part.min(), part.max()))
            for index, part in enumerate(parts)
        )
        lowest, best = scale or (float(found.min()), float(found.max()))
        n_bad = None if kind == "numeric" else int(np.sum(cuts < good_from(lowest, best)) + 1)
        return cls(kind, tuple(cuts.tolist()), levels, None if n_bad == len(levels) else n_bad)

    @classmethod
    def _fit_groups(cls, answers: Floats) -> Self:
        """Return the three groups of NPS after a look at the answers."""
        if np.any((answers < 0) | (answers > 10)):
            culprit = answers[(answers < 0) | (answers > 10)][0]
            raise ContractError(
                "column target", f"holds {culprit:g}", "a recommendation is a number from 0 to 10"
            )
        counts = np.bincount(np.searchsorted(_NPS_CUTS, answers, side="right"), minlength=3)
        if counts.min() < MIN_LEVEL_ANSWERS:
            rare = int(np.argmin(counts))
            problem = f"{counts[rare]} of {answers.size} answers are of the group '{_NPS_NAMES[rare]}'"
            raise TooFewEventsError(
                "target", problem, f"a model takes {MIN_LEVEL_ANSWERS} of each; add history"
            )
        levels = (
            Level(name, value, value, value) for name, value in zip(_NPS_NAMES, _NPS_VALUES, strict=True)
        )
        return cls("nps_group", _NPS_CUTS, tuple(levels), 2)

    @property
    def names(self) -> tuple[str, ...]:
        """Return the name of each level."""
        return tuple(level.name for level in self.levels)

    @property
    def values(self) -> Floats:
        """Return what each level counts as."""
        return np.array([level.value for level in self.levels])

    def worth(self, answers: Any) -> Floats:
        """Return what answers count as: themselves; -100, 0 or 100 for a recommendation; NaN stays."""
        found = np.asarray(answers, dtype=np.float64)
        if self.kind != "nps_group":
            return found
        return np.where(np.isnan(found), np.nan, self.values[self.place(np.nan_to_num(found))])

    def place(self, answers: Any) -> NDArray[np.intp]:
        """Return the position of the level of each answer."""
        return np.searchsorted(self.cuts, np.asarray(answers, dtype=np.float64), side="right")

    def to_json(self) -> dict[str, Any]:
        """Return plain values."""
        levels = [vars(level) for level in self.levels]
        n_bad = len(levels) if self.n_bad is None else self.n_bad
        return {"rating": self.kind, "cuts": list(self.cuts), "levels": levels, "n_bad": n_bad}

    @classmethod
    def from_record(cls, record: Record) -> Self:
        """Read what :meth:`to_json` wrote.

        Raises
        ------
        BundleError
            If it does not describe levels.
        """
        kinds: Mapping[str, RatingKind] = {kind: kind for kind in get_args(RatingKind)}
        if record.text("rating") not in kinds:
            raise record.fail("rating", f"one of {', '.join(kinds)}")
        levels = tuple(
            Level(row.text("name"), row.number("value"), row.number("low"), row.number("high"))
            for row in record.records("levels")
        )
        cuts, n_bad = record.floats("cuts"), record.whole("n_bad")
        if len(levels) < 2 or len(cuts) != len(levels) - 1 or np.any(np.diff(cuts) <= 0):
            raise record.fail("cuts", f"a rising list of {max(len(levels) - 1, 1)} numbers")
        if np.any(np.diff([level.value for level in levels]) <= 0) or not 0 < n_bad <= len(levels):
            raise BundleError(f"{record.where}: levels", "do not rise", "train again")
        n_known = None if n_bad == len(levels) else n_bad
        return cls(kinds[record.text("rating")], tuple(cuts.tolist()), levels, n_known)


def good_from(lowest: float, best: float) -> float:
    """Return where the upper third of a scale begins: the lowest answer that counts as satisfied.

    Examples
    --------
    >>> good_from(1, 5), good_from(0, 10)
    (4.0, 7.0)
    """
    return float(np.ceil(lowest + (best - lowest) * 2 / 3 - 1e-9))


def _level(part: Floats, ends: Any) -> Level:
    """Describe the level that some answers make up."""
    low, high = float(ends[0]), float(ends[1])
    return Level(f"{low:g}" if low == high else f"{low:g}–{high:g}", float(part.mean()), low, high)


def _numeric_cuts(answers: Floats) -> Floats:
    """Return quantiles that cut amounts into bins with enough answers."""
    n_bins = min(MAX_BINS, answers.size // MIN_BIN_ANSWERS)
    if n_bins < 2:
        return np.empty(0)
    inner = np.linspace(0.0, 1.0, n_bins + 1)[1:-1]
    found = np.unique(np.quantile(answers, inner, method="higher"))
    cuts: Floats = found[found > answers.min()]
    return cuts


def _ordinal_cuts(answers: Floats) -> Floats:
    """Return the smallest rating of each level but the first, rare ratings taken together."""
    found, numbers = np.unique(answers, return_counts=True)
    starts, counts = found.tolist(), numbers.tolist()
    while len(counts) > 1 and min(counts) < MIN_LEVEL_ANSWERS:
        rare = counts.index(min(counts))
        sides = [side for side in (rare - 1, rare + 1) if 0 <= side < len(counts)]
        other = min(sides, key=lambda side: counts[side])
        first, second = sorted((rare, other))
        counts[first] += counts.pop(second)
        starts.pop(second)
    return np.array(starts[1:])

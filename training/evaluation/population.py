"""The record of the value of everybody who was asked: as answered, corrected for silence, bounded."""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal, Self, cast

from training.statistics import Estimate

Measure = Literal["satisfied", "nps", "mean"]
_NAMES: Mapping[Measure, str] = {"satisfied": "share of good answers", "nps": "NPS", "mean": "mean answer"}
_DIGITS: Mapping[Measure, int] = {"satisfied": 3, "nps": 0, "mean": 2}


@dataclass(frozen=True)
class PopulationValue:
    """Hold one measure over everybody who was asked.

    Attributes
    ----------
    answered
        The mean of those who answered.
    corrected
        That of everybody, if silence depends on nothing but what is known.
    low, high
        Bounds if silence also depends on the answer, as strongly as on the strongest known driver.
    worst, best
        The value if all who are silent gave the lowest or the best answer.
    tipping_odds
        How strong that dependence has to be to bring the corrected value back to that of those who answered;
        infinite where 1000 does not do.
    forecasts
        By ``answered`` and ``silent``: mean and quantiles of what the model expects of them.
    """

    answered: Estimate
    corrected: Estimate
    low: Estimate
    high: Estimate
    worst: float
    best: float
    tipping_odds: float
    forecasts: Mapping[str, Mapping[str, float]]

    def to_json(self) -> dict[str, Any]:
        """Return plain values; an infinite tipping point is null."""
        return {
            "answered": self.answered.to_json(),
            "corrected": self.corrected.to_json(),
            "bound": {"low": self.low.to_json(), "high": self.high.to_json()},
            "worst_case": {"low": self.worst, "high": self.best},
            "tipping_odds": None if math.isinf(self.tipping_odds) else self.tipping_odds,
            "forecasts": {group: dict(figures) for group, figures in self.forecasts.items()},
        }

    @classmethod
    def from_json(cls, content: Mapping[str, Any]) -> Self:
        """Read what :meth:`to_json` gave."""
        tipping = content["tipping_odds"]
        return cls(
            answered=Estimate.from_json(content["answered"]),
            corrected=Estimate.from_json(content["corrected"]),
            low=Estimate.from_json(content["bound"]["low"]),
            high=Estimate.from_json(content["bound"]["high"]),
            worst=content["worst_case"]["low"],
            best=content["worst_case"]["high"],
            tipping_odds=math.inf if tipping is None else tipping,
            forecasts=content["forecasts"],
        )


@dataclass(frozen=True)
class CohortValue:
    """Hold what can be said of everybody who was asked at the newest snapshot whose horizon is over.

    Attributes
    ----------
    snapshot_date
        None for a flat table.
    answered, silent
        How many rows have an answer, and how many have none.
    response_rate
        Share of rows with an answer; ``n`` = rows.
    effective_answers, trimmed_answers
        How many equal answers the weighted ones are worth, and how many weights were cut.
    strongest, odds_ratio
        The known driver that moves the odds of answering most, the habit of answering left aside, and by how
        much: what a hidden cause of silence is compared with. Empty and 1 where nothing else is known.
    values
        By measure, the one to lead with first.
    """

    snapshot_date: str | None
    answered: int
    silent: int
    response_rate: Estimate
    effective_answers: float
    trimmed_answers: int
    strongest: str
    odds_ratio: float
    values: Mapping[Measure, PopulationValue]

    @property
    def summary(self) -> Iterator[str]:
        """Yield what a person wants to know, a line each: who answered, and the measure to lead with."""
        name, value = next(iter(self.values.items()))
        digits = _DIGITS[name]

        def show(*numbers: float) -> str:
            return " to ".join(f"{number:.{digits}f}" for number in numbers)

        corrected = value.corrected
        yield (
            f"{_NAMES[name]}: {show(value.answered.value)} as answered by {self.answered} of "
            f"{self.answered + self.silent}, {show(corrected.value)} ({show(corrected.low, corrected.high)}) "
            "for everyone, corrected for who stays silent"
        )
        known = self.strongest.replace("_", " ") or "nothing"
        yield (
            f"if silence depends on the answer as strongly as on {known} "
            f"(odds x {self.odds_ratio:.1f}): {show(value.low.value, value.high.value)}; at the very worst "
            f"{show(value.worst, value.best)}"
        )

    def to_json(self) -> dict[str, Any]:
        """Return plain values."""
        return {
            **{name: found for name, found in vars(self).items() if name not in {"response_rate", "values"}},
            "response_rate": self.response_rate.to_json(),
            "lead": next(iter(self.values)),
            "values": {name: value.to_json() for name, value in self.values.items()},
        }

    @classmethod
    def from_json(cls, content: Mapping[str, Any]) -> Self:
        """Read what :meth:`to_json` gave."""
        # Files sort their keys: the measure to lead with has a key of its own.
        names = sorted(content["values"], key=lambda name: (name != content["lead"], name))
        values = {cast(Measure, name): PopulationValue.from_json(content["values"][name]) for name in names}
        plain = {name: found for name, found in content.items() if name != "lead"}
        rate = Estimate.from_json(content["response_rate"])
        return cls(**{**plain, "response_rate": rate, "values": values})

"""What an evaluation of ratings found, as plain values: every figure with its interval."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Self

from training.evaluation.record import Doubt
from training.statistics import Estimate, plain_values

COVERAGE = 0.9
LOWEST_RANK_CORRELATION = 0.15
LARGEST_COVERAGE_GAP = 0.05

_FIGURES = ("mean_answer", "mae", "rmse", "rps", "bias", "rank_correlation", "coverage", "width", "good_bias")
_COUNTS = ("n_rows", "n_entities", "n_silent")
_LOSSES = ("mae", "rmse", "rps")


@dataclass(frozen=True)
class RatingBin:
    """Hold a tenth of the rows by forecast: mean forecast and mean answer; ``observed.n`` counts rows."""

    forecast: float
    observed: Estimate


@dataclass(frozen=True)
class RatingComparison:
    """Hold how a model differs from a baseline on the same rows: model minus baseline; negative is better."""

    mae: Estimate
    rmse: Estimate
    rps: Estimate

    loss_name = "ranked probability score"

    @property
    def loss(self) -> Estimate:
        """Return the difference that decides."""
        return self.rps

    @property
    def is_better(self) -> bool:
        """Say whether the model's ranked probability score is lower beyond chance."""
        return self.rps.high < 0

    def to_json(self) -> dict[str, Any]:
        """Return plain values."""
        return {**{name: getattr(self, name).to_json() for name in _LOSSES}, "is_better": self.is_better}

    @classmethod
    def from_json(cls, content: Mapping[str, Any]) -> Self:
        """Read what :meth:`to_json` gave."""
        return cls(**{name: Estimate.from_json(content[name]) for name in _LOSSES})


@dataclass(frozen=True)
class RatingEvaluation:
    """Hold what test rows say of forecasts of an answer.

    Parameters
    ----------
    n_rows, n_entities, n_silent
        Answers that were judged, the entities behind them, and rows left out since nobody answered.
    mean_answer
        Mean of the answers.
    mae, rmse, rps
        Mean absolute and root mean squared error of the expected answer; mean ranked probability score of the
        distribution. All in the unit of the answer.
    bias
        Mean forecast minus mean answer.
    good_bias
        Mean probability of a good answer minus the share of good answers; NaN where none is good in itself.
    rank_correlation
        Spearman's, between forecast and answer.
    coverage, width
        Share of answers inside their 90 % interval, and its mean width.
    bins
        Tenths by forecast, lowest first.
    baselines
        The model against each baseline.
    """

    n_rows: int
    n_entities: int
    n_silent: int
    mean_answer: Estimate
    mae: Estimate
    rmse: Estimate
    rps: Estimate
    bias: Estimate
    good_bias: Estimate
    rank_correlation: Estimate
    coverage: Estimate
    width: Estimate
    bins: tuple[RatingBin, ...]
    baselines: Mapping[str, RatingComparison] = field(default_factory=dict)

    @property
    def loss(self) -> Estimate:
        """Return the figure by which two models are compared: the ranked probability score."""
        return self.rps

    @property
    def level_error(self) -> Estimate:
        """Return how far forecasts are too high (or, negative, too low) on average."""
        return self.bias

    @property
    def doubts(self) -> tuple[Doubt, ...]:
        """Return the reasons why the forecasts must not be used; none when they may be."""
        found = []
        if not self.rank_correlation.low >= LOWEST_RANK_CORRELATION:
            found.append(Doubt("order", self.rank_correlation.low, LOWEST_RANK_CORRELATION))
        gap = abs(self.coverage.value - COVERAGE)
        if gap > LARGEST_COVERAGE_GAP:
            found.append(Doubt("coverage", gap, LARGEST_COVERAGE_GAP))
        return tuple(found)

    @property
    def is_usable(self) -> bool:
        """Say whether the forecasts may be used."""
        return not self.doubts

    @property
    def beats_baselines(self) -> bool:
        """Say whether the model is better than every baseline beyond chance."""
        return all(comparison.is_better for comparison in self.baselines.values())

    @property
    def summary(self) -> str:
        """Return one line in plain words."""
        line = (
            f"rank correlation {self.rank_correlation}; the expected answer is off by {self.mae.value:.2f} "
            f"on average; {self.coverage.value:.0%} of answers fall inside their 90 % interval, "
            f"which is {self.width.value:.2f} wide; {self.n_rows:,} answers, {self.n_silent:,} silent rows"
        )
        return line if self.is_usable else f"{line}; not usable: {'; '.join(map(str, self.doubts))}"

    def to_json(self) -> dict[str, Any]:
        """Return plain values that JSON can hold."""
        return {
            "kind": "rating",
            **{name: getattr(self, name) for name in _COUNTS},
            **{name: getattr(self, name).to_json() for name in _FIGURES},
            "bins": plain_values(self.bins),
            "baselines": {name: comparison.to_json() for name, comparison in self.baselines.items()},
            "usable": self.is_usable,
            "doubts": [doubt.to_json() for doubt in self.doubts],
            "summary": self.summary,
        }

    @classmethod
    def from_json(cls, content: Mapping[str, Any]) -> Self:
        """Read what :meth:`to_json` gave; what follows from the figures is worked out again."""
        figures: dict[str, Any] = {name: Estimate.from_json(content[name]) for name in _FIGURES}
        figures |= {name: int(content[name]) for name in _COUNTS}
        return cls(
            **figures,
            bins=tuple(
                RatingBin(float(part["forecast"]), Estimate.from_json(part["observed"]))
                for part in content["bins"]
            ),
            baselines={name: RatingComparison.from_json(part) for name, part in content["baselines"].items()},
        )

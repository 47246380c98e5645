"""What an evaluation found, as plain values: every figure with its interval."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, Self

from training.statistics import Estimate, of_size, plain_values

Problem = Literal["ranking", "level", "level_top_tenth", "order", "coverage"]

LOWEST_AUC = 0.60
LARGEST_GAP = 0.05
SHARES: Mapping[str, float] = {"5%": 0.05, "10%": 0.10, "20%": 0.20}

_WORDS: Mapping[Problem, str] = {
    "ranking": "the ranking may be little better than chance",
    "level": "forecast and observed share differ",
    "level_top_tenth": "forecast and observed share differ among the highest forecasts",
    "order": "the order of the forecasts may be little better than chance",
    "coverage": "intervals hold more or fewer answers than promised",
}


@dataclass(frozen=True)
class Doubt:
    """Hold one reason why forecasts must not be used.

    Parameters
    ----------
    problem
        ``ranking``: the lower end of the AUC is too low. ``level`` and ``level_top_tenth``: the lower end of
        the calibration gap is too large, over all rows or among the tenth with the highest forecasts. Of
        ratings ``order``: the lower end of the rank correlation is too low; ``coverage``: the share of
        answers inside their 90 % interval is too far from 90 %.
    found, limit
        The end of the interval that decided, and what it is held against.
    """

    problem: Problem
    found: float
    limit: float

    def __str__(self) -> str:
        side = "below" if self.problem in {"ranking", "order"} else "above"
        return f"{_WORDS[self.problem]} ({self.found:.3f} is {side} {self.limit:.2f})"

    def to_json(self) -> dict[str, Any]:
        """Return plain values."""
        return {**plain_values(self), "words": str(self)}


@dataclass(frozen=True)
class CalibrationBin:
    """Hold a tenth of the rows by forecast: mean forecast and observed share; ``observed.n`` counts rows."""

    forecast: float
    observed: Estimate


@dataclass(frozen=True)
class Comparison:
    """Hold how a model differs from a baseline on the same rows: model minus baseline, paired by resamples.

    Negative is better for the losses, positive for the AUC.
    """

    log_loss: Estimate
    brier: Estimate
    auc: Estimate

    loss_name = "log loss"

    @property
    def loss(self) -> Estimate:
        """Return the difference that decides."""
        return self.log_loss

    @property
    def is_better(self) -> bool:
        """Say whether the model's log loss is lower beyond chance."""
        return self.log_loss.high < 0

    def to_json(self) -> dict[str, Any]:
        """Return plain values."""
        figures = {name: getattr(self, name).to_json() for name in ("log_loss", "brier", "auc")}
        return {**figures, "is_better": self.is_better}

    @classmethod
    def from_json(cls, content: Mapping[str, Any]) -> Self:
        """Read what :meth:`to_json` gave."""
        return cls(**{name: Estimate.from_json(content[name]) for name in ("log_loss", "brier", "auc")})


_FIGURES = (
    "event_share",
    "log_loss",
    "brier",
    "auc",
    "pr_auc",
    "ece",
    "calibration_slope",
    "level_error",
    "level_error_top_tenth",
)
_COUNTS = ("n_rows", "n_entities", "n_events", "n_censored")
_BY_SHARE = ("lift", "capture", "value_capture")


@dataclass(frozen=True)
class Evaluation:
    """Hold what test rows say of forecasts.

    Parameters
    ----------
    n_rows, n_entities, n_events
        Rows that were judged, the entities behind them, and rows with the event.
    n_censored
        Rows left out because it is not known whether the event falls inside the horizon.
    event_share
        Observed share of events.
    log_loss, brier, auc, pr_auc, ece, calibration_slope
        Losses, ranking (area under ROC, average precision), calibration (10 bins of equal mass; Cox slope).
    level_error, level_error_top_tenth
        Mean forecast minus observed share, signed: over all rows, and in the tenth of highest forecasts.
    lift, capture
        For the first 5, 10 and 20 % of rows by forecast: how many times the average share of events they
        hold, and which part of all events.
    value_capture
        Which part of the value lost with events they hold; empty without values.
    bins
        Tenths by forecast, lowest first.
    baselines
        The model against each baseline.
    """

    n_rows: int
    n_entities: int
    n_events: int
    n_censored: int
    event_share: Estimate
    log_loss: Estimate
    brier: Estimate
    auc: Estimate
    pr_auc: Estimate
    ece: Estimate
    calibration_slope: Estimate
    level_error: Estimate
    level_error_top_tenth: Estimate
    lift: Mapping[str, Estimate]
    capture: Mapping[str, Estimate]
    value_capture: Mapping[str, Estimate]
    bins: tuple[CalibrationBin, ...]
    baselines: Mapping[str, Comparison] = field(default_factory=dict)

    @property
    def loss(self) -> Estimate:
        """Return the figure by which two models are compared: the log loss."""
        return self.log_loss

    @property
    def calibration_gap(self) -> Estimate:
        """Return how far mean forecast and observed share are apart, over all rows."""
        return of_size(self.level_error)

    @property
    def calibration_gap_top_tenth(self) -> Estimate:
        """Return how far they are apart among the tenth with the highest forecasts."""
        return of_size(self.level_error_top_tenth)

    @property
    def doubts(self) -> tuple[Doubt, ...]:
        """Return the reasons why the forecasts must not be used; none when they may be."""
        gaps: dict[Problem, float] = {
            "level": self.calibration_gap.low,
            "level_top_tenth": self.calibration_gap_top_tenth.low,
        }
        found = [Doubt(problem, gap, LARGEST_GAP) for problem, gap in gaps.items() if gap > LARGEST_GAP]
        return (
            (Doubt("ranking", self.auc.low, LOWEST_AUC), *found)
            if self.auc.low < LOWEST_AUC
            else tuple(found)
        )

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
        top, gap = self.capture["10%"], self.calibration_gap
        line = (
            f"AUC {self.auc}; the tenth with the highest forecasts holds {top.value:.0%} of all events; "
            f"forecast and observed share differ by {100 * gap.value:.1f} points; "
            f"{self.n_rows:,} rows, {self.n_events:,} events"
        )
        return line if self.is_usable else f"{line}; not usable: {'; '.join(map(str, self.doubts))}"

    def to_json(self) -> dict[str, Any]:
        """Return plain values that JSON can hold."""
        return {
            **{name: getattr(self, name) for name in _COUNTS},
            **{name: getattr(self, name).to_json() for name in _FIGURES},
            "calibration_gap": self.calibration_gap.to_json(),
            "calibration_gap_top_tenth": self.calibration_gap_top_tenth.to_json(),
            **{name: plain_values(getattr(self, name)) for name in _BY_SHARE},
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
        figures |= {name: _shares_from_json(content[name]) for name in _BY_SHARE}
        figures |= {name: int(content[name]) for name in _COUNTS}
        return cls(
            **figures,
            bins=tuple(
                CalibrationBin(float(part["forecast"]), Estimate.from_json(part["observed"]))
                for part in content["bins"]
            ),
            baselines={name: Comparison.from_json(found) for name, found in content["baselines"].items()},
        )


def _shares_from_json(content: Mapping[str, Any]) -> dict[str, Estimate]:
    """Return the estimates of the first 5, 10 and 20 %."""
    return {share: Estimate.from_json(fields) for share, fields in content.items()}

"""The company value of an answer for everybody, corrected for who stays silent, beside the value as answered."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from features.errors import TooFewEventsError
from training.assessment.cohort import CohortForecasts, Measure
from training.assessment.propensity import Propensity, fit_propensity
from training.encoding import Encoder
from training.rows import Bools, Floats, LabelOutcome, TrainingRows
from training.statistics import AskedRows, Estimate, share, trim_odds

MIN_ANSWERS = 30
MIN_SILENT = 10
_QUANTILES = (0.1, 0.25, 0.5, 0.75, 0.9)


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


@dataclass(frozen=True)
class Population:
    """Hold what can be said of everybody who was asked at the newest snapshot whose horizon is over.

    Attributes
    ----------
    snapshot_date
        None for a flat table.
    response_rate
        Share of rows with an answer; ``n`` = rows.
    effective_answers, trimmed_answers
        How many equal answers the weighted ones are worth, and how many weights were cut.
    strongest, odds_ratio
        The known driver of silence that a hidden one is compared with; see :class:`Propensity`.
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

    def to_json(self) -> dict[str, Any]:
        """Return plain values."""
        return {
            **{name: found for name, found in vars(self).items() if name not in {"response_rate", "values"}},
            "response_rate": self.response_rate.to_json(),
            "lead": next(iter(self.values)),
            "values": {name: value.to_json() for name, value in self.values.items()},
        }


def describe_population(rows: TrainingRows, cohort: CohortForecasts, seed: int = 0) -> Population | None:
    """Correct the company value for who stays silent.

    Parameters
    ----------
    rows
        All rows.
    cohort
        Forecasts of everybody at the judged snapshots; of these the newest with 30 answers counts.

    Returns
    -------
    Population or None
        None where fewer than 30 answered, or fewer than 10 were silent: there is nothing to correct.
    """
    outcome = rows.outcome
    if not isinstance(outcome, LabelOutcome):
        message = "time to event has no answers"
        raise TypeError(message)
    weighted = np.ones(len(rows)) if rows.weight is None else rows.weight
    chosen = _newest(outcome, cohort.positions) & (weighted[cohort.positions] > 0)
    asked = rows.take(cohort.positions[chosen])
    measures = {name: pair[:, chosen] for name, pair in cohort.measures.items()}
    is_answered = np.isfinite(next(iter(measures.values()))[0])
    if is_answered.sum() < MIN_ANSWERS or (~is_answered).sum() < MIN_SILENT:
        return None
    try:
        propensity = _fit_propensity(asked, is_answered, seed)
    except TooFewEventsError:
        return None
    odds, n_trimmed = trim_odds(propensity.chance, is_answered)
    prepared = {
        name: AskedRows.of(*pair, odds, entity=asked.entity.astype(str), weight=asked.weight, seed=seed)
        for name, pair in measures.items()
    }
    values = {
        name: _correct(found, measures[name], propensity.odds_ratio, _ends(name, outcome, measures[name][0]))
        for name, found in prepared.items()
    }
    return Population(
        snapshot_date=None if outcome.timing is None else str(_days(asked)[0]),
        answered=int(is_answered.sum()),
        silent=int((~is_answered).sum()),
        response_rate=share(int(is_answered.sum()), is_answered.size),
        effective_answers=next(iter(prepared.values())).effective_answers,
        trimmed_answers=n_trimmed,
        strongest=propensity.strongest,
        odds_ratio=propensity.odds_ratio,
        values=values,
    )


def _fit_propensity(asked: TrainingRows, is_answered: Bools, seed: int) -> Propensity:
    """Fit who answers on the features of everybody who was asked."""
    encoded = Encoder.fit(asked.columns, asked.catalogue).encode(asked.columns)
    drivers = [feature.driver or feature.name for feature in asked.catalogue]
    return fit_propensity(encoded, is_answered, asked.group, drivers, seed)


def _newest(outcome: LabelOutcome, positions: NDArray[np.intp]) -> Bools:
    """Choose the newest snapshot with enough answers, or all rows of a flat table."""
    if outcome.timing is None:
        return np.ones(len(positions), dtype=np.bool_)
    days, known = outcome.timing.snapshot_date[positions], outcome.is_known[positions]
    found, counts = np.unique(days[known], return_counts=True)
    enough = found[counts >= MIN_ANSWERS]
    chosen: Bools = days == enough[-1] if enough.size else np.zeros(len(days), dtype=np.bool_)
    return chosen


def _days(rows: TrainingRows) -> NDArray[np.datetime64]:
    """Return the snapshot of each row."""
    assert isinstance(rows.outcome, LabelOutcome)
    assert rows.outcome.timing is not None
    return rows.outcome.timing.snapshot_date


def _ends(measure: Measure, outcome: LabelOutcome, counted: Floats) -> tuple[float, float]:
    """Return the lowest and best an answer can count as; of an amount those that were given."""
    if measure == "satisfied":
        return 0.0, 1.0
    if measure == "nps":
        return -100.0, 100.0
    return outcome.scale or (float(np.nanmin(counted)), float(np.nanmax(counted)))


def _correct(
    asked: AskedRows, pair: Floats, odds_ratio: float, ends: tuple[float, float]
) -> PopulationValue:
    """Return one measure: as answered, corrected, bounded."""
    answered, (worst, best) = asked.answered(), asked.worst_case(*ends)
    low, high = (_within(asked.bound(odds_ratio, side), worst, best) for side in ("low", "high"))
    is_silent = np.isnan(pair[0])
    return PopulationValue(
        answered=answered,
        corrected=_within(asked.corrected(), worst, best),
        low=low,
        high=high,
        worst=worst,
        best=best,
        tipping_odds=asked.tipping_odds(answered.value),
        forecasts={"answered": _describe(pair[1, ~is_silent]), "silent": _describe(pair[1, is_silent])},
    )


def _within(found: Estimate, lowest: float, highest: float) -> Estimate:
    """Keep an estimate inside what any answers of the silent could give; its range may reach further."""
    value = min(max(found.value, lowest), highest)
    return Estimate.around(value, found.low, found.high, found.n)


def _describe(forecasts: Floats) -> dict[str, float]:
    """Return the mean and the quantiles of forecasts."""
    ends = np.quantile(forecasts, _QUANTILES)
    named = {f"q{int(100 * q)}": float(end) for q, end in zip(_QUANTILES, ends, strict=True)}
    return {"mean": float(forecasts.mean()), **named}

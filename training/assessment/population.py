"""The company value of an answer for everybody, corrected for who stays silent, beside as answered."""

import numpy as np
from numpy.typing import NDArray

from features.errors import TooFewEventsError
from training.assessment.cohort import CohortForecasts
from training.assessment.propensity import Propensity, fit_propensity
from training.encoding import Encoder
from training.evaluation import CohortValue, Measure, PopulationValue
from training.rows import Bools, Floats, LabelOutcome, TrainingRows
from training.statistics import AskedRows, Estimate, share, trim_odds

MIN_ANSWERS = 30
MIN_SILENT = 10
# How features of a response rule are called: the rate, invitations in a row without an answer, the lag.
_HABIT = ".response_rate"
_QUANTILES = (0.1, 0.25, 0.5, 0.75, 0.9)


def describe_population(rows: TrainingRows, cohort: CohortForecasts, seed: int = 0) -> CohortValue | None:
    """Correct the company value for who stays silent.

    Parameters
    ----------
    rows
        All rows.
    cohort
        Forecasts of everybody at the judged snapshots; of these the newest with 30 answers counts.

    Returns
    -------
    CohortValue or None
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
        name: AskedRows.of(
            counted, forecast, odds, entity=asked.entity.astype(str), weight=asked.weight, seed=seed
        )
        for name, (counted, forecast) in measures.items()
    }
    values = {
        name: _correct(found, measures[name], propensity.odds_ratio, _ends(name, outcome, measures[name][0]))
        for name, found in prepared.items()
    }
    return CohortValue(
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
    drivers = [
        None if _HABIT in feature.bare_name else feature.driver or feature.name for feature in asked.catalogue
    ]
    is_survey = [feature.data == "X" for feature in asked.catalogue]
    return fit_propensity(encoded, is_answered, asked.group, drivers, seed, is_survey=is_survey)


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


def _correct(asked: AskedRows, pair: Floats, odds_ratio: float, ends: tuple[float, float]) -> PopulationValue:
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

"""Judge one set of forecasts."""

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from training.evaluation.record import SHARES, CalibrationBin, Comparison, Evaluation
from training.evaluation.rows import LabelledRows, RankedRows
from training.statistics import N_BINS, Estimate, Floats, calibration_error, from_draws, share

_SINGLE = (
    "event_share",
    "log_loss",
    "brier",
    "auc",
    "pr_auc",
    "calibration_slope",
    "level_error",
    "level_error_top_tenth",
)


def evaluate(
    target: npt.ArrayLike,
    probability: npt.ArrayLike,
    *,
    weight: npt.ArrayLike | None = None,
    entity: npt.ArrayLike | None = None,
    value: npt.ArrayLike | None = None,
    baselines: Mapping[str, npt.ArrayLike] | None = None,
    n_censored: int = 0,
    n_draws: int = 500,
    seed: int = 0,
) -> Evaluation:
    """Judge forecasts on rows that no part of the model has seen.

    Parameters
    ----------
    target, probability
        ``[n]`` labels (0 or 1) and forecasts (0 to 1).
    weight
        ``[n]`` row weights; ones when absent.
    entity
        ``[n]`` who each row belongs to; intervals resample entities. Each row is its own when absent.
    value
        ``[n]`` what is lost with an event, to tell how much of it the first rows hold; NaN counts as 0.
    baselines
        Forecasts ``[n]`` of simpler rules for the same rows, by name.
    n_censored
        Rows that the caller left out since their label is not known; only reported.
    n_draws, seed
        Resamples behind each interval. Equal seeds give equal intervals.

    Raises
    ------
    TooFewEventsError
        If the rows hold one class only.
    ValueError
        If columns differ in length, labels are not 0 or 1, or forecasts are no probabilities.

    Examples
    --------
    >>> found = evaluate([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8])
    >>> found.auc.value, found.n_events
    (0.75, 2)
    """
    rows = LabelledRows.of(target, weight=weight, entity=entity, value=value, n_draws=n_draws, seed=seed)
    ranked = rows.rank(probability)
    own, drawn = ranked.own_figures(), ranked.drawn_figures()
    n = rows.target.size
    return Evaluation(
        n_rows=n,
        n_entities=rows.draws.n_entities,
        n_events=int(rows.target.sum()),
        n_censored=n_censored,
        **{name: from_draws(own[name][0], drawn[name][:, 0], n) for name in _SINGLE},
        ece=calibration_error(own["gaps"], drawn["gaps"], n),
        lift=_by_share(own["lift"], drawn["lift"], n),
        capture=_by_share(own["capture"], drawn["capture"], n),
        value_capture={} if value is None else _by_share(own["value_capture"], drawn["value_capture"], n),
        bins=_calibration_bins(ranked),
        baselines={name: _compare(own, drawn, rows.rank(rule)) for name, rule in (baselines or {}).items()},
    )


def _compare(own: Mapping[str, Floats], drawn: Mapping[str, Floats], other: RankedRows) -> Comparison:
    """Return differences to a baseline, which sees the same resamples."""
    its_own, its_drawn = other.own_figures(), other.drawn_figures()

    def differ(name: str) -> Estimate:
        draws = (drawn[name] - its_drawn[name])[:, 0]
        return from_draws((own[name] - its_own[name])[0], draws, other.lost.size)

    return Comparison(log_loss=differ("log_loss"), brier=differ("brier"), auc=differ("auc"))


def _by_share(own: Floats, drawn: Floats, n: int) -> dict[str, Estimate]:
    """Return an estimate for each of the first 5, 10 and 20 %."""
    return {name: from_draws(own[place], drawn[:, place], n) for place, name in enumerate(SHARES)}


def _calibration_bins(ranked: RankedRows) -> tuple[CalibrationBin, ...]:
    """Cut the rows into tenths by forecast, lowest first; rows with equal forecasts stay together."""
    weight = ranked.draws.weight
    mass = ranked.ranking.weigh(weight[None]).rows[0]
    middles = (mass[1:] + mass[:-1]) / 2 / mass[-1]
    sizes = np.diff(np.append(ranked.ranking.first_rows, weight.size))
    bins = np.minimum((np.repeat(middles, sizes) * N_BINS).astype(np.int64), N_BINS - 1)
    parts = [np.flatnonzero((bins == place) & (weight > 0)) for place in reversed(range(N_BINS))]
    return tuple(_calibration_bin(ranked, part) for part in parts if part.size)


def _calibration_bin(ranked: RankedRows, part: npt.NDArray[np.intp]) -> CalibrationBin:
    """Return mean forecast and observed share of some rows, with Wilson's interval.

    Where weights differ, the interval is that of the effective number of rows (Kish 1965).
    """
    weight, ranking = ranked.draws.weight[part], ranked.ranking
    effective = float(weight.sum() ** 2 / (weight**2).sum())
    observed = min(1.0, float(np.average(ranking.target[part], weights=weight)))
    wilson = share(observed * effective, effective)
    forecast = float(np.average(ranking.forecast[part], weights=weight))
    return CalibrationBin(forecast, Estimate(wilson.value, wilson.low, wilson.high, part.size))

"""How well the risk of a competing exit is forecast, and in words what was done about such exits."""

from typing import Any

import numpy as np

from features.errors import TooFewEventsError
from features.usecase import EventTarget
from training.assessment.forecasting import Forecasts, RatingForecasts
from training.bundle import Bundle
from training.evaluation import evaluate, horizon_labels
from training.models.periods import COMPETING
from training.rows import FollowUp, TrainingRows
from training.splits import days_observed
from training.statistics import Estimate

_FIGURES = ("event_share", "auc", "level_error", "ece")


def judge_competing(
    rows: TrainingRows, forecasts: Forecasts | RatingForecasts, seed: int = 0
) -> dict[str, Any] | None:
    """Return ranking and calibration of the risk of a competing exit at the primary horizon, as plain values.

    Parameters
    ----------
    rows
        All rows.
    forecasts
        Rows forecast where no competing exits had been learned of are left out.

    Returns
    -------
    dict or None
        ``horizon``, ``n_rows``, ``n_exits`` and, with intervals, the observed share ``event_share``, ``auc``,
        ``level_error`` (mean forecast minus observed share) and ``ece``; None where nothing can be judged.
    """
    if isinstance(forecasts, RatingForecasts) or not isinstance(rows.outcome, FollowUp):
        return None
    forecast = forecasts.competing[:, rows.primary_index]
    tested = rows.take(forecasts.positions)
    outcome = rows.outcome.take(forecasts.positions)
    labels, is_known = horizon_labels(
        outcome.days,
        outcome.event,
        days_observed(outcome.snapshot_date, outcome.primary.gap_days, outcome.observed_until),
        outcome.primary.length.days,
        COMPETING,
    )
    chosen = is_known & np.isfinite(forecast)
    if not chosen.any():
        return None
    try:
        found = evaluate(
            labels[chosen],
            forecast[chosen],
            weight=None if tested.weight is None else tested.weight[chosen],
            entity=tested.entity[chosen],
            seed=seed,
        )
    except TooFewEventsError:
        return None
    return {
        "horizon": rows.horizon_names[rows.primary_index],
        "n_rows": found.n_rows,
        "n_exits": found.n_events,
        **{name: getattr(found, name).to_json() for name in _FIGURES},
    }


def tell_competing(bundle: Bundle) -> str | None:
    """Return one line on competing exits; None where the model knows none."""
    found, target = bundle.facts.get("competing"), bundle.usecase.target
    if found is None or not isinstance(target, EventTarget) or target.cause is None:
        return None
    causes = ", ".join(target.cause.competing)
    line = f"competing exits: {found['n_exits']:,} ({causes}), modelled apart"
    if found["fit"] is None:
        return f"{line} with one rate per period for everyone: too few for more"
    judged = bundle.evaluation.get("competing")
    if judged is None:
        return line
    auc, error = Estimate.from_json(judged["auc"]), Estimate.from_json(judged["level_error"])
    differ = f"forecast and observed share differ by {100 * abs(error.value):.1f} points"
    return f"{line}; {judged['horizon']}: AUC {auc}; {differ}"

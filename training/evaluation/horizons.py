"""Judge a model of several horizons: each on the rows whose horizon was observed to its end."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from features.errors import TooFewEventsError
from features.timeline import Duration
from training.evaluation.judging import evaluate
from training.evaluation.rating_record import RatingEvaluation
from training.evaluation.record import Evaluation
from training.statistics import Bools, Floats, as_column

AnyEvaluation = Evaluation | RatingEvaluation


@dataclass(frozen=True)
class HorizonEvaluations:
    """Hold an evaluation per horizon, and the reason for each horizon that could not be judged.

    Parameters
    ----------
    by_horizon
        Evaluations by horizon (``90d``), shortest first.
    left_out
        One line of words per horizon without one.
    """

    by_horizon: Mapping[str, AnyEvaluation]
    left_out: Mapping[str, str]

    def lead(self, primary: str) -> AnyEvaluation | None:
        """Return the figures to lead with: of the primary horizon, else of the first that could be judged."""
        return self.by_horizon.get(primary) or next(iter(self.by_horizon.values()), None)

    def to_json(self) -> dict[str, Any]:
        """Return plain values."""
        horizons = {horizon: evaluation.to_json() for horizon, evaluation in self.by_horizon.items()}
        return {"horizons": horizons, "left_out": dict(self.left_out)}

    @classmethod
    def from_json(cls, content: Mapping[str, Any]) -> Self:
        """Read what :meth:`to_json` gave."""
        found = {horizon: _read(fields) for horizon, fields in content["horizons"].items()}
        return cls(found, dict(content["left_out"]))


def _read(fields: Mapping[str, Any]) -> AnyEvaluation:
    """Return one evaluation from its plain values."""
    return (
        RatingEvaluation.from_json(fields) if fields.get("kind") == "rating" else Evaluation.from_json(fields)
    )


def horizon_labels(
    days: npt.ArrayLike,
    event: npt.ArrayLike,
    observed_days: npt.ArrayLike,
    horizon_days: int,
    cause: int = 1,
) -> tuple[Floats, Bools]:
    """Return whether the event fell inside a horizon, and for which rows that is known.

    A row is known when observation covers the whole horizon, whatever happened inside: keeping the early
    events of half-observed rows would raise the share of events. A row that ended inside it with an event of
    another cause is a known 0: who has left can no longer have the event (crude risk). Rows that left the
    cohort inside it without any event are not known.

    Parameters
    ----------
    days, event
        ``[n]`` days from the start of the horizon to the event (1), to one of a competing cause (2), or to
        the end of what was seen (0).
    observed_days
        ``[n]`` days from the start of the horizon to the end of observation
        (:func:`~training.splits.days_observed`), also where an event came earlier.
    horizon_days
        Length of the horizon.
    cause
        The code of the event that is asked for.

    Returns
    -------
    tuple
        Labels ``[n]`` (0 where unknown) and whether each is known ``[n]``.

    Examples
    --------
    >>> labels, known = horizon_labels([10, 90, 40, 10, 40], [1, 0, 0, 1, 2], [90, 90, 90, 60, 90], 90)
    >>> labels.tolist(), known.tolist()
    ([1.0, 0.0, 0.0, 0.0, 0.0], [True, True, False, False, True])
    """
    seen = as_column("days", days)
    covered = as_column("observed_days", observed_days, seen.size) >= horizon_days
    code, is_over = as_column("event", event, seen.size), seen >= horizon_days
    is_known = covered & ((code > 0) | is_over)
    return np.where(is_known & (code == cause) & ~is_over, 1.0, 0.0), np.asarray(is_known)


def evaluate_horizons(
    days: npt.ArrayLike,
    event: npt.ArrayLike,
    probabilities: Floats,
    horizons: Sequence[Duration],
    *,
    observed_days: npt.ArrayLike,
    weight: npt.ArrayLike | None = None,
    entity: npt.ArrayLike | None = None,
    value: npt.ArrayLike | None = None,
    baselines: Mapping[str, Mapping[str, npt.ArrayLike]] | None = None,
    n_draws: int = 500,
    seed: int = 0,
) -> HorizonEvaluations:
    """Judge the forecasts of each horizon on the rows whose label is known there.

    Parameters
    ----------
    days, event, observed_days
        As for :func:`horizon_labels`.
    probabilities
        ``[n, h]`` forecasts in the order of ``horizons``.
    horizons
        Lengths, shortest first.
    weight, entity, value, n_draws, seed
        As for :func:`evaluate`.
    baselines
        Per horizon (``90d``) and name the forecasts ``[n]`` of a simpler rule, for all rows.

    Raises
    ------
    ValueError
        If shapes do not fit.
    """
    n_rows = np.size(np.asarray(days))
    if probabilities.shape != (n_rows, len(horizons)):
        message = (
            f"probabilities have the shape {probabilities.shape} where {(n_rows, len(horizons))} is needed"
        )
        raise ValueError(message)
    columns = {"weight": weight, "entity": entity, "value": value}
    found: dict[str, AnyEvaluation] = {}
    left_out: dict[str, str] = {}
    for place, horizon in enumerate(horizons):
        labels, known = horizon_labels(days, event, observed_days, horizon.days)
        if not known.any():
            left_out[str(horizon)] = f"none of {n_rows} test rows was observed for {horizon.days} days"
            continue
        rules = (baselines or {}).get(str(horizon), {})
        try:
            found[str(horizon)] = evaluate(
                labels[known],
                probabilities[known, place],
                **{name: np.asarray(column)[known] for name, column in columns.items() if column is not None},
                baselines={name: np.asarray(rule)[known] for name, rule in rules.items()},
                n_censored=int((~known).sum()),
                n_draws=n_draws,
                seed=seed,
            )
        except TooFewEventsError as error:
            left_out[str(horizon)] = error.problem
    return HorizonEvaluations(found, left_out)

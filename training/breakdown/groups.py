"""The figures of each segment of the declared cuts, and of each wave of forecasts."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from features.errors import TooFewEventsError
from training.assessment import Forecasts, RatingForecasts
from training.disclosure import shown_groups
from training.evaluation import evaluate, evaluate_ratings
from training.fairness.judged import JudgedRows, judged_rows
from training.rows import Bools, TrainingRows

OF_EVENTS = ("event_share", "auc", "log_loss", "ece", "level_error")
OF_ANSWERS = ("mean_answer", "rank_correlation", "rps", "mae", "bias")
FEWEST = 10
N_DRAWS = 300

Names = NDArray[np.object_]


def judge_segments(
    rows: TrainingRows,
    forecasts: Forecasts | RatingForecasts,
    cuts: Mapping[str, pa.ChunkedArray],
    minimum: int,
    seed: int = 0,
) -> dict[str, Any]:
    """Return the figures of every segment at the primary horizon, as plain values.

    Parameters
    ----------
    cuts
        By cut the segment of every row; null where it is not known.
    minimum
        Fewest entities of a segment that is shown; smaller ones are named, nothing more.

    Returns
    -------
    dict
        By cut: ``groups`` with the figures, and ``suppressed``, the names of those that are too small or
        would give a small one away by subtraction (:func:`training.disclosure.shown_groups`). A group in
        which too few entities have the event, or too few have none, has no figures and no count of events,
        and ``words`` says why.
    """
    return {
        "horizon": rows.horizon_names[rows.primary_index],
        "minimum_group": minimum,
        "cuts": {
            name: _judge_groups(rows, forecasts, np.array(cut.to_pylist(), dtype=object), minimum, seed)
            for name, cut in cuts.items()
        },
    }


def judge_waves(
    rows: TrainingRows, forecasts: Forecasts | RatingForecasts, minimum: int, seed: int = 0
) -> dict[str, Any]:
    """Return the figures of every snapshot that was forecast, by its day; none for a flat table."""
    facts = {"horizon": rows.horizon_names[rows.primary_index], "minimum_group": minimum}
    if rows.snapshot_date is None:
        return {**facts, "groups": {}, "suppressed": []}
    days = rows.snapshot_date.astype(str).astype(object)
    return {**facts, **_judge_groups(rows, forecasts, days, minimum, seed)}


@dataclass(frozen=True)
class _Judge:
    """Hold what judges some of the kept-back rows."""

    tested: JudgedRows
    forecasts: Forecasts | RatingForecasts
    minimum: int
    seed: int

    def figures(self, chosen: Bools) -> dict[str, Any]:
        """Return the figures of some rows as plain values.

        Raises
        ------
        TooFewEventsError
            If there are too few answers.
        """
        of_group, forecasts = self.tested.take(chosen), self.forecasts
        if isinstance(forecasts, RatingForecasts):
            answers = evaluate_ratings(
                of_group.outcome,
                forecasts.answers.take(chosen),
                weight=of_group.weight,
                entity=of_group.entity,
                n_draws=N_DRAWS,
                seed=self.seed,
            )
            return {name: getattr(answers, name).to_json() for name in OF_ANSWERS}
        events = evaluate(
            of_group.outcome,
            of_group.forecast,
            weight=of_group.weight,
            entity=of_group.entity,
            n_draws=N_DRAWS,
            seed=self.seed,
        )
        return {name: getattr(events, name).to_json() for name in OF_EVENTS}


def _judge_groups(
    rows: TrainingRows, forecasts: Forecasts | RatingForecasts, group: Names, minimum: int, seed: int
) -> dict[str, Any]:
    """Return the figures of the groups that may be shown, and the names of the others."""
    tested = judged_rows(rows, forecasts)
    judge, group = _Judge(tested, forecasts, minimum, seed), group[tested.positions]
    shown = _show(group, tested.entity, minimum)
    enough = _enough_events(judge, group)
    return {
        "groups": {
            name: _describe(judge, group == name, has_enough=name in enough) for name in sorted(shown)
        },
        "suppressed": sorted({name for name in group if name is not None} - shown),
    }


def _describe(judge: _Judge, chosen: Bools, *, has_enough: bool) -> dict[str, Any]:
    """Return counts and figures of one group, or why there are none."""
    tested = judge.tested.take(chosen)
    found: dict[str, Any] = {"n_rows": len(tested.entity), "n_entities": len(set(tested.entity))}
    found |= {"n_events": None, "figures": {}, "words": None}
    if not has_enough:
        few = "too few people had the event, or did not, in it or in the smaller ones beside it"
        return {**found, "words": f"no interval: {few}"}
    try:
        figures = judge.figures(chosen)
    except TooFewEventsError as error:
        return {**found, "words": f"no interval: {error.problem}"}
    n_events = int(tested.outcome.sum()) if tested.is_event else None
    return {**found, "n_events": n_events, "figures": figures}


def _enough_events(judge: _Judge, group: Names) -> set[str]:
    """Return the groups with enough entities of both outcomes, all groups where answers are forecast.

    Enough for an interval, and so many that neither a count of events nor what is left of all gives away few.
    """
    tested = judge.tested
    if not tested.is_event:
        return {name for name in group if name is not None}
    found = set(group)
    for outcome in (0, 1):
        chosen = tested.outcome == outcome
        sizes = _count(group[chosen], tested.entity[chosen])
        found &= _show(group[chosen], tested.entity[chosen], judge.minimum)
        found &= {name for name, size in sizes.items() if size >= FEWEST}
    return found


def _show(group: Names, entity: Names, minimum: int) -> set[str]:
    """Return the groups that may be shown beside the figures of all rows."""
    n_without = len({one for name, one in zip(group, entity, strict=True) if name is None})
    return set(shown_groups(_count(group, entity), minimum, n_without=n_without))


def _count(group: Names, entity: Names) -> dict[str, int]:
    """Return the number of entities by group."""
    pairs = {(name, one) for name, one in zip(group, entity, strict=True) if name is not None}
    return dict(sorted(Counter(name for name, _ in pairs).items()))

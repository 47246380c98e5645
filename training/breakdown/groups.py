"""The figures of each segment of the declared cuts, and of each wave of forecasts."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from features.errors import TooFewEventsError
from training.assessment import Forecasts, RatingForecasts
from training.disclosure import shown_groups
from training.evaluation import evaluate, evaluate_ratings
from training.fairness import large_groups
from training.fairness.judged import JudgedRows, judged_rows
from training.rows import Bools, FollowUp, TrainingRows

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
    outcome = rows.outcome
    timing = outcome if isinstance(outcome, FollowUp) else outcome.timing
    facts = {"horizon": rows.horizon_names[rows.primary_index], "minimum_group": minimum}
    if timing is None:
        return {**facts, "groups": {}, "suppressed": []}
    days = timing.snapshot_date.astype(str).astype(object)
    return {**facts, **_judge_groups(rows, forecasts, days, minimum, seed)}


@dataclass(frozen=True)
class _Judge:
    """Hold what judges some of the kept-back rows."""

    tested: JudgedRows
    forecasts: Forecasts | RatingForecasts
    minimum: int
    seed: int

    @property
    def fewest(self) -> int:
        """Return how many entities of either outcome figures of events ask for."""
        return max(self.minimum, FEWEST)

    def figures(self, chosen: Bools) -> dict[str, Any]:
        """Return the figures of some rows as plain values.

        Raises
        ------
        TooFewEventsError
            If there are too few answers.
        """
        of_group, forecasts = self.tested.take(chosen), self.forecasts
        beside = {"weight": of_group.weight, "entity": of_group.entity, "n_draws": N_DRAWS, "seed": self.seed}
        if isinstance(forecasts, RatingForecasts):
            answers = forecasts.answers.take(chosen)
            judged = evaluate_ratings(of_group.outcome, answers, **beside).to_json()
            return {name: judged[name] for name in OF_ANSWERS}
        judged = evaluate(of_group.outcome, of_group.forecast, **beside).to_json()
        return {name: judged[name] for name in OF_EVENTS}


def _judge_groups(
    rows: TrainingRows, forecasts: Forecasts | RatingForecasts, group: Names, minimum: int, seed: int
) -> dict[str, Any]:
    """Return the figures of the groups that may be shown, and the names of the others."""
    tested = judged_rows(rows, forecasts)
    judge, group = _Judge(tested, forecasts, minimum, seed), group[tested.positions]
    sizes = _count(group, tested.entity)
    n_without = len(set(tested.entity[[name is None for name in group]]))
    shown = shown_groups(sizes, minimum, n_without=n_without)
    enough = _enough_events(tested, group, judge.fewest)
    return {
        "groups": {
            name: _describe(judge, group == name, has_enough=name in enough) for name in sorted(shown)
        },
        "suppressed": sorted(set(sizes) - set(shown)),
    }


def _describe(judge: _Judge, chosen: Bools, *, has_enough: bool) -> dict[str, Any]:
    """Return counts and figures of one group, or why there are none."""
    tested = judge.tested.take(chosen)
    found: dict[str, Any] = {"n_rows": len(tested.entity), "n_entities": len(set(tested.entity))}
    found |= {"n_events": None, "figures": {}, "words": None}
    if not has_enough:
        few = f"fewer than {judge.fewest} people had the event, or fewer than {judge.fewest} did not"
        return {**found, "words": f"too few for an interval: {few}"}
    try:
        figures = judge.figures(chosen)
    except TooFewEventsError as error:
        return {**found, "words": f"too few for an interval: {error.problem}"}
    n_events = int(tested.outcome.sum()) if tested.is_event else None
    return {**found, "n_events": n_events, "figures": figures}


def _enough_events(tested: JudgedRows, group: Names, fewest: int) -> set[str]:
    """Return the groups with enough entities of both outcomes, all groups where answers are forecast."""
    if not tested.is_event:
        return {name for name in group if name is not None}
    with_event, without = (
        large_groups(group[chosen], tested.entity[chosen], fewest)
        for chosen in (tested.outcome == 1, tested.outcome == 0)
    )
    return with_event & without


def _count(group: Iterable[str | None], entity: Iterable[str]) -> dict[str, int]:
    """Return the number of entities by group."""
    pairs = {(name, one) for name, one in zip(group, entity, strict=True) if name is not None}
    sizes: dict[str, int] = {}
    for name, _ in pairs:
        sizes[name] = sizes.get(name, 0) + 1
    return dict(sorted(sizes.items()))

"""How well a champion does: estimated before outcomes are known and realised since."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from features.frame import Frame
from features.usecase import UseCase
from training.evaluation import AnyEvaluation, Evaluation, HorizonEvaluations, RatingEvaluation
from training.monitoring.batches import Batch, list_batches
from training.monitoring.estimating import estimate_auc
from training.monitoring.fairness_drift import watch_fairness
from training.monitoring.performance_words import (
    BLIND,
    BLIND_TO_ANSWERS,
    NOT_ASKED,
    NOTHING_NEW,
    in_own_unit,
    in_points,
    label_check,
    tell_gap,
    tell_order,
    tell_unknown,
)
from training.monitoring.realising import Realised, realise_answers, realise_event
from training.monitoring.record import Check, Performance, Text
from training.monitoring.surprise import p_of_change, p_of_fall
from training.promotion import Candidate
from training.statistics import LEVEL, Estimate

# Differences that nobody would act on are no drift, however many rows show them.
ALLOWED_FALL = 0.02
ALLOWED_SHARE = 0.1


@dataclass(frozen=True)
class Watched:
    """Hold what is seen of a champion.

    Attributes
    ----------
    performance
        Oldest snapshot first, then by horizon.
    checks
        Each with its p-value, and its state as if it were alone; :func:`training.monitoring.deciding.decide`
        decides on all checks of a batch together.
    limits
        What cannot be seen.
    """

    performance: tuple[Performance, ...]
    checks: tuple[Check, ...]
    limits: tuple[Text, ...]


@dataclass(frozen=True)
class _Seen:
    """Hold one batch at one horizon beside what was promised for it."""

    batch: Batch
    horizon: str
    promised: AnyEvaluation
    estimated: Estimate | None
    realised: Realised | None


def watch_model(champion: Candidate, frame: Frame, usecase: UseCase, *, seed: int = 0) -> Watched:
    """Look at the forecasts of a champion on rows that it had not learned from.

    Parameters
    ----------
    champion
        The champion with what it forecast when it was judged (``training.runs.promoting.fetch_candidate``).
    frame
        The feature table as it is today.
    usecase
        The use case that it was built with.
    seed
        Where the random numbers of the ranges start.
    """
    bundle = champion.bundle
    batches = list_batches(champion, frame, usecase)
    judged = HorizonEvaluations.from_json(bundle.evaluation["all_rows"]).by_horizon
    seen = [
        _look(batch, horizon, judged[horizon], seed)
        for batch in batches
        for horizon in batch.forecasts
        if horizon in judged
    ]
    primary = bundle.primary_horizon
    checks = (*_check_order_and_level(seen, primary), *watch_fairness(batches, frame, bundle, seed=seed))
    return Watched(_tell_performance(seen), checks, _tell_limits(champion, frame, batches))


def _look(batch: Batch, horizon: str, promised: AnyEvaluation, seed: int) -> _Seen:
    """Estimate and, as far as outcomes are known, judge the forecasts of a batch at one horizon."""
    forecast, outcome = batch.forecasts[horizon], batch.outcomes.get(horizon)
    estimated = None
    if isinstance(promised, Evaluation):
        estimated = estimate_auc(forecast, promised, weight=batch.weight, entity=batch.entity, seed=seed)
    realised = None
    if outcome is not None:
        realise = realise_event if isinstance(promised, Evaluation) else realise_answers
        realised = realise(forecast, outcome, batch.entity, batch.weight, seed=seed)
    return _Seen(batch, horizon, promised, estimated, realised)


def _tell_performance(seen: Sequence[_Seen]) -> tuple[Performance, ...]:
    """Return the figures of each day and horizon; the newest rows and those of the table may share a day."""
    by_place: dict[tuple[object, str], list[_Seen]] = {}
    for one in seen:
        by_place.setdefault((one.batch.day, one.horizon), []).append(one)
    return tuple(found for group in by_place.values() for found in _join(group))


def _join(group: Sequence[_Seen]) -> Iterator[Performance]:
    """Yield the figures of one day and horizon: estimated on everybody, realised on those who are known."""
    first = group[0]
    estimated = next((one.estimated for one in reversed(group) if one.estimated is not None), None)
    realised = next((one.realised for one in group if one.realised is not None), None)
    figure, promised = _promise(first.promised)
    where = first.batch.day, first.horizon
    if estimated is not None or realised is not None:
        yield Performance(*where, figure, promised, estimated, None if realised is None else realised.order)
    if realised is not None:
        yield Performance(*where, "calibration_gap", _level(first.promised), None, realised.gap)


def _promise(promised: AnyEvaluation) -> tuple[Literal["auc", "rank_correlation"], Estimate]:
    """Return the figure by which order is judged, and what it was on rows kept back."""
    if isinstance(promised, RatingEvaluation):
        return "rank_correlation", promised.rank_correlation
    return "auc", promised.auc


def _level(promised: AnyEvaluation) -> Estimate:
    """Return how far forecasts and outcomes were apart on rows kept back."""
    return promised.bias if isinstance(promised, RatingEvaluation) else promised.level_error


def _check_order_and_level(seen: Sequence[_Seen], primary: str) -> Iterator[Check]:
    """Yield the checks: what is expected of the newest rows, and what came true of the newest known ones."""
    newest = next((one for one in reversed(seen) if one.horizon == primary and one.estimated), None)
    if newest is not None and newest.estimated is not None:
        yield _check_order("estimated", newest, newest.estimated)
    known = {one.horizon: one for one in seen if one.realised is not None}
    for one in known.values():
        if one.realised is not None:
            yield _check_order("realised", one, one.realised.order)
            yield from _check_level(one, one.realised)
    if seen and primary not in known:
        label = label_check("realised", primary)
        yield Check("realised", primary, label, None, None, None, None, "not known", tell_unknown())


def _check_order(kind: Literal["estimated", "realised"], one: _Seen, now: Estimate) -> Check:
    """Check whether forecasts rank worse than promised."""
    figure, promised = _promise(one.promised)
    p_value = p_of_fall(now, promised, ALLOWED_FALL)
    return Check(
        kind=kind,
        about=one.horizon,
        label=label_check(kind, one.horizon),
        value=now,
        usual=(promised.low, promised.high),
        unit=figure,
        p_value=p_value,
        state="alert" if p_value <= 1 - LEVEL else "no clear change",
        sentence=tell_order(kind, figure, one.batch.day, one.horizon, now, promised),
    )


def _check_level(one: _Seen, realised: Realised) -> Iterator[Check]:
    """Check whether forecasts and outcomes came apart, over all rows and among the highest forecasts."""
    promised, spread = one.promised, realised.mean_forecast
    if isinstance(promised, RatingEvaluation):
        spread = promised.rmse.value
    yield _check_gap("gap", one, realised.gap, _level(promised), spread)
    top, mean = realised.gap_top_tenth, realised.mean_forecast_top_tenth
    if isinstance(promised, Evaluation) and top is not None and mean is not None:
        yield _check_gap("gap_top_tenth", one, top, promised.level_error_top_tenth, mean)


def _check_gap(
    which: Literal["gap", "gap_top_tenth"], one: _Seen, now: Estimate, usual: Estimate, spread: float
) -> Check:
    """Check one difference of forecasts and outcomes; a tenth of what it is measured by does not matter."""
    p_value = p_of_change(now, usual, ALLOWED_SHARE * abs(spread))
    is_answer = isinstance(one.promised, RatingEvaluation)
    return Check(
        kind="calibration",
        about=one.horizon if which == "gap" else f"{one.horizon} top tenth",
        label=label_check(which, one.horizon),
        value=now,
        usual=(usual.low, usual.high),
        unit="answer" if is_answer else "share",
        p_value=p_value,
        state="alert" if p_value <= 1 - LEVEL else "no clear change",
        sentence=tell_gap(
            which, one.batch.day, one.horizon, now, usual, in_own_unit if is_answer else in_points
        ),
    )


def _tell_limits(champion: Candidate, frame: Frame, batches: Sequence[Batch]) -> tuple[Text, ...]:
    """Say what cannot be seen."""
    kinds = {feature.name: feature.kind for feature in frame.facts.catalogue}
    is_lacking = any(kinds.get(one.name) != one.kind for one in champion.bundle.catalogue)
    if not batches:
        return (BLIND, NOT_ASKED if is_lacking else NOTHING_NEW)
    return (BLIND, BLIND_TO_ANSWERS) if champion.bundle.is_of_answers else (BLIND,)

"""Which levers may be worked on first: evidence grade, effect on equal terms, and proof beyond chance."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Final

import numpy as np

from features.usecase import UseCase
from training.drivers import DataRefusal, EvidenceGrade, Refusal, controls_of, partners_of, word_refusal
from training.levers.comparison import Comparison, compare
from training.levers.declared import DeclaredDriver, declared_drivers, refuse_by_metadata
from training.levers.record import Lever, LeverEffect, Status
from training.rows import LabelOutcome, TrainingRows
from training.statistics import adjusted
from training.statistics.adjusted import AdjustedEffect, adjusted_effects
from training.statistics.controls import Control
from training.statistics.families import holm

FEWEST_ROWS: Final = 300
FEWEST_EVENTS: Final = 100
"""Among the rows compared: with fewer, skewed levers without an effect pass 1 % tests in up to 6 %."""
BEFORE_LEVEL: Final = 0.01
"""An effect on earlier answers with a p-value below this says that something else moves both."""
N_PLACEBOS: Final = 20
MOST_PLACEBO_MISSES: Final = 4
Effects = Mapping[str, AdjustedEffect]
Held = Mapping[str, tuple[str, ...]]


@dataclass(frozen=True)
class _Judged:
    """Hold what the data say of a lever, before all levers are looked at together."""

    driver: DeclaredDriver
    effect: LeverEffect | None
    refusals: tuple[DataRefusal, ...]


def judge_levers(
    rows: TrainingRows, usecase: UseCase, *, has_few_events: bool = False, seed: int = 0
) -> tuple[Lever, ...]:
    """Return all drivers declared as lever with grade, effect and status, in the order of the catalogue.

    Whether something is a lever at all is decided by what the use case declares, not by data: see
    :mod:`training.drivers.evidence`. Of those that remain, the outcome is compared between rows that differ
    in the lever and are equal in context from before it began and in the other levers. A lever is offered if
    its slope is beyond chance over all levers together (Holm 1979) and has the declared direction.

    Parameters
    ----------
    has_few_events
        Whether there are too few events for more than a simple model; then no lever is graded.
    seed
        Of the sample, where there are very many rows, and of the placebos.
    """
    drivers = declared_drivers(usecase, rows.catalogue, _history_days(rows))
    refused = refuse_by_metadata(drivers)
    eligible = [
        driver for driver in drivers if driver.group.name in refused and not refused[driver.group.name]
    ]
    judged = {
        one.driver.group.name: one
        for one in _judge(rows, drivers, eligible, seed, has_few_events=has_few_events)
    }
    proven = _prove(judged.values())
    is_more_better = isinstance(rows.outcome, LabelOutcome) and (
        rows.outcome.kind != "binary" or usecase.means == "good"
    )
    return tuple(
        _describe(driver, refused[name], judged.get(name), proven, is_more_better=is_more_better)
        for driver in drivers
        if (name := driver.group.name) in refused
    )


def _history_days(rows: TrainingRows) -> float:
    """Return the days between the first snapshot and the last one; 0 for a flat table."""
    dates = rows.snapshot_date
    return 0.0 if dates is None else float((dates.max() - dates.min()) / np.timedelta64(1, "D"))


def _judge(
    rows: TrainingRows,
    drivers: Sequence[DeclaredDriver],
    eligible: Sequence[DeclaredDriver],
    seed: int,
    *,
    has_few_events: bool,
) -> list[_Judged]:
    """Compare the eligible levers, those that began on the same day together."""
    if has_few_events:
        return [_Judged(driver, None, ("few events",)) for driver in eligible]
    found: list[_Judged] = []
    for days, members in groupby(sorted(eligible, key=_lookback_days), key=_lookback_days):
        levers = list(members)
        names = controls_of(levers[0].facts, [driver.facts for driver in drivers])
        context = [driver for driver in drivers if driver.facts.name in names]
        comparison = compare(rows, eligible, context, days - (rows.gap_days or 0), seed)
        found += _judge_window(comparison, levers, _held(levers, eligible), seed)
    return found


def _lookback_days(driver: DeclaredDriver) -> float:
    """Return the days between the start of a lever and the outcome; 0 where lots make it unimportant."""
    return 0.0 if driver.facts.is_randomised else driver.facts.start_days or 0.0


def _held(levers: Sequence[DeclaredDriver], eligible: Sequence[DeclaredDriver]) -> Held:
    """Return the names of the other levers that are held equal, by lever."""
    return {
        lever.group.name: partners_of(lever.facts, [other.facts for other in eligible if other is not lever])
        for lever in levers
    }


def _judge_window(
    comparison: Comparison, drivers: Sequence[DeclaredDriver], held: Held, seed: int
) -> list[_Judged]:
    """Judge levers that began on the same day, each with its context and other levers held equal."""
    too_few = {name: _find_too_few(comparison, name) for name in held}
    levers = [_as_lever(driver, comparison) for driver in drivers if too_few[driver.group.name] is None]
    effects = _compare_outcomes(comparison, levers, held, seed)
    earlier = _compare_answers_before(comparison, levers, held)
    return [
        _Judged(driver, None, (reason,))
        if (reason := too_few[driver.group.name]) is not None
        else _weigh_up(driver, comparison, held, effects, earlier)
        for driver in drivers
    ]


def _find_too_few(comparison: Comparison, name: str) -> DataRefusal | None:
    """Return what there is too little of where a lever is known, if anything."""
    is_known = np.isfinite(comparison.levers[name].values)
    if _count_entities(comparison, name) < FEWEST_ROWS:
        return "too few rows"
    counts = np.unique(comparison.target[is_known], return_counts=True)[1]
    n_events = counts.min() if len(counts) == 2 else 0 if len(counts) == 1 else math.inf
    return "few events" if n_events < FEWEST_EVENTS else None


def _count_entities(comparison: Comparison, name: str) -> int:
    """Return how many entities have a value of a lever."""
    return np.unique(comparison.entity[np.isfinite(comparison.levers[name].values)].astype(str)).size


def _as_lever(driver: DeclaredDriver, comparison: Comparison) -> adjusted.Lever:
    """Return a lever as the regression takes it."""
    goal = None if driver.goal is None else driver.goal.bound
    name = driver.group.name
    return adjusted.Lever(name, comparison.levers[name].values, goal, driver.is_lower_better)


def _compare_outcomes(
    comparison: Comparison, levers: Sequence[adjusted.Lever], held: Held, seed: int
) -> Effects:
    """Return the effects on the outcome."""
    if not levers:
        return {}
    waves = [] if comparison.wave is None else [comparison.wave]
    return adjusted_effects(
        comparison.target,
        levers,
        _list_context(comparison),
        entity=comparison.entity.astype(str),
        beside={name: [*waves, *(comparison.levers[other] for other in held[name])] for name in held},
        n_placebos=N_PLACEBOS,
        seed=seed,
    )


def _compare_answers_before(comparison: Comparison, levers: Sequence[adjusted.Lever], held: Held) -> Effects:
    """Return the effects on the answers from before, which must be none."""
    if comparison.before is None or not levers or np.isnan(comparison.before).all():
        return {}
    past = comparison.take(np.isfinite(comparison.before))
    assert past.before is not None
    waves = [] if past.wave is None else [past.wave]
    return adjusted_effects(
        past.before,
        [replace(lever, values=past.levers[lever.name].values) for lever in levers],
        _list_context(past),
        entity=past.entity.astype(str),
        beside={
            name: [
                *waves,
                *(past.levers[other] for other in held[name]),
                *(past.history[other] for other in (name, *held[name])),
            ]
            for name in held
        },
    )


def _list_context(comparison: Comparison) -> list[Control]:
    """Return all columns of context."""
    return [column for columns in comparison.context.values() for column in columns]


def _weigh_up(
    driver: DeclaredDriver, comparison: Comparison, held: Held, effects: Effects, earlier: Effects
) -> _Judged:
    """Return the effect of one lever, and what in the data stands against it."""
    name = driver.group.name
    found = effects[name]
    if found.refusal is not None:
        return _Judged(driver, None, (found.refusal,))
    refusals: list[DataRefusal] = []
    if name in earlier and earlier[name].p_value < BEFORE_LEVEL:
        refusals.append("changed before")
    if (found.n_placebo_misses or 0) > MOST_PLACEBO_MISSES:
        refusals.append("self test failed")
    effect = LeverEffect(
        slope=found.slope,
        short_slope=found.short_slope,
        contrast=found.contrast,
        p_value=found.p_value,
        variation=found.variation,
        robustness=found.robustness,
        controls=(*comparison.context, *held[name]),
        n_entities=_count_entities(comparison, name),
        n_columns=found.n_columns,
    )
    return _Judged(driver, effect, tuple(refusals))


def _prove(judged: Iterable[_Judged]) -> frozenset[str]:
    """Return the levers whose effect is beyond chance, over all of them together."""
    family = [one for one in judged if one.effect is not None and not one.refusals]
    proven = holm([one.effect.p_value for one in family if one.effect is not None])
    return frozenset(
        one.driver.group.name for one, is_proven in zip(family, proven, strict=True) if is_proven
    )


def _describe(
    driver: DeclaredDriver,
    refused: tuple[Refusal, ...],
    judged: _Judged | None,
    proven: frozenset[str],
    *,
    is_more_better: bool,
) -> Lever:
    """Return all that is known of one lever."""
    group = driver.group
    by_data = () if judged is None else judged.refusals
    refusals = (*refused, *(word_refusal(code, group.label) for code in by_data))
    effect = None if judged is None else judged.effect
    status: Status = "refused" if refusals or effect is None else "unclear"
    if effect is not None and not refusals and group.name in proven:
        is_improving = (effect.slope.value > 0) is (is_more_better is not driver.is_lower_better)
        status = "offered" if is_improving else "wrong way"
    grade: EvidenceGrade = "C" if refusals else "A" if driver.facts.is_randomised else "B"
    return Lever(group.name, group.label, driver.feature.name, driver.goal, grade, status, refusals, effect)

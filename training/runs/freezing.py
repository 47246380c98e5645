"""What is frozen of a use case: levels, margins, response rates, sources, and the figures of the champion."""

from dataclasses import fields, replace

import numpy as np
from numpy.typing import NDArray

from features.frame import Frame
from features.measures import list_response_rates
from features.usecase import ResponseRateRule, UseCase
from training.bundle import Bundle
from training.evaluation import AnyEvaluation, HorizonEvaluations
from training.frozen import (
    FrozenFigure,
    FrozenLevel,
    FrozenModel,
    FrozenRate,
    FrozenSource,
    Measured,
    Window,
    detectable_change,
)
from training.reports import WavePoint, WaveSeries, to_level
from training.rows import numbers
from training.runs.waves import list_series
from training.statistics import Estimate, mean
from training.usability import doubts_of

MOST_WAVES = 40


def measure(usecase: UseCase, frame: Frame, champion: tuple[int, Bundle] | None) -> Measured:
    """Collect everything that a baseline holds.

    Parameters
    ----------
    usecase, frame
        What is measured, built today.
    champion
        Version and bundle of the champion; None where there is none.
    """
    facts = frame.facts
    dates = facts.snapshot_dates
    window = Window(min(dates), max(dates), facts.observed_until) if dates else Window(None, None, None)
    return Measured(
        usecase=usecase.name,
        spec_hash=usecase.spec_hash,
        data_digest=facts.digest,
        window=window,
        entities=facts.entity_count,
        levels=tuple(
            _freeze_level(series, point)
            for series in list_series(frame.waves, usecase, keep=MOST_WAVES)
            for point in series.points
            if point.told == "exact"
        ),
        response_rates=_measure_rates(usecase, frame),
        sources=_list_sources(usecase, frame),
        model=None if champion is None else _describe_model(*champion),
    )


def _freeze_level(series: WaveSeries, point: WavePoint) -> FrozenLevel:
    """Return one wave of a survey metric with the change that would show."""
    level = to_level(replace(series, points=(point,)))
    return replace(level, detectable=detectable_change(point.estimate))


def _measure_rates(usecase: UseCase, frame: Frame) -> tuple[FrozenRate, ...]:
    """Return the mean response rate of those who can be scored, for each declared window."""
    rates = []
    for name, rule in usecase.features.items():
        if isinstance(rule, ResponseRateRule):
            measures = list_response_rates(name, usecase.sources[rule.answered], rule)
            rates += [measure.name for measure in measures if measure.function == "response_rate"]
    found = {name: numbers(frame.latest, name) for name in rates}
    return tuple(
        FrozenRate(name.partition("_")[2], _average(column[np.isfinite(column)]))
        for name, column in found.items()
        if column is not None and np.isfinite(column).any()
    )


def _average(shares: NDArray[np.float64]) -> Estimate:
    """Return the mean of shares with a range inside 0 and 1."""
    found = mean(shares)
    return Estimate.around(found.value, max(0.0, found.low), min(1.0, found.high), found.n)


def _list_sources(usecase: UseCase, frame: Frame) -> tuple[FrozenSource, ...]:
    """Return the sources, or the flat table, with their rows."""
    if usecase.table is not None:
        return (FrozenSource("table", "O", None, (), frame.facts.row_count),)
    return tuple(
        FrozenSource(
            name,
            source.data,
            source.survey,
            tuple(source.metrics),
            int(frame.facts.matches[name].get("kept", 0)) if name in frame.facts.matches else 0,
        )
        for name, source in usecase.sources.items()
    )


def _describe_model(version: int, bundle: Bundle) -> FrozenModel:
    """Return the figures of the champion at all horizons."""
    judged = HorizonEvaluations.from_json(bundle.evaluation["all_rows"])
    figures = tuple(
        figure
        for horizon, evaluation in judged.by_horizon.items()
        for figure in _list_figures(horizon, evaluation)
    )
    return FrozenModel(version, bundle.model_version, not doubts_of(bundle), figures)


def _list_figures(horizon: str, evaluation: AnyEvaluation) -> list[FrozenFigure]:
    """Return every figure with a range that is a number of its own."""
    found = {part.name: getattr(evaluation, part.name) for part in fields(evaluation)}
    return [
        FrozenFigure(horizon, name, value) for name, value in found.items() if isinstance(value, Estimate)
    ]

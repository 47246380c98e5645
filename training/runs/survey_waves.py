"""The survey questions of a use case: its sources in, all that is known of each answer out."""

import numpy as np
import pyarrow as pa

from features.errors import InputError, SpecError
from features.frame.apart import name_cut
from features.frame.panel import find_observed_day
from features.frame.waves import collect_with_status
from features.progress import Report, silent
from features.sources import open_sources
from features.tombstones import Tombstones
from features.usecase import UseCase
from training.reports import WaveRows
from training.rows import floats_of
from training.runs.waves import RANKS, list_rows
from training.statistics.levels import MeanWorth
from training.surveys import SurveyAnswers


def read_questions(
    usecase: UseCase,
    *,
    report: Report = silent,
    tombstones: Tombstones | None = None,
) -> tuple[SurveyAnswers, ...]:
    """Return what is known of the answers to each survey question, straight from the sources.

    Parameters
    ----------
    usecase
        A use case made from sources.
    report
        Told what is being read.
    tombstones
        Who was erased; nobody if absent.

    Raises
    ------
    InputError
        If the use case has one flat table, which knows no waves.
    SpecError
        If no source says which of its columns hold a survey metric.
    """
    demand_metrics(usecase)
    with open_sources(usecase, report=report, tombstones=tombstones) as sources:
        report("collecting waves")
        waves = collect_with_status(sources, usecase, find_observed_day(sources, usecase))
    found = [_gather(usecase, *part) for part in list_rows(waves, usecase)]
    return tuple(sorted(found, key=lambda each: RANKS.index(each.rows.metric)))


def demand_metrics(usecase: UseCase) -> None:
    """Demand sources of which one has a survey metric; errors as of :func:`read_questions`."""
    if usecase.table is not None:
        raise InputError(
            "--usecase", f"{usecase.name} has one flat table, which knows no waves", "name another"
        )
    if not any(source.metrics for source in usecase.sources.values()):
        hint = "write below a source with answers: metrics: {nps: COLUMN}"
        raise SpecError(f"{usecase.name}: sources", "no source names a survey metric", hint)


def _gather(usecase: UseCase, name: str, rows: pa.Table, found: WaveRows) -> SurveyAnswers:
    """Return all that is known of the answers to one question."""
    source = usecase.sources[name]
    scale = source.scales[source.metrics[found.metric]]
    cuts = {
        path.rpartition(".")[2]: np.array(rows.column(name_cut(path)).to_pylist(), dtype=object)
        for path in usecase.cuts
    }
    return SurveyAnswers(
        source=name,
        metric=MeanWorth.of(found.metric, scale),
        rows=found,
        was_invited=floats_of(rows.column("was_invited")),
        lag_days=floats_of(rows.column("lag_days")),
        cuts=cuts,
        is_anonymous=source.is_anonymous,
    )

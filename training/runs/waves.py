"""The waves of a frame as series of reports: one per survey and question."""

from collections.abc import Iterator

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from features.usecase import Metric, UseCase, counts_in_points, good_from
from training.frozen import Baseline
from training.reports import WaveRows, WaveSeries, build_series, set_against
from training.rows import floats_of, texts
from training.runs.releases import Releases

RANKS: tuple[Metric, ...] = ("nps", "enps", "ces", "csat")


def list_series(
    waves: pa.Table,
    usecase: UseCase,
    *,
    keep: int = 6,
    releases: Releases | None = None,
    baseline: Baseline | None = None,
) -> tuple[WaveSeries, ...]:
    """Return the series of each survey question: recommendation, ease, satisfaction.

    Parameters
    ----------
    waves
        Rows as of :mod:`features.waves`.
    keep
        How many waves of each to show, the newest ones.
    releases
        What has gone out before.
    baseline
        What the newest waves are laid beside as well.
    """
    minimum, told = usecase.privacy.minimum_group, releases or Releases()
    frozen = {} if baseline is None else baseline.newest_levels()
    found = []
    for _, _, rows in list_rows(waves, usecase):
        history = told.history(rows.question)
        is_bounded = usecase.privacy.is_about_employees
        series = build_series(rows, minimum=minimum, keep=keep, history=history, is_bounded=is_bounded)
        level = frozen.get((rows.metric, rows.survey))
        if series is not None and level is not None:
            series = set_against(series, rows, level, minimum=minimum, history=history)
        found.append(series)
    return tuple(sorted(filter(None, found), key=lambda series: RANKS.index(series.metric)))


def list_rows(waves: pa.Table, usecase: UseCase) -> Iterator[tuple[str, pa.Table, WaveRows]]:
    """Yield the source of each question, its rows as they came, and its rows as arrays."""
    declared = [metric for source in usecase.sources.values() for metric in source.metrics]
    for name, source in usecase.sources.items():
        for metric, column in source.metrics.items():
            is_asked = pc.and_(
                pc.equal(waves.column("source"), name), pc.equal(waves.column("metric"), metric)
            )
            rows = waves.filter(is_asked)
            wave_numbers = rows.column("wave").to_pylist()
            is_share = not counts_in_points(metric)
            found = WaveRows(
                metric=metric,
                survey=(source.survey or name) if declared.count(metric) > 1 else None,
                entities=texts(rows, "entity_id"),
                waves=np.asarray(wave_numbers, dtype=np.int64),
                question=f"{name}-{metric}",
                worth=floats_of(rows.column("worth")),
                was_member=floats_of(rows.column("was_member")),
                names=dict(zip(wave_numbers, rows.column("wave_name").to_pylist(), strict=True)),
                closes_on=dict(zip(wave_numbers, rows.column("closes_on").to_pylist(), strict=True)),
                open_waves=frozenset(
                    number
                    for number, is_open in zip(wave_numbers, rows.column("is_open").to_pylist(), strict=True)
                    if is_open
                ),
                is_own=not source.is_anonymous and source.answered_by == "entity",
                good_from=good_from(source.scales[column]) if is_share else None,
                scale_high=source.scales[column][1] if is_share else None,
            )
            yield name, rows, found

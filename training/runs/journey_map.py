"""The journey map of a use case: its sources in, one record out."""

from typing import cast

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from features.attributes import look_up_values
from features.cohort import Rows
from features.columns import list_types, number_of, require_column, text_of
from features.frame.panel import find_observed_day
from features.journey import collect_touches, demand_journey
from features.progress import Report, silent
from features.sources import Sources, open_sources
from features.tombstones import Tombstones
from features.usecase import Touchpoint, UseCase, column_of, good_of
from training.journey import JourneyRecord, Point, Touches, map_journeys
from training.runs.workspace import load_usecase
from training.statistics import Floats
from training.statistics.controls import Control

_ROWS = "xm_journeys"
_SECONDS_PER_DAY = 86_400
_NUMBERS = ("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT", "FLOAT", "DOUBLE", "DECIMAL", "BOOLEAN")


def read_journeys(file: str, data_folder: str = "", *, report: Report = silent) -> JourneyRecord:
    """Return the journey map of a use-case file; an empty data folder means the folder of the file."""
    return journey_of(load_usecase(file, data_folder), report=report)


def journey_of(
    usecase: UseCase,
    *,
    report: Report = silent,
    tombstones: Tombstones | None = None,
    n_draws: int = 999,
) -> JourneyRecord:
    """Return the journey map of a use case.

    Parameters
    ----------
    usecase
        A use case made from sources, with the section ``journey``.
    report
        Told what is being read.
    tombstones
        Who was erased; nobody if absent.
    n_draws
        How many searches chance gets at least for every best time.

    Raises
    ------
    SpecError
        If the use case declares no journey.
    """
    journey = demand_journey(usecase)
    with open_sources(usecase, report=report, tombstones=tombstones) as sources:
        observed_day = find_observed_day(sources, usecase)
        report("collecting touches")
        touched = collect_touches(sources, usecase, observed_day)
        names = list(journey.touchpoints)
        touches = _to_arrays(touched, names)
        context = _look_back(sources, touched, journey.context)
    report("drawing the journey map")
    return map_journeys(
        touches,
        [_describe(name, touchpoint, usecase) for name, touchpoint in journey.touchpoints.items()],
        usecase=usecase.name,
        subject=usecase.privacy.subject,
        restart_days=journey.restart_after.days,
        end_day=float(observed_day),
        stages=None
        if journey.stages == "auto"
        else tuple(tuple(map(names.index, stage)) for stage in journey.stages),
        context=context,
        fewest_shown=usecase.privacy.minimum_group,
        fewest_for_effects=usecase.privacy.minimum_group_drivers,
        n_draws=n_draws,
    )


def _describe(name: str, touchpoint: Touchpoint, usecase: UseCase) -> Point:
    """Return what is declared of a touchpoint."""
    source = usecase.sources[touchpoint.source]
    good = good_of(touchpoint, source)
    is_fact = source.data == "O" or source.answered_by == "other"
    return Point(
        name=name,
        label={"en": touchpoint.name_in("en", name), "de": touchpoint.name_in("de", name)},
        question=column_of(touchpoint, source),
        is_lower_better=good is not None and good[0].startswith("<"),
        is_bad=touchpoint.bad,
        is_company_fact=is_fact and touchpoint.actor == "company",
    )


def _to_arrays(touched: pa.Table, names: list[str]) -> Touches:
    """Return touches as arrays."""
    micros = touched["event_time"].cast(pa.int64()).to_numpy()
    return Touches.of(
        entity=touched["entity_id"].combine_chunks().dictionary_encode().indices.to_numpy(),
        journey=touched["journey"].to_numpy(),
        point=pc.index_in(touched["touchpoint"], pa.array(names)).to_numpy(),
        day=micros / (1e6 * _SECONDS_PER_DAY),
        value=touched["value"].to_numpy(),
        is_good=touched["is_good"].cast(pa.float64()).to_numpy(),
    )


def _look_back(sources: Sources, touched: pa.Table, paths: list[str]) -> tuple[Control, ...]:
    """Return attributes as known on the day on which each journey began, in order of entity and journey."""
    if not paths:
        return ()
    begun = touched.group_by(["entity_id", "journey"]).aggregate([("event_time", "min")])
    begun = begun.sort_by([("entity_id", "ascending"), ("journey", "ascending")])
    days = begun["event_time_min"].cast(pa.date32()).cast(pa.int32()).to_numpy()
    rows = Rows(begun["entity_id"], days).store(sources.connection, _ROWS)
    return tuple(_look_up(sources, path, rows) for path in paths)


def _look_up(sources: Sources, path: str, rows: str) -> Control:
    """Return one attribute of every journey: numbers, or the numbers of its texts."""
    source, _, column = path.partition(".")
    history = sources.table(source)
    types = list_types(sources.connection, history)
    require_column(source, column, tuple(types), "journey.context")
    is_number = types[column].removeprefix("U").startswith(_NUMBERS)
    value = number_of(column) if is_number else text_of(column)
    found = look_up_values(
        sources.connection, history=history, rows=rows, values=[value], shown=["v0 AS found"]
    )["found"]
    if is_number:
        return Control(column, np.asarray(found.to_numpy(), dtype=np.float64))
    return Control(column, _number_texts(found), is_category=True)


def _number_texts(texts: pa.ChunkedArray) -> Floats:
    """Return the place of each text in the sorted list of all; NaN where it is missing."""
    known = pc.unique(texts.drop_null()).sort()
    return cast("Floats", pc.index_in(texts, known).cast(pa.float64()).to_numpy())

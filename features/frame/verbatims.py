"""Verbatims become columns of their source: language, tone, effort, topic; the words stay behind.

Text models are kept on a shelf, one folder per source, so that the next build reads old and new texts with
the same model. A model learns from texts known before its day, never from the target.
"""

from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from features.cohort import EPOCH
from features.columns import day_of, first_midnight_from, is_observed, known_on
from features.errors import ContractError
from features.frame.content import VERBATIMS
from features.frame.emerging import find_new_topics
from features.frame.turns import measure_turns, say_as_one, stage_turns
from features.progress import Report
from features.sources import Sources
from features.sql import quoted_name, quoted_text
from features.text.fitting import Lesson
from features.text.model import Plan, TextModel
from features.text.readings import Readings
from features.text.redaction import Redactor
from features.text.shelf import Reader, Shelf
from features.text.topics.themes import load_themes
from features.timeline import list_judged
from features.usecase import TEXT_COLUMNS, FeatureRule, Source, UseCase, parse_condition

_ROW, _READ = "row_number", "xm_readings"


@dataclass(frozen=True)
class ReadVerbatims:
    """Hold what was read in the verbatims of all sources.

    Attributes
    ----------
    files
        The text models, as :class:`features.frame.Frame` keeps them.
    facts
        What each model is and what it read, by source.
    readings
        What reads each source, and what it found.
    """

    files: dict[str, bytes] = field(default_factory=dict)
    facts: dict[str, dict[str, Any]] = field(default_factory=dict)
    readings: dict[str, tuple[Reader, Readings]] = field(default_factory=dict)

    @property
    def fingerprints(self) -> dict[str, str]:
        """Return the version of each text model, which changes features as a source does."""
        return {f"{name}.text": str(found["version"]) for name, found in self.facts.items()}


def read_verbatims(
    sources: Sources,
    usecase: UseCase,
    observed_day: int,
    shelves: Path | None,
    report: Report,
    *,
    anew: bool = False,
) -> ReadVerbatims:
    """Add the columns made of words to the tables of all sources that ask for them.

    Verbatims in the tables are replaced by what is left without personal data.

    Parameters
    ----------
    sources, usecase
        The open tables and what they belong to.
    observed_day
        First day that is not observed, in days since 1970-01-01.
    shelves
        Folder with one folder per source, in which the text model, edits and corrections lie; models are
        fitted and not kept when absent.
    report
        Told what is being done.
    anew
        Whether kept models are fitted again.

    Raises
    ------
    ContractError
        If a rule asks for a topic that there is not.
    SourceError, InputError
        If an edited file on the shelf cannot be read as what it is.
    """
    found = ReadVerbatims()
    read = {name: source for name, source in usecase.sources.items() if source.words is not None}
    if not read:
        return found
    redactor = Redactor(_list_names(sources, usecase))
    until = find_fit_day(usecase, observed_day)
    for name, source in read.items():
        report(f"reading the words of {name}")
        calls = None if source.turns is None else stage_turns(sources, name, source.turns)
        rows = _fetch(sources, name, source, calls)
        texts = [redactor.clean(text or "") for text in rows.column("verbatim").to_pylist()]
        shelf = Shelf(None if shelves is None else shelves / name)
        reader = shelf.settle(_to_lesson(source, rows, texts, until), report, anew=anew)
        readings = reader.read(texts)
        _demand_topics(usecase, name, reader.model)
        columns = readings.to_table()
        if calls is not None and source.turns is not None:
            columns = measure_turns(calls, rows.column("call_id"), columns, reader.model, source.turns)
        _replace(sources, name, source, columns)
        found.files.update({f"{name}/{file}": content for file, content in reader.model.to_files().items()})
        key = "text" if source.text is not None else "turns"
        found.facts[name] = {"key": key} | reader.describe() | readings.describe(source.language)
        if reader.model.topics is not None:
            found.facts[name]["emerging"] = find_new_topics(
                sources, name, source, rows, readings, reader.model.topics, observed_day
            )
        found.readings[name] = (reader, readings)
    return found


def find_fit_day(usecase: UseCase, observed_day: int) -> date:
    """Return the day before which texts may teach: the first on which a forecast is judged."""
    _, snapshots, _, target = usecase.settled()
    dates = snapshots.grid.dates()
    judged = list_judged(dates, target.primary, EPOCH + timedelta(days=observed_day))
    return judged[0] if judged else dates[-1]


def collect_verbatims(sources: Sources, usecase: UseCase, observed_day: int) -> pa.Table:
    """Return what was read in every verbatim and call that was known by the end of observation.

    Returns
    -------
    pyarrow.Table
        Columns of :data:`features.frame.content.VERBATIMS`, in order of source, day and person; nobody's name
        at anonymous sources, and no words.
    """
    parts = [
        _select_readings(sources, name, source, observed_day)
        for name, source in usecase.sources.items()
        if source.words is not None
    ]
    if not parts:
        return VERBATIMS.empty_table()
    order = ", ".join(quoted_name(column) for column in VERBATIMS.names)
    query = f"SELECT * FROM ({' UNION ALL '.join(parts)}) ORDER BY source, written_on, {order}"
    return sources.connection.sql(query).to_arrow_table().cast(VERBATIMS)


def _select_readings(sources: Sources, name: str, source: Source, observed_day: int) -> str:
    """Return the query for the readings of one source."""
    rows = known_on(sources.connection, sources.table(name), observed_day)
    person = "CAST(NULL AS VARCHAR)" if source.is_anonymous else "entity_id"
    read = ", ".join(quoted_name(column) for column in TEXT_COLUMNS)
    return f"""
        SELECT {person} AS entity_id, {quoted_text(name)} AS source,
            CAST(event_time AS DATE) AS written_on, {read}
        FROM {rows} WHERE {quoted_name("language")} IS NOT NULL AND {is_observed(observed_day)}
    """


def _list_names(sources: Sources, usecase: UseCase) -> list[str]:
    """Return the names of people that the use case points to."""
    found: set[str] = set()
    for path in usecase.privacy.names:
        source, _, column = path.partition(".")
        query = f"SELECT DISTINCT {quoted_name(column)} FROM {sources.table(source)}"
        found |= {str(row[0]) for row in sources.connection.execute(query).fetchall() if row[0] is not None}
    return sorted(found)


def _fetch(sources: Sources, name: str, source: Source, calls: pa.Table | None) -> pa.Table:
    """Return number, words, day from which it was known, and rating of each row, in the order of the rows."""
    words = source.words
    learns = None if words is None else words.learn_from
    rating = "CAST(NULL AS DOUBLE)" if learns is None else f"CAST({quoted_name(learns)} AS DOUBLE)"
    asked = quoted_name(str(source.verbatim if source.text is not None else source.id))
    table = sources.connection.sql(
        f"SELECT rowid AS {_ROW}, CAST({asked} AS VARCHAR) AS verbatim, "
        f"{first_midnight_from('known_at')} AS known_day, {day_of('event_time')} AS event_day, "
        f"entity_id, {rating} AS rating "
        f"FROM {sources.table(name)} ORDER BY rowid"
    ).to_arrow_table()
    if calls is None or source.turns is None:
        return table
    said = say_as_one(calls, source.turns.customer)
    call_ids = table.column("verbatim")
    spoken = pa.array([said.get(str(call)) for call in call_ids.to_pylist()], pa.string())
    return table.set_column(1, "verbatim", spoken).append_column("call_id", call_ids)


def _to_lesson(source: Source, rows: pa.Table, texts: list[str], until: date) -> Lesson:
    """Return what a text model of the source may learn from: texts known before the day."""
    words = source.words
    if words is None:
        message = "the source has no words"
        raise ValueError(message)
    until = words.fit_until or until
    is_early = rows.column("known_day").to_numpy() < (until - EPOCH).days
    ratings = rows.column("rating").to_numpy(zero_copy_only=False)
    places = np.flatnonzero(is_early)
    plan = Plan(tuple(source.language), words.learn_from, words.topics)
    scale = None if words.learn_from is None else source.scales[words.learn_from]
    return Lesson(plan, until, [texts[place] for place in places], ratings[places], scale)


def _demand_topics(usecase: UseCase, name: str, model: TextModel) -> None:
    """Demand that every topic a rule asks for is one of the model, or a theme that may come up later."""
    rule = usecase.features.get(name)
    asked = rule.share.get("topic", {}) if isinstance(rule, FeatureRule) else {}
    known = set(model.topics.ids) if model.topics is not None else set()
    for label, condition in asked.items():
        topic = parse_condition(condition)[1]
        if topic not in known | {theme.id for theme in load_themes()}:
            where = f"{usecase.name}: features.{name}.share.topic.{label}"
            hint = f"topics are {', '.join(sorted(known))}" if known else "no topic was found yet"
            raise ContractError(where, f"'{topic}' is no topic of '{name}'", hint)


def _replace(sources: Sources, name: str, source: Source, columns: pa.Table) -> None:
    """Give the table of a source the columns that were read; its verbatims lose what is personal."""
    connection, table = sources.connection, sources.table(name)
    numbered = columns.append_column(_ROW, pa.array(np.arange(columns.num_rows)))
    connection.register(_READ, numbered)
    cleaned = "" if source.text is None else f"REPLACE (r.verbatim AS {quoted_name(str(source.verbatim))})"
    read = ", ".join(f"r.{quoted_name(column)}" for column in source.computed)
    connection.execute(
        f"CREATE OR REPLACE TABLE {table} AS SELECT s.* {cleaned}, {read} "
        f"FROM (SELECT rowid AS {_ROW}, * FROM {table}) AS s "
        f"JOIN {_READ} AS r USING ({_ROW}) ORDER BY {_ROW}"
    )
    connection.unregister(_READ)
    connection.execute(f"ALTER TABLE {table} DROP COLUMN {_ROW}")

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
from features.columns import day_of, first_midnight_from, is_observed, is_versioned
from features.errors import ContractError
from features.frame.content import VERBATIMS
from features.frame.emerging import find_new_topics
from features.frame.turns import measure_turns, say_as_one, stage_turns
from features.progress import Report
from features.sources import Sources
from features.sql import quoted_name
from features.text.fitting import Lesson
from features.text.model import Plan, TextModel
from features.text.readings import Readings
from features.text.redaction import Redactor
from features.text.shelf import Reader, Shelf
from features.text.topics.themes import load_themes
from features.timeline import list_judged
from features.usecase import TEXT_COLUMNS, FeatureRule, Source, UseCase, parse_condition

_ROW, _READ = "xm_row", "xm_readings"
_NEVER = 2**31 - 1


@dataclass(frozen=True)
class ReadVerbatims:
    """Hold what was read in the verbatims of all sources.

    Attributes
    ----------
    files
        The text models, as :class:`features.frame.Frame` keeps them.
    facts
        What each model is and what it read, by source: of verbatims known by the end of observation, as
        they stood then.
    readings
        What reads each source, and what it found in these verbatims.
    parts
        By source, the lines of :attr:`verbatims`.
    """

    files: dict[str, bytes] = field(default_factory=dict)
    facts: dict[str, dict[str, Any]] = field(default_factory=dict)
    readings: dict[str, tuple[Reader, Readings]] = field(default_factory=dict)
    parts: dict[str, pa.Table] = field(default_factory=dict)

    @property
    def fingerprints(self) -> dict[str, str]:
        """Return the version of each text model, which changes features as a source does."""
        return {f"{name}.text": str(found["version"]) for name, found in self.facts.items()}

    @property
    def verbatims(self) -> pa.Table:
        """Return what was read in every verbatim and call that was known by the end of observation.

        Columns of :data:`features.frame.content.VERBATIMS`, in order of source, day and person; nobody's
        name at anonymous sources, and no words. The language is null where a verbatim is too short to tell.
        """
        lines = pa.concat_tables([VERBATIMS.empty_table(), *self.parts.values()])
        order = list(dict.fromkeys(("source", "written_on", *VERBATIMS.names)))
        return lines.sort_by([(column, "ascending") for column in order]).combine_chunks()


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
        If a rule asks for a topic that there is not, or the turns of calls cannot be used.
    BundleError
        If a kept model is damaged.
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
        rows = _fetch(sources, name, source, calls, observed_day)
        texts = [redactor.clean(text or "") for text in rows.column("verbatim").to_pylist()]
        shelf = Shelf(None if shelves is None else shelves / name)
        reader = shelf.settle(_to_lesson(source, rows, texts, until), report, anew=anew)
        readings = reader.read(texts)
        _demand_topics(usecase, name, reader.model)
        columns = readings.to_table()
        if calls is not None and source.turns is not None:
            columns = measure_turns(
                calls, rows.column("call_id"), columns, reader.model, source.turns, source=name
            )
        _replace(sources, name, source, columns)
        is_current = rows.column("is_current").to_numpy()
        kept = readings.keep(is_current)
        found.files.update({f"{name}/{file}": content for file, content in reader.model.to_files().items()})
        found.facts[name] = _tell(
            sources, name, reader, rows.filter(pa.array(is_current)), kept, observed_day
        )
        found.readings[name] = (reader, kept)
        found.parts[name] = _list_verbatims(name, rows, readings, columns)
    return found


def find_fit_day(usecase: UseCase, observed_day: int) -> date:
    """Return the day before which texts may teach: the first on which a forecast is judged."""
    _, snapshots, _, target = usecase.settled()
    dates = snapshots.grid.dates()
    judged = list_judged(dates, target.primary, EPOCH + timedelta(days=observed_day))
    return judged[0] if judged else dates[-1]


def _tell(
    sources: Sources, name: str, reader: Reader, rows: pa.Table, readings: Readings, observed_day: int
) -> dict[str, Any]:
    """Return what the model of a source is, what it read, and what is new in it."""
    source = sources.usecase.sources[name]
    key = "text" if source.text is not None else "turns"
    facts = {"key": key} | reader.describe() | readings.describe(source.language)
    topics = reader.model.topics
    if topics is not None:
        facts["emerging"] = find_new_topics(sources, name, source, rows, readings, topics, observed_day)
    return facts


def _list_verbatims(name: str, rows: pa.Table, readings: Readings, columns: pa.Table) -> pa.Table:
    """Return one line per verbatim of a source that was written and known, without its words."""
    is_written = np.array([bool(text) for text in readings.texts], dtype=np.bool_)
    lines = {
        "entity_id": rows.column("entity_id"),
        "source": pa.array([name] * rows.num_rows, pa.string()),
        "written_on": rows.column("event_day").cast(pa.int32()).cast(pa.date32()),
        **{column: columns.column(column) for column in TEXT_COLUMNS},
    }
    kept = pa.array(is_written & rows.column("is_current").to_numpy())
    return pa.table(lines).select(VERBATIMS.names).cast(VERBATIMS).filter(kept)


def _list_names(sources: Sources, usecase: UseCase) -> list[str]:
    """Return the names of people that the use case points to."""
    found: set[str] = set()
    for path in usecase.privacy.names:
        source, _, column = path.partition(".")
        query = f"SELECT DISTINCT {quoted_name(column)} FROM {sources.table(source)}"
        found |= {str(row[0]) for row in sources.connection.execute(query).fetchall() if row[0] is not None}
    return sorted(found)


def _fetch(
    sources: Sources, name: str, source: Source, calls: pa.Table | None, observed_day: int
) -> pa.Table:
    """Return words, days, who and rating of each row, in the order of the rows.

    A row is current if it was known by the end of observation and neither corrected nor withdrawn by then.
    Whoever wrote at an anonymous source is nobody.
    """
    connection, table = sources.connection, sources.table(name)
    words = source.words
    learns = None if words is None else words.learn_from
    rating = "CAST(NULL AS DOUBLE)" if learns is None else f"CAST({quoted_name(learns)} AS DOUBLE)"
    asked = quoted_name(str(source.verbatim if source.text is not None else source.id))
    person = "CAST(NULL AS VARCHAR)" if source.is_anonymous else "entity_id"
    until = first_midnight_from("known_until") if is_versioned(connection, table) else "NULL"
    gone_day = f"coalesce({until}, {_NEVER})"
    rows = connection.sql(
        f"SELECT CAST({asked} AS VARCHAR) AS verbatim, {day_of('known_at')} AS known_day, "
        f"{gone_day} AS gone_day, {day_of('event_time')} AS event_day, "
        f"{is_observed(observed_day)} AND {gone_day} > {observed_day} AS is_current, "
        f"{person} AS entity_id, {rating} AS rating FROM {table} ORDER BY rowid"
    ).to_arrow_table()
    if calls is None or source.turns is None:
        return rows
    said = say_as_one(calls, source.turns.customer)
    call_ids = rows.column("verbatim")
    spoken = pa.array([said.get(call) for call in call_ids.to_pylist()], pa.string())
    return rows.set_column(0, "verbatim", spoken).append_column("call_id", call_ids)


def _to_lesson(source: Source, rows: pa.Table, texts: list[str], until: date) -> Lesson:
    """Return what a text model of the source may learn from: texts known before the day."""
    words = source.words
    if words is None:
        message = "the source has no words"
        raise ValueError(message)
    until = words.fit_until or until
    day = (until - EPOCH).days
    # What was corrected or withdrawn by then teaches nothing: of a corrected one its next version does.
    is_early = (rows.column("known_day").to_numpy() < day) & (rows.column("gone_day").to_numpy() > day)
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

"""The verbatims of a frame as themes of reports: rows and waves of each source, names of its topics."""

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from features.frame import Frame
from features.usecase import Language, NamedRounds, UseCase
from features.waves import KEPT_WAVES, Wave, list_periods
from training.pages import LANGUAGES
from training.rows import floats_of, texts
from training.runs.releases import Releases
from training.themes import (
    EmergingTopic,
    Histories,
    MeasuredThemes,
    Quote,
    SourceTexts,
    Span,
    TopicName,
    VerbatimRows,
    demand_known,
    list_questions,
    measure_themes,
    read_quotes,
)

_EPOCH = date(1970, 1, 1)
_ORDER = ("written_on", "entity_id", "topic", "sentiment", "is_actionable", "language")


def list_themes(
    frame: Frame, usecase: UseCase, *, releases: Releases | None = None
) -> tuple[MeasuredThemes, ...]:
    """Return what people wrote about in the newest finished wave of each source whose verbatims are read.

    Waves are those of the survey figures of the source; where it has none, quarters.

    Parameters
    ----------
    releases
        What has gone out before.
    """
    told = releases or Releases()
    sources = [name for name, source in usecase.sources.items() if source.words is not None]
    found = []
    for name in sources:
        rows = _gather(frame, usecase, name, is_alone=len(sources) == 1)
        facts = frame.facts.texts.get(name, {})
        verbatims, writers = (told.history(question) for question in list_questions(name))
        found.append(
            SourceTexts(
                rows,
                name_topics(facts),
                _list_emerging(facts),
                {
                    language: str(one["from"])
                    for language, one in facts.get("tone", {}).items()
                    if "from" in one
                },
                Histories(verbatims, writers),
            )
        )
    return measure_themes(found, usecase.privacy)


def list_quotes(frame: Frame, usecase: UseCase, path: Path | None) -> tuple[Quote, ...]:
    """Return the quotes that people approved; none for people at work, whatever the file says.

    Parameters
    ----------
    path
        ``quotes.yaml``; None, or a file that is not there, holds no quote.

    Raises
    ------
    InputError
        If the file is not as it has to be, or a quote leads to a person.
    """
    if path is None or usecase.privacy.subject != "customer":
        return ()
    quotes = read_quotes(path)
    ids = {str(one) for table in (frame.latest, frame.table, frame.verbatims) for one in _ids(table)}
    read = [name for name, source in usecase.sources.items() if source.words is not None]
    topics = {name: name_topics(frame.facts.texts.get(name, {})) for name in read}
    demand_known(quotes, path, topics, ids)
    return quotes


def name_topics(facts: Mapping[str, Any]) -> dict[str, TopicName]:
    """Return what the topics of a text model are called, by id.

    Parameters
    ----------
    facts
        What the model says of itself, as :attr:`features.frame.FrameFacts.texts` holds it.
    """
    return {
        str(topic["id"]): TopicName(
            {language: str(topic["label"][language]) for language in _known(topic.get("label"))},
            {language: tuple(map(str, topic["words"][language])) for language in _known(topic.get("words"))},
        )
        for topic in facts.get("topics", ())
    }


def _gather(frame: Frame, usecase: UseCase, name: str, *, is_alone: bool) -> VerbatimRows:
    """Return the verbatims of one source by wave; older ones than the newest waves are left out."""
    source = usecase.sources[name]
    rows = frame.verbatims.filter(pc.equal(frame.verbatims.column("source"), name))
    rows = rows.sort_by([(column, "ascending") for column in _ORDER])
    days = np.array([(day - _EPOCH).days for day in rows.column("written_on").to_pylist()], dtype=np.int64)
    waves = _list_waves(frame, usecase, name, days)[-KEPT_WAVES:]
    numbers = np.full(days.size, -1, dtype=np.int64)
    for wave in waves:
        numbers[(days >= wave.opens_day) & (days < wave.closes_day)] = wave.number
    is_in = numbers >= 0
    anonymous = np.full(days.size, None, dtype=object)
    return VerbatimRows(
        source=name,
        survey=None if is_alone else source.survey or name,
        entities=(anonymous if source.is_anonymous else texts(rows, "entity_id"))[is_in],
        waves=numbers[is_in],
        topics=texts(rows, "topic")[is_in],
        tones=floats_of(rows.column("sentiment"))[is_in],
        is_actionable=floats_of(rows.column("is_actionable"))[is_in],
        languages=texts(rows, "language")[is_in],
        readable=tuple(source.language),
        names={wave.number: wave.name for wave in waves},
        closes_on={wave.number: _EPOCH + timedelta(days=wave.closes_day) for wave in waves},
        open_waves=frozenset(wave.number for wave in waves if wave.is_open),
        is_anonymous=source.is_anonymous,
    )


def _list_waves(
    frame: Frame, usecase: UseCase, name: str, days: np.ndarray[tuple[int], np.dtype[np.int64]]
) -> list[Wave]:
    """Return the waves in which something was written, oldest first."""
    source, until = usecase.sources[name], frame.facts.observed_until
    observed_day = int(days.max(initial=0)) + 1 if until is None else (until - _EPOCH).days
    if isinstance(source.waves, NamedRounds):
        return _list_rounds(frame.waves, name)
    return list_periods(name, source.waves, days.tolist(), observed_day)


def _list_rounds(waves: pa.Table, name: str) -> list[Wave]:
    """Return the named rounds of a survey: what is written until one closes belongs to it.

    The first of those kept has no known beginning, so it is left out.
    """
    rows = waves.filter(pc.equal(waves.column("source"), name)).select(
        ["wave", "wave_name", "closes_on", "is_open"]
    )
    rounds = sorted({tuple(row.values()) for row in rows.to_pylist()})
    found = []
    for (_, _, opens_on, _), (number, title, closes_on, is_open) in pairwise(rounds):
        opens, closes = ((day - _EPOCH).days for day in (opens_on, closes_on))
        found.append(Wave(name, number, title, opens, closes, closes, is_open))
    return found


def _list_emerging(facts: Mapping[str, Any]) -> tuple[EmergingTopic, ...]:
    """Return the topics that a text model calls new."""
    return tuple(
        EmergingTopic(
            words=tuple(map(str, one["words"])),
            share=_to_span(one["share"]),
            people=None if one.get("people") is None else _to_span(one["people"]),
            of=_count_all(one["share"], one.get("people")),
            first_wave=str(one["first_wave"]),
        )
        for one in facts.get("emerging", ())
        if one.get("share") is not None
    )


def _to_span(content: Mapping[str, Any]) -> Span:
    """Return an estimate with its range."""
    return Span(float(content["estimate"]), float(content["low"]), float(content["high"]))


def _count_all(share: Mapping[str, Any], people: Mapping[str, Any] | None) -> int | None:
    """Return how many people the estimated ones are a part of; None where nobody can say."""
    if people is None:
        return None
    if people.get("of") is not None:
        return int(people["of"])
    return round(people["estimate"] / share["estimate"]) if share["estimate"] > 0 else None


def _known(content: Mapping[str, Any] | None) -> list[Language]:
    """Return the languages of a mapping by language."""
    return [language for language in LANGUAGES if (content or {}).get(language)]


def _ids(table: pa.Table) -> Iterable[str]:
    """Return the ids of a table, each once."""
    if "entity_id" not in table.column_names:
        return ()
    return (one for one in pc.unique(table.column("entity_id")).to_pylist() if one is not None)

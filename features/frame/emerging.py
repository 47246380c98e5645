"""What people begin to write about and no topic explains, and about how many would say it."""

from collections.abc import Collection, Sequence
from datetime import timedelta
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from features.cohort import EPOCH, list_status
from features.sources import Sources
from features.text.readings import Readings
from features.text.topics import EmergingTopic, Range, TopicModel, find_emerging
from features.text.topics.words import find_words, to_stem
from features.usecase import NamedRounds, Source
from features.waves import Wave, list_periods

FEWEST_WAVES = 3
_MOST_WAVES = 24
_NEWEST = 2
_LEAST_PART = 4


def find_new_topics(
    sources: Sources,
    name: str,
    source: Source,
    rows: pa.Table,
    readings: Readings,
    model: TopicModel,
    observed_day: int,
) -> list[dict[str, Any]]:
    """Return the topics that rise in the newest finished wave of a source and that nothing explains yet.

    Waves are the periods that the source declares; quarters where a column names the rounds. A topic is told
    only if ``privacy.minimum_group_verbatims`` people wrote one of its words in the newest two waves.

    Parameters
    ----------
    rows
        Rows of the source with ``event_day`` and ``entity_id``, in the order of the readings: those that were
        known by the end of observation. Nobody's name at an anonymous source: each row is somebody's own.
    model
        The topics in use.
    observed_day
        First day that is not observed, in days since 1970-01-01.

    Returns
    -------
    list of dict
        ``id``, ``label``, ``words``, ``share`` of the verbatims, ``people`` expected among all who belong
        (None where that is not known), ``first_wave`` and ``p_value``; empty with fewer than three finished
        waves.
    """
    days = rows.column("event_day").to_numpy()
    period = "quarter" if isinstance(source.waves, NamedRounds) else source.waves
    is_written = np.array([bool(text) for text in readings.texts], dtype=np.bool_)
    waves = [
        wave
        for wave in list_periods(name, period, days[is_written].tolist(), observed_day)
        if not wave.is_open
    ][-_MOST_WAVES:]
    if len(waves) < FEWEST_WAVES:
        return []
    members = [_find_members(days, is_written, wave) for wave in waves]
    told = [([readings.texts[at] for at in each], [readings.language[at] for at in each]) for each in members]
    n_asked = _count_asked(sources, waves[-1], observed_day)
    found = find_emerging(told, model, n_asked=n_asked)
    if not found:
        return []
    newest = np.concatenate(members[-_NEWEST:])
    spoken = [(readings.language[at], find_words(readings.texts[at])) for at in newest]
    people = rows.column("entity_id").take(pa.array(newest)).to_pylist()
    fewest = sources.usecase.privacy.minimum_group_verbatims
    return [
        _to_json(topic, waves, n_asked) for topic in found if _count_people(topic, spoken, people) >= fewest
    ]


def _find_members(
    days: npt.NDArray[np.int64], is_written: npt.NDArray[np.bool_], wave: Wave
) -> npt.NDArray[np.intp]:
    """Return the places of the verbatims of a wave."""
    return np.flatnonzero(is_written & (days >= wave.opens_day) & (days < wave.closes_day))


def _count_asked(sources: Sources, wave: Wave, observed_day: int) -> int | None:
    """Return how many belonged to the cohort when a wave closed, whether they wrote or not.

    None where answers say who belongs: writing would then be taken for belonging.
    """
    usecase = sources.usecase
    _, _, cohort, _ = usecase.settled()
    if usecase.sources[cohort.base].data == "X":
        return None
    day = EPOCH + timedelta(days=wave.status_day)
    _, belongs = list_status(sources, cohort, usecase.sources, [day], known_day=observed_day)
    return int(np.count_nonzero(belongs))


def _count_people(
    topic: EmergingTopic, spoken: Sequence[tuple[str, Sequence[str]]], people: Sequence[str | None]
) -> int:
    """Return how many wrote one of the words, in any form; a verbatim of nobody known is somebody's own."""
    stems = {code: {to_stem(word, code) for word in words} for code, words in topic.words.items()}
    who = [
        f"row {place}" if person is None else f"person {person}"
        for place, ((code, words), person) in enumerate(zip(spoken, people, strict=True))
        if _says(words, code, stems.get(code, set()))
    ]
    return len(set(who))


def _says(words: Sequence[str], language: str, stems: Collection[str]) -> bool:
    """Tell whether one of the stems is among the words: in German as a long part of a compound, too."""
    for written in words:
        stem = to_stem(written, language) if stems else ""
        if stem in stems:
            return True
        if language == "de" and any(
            len(part) >= _LEAST_PART and (stem.startswith(part) or stem.endswith(part)) for part in stems
        ):
            return True
    return False


def _to_json(topic: EmergingTopic, waves: Sequence[Wave], n_asked: int | None) -> dict[str, Any]:
    """Return a topic as plain values."""
    return {
        "id": topic.id,
        "label": dict(topic.label),
        "words": list(dict.fromkeys(word for each in topic.words.values() for word in each)),
        "share": _spell_range(topic.share),
        "people": None if topic.demand is None else {**_spell_range(topic.demand), "of": n_asked},
        "first_wave": waves[topic.first_wave].name,
        "p_value": topic.p_value,
    }


def _spell_range(found: Range) -> dict[str, float]:
    return {"estimate": found.value, "low": found.low, "high": found.high}

"""The text model of one source: tone, effort, whether one could act, and topics, each as data."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any, NamedTuple, Self

import numpy as np
import numpy.typing as npt

from features.errors import BundleError
from features.files import below
from features.text.actionability import find_actionable
from features.text.effort import rate_effort
from features.text.languages import find_languages
from features.text.readings import Readings
from features.text.sentiment import SentimentModel
from features.text.topics import TopicModel

_FILE, _TONE, _TOPICS = "model.json", "tone", "topics"
_FORMAT = 1


@dataclass(frozen=True)
class Plan:
    """Say what a text model is to be, as a use case asks for it.

    Attributes
    ----------
    languages
        Those that are read.
    learn_from
        Column with the rating that tone is learnt from; None for the word list.
    n_topics
        How many topics are looked for in each language.
    """

    languages: tuple[str, ...]
    learn_from: str | None
    n_topics: int

    def to_json(self) -> dict[str, Any]:
        """Return plain values."""
        return {
            "languages": list(self.languages),
            "learn_from": self.learn_from,
            "n_topics": self.n_topics,
        }

    @classmethod
    def from_json(cls, content: Mapping[str, Any]) -> Self:
        """Read what :meth:`to_json` wrote."""
        return cls(tuple(content["languages"]), content["learn_from"], int(content["n_topics"]))


class Judged(NamedTuple):
    """Hold texts with what a model thinks of each: classes of tone, and weights of topics (None without)."""

    texts: list[str]
    languages: list[str]
    probabilities: npt.NDArray[np.float64]
    topic_weights: npt.NDArray[np.float64] | None


@dataclass(frozen=True)
class TextModel:
    """Read the verbatims of one source.

    A verbatim is read by itself: what stands beside it changes nothing. Verbatims of other languages get
    their language and nothing else.

    Attributes
    ----------
    plan
        What was asked for.
    fitted_until
        Day before which the texts were known that taught it.
    tones
        By language.
    topics
        None where no topic was looked for or found.
    learnt
        By language how the tone came about: ``from`` (a column or the word list), ``rows``, ``macro_f1``
        with interval, ``reason``.
    recall
        By language how much personal data the removal found in made-up texts.
    """

    plan: Plan
    fitted_until: date
    tones: Mapping[str, SentimentModel]
    topics: TopicModel | None
    learnt: Mapping[str, Mapping[str, Any]]
    recall: Mapping[str, Mapping[str, Any]]

    @cached_property
    def version(self) -> str:
        """Return 12 characters that change with anything that could change a reading."""
        content = hashlib.sha256()
        for name, part in sorted(self.to_files().items()):
            content.update(name.encode() + b"\0" + hashlib.sha256(part).digest())
        return content.hexdigest()[:12]

    def read(self, texts: Sequence[str]) -> Readings:
        """Read verbatims that are free of personal data; each different one once."""
        different = {text: place for place, text in enumerate(dict.fromkeys(texts))}
        found = self._read_each(list(different))
        places = np.array([different[text] for text in texts], dtype=np.intp)
        return Readings(
            texts=texts,
            language=[found.language[place] for place in places],
            sentiment=found.sentiment[places],
            effort=found.effort[places],
            is_actionable=found.is_actionable[places],
            topic=[found.topic[place] for place in places],
        )

    def _read_each(self, texts: Sequence[str]) -> Readings:
        """Read verbatims, language by language."""
        language = find_languages(texts, self.plan.languages)
        sentiment = np.full(len(texts), np.nan)
        for code, tone in self.tones.items():
            mine = [place for place, found in enumerate(language) if found == code]
            if mine:
                sentiment[mine] = tone.score([texts[place] for place in mine])
        is_read, effort = ~np.isnan(sentiment), rate_effort(texts, language)
        acts = np.where(is_read, find_actionable(texts, language, effort), np.nan)
        effort = np.where(is_read, effort, np.nan)
        nothing: list[str | None] = [None] * len(texts)
        topic = nothing if self.topics is None else self.topics.assign(texts, language).main
        return Readings(texts, language, sentiment, effort, acts, topic)

    def judge(self, texts: Sequence[str]) -> "Judged":
        """Return how sure the model is of each text in a language that is read; others are left out."""
        found = find_languages(texts, self.plan.languages)
        kept = [place for place, code in enumerate(found) if code in self.tones]
        written, languages = [texts[place] for place in kept], [found[place] for place in kept]
        probabilities = np.zeros((len(kept), 3))
        for code, tone in self.tones.items():
            mine = [place for place, language in enumerate(languages) if language == code]
            if mine:
                columns = np.array(tone.table.classes) + 1
                places = np.ix_(np.array(mine), columns)
                probabilities[places] = tone.predict([written[place] for place in mine])
        weights = None if self.topics is None else self.topics.assign(written, languages).weights.toarray()
        return Judged(written, languages, probabilities, weights)

    def describe(self) -> dict[str, Any]:
        """Return what people are told of it: version, day, tone by language, topics."""
        topics = () if self.topics is None else self.topics.topics
        return {
            "version": self.version,
            "fitted_until": self.fitted_until.isoformat(),
            "tone": _in_order(self.learnt),
            "redaction_recall": _in_order(self.recall),
            "topics": [
                {
                    "id": topic.id,
                    "label": dict(topic.label),
                    "words": {code: list(words) for code, words in topic.shown.items()},
                    "stability": topic.stability,
                    "pinned": bool(topic.always or topic.never),
                }
                for topic in topics
                if not topic.is_hidden
            ],
        }

    def to_files(self) -> dict[str, bytes]:
        """Return the model as data: file names and contents, the same for the same model."""
        content = {
            "format": _FORMAT,
            "plan": self.plan.to_json(),
            "fitted_until": self.fitted_until.isoformat(),
            "learnt": {code: dict(found) for code, found in self.learnt.items()},
            "redaction_recall": {code: dict(found) for code, found in self.recall.items()},
        }
        plain = json.dumps(content, indent=1, sort_keys=True, ensure_ascii=False, allow_nan=False) + "\n"
        files = {_FILE: plain.encode()}
        for code, tone in self.tones.items():
            files |= {f"{_TONE}/{code}/{name}": part for name, part in tone.to_files().items()}
        if self.topics is not None:
            files |= {f"{_TOPICS}/{name}": part for name, part in self.topics.to_files().items()}
        return files

    @classmethod
    def from_files(cls, files: Mapping[str, bytes]) -> Self:
        """Read what :meth:`to_files` gave.

        Raises
        ------
        BundleError
            If a file is missing, damaged or of another format.
        """
        try:
            content = json.loads(files[_FILE])
            if content["format"] != _FORMAT:
                problem = f"has the format {content['format']}, this version reads {_FORMAT}"
                raise BundleError(f"text model: {_FILE}", problem, "fit it again")
            plan = Plan.from_json(content["plan"])
            until = date.fromisoformat(content["fitted_until"])
            learnt, recall = content["learnt"], content["redaction_recall"]
        except (KeyError, ValueError, TypeError, RecursionError) as error:
            problem = f"cannot be read ({type(error).__name__}: {error})"
            raise BundleError(f"text model: {_FILE}", problem, "fit it again") from error
        tones = {code: SentimentModel.from_files(below(files, f"{_TONE}/{code}/")) for code in plan.languages}
        topics = below(files, f"{_TOPICS}/")
        return cls(plan, until, tones, TopicModel.from_files(topics) if topics else None, learnt, recall)


def _in_order(told: Mapping[str, Any]) -> dict[str, Any]:
    """Return plain values with sorted keys: a model just fitted says the same as one that was read."""
    ordered: dict[str, Any] = json.loads(
        json.dumps({code: dict(found) for code, found in told.items()}, sort_keys=True)
    )
    return ordered

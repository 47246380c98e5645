"""Fit the text model of a source: tone from ratings where there are enough, topics from what is said."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt

from features.progress import Report, silent
from features.text.corrections import Corrections
from features.text.duplicates import group_near_duplicates
from features.text.languages import find_languages
from features.text.model import Plan, TextModel
from features.text.redaction_recall import measure_recall
from features.text.sentiment import FEWEST_GROUPS, SentimentModel
from features.text.topics import TopicModel, match_topics

Classes = npt.NDArray[np.int8]
_NPS = (0.0, 10.0)
WORD_LIST = "word list"


@dataclass(frozen=True)
class Lesson:
    """Hold what a text model may learn from.

    Attributes
    ----------
    plan
        What the model is to be.
    until
        Day before which all of it was known.
    texts
        Verbatims without personal data, as they were known.
    ratings
        What was ticked beside each text; NaN where nothing was.
    scale
        Lowest and highest rating; None where none are learnt from.
    """

    plan: Plan
    until: date
    texts: list[str]
    ratings: npt.NDArray[np.float64]
    scale: tuple[float, float] | None


def fit_text_model(
    lesson: Lesson,
    before: TextModel | None = None,
    corrections: Corrections | None = None,
    *,
    report: Report = silent,
) -> TextModel:
    """Fit tone and topics.

    Parameters
    ----------
    lesson
        Texts with their ratings.
    before
        The model that was used until now: topics that go on keep its names.
    corrections
        What people corrected; tone is learnt from them as well.
    """
    languages = find_languages(lesson.texts, lesson.plan.languages)
    tones, learnt = {}, {}
    for code in lesson.plan.languages:
        places = [place for place, found in enumerate(languages) if found == code]
        tones[code], learnt[code] = _fit_tone(lesson, code, places, corrections)
        report(f"tone of {code} from {learnt[code]['from']}, {learnt[code]['rows']} rated texts")
    topics = _fit_topics(lesson, languages, before)
    recall = {code: _measure_recall(code) for code in lesson.plan.languages}
    return TextModel(lesson.plan, lesson.until, tones, topics, learnt, recall)


def to_classes(ratings: npt.NDArray[np.float64], scale: tuple[float, float]) -> Classes:
    """Return -1, 0 or 1: below, in and above the middle of the scale; NPS groups on 0 to 10.

    Examples
    --------
    >>> to_classes(np.array([1.0, 3.0, 5.0]), (1, 5)).tolist()
    [-1, 0, 1]
    >>> to_classes(np.array([6.0, 8.0, 9.0]), (0, 10)).tolist()
    [-1, 0, 1]
    """
    if scale == _NPS:
        return np.digitize(ratings, [6.5, 8.5]).astype(np.int8) - np.int8(1)
    place = (ratings - scale[0]) / (scale[1] - scale[0])
    return np.digitize(place, [0.4, 0.6]).astype(np.int8) - np.int8(1)


def _fit_tone(
    lesson: Lesson, code: str, places: list[int], corrections: Corrections | None
) -> tuple[SentimentModel, dict[str, Any]]:
    """Return the tone of one language and how it came about."""
    if lesson.scale is None:
        return _from_word_list(code, 0, "no rating beside the text is named")
    rated = [place for place in places if lesson.texts[place] and np.isfinite(lesson.ratings[place])]
    texts = [lesson.texts[place] for place in rated]
    classes = to_classes(lesson.ratings[rated], lesson.scale)
    corrected = [] if corrections is None else corrections.labels()
    spoken = find_languages([text for text, _ in corrected], lesson.plan.languages)
    mine = [told for told, language in zip(corrected, spoken, strict=True) if language == code]
    texts += [text for text, _ in mine]
    classes = np.concatenate([classes, np.sign([tone for _, tone in mine]).astype(np.int8)])
    texts, classes = _leave_out_rare_middle(texts, classes)
    tone = SentimentModel.fit(texts, classes, language=code, groups=group_near_duplicates(texts))
    if tone.reason:
        return _from_word_list(code, len(texts), tone.reason)
    low, high = tone.macro_f1_interval
    score = {"estimate": tone.macro_f1, "low": low, "high": high}
    return tone, {"from": lesson.plan.learn_from, "rows": len(texts), "macro_f1": score, "reason": None}


def _leave_out_rare_middle(texts: list[str], classes: Classes) -> tuple[list[str], Classes]:
    """Return texts and classes without the middle where it hardly occurs: bad and good can be told apart."""
    is_middle = classes == 0
    if len({text for text, middle in zip(texts, is_middle, strict=True) if middle}) >= FEWEST_GROUPS:
        return texts, classes
    return [text for text, middle in zip(texts, is_middle, strict=True) if not middle], classes[~is_middle]


def _from_word_list(code: str, rows: int, reason: str) -> tuple[SentimentModel, dict[str, Any]]:
    """Return the tone of the word list, with the reason why nothing was learnt."""
    known = {"from": WORD_LIST, "rows": rows, "macro_f1": None, "reason": reason}
    return SentimentModel.from_lexicon(code), known


@cache
def _measure_recall(code: str) -> Mapping[str, Any]:
    """Return by kind how many identifiers were planted and found, with an interval; measured once."""
    found = measure_recall(code, seed=0)
    told: dict[str, Any] = {
        kind: {
            "planted": share.n,
            "found": share.hits,
            "recall": share.value,
            "low": share.low,
            "high": share.high,
        }
        for kind, share in found.recall.items()
    }
    return told | {"false_per_1000": found.false_removals_per_1000}


def _fit_topics(lesson: Lesson, languages: list[str], before: TextModel | None) -> TopicModel | None:
    """Return the topics; those that go on keep their names."""
    if lesson.plan.n_topics == 0:
        return None
    earlier = None if before is None else before.topics
    n_topics = lesson.plan.n_topics
    topics = TopicModel.fit(lesson.texts, languages, n_topics=n_topics, earlier=earlier)
    if not topics.topics:
        return None
    return topics if earlier is None else match_topics(earlier, topics).model

"""Comments in German and English, put together from topic, tone and small variations."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from features.worlds.phrases import TONES, TOPICS, load_phrases
from features.worlds.vocabulary import LANGUAGES, Flags, Floats, Integers

_SHARE_WITH_COMMENT = 0.62
_SHARE_EMPTY = 0.04
_PLAIN_LETTERS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "Ä": "Ae", "Ö": "Oe", "Ü": "Ue"})
_BOUNDS = (-0.35, 0.45)


def draw_tones(mood: Floats, is_intending: Flags, random: np.random.Generator) -> Integers:
    """Return the tone of each comment (0 negative, 1 neutral, 2 positive): mood, chance, intention."""
    heard = mood + 0.5 * random.standard_normal(mood.size) - 0.4 * is_intending
    return np.asarray(np.searchsorted(_BOUNDS, heard), dtype=np.int64)


def draw_topics(
    tones: Integers, resolution: Floats, late_share: Floats, random: np.random.Generator
) -> Integers:
    """Return the topic of each comment: people write about what happened to them."""
    pull = np.tile(np.log([0.24, 0.16, 0.15, 0.15, 0.14, 0.16]), (tones.size, 1))
    is_bad = np.where(tones == 0, 1.0, 0.3)
    pull[:, TOPICS.index("waiting")] += is_bad * np.clip(resolution, -1.5, 2.5) * 0.6
    pull[:, TOPICS.index("delivery")] += is_bad * (late_share - 0.15) * 5.0
    pull[:, TOPICS.index("price")] += 0.6 * (tones == 0)
    pull[:, TOPICS.index("contact")] += 0.9 * (tones == 2)
    return np.asarray(np.argmax(pull + random.gumbel(size=pull.shape), axis=1), dtype=np.int64)


def write_comments(
    language: Integers, topics: Integers, tones: Integers, random: np.random.Generator
) -> list[str]:
    """Write one comment per answer; an empty text where nothing was written.

    Parameters
    ----------
    language, topics, tones
        Codes into the vocabulary's languages and the phrases' topics and tones.
    random
        Source of all variation.

    Examples
    --------
    >>> one = np.ones(1, dtype=np.int64)
    >>> len(write_comments(one, one, one, np.random.default_rng(1)))
    1
    """
    choices = random.random((language.size, 7))
    keys = zip(language.tolist(), topics.tolist(), tones.tolist(), choices, strict=True)
    return [_write(LANGUAGES[code], TOPICS[topic], TONES[tone], chance) for code, topic, tone, chance in keys]


def _write(language: str, topic: str, tone: str, chance: NDArray[np.float64]) -> str:
    """Write one comment: maybe an opening, the core, maybe a closing, and the way people type."""
    phrases = load_phrases(language)
    if chance[0] > _SHARE_WITH_COMMENT:
        return ""
    if chance[0] < _SHARE_EMPTY * _SHARE_WITH_COMMENT:
        return pick(phrases.empty, chance[1])
    core = pick(phrases.cores[topic][tone], chance[1]).replace("{n}", str(2 + int(chance[4] * 12)))
    opening = pick(phrases.openings[tone], chance[2])
    closing = pick(phrases.closings[tone], chance[3])
    return type_as_people_do(" ".join(part for part in (opening, core, closing) if part), chance[5])


def type_as_people_do(text: str, chance: float) -> str:
    """Type a text the way people do: some without capitals, umlauts or full stops, some with many marks."""
    if chance < 0.08:
        return text.lower()
    if chance < 0.13:
        return text.translate(_PLAIN_LETTERS)
    if chance < 0.21:
        return text.rstrip(".")
    return text.replace(".", "!!") if chance < 0.24 else text


def pick(each: Sequence[str], chance: float) -> str:
    """Return one element for a number from 0 to 1."""
    return each[int(chance * len(each))]

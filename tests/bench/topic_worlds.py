"""Waves of verbatims with known topics, some of them new, before a background that never stands still.

Each wave has its own mood, so that old topics and tones come and go; seasons return, campaigns bring new
words about old topics, and names nobody has heard of turn up for a while.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import yaml

from features.worlds.phrases import TONES, TOPICS, load_phrases
from features.worlds.verbatims import draw_tones, draw_topics, pick, type_as_people_do, write_comments
from features.worlds.vocabulary import LANGUAGES

_SYLLABLES = ("ba", "ke", "li", "mo", "nu", "ra", "se", "ti", "wo", "za", "hol", "berg", "stein", "feld", "ker", "dorf")
_N_NAMES = 3000
_GERMAN = 0.6


@dataclass(frozen=True)
class Wave:
    """Hold the verbatims of one wave with their language and true topic."""

    texts: list[str]
    languages: list[str]
    truth: list[str]

    @property
    def pair(self) -> tuple[list[str], list[str]]:
        """Return texts and languages."""
        return self.texts, self.languages


@cache
def load_parts() -> dict[str, Any]:
    """Return the building blocks."""
    return dict(yaml.safe_load(Path(__file__).with_suffix(".yaml").read_text(encoding="utf-8")))


def new_topics() -> tuple[str, ...]:
    """Return the names of the topics that can be planted."""
    return tuple(load_parts()["new"])


def is_mark(topic: str, word: str) -> bool:
    """Tell whether a word is one of a planted topic."""
    return any(word.lower().startswith(mark) or mark in word.lower() for mark in load_parts()["new"][topic]["marks"])


def draw_waves(
    seed: int, n_waves: int, size: int, *, planted: Sequence[tuple[str, int, float]] = ()
) -> list[Wave]:
    """Draw waves of verbatims.

    Parameters
    ----------
    seed
        Start of all chance.
    n_waves, size
        Number of waves, and verbatims in each.
    planted
        New topics: name, the wave in which each begins, and its share from then on.
    """
    random = np.random.default_rng(seed)
    mood = np.cumsum(random.normal(0.0, 0.25, n_waves))
    fame = 1.0 / np.arange(1, _N_NAMES + 1) ** 0.9
    names = _invent_names(random)
    waves = []
    for number in range(n_waves):
        drifting = fame * np.exp(random.normal(0.0, 0.5, _N_NAMES))
        shares = {name: share for name, begins, share in planted if number >= begins}
        waves.append(_draw_wave(random, size, mood[number], number % 4, drifting / drifting.sum(), names, shares))
    return waves


def _invent_names(random: np.random.Generator) -> list[str]:
    """Return made-up names."""
    drawn = random.integers(0, len(_SYLLABLES), (_N_NAMES, 3))
    return ["".join(_SYLLABLES[each] for each in row).capitalize() for row in drawn.tolist()]


def _draw_wave(
    random: np.random.Generator,
    size: int,
    mood: float,
    season: int,
    fame: np.ndarray,
    names: list[str],
    shares: dict[str, float],
) -> Wave:
    """Draw one wave."""
    language = (random.random(size) > _GERMAN).astype(np.int64)
    tones = draw_tones(mood + random.standard_normal(size), np.zeros(size, dtype=np.bool_), random)
    topics = draw_topics(tones, random.normal(mood, 1.0, size), random.random(size) * 0.4, random)
    texts: list[str] = []
    while len(texts) < size:  # those who write nothing are asked again
        drawn = write_comments(language, topics, tones, random)
        texts = [new or "" for new in drawn]
        for place in [place for place, text in enumerate(texts) if len(text) < 13]:
            texts[place] = _write_core(random, LANGUAGES[language[place]], TOPICS[topics[place]], TONES[tones[place]])
    truth = [TOPICS[topic] for topic in topics]
    campaign = random.integers(0, 5)
    begins = np.cumsum([0.0, *shares.values()])
    chance = random.random((size, 9))
    for place in range(size):
        code = LANGUAGES[language[place]]
        parts = load_parts()
        fresh = [name for name, low, high in zip(shares, begins, begins[1:], strict=False) if low <= chance[place, 0] < high]
        if fresh:
            core = pick(parts["new"][fresh[0]][code], chance[place, 1])
            texts[place] = type_as_people_do(_dress(code, TONES[tones[place]], core, chance[place]), chance[place, 2])
            truth[place] = fresh[0]
        elif chance[place, 3] < 0.05:
            texts[place] = pick(parts["campaigns"][code][campaign:][:1], chance[place, 1])
            truth[place] = ""
        if chance[place, 4] < 0.05:
            texts[place] += " " + pick(parts["seasonal"][code][season], chance[place, 6])
        elif chance[place, 4] < 0.65:
            name = names[int(random.choice(fame.size, p=fame))]
            texts[place] += " " + pick(parts["chatter"][code], chance[place, 7]).replace("NAME", name)
    return Wave(texts, [LANGUAGES[code] for code in language.tolist()], truth)


def _write_core(random: np.random.Generator, language: str, topic: str, tone: str) -> str:
    cores = load_phrases(language).cores[topic][tone]
    return pick(cores, random.random()).replace("{n}", str(2 + int(random.random() * 12)))


def _dress(language: str, tone: str, core: str, chance: np.ndarray) -> str:
    """Put an opening before a sentence and a closing behind it, as other verbatims have."""
    phrases = load_phrases(language)
    parts = (pick(phrases.openings[tone], chance[5]), core, pick(phrases.closings[tone], chance[8]))
    return " ".join(part for part in parts if part)

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

_SYLLABLES = (
    "ba",
    "ke",
    "li",
    "mo",
    "nu",
    "ra",
    "se",
    "ti",
    "wo",
    "za",
    "hol",
    "berg",
    "stein",
    "feld",
    "ker",
    "dorf",
)
_N_NAMES = 3000
_GERMAN = 0.6
_SHORT = 13


@dataclass(frozen=True)
class Wave:
    """Hold the verbatims of one wave with their language and true topic."""

    texts: list[str]
    languages: list[str | None]
    truth: list[str]

    @property
    def pair(self) -> tuple[list[str], list[str | None]]:
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
    return any(
        word.lower().startswith(mark) or mark in word.lower() for mark in load_parts()["new"][topic]["marks"]
    )


def draw_waves(
    seed: int, n_waves: int, size: int, *, planted: Sequence[tuple[str, int, float]] = ()
) -> list[Wave]:
    """Draw waves of verbatims; equal arguments give equal waves, before a planted topic begins as without it.

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
    drawn = random.integers(0, len(_SYLLABLES), (_N_NAMES, 3))
    names = ["".join(_SYLLABLES[each] for each in row).capitalize() for row in drawn.tolist()]
    waves = []
    for number in range(n_waves):
        drifting = fame * np.exp(random.normal(0.0, 0.5, _N_NAMES))
        told = random.choice(names, size, p=drifting / drifting.sum()).tolist()
        shares = {name: share for name, begins, share in planted if number >= begins}
        waves.append(_draw_wave(random, mood[number], number % 4, told, shares))
    return waves


def _draw_wave(
    random: np.random.Generator, mood: float, season: int, names: list[str], shares: dict[str, float]
) -> Wave:
    """Draw one wave, one verbatim per name."""
    size = len(names)
    language = (random.random(size) > _GERMAN).astype(np.int64)
    tones = draw_tones(mood + random.standard_normal(size), np.zeros(size, dtype=np.bool_), random)
    topics = draw_topics(tones, random.normal(mood, 1.0, size), random.random(size) * 0.4, random)
    drawn = write_comments(language, topics, tones, random)
    campaign = int(random.integers(0, 5))
    texts, truth = [], []
    each = zip(drawn, language.tolist(), topics.tolist(), tones.tolist(), names, strict=True)
    for (text, code, topic, tone, name), chance in zip(each, random.random((size, 9)).tolist(), strict=True):
        scene = _Scene(LANGUAGES[code], TOPICS[topic], TONES[tone], season, campaign, name)
        written, about = _write(text, scene, shares, chance)
        texts.append(written)
        truth.append(about)
    return Wave(texts, [LANGUAGES[code] for code in language.tolist()], truth)


@dataclass(frozen=True)
class _Scene:
    """Say who writes about what, when, and which name is in their mind."""

    language: str
    topic: str
    tone: str
    season: int
    campaign: int
    name: str


def _write(text: str, scene: _Scene, shares: dict[str, float], chance: list[float]) -> tuple[str, str]:
    """Return a verbatim and what it is about: a new topic, a campaign, or an old topic."""
    parts, about = load_parts(), scene.topic
    fresh = _choose(shares, chance[0])
    if fresh:
        core = _dress(scene, pick(parts["new"][fresh][scene.language], chance[1]), chance)
        text, about = type_as_people_do(core, chance[2]), fresh
    elif chance[3] < 0.05:
        text, about = parts["campaigns"][scene.language][scene.campaign], "campaign"
    elif len(text) < _SHORT:  # who writes nothing is asked again
        cores = load_phrases(scene.language).cores[scene.topic][scene.tone]
        text = _dress(scene, pick(cores, chance[1]).replace("{n}", str(2 + int(chance[2] * 12))), chance)
    if chance[4] < 0.05:
        text += " " + pick(parts["seasonal"][scene.language][scene.season], chance[6])
    elif chance[4] < 0.65:
        text += " " + pick(parts["chatter"][scene.language], chance[7]).replace("NAME", scene.name)
    return text, about


def _choose(shares: dict[str, float], chance: float) -> str:
    """Return the new topic that falls on a number from 0 to 1, or ""."""
    for name, share in shares.items():
        if chance < share:
            return name
        chance -= share
    return ""


def _dress(scene: _Scene, core: str, chance: list[float]) -> str:
    """Put an opening before a sentence and a closing behind it, as other verbatims have."""
    phrases = load_phrases(scene.language)
    parts = (
        pick(phrases.openings[scene.tone], chance[5]),
        core,
        pick(phrases.closings[scene.tone], chance[8]),
    )
    return " ".join(part for part in parts if part)

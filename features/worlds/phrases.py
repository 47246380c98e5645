"""The building blocks of comments by language, topic and tone; the texts are in phrases.*.yaml."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import yaml

TOPICS = ("waiting", "delivery", "invoice", "price", "contact", "product")
TONES = ("negative", "neutral", "positive")


@dataclass(frozen=True)
class Phrases:
    """Hold the texts of one language.

    Attributes
    ----------
    empty
        What people write who have nothing to say.
    openings, closings
        By tone; an empty text where there is none.
    cores
        By topic, then tone.
    """

    empty: tuple[str, ...]
    openings: Mapping[str, tuple[str, ...]]
    closings: Mapping[str, tuple[str, ...]]
    cores: Mapping[str, Mapping[str, tuple[str, ...]]]


@cache
def load_phrases(language: str) -> Phrases:
    """Return the texts of a language (``de`` or ``en``).

    Examples
    --------
    >>> load_phrases("en").cores["price"]["positive"][0]
    'Good value for money.'
    """
    text = files("features.worlds").joinpath(f"phrases.{language}.yaml").read_text(encoding="utf-8")
    found = yaml.safe_load(text)
    cores = {topic: _by_tone(found["cores"][topic]) for topic in TOPICS}
    empty, openings, closings = found["empty"], found["openings"], found["closings"]
    return Phrases(tuple(empty), _by_tone(openings), _by_tone(closings), cores)


def _by_tone(found: Mapping[str, list[str]]) -> Mapping[str, tuple[str, ...]]:
    """Return the texts of every tone."""
    return {tone: tuple(found[tone]) for tone in TONES}

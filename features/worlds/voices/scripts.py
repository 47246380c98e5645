"""The building blocks of calls and reviews; the texts are in calls.*.yaml and reviews.*.yaml."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import yaml

from features.worlds.phrases import TONES

Texts = tuple[str, ...]
ByTone = Mapping[str, Texts]


@dataclass(frozen=True)
class CallScript:
    """Hold what is said on the phone in one language: the agent's lines, then the customer's.

    ``solutions`` and ``problems`` are by topic, ``problems`` then by tone; ``waiting`` and ``goodbyes`` by
    tone. The answer to a question stands at the same place as the question.
    """

    greetings: Texts
    questions: Texts
    holds: Texts
    solutions: Mapping[str, Texts]
    refusals: Texts
    promises: Texts
    closings: Texts
    hellos: Texts
    problems: Mapping[str, ByTone]
    answers: Texts
    complaints: Texts
    waiting: ByTone
    relief: Texts
    disappointment: Texts
    escalations: Texts
    goodbyes: ByTone


@dataclass(frozen=True)
class ReviewScript:
    """Hold titles and last sentences of reviews in one language, by tone; some texts are empty."""

    titles: ByTone
    closings: ByTone


@cache
def load_call_script(language: str) -> CallScript:
    """Return the lines of a language (``de`` or ``en``).

    Examples
    --------
    >>> load_call_script("en").relief[0]
    'Oh, that was quick, thank you.'
    """
    return CallScript(**_load(f"calls.{language}.yaml"))


@cache
def load_review_script(language: str) -> ReviewScript:
    """Return titles and closings of a language.

    Examples
    --------
    >>> load_review_script("de").titles["positive"][0]
    'Klare Empfehlung.'
    """
    return ReviewScript(**_load(f"reviews.{language}.yaml"))


def _load(name: str) -> dict[str, Any]:
    """Return the texts of a file, lists as tuples."""
    found = yaml.safe_load(files("features.worlds.voices").joinpath(name).read_text(encoding="utf-8"))
    return {key: _freeze(value) for key, value in found.items()}


def _freeze(found: Any) -> Any:
    """Turn lists into tuples, whatever stands above them; tones keep their fixed order."""
    if isinstance(found, list):
        return tuple(found)
    keys = TONES if set(found) == set(TONES) else found
    return {key: _freeze(found[key]) for key in keys}

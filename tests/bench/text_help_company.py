"""The example company with the words of its surveys and calls, as features beside all others."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import yaml

from features.catalogue import Feature
from features.usecase import CALL_COLUMNS, TEXT_COLUMNS, UseCase, parse
from features.worlds.phrases import TOPICS
from tests.bench.text_help_parts import HAPPENED, RATED
from training.runs.demo import usecase_file
from training.themes.figures import NEGATIVE_TO

WINDOW = "180d"
_OF_CALLS = ("sentiment", "sentiment_end", "sentiment_slope", "effort", "is_actionable", "escalation", "risk")
_OF_TALK = ("talk_share", "silence_share", "interruptions_per_minute", "duration_s")
_BAD = {"bad": f"<= {NEGATIVE_TO}"}  # as reports say it; a learnt tone is hardly ever as low as -1


def add_words(name: str, folder: Path) -> UseCase:
    """Return a use case of the demo with the words of surveys and calls.

    How often and when somebody called is no word: it is one of the things that happened.
    """
    content = yaml.safe_load(usecase_file(name).read_text(encoding="utf-8"))
    sources, features = content["sources"], content["features"]
    sources["surveys"]["text"] = {"learn_from": "csat"}
    sources["calls"] = {
        "file": "calls.parquet",
        "id": "call_id",
        "event_time": "started_at",
        "known_at": "ingested_at",
        "language": ["de", "en"],
        "turns": {"file": "call_turns.parquet"},
    }
    surveys: dict[str, Any] = features["surveys"]
    surveys["mean"] += ["sentiment", "effort", "is_actionable"]
    surveys["last"] += ["sentiment"]
    surveys["share"] |= _share_words()
    features["calls"] = {
        "windows": [WINDOW],
        "count": {},
        "days_since_last": {},
        "mean": [*_OF_CALLS, *_OF_TALK],
        "last": ["sentiment_end", "risk"],
        "share": _share_words(),
    }
    return parse(content, f"{name}.yaml").located(folder)


def list_parts(features: Sequence[Feature]) -> dict[str, tuple[str, ...]]:
    """Return the names of the features of each part.

    Examples
    --------
    >>> tone = Feature("x_surveys.sentiment.last", "number", "surveys", "X")
    >>> list_parts([Feature("o_calls.count_180d", "number", "calls"), tone])["o_words"]
    ('o_calls.count_180d', 'x_surveys.sentiment.last')
    """
    kinds = {feature.name: _kind_of(feature) for feature in features}
    wanted = {
        HAPPENED: {"happened"},
        "o_words": {"happened", "words"},
        RATED: {"happened", "rated"},
        "ox_words": {"happened", "rated", "words"},
        "ox_words_calls": {"happened", "rated", "words", "calls"},
    }
    return {
        part: tuple(name for name, kind in kinds.items() if kind in chosen) for part, chosen in wanted.items()
    }


def _share_words() -> dict[str, dict[str, str]]:
    """Return the shares of bad verbatims and of each topic."""
    return {"sentiment": dict(_BAD), "topic": {topic: f"= {topic}" for topic in TOPICS}}


def _kind_of(feature: Feature) -> str:
    """Return whether a feature is of what happened, of ratings, or of words of surveys or calls."""
    source, _, rest = feature.bare_name.partition(".")
    column, _, function = rest.partition(".")
    if source == "calls" and function and column in CALL_COLUMNS:
        return "calls"
    if feature.data == "O":
        return "happened"
    return "words" if function and column in TEXT_COLUMNS else "rated"

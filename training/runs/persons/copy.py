"""The copy that a person gets: all that is kept of them, in words and as values."""

from collections.abc import Iterator
from datetime import date
from typing import Any

from features.catalogue import Feature
from training.bundle import Bundle
from training.pages import LANGUAGES, Label, subject_of
from training.reasons import describe, name_feature
from training.runs.persons.own_score import OwnScore
from training.runs.persons.wanted import Told, Wanted
from training.text_names import read_topic_labels

FORMAT, FORMAT_VERSION = "xm-predict personal data", 1


def write_copy(
    wanted: Wanted, told: list[Told], score: OwnScore, bundle: Bundle | None, made_on: date
) -> dict[str, Any]:
    """Return all of it as plain values; the pages are made of these alone.

    Parameters
    ----------
    told
        What every kind of place holds.
    bundle
        Lends features their names; without it they stand with those of their columns.
    """
    usecase = None if bundle is None else bundle.usecase
    label: Label = {} if usecase is None else usecase.label
    return {
        "format": FORMAT,
        "format_version": FORMAT_VERSION,
        "made_on": made_on.isoformat(),
        "usecase": wanted.usecase,
        "label": dict(label) or dict.fromkeys(LANGUAGES, wanted.usecase),
        "subject": "case" if usecase is None else subject_of(usecase),
        "entity_id": wanted.ids[0],
        "pseudonym": next(iter(wanted.pseudonyms), None),
        "is_simulated": usecase is not None and usecase.simulated,
        "sources": [] if usecase is None else sorted(usecase.sources),
        "score": {"state": score.state, "content": score.content},
        "facts": list(_list_facts(told, bundle)),
        "held": [
            {"place": one.place, "what": dict(one.what), "rows": [dict(row) for row in one.rows]}
            for one in told
        ],
    }


def _list_facts(told: list[Told], bundle: Bundle | None) -> Iterator[dict[str, Any]]:
    """Yield what the newest row says, feature by feature: name in words, value, unit."""
    newest = next((row for one in told if one.what["en"] == "newest row" for row in one.rows), None)
    if newest is None or bundle is None:
        return
    topics = read_topic_labels(bundle.facts.get("texts"))
    for feature in bundle.catalogue:
        value = newest.get(feature.name)
        yield {
            "feature": feature.name,
            "source": feature.source,
            "name": {one: name_feature(feature, bundle.usecase, one, topics) for one in LANGUAGES},
            "words": _say(feature, value, bundle, topics),
            "value": value,
            "unit": feature.unit,
        }


def _say(feature: Feature, value: Any, bundle: Bundle, topics: Any) -> Label:
    """Return a feature with its value in words, by language."""
    return {one: describe(feature, value, bundle.usecase, one, topics) for one in LANGUAGES}

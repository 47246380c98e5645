"""What features made of words are called, where no driver lends them its name."""

from collections.abc import Iterable, Mapping
from typing import Any

from features.catalogue import plain_name
from features.usecase import FeatureRule, Language, UseCase, parse_condition

Labels = Mapping[Language, str]
TopicLabels = Mapping[str, Mapping[str, Labels]]
"""By source and id of the topic its name by language."""

_COLUMNS: Mapping[str, Labels] = {
    "sentiment": {"en": "Tone of comments", "de": "Ton der Kommentare"},
    "effort": {"en": "Effort that comments tell of", "de": "Mühe, von der Kommentare berichten"},
    "is_actionable": {"en": "Comments that say what to do", "de": "Kommentare, die sagen, was zu tun ist"},
    "topic": {"en": "Topic of comments", "de": "Thema der Kommentare"},
    "language": {"en": "Language of comments", "de": "Sprache der Kommentare"},
}
_OF_CALLS: Mapping[str, Labels] = {
    "duration_s": {"en": "Length of calls", "de": "Dauer der Anrufe"},
    "turn_count": {"en": "Turns in calls", "de": "Wortwechsel in Anrufen"},
    "silence_share": {"en": "Silence in calls", "de": "Stille in Anrufen"},
    "talk_share": {"en": "Customer’s share of talking in calls", "de": "Redeanteil des Kunden in Anrufen"},
    "interruptions_by_customer": {
        "en": "Interruptions by the customer",
        "de": "Unterbrechungen durch den Kunden",
    },
    "interruptions_by_company": {"en": "Interruptions by us", "de": "Unterbrechungen durch uns"},
    "interruptions_per_minute": {"en": "Interruptions in calls", "de": "Unterbrechungen in Anrufen"},
    "longest_silence_s": {"en": "Longest silence in calls", "de": "Längste Stille in Anrufen"},
    "sentiment": {"en": "Tone in calls", "de": "Ton in Anrufen"},
    "sentiment_slope": {"en": "Course of the tone in calls", "de": "Verlauf des Tons in Anrufen"},
    "sentiment_end": {"en": "Tone at the end of calls", "de": "Ton am Ende der Anrufe"},
    "effort": {"en": "Effort that calls tell of", "de": "Mühe, von der Anrufe berichten"},
    "escalation": {"en": "Calls that escalate", "de": "Anrufe, die eskalieren"},
    "escalation_s": {"en": "Time until calls escalate", "de": "Zeit, bis Anrufe eskalieren"},
    "topic": {"en": "Topic of calls", "de": "Thema der Anrufe"},
    "risk": {"en": "Calls at risk", "de": "Anrufe mit Risiko"},
    "language": {"en": "Language of calls", "de": "Sprache der Anrufe"},
    "is_actionable": {"en": "Calls that say what to do", "de": "Anrufe, die sagen, was zu tun ist"},
}
_ABOUT: Labels = {"en": "Comments about “{}”", "de": "Kommentare über „{}“"}


def read_topic_labels(texts: Mapping[str, Mapping[str, Any]] | None) -> TopicLabels:
    """Return what topics are called, from what text models say of themselves, by source.

    Examples
    --------
    >>> topics = [{"id": "wait", "label": {"en": "Waiting"}}, {"id": "bill"}]
    >>> read_topic_labels({"surveys": {"version": "0123456789ab", "topics": topics}})
    {'surveys': {'wait': {'en': 'Waiting'}, 'bill': {}}}
    """
    return {
        source: {str(topic["id"]): dict(topic.get("label") or {}) for topic in _topics(facts)}
        for source, facts in (texts or {}).items()
    }


def name_column(source: str, column: str, usecase: UseCase, language: Language) -> str | None:
    """Return what a column made of verbatims or calls is called; None for any other column."""
    found = usecase.sources.get(source)
    if found is None or column not in found.computed:
        return None
    return (_OF_CALLS if found.turns is not None else _COLUMNS)[column][language]


def name_topic(
    source: str, share: str, usecase: UseCase, language: Language, labels: TopicLabels | None = None
) -> str:
    """Return what the topic is called that a share counts.

    Parameters
    ----------
    share
        The name of the share in the feature rule; the topic stands in its condition.
    labels
        What topics are called; else the topic lends its id.
    """
    rule = usecase.features.get(source)
    conditions = rule.share.get("topic", {}) if isinstance(rule, FeatureRule) else {}
    topic = parse_condition(conditions[share])[1] if share in conditions else share
    return label_topic(source, topic, language, labels)


def label_topic(source: str, topic: str, language: Language, labels: TopicLabels | None = None) -> str:
    """Return what a topic is called, by its id.

    Examples
    --------
    >>> label_topic("surveys", "wait_long", "de", {"surveys": {"wait_long": {"de": "Warten"}}})
    'Warten'
    """
    label = ((labels or {}).get(source) or {}).get(topic) or {}
    return label.get(language) or label.get("en") or plain_name(topic)


def speak_of(topic: str, language: Language) -> str:
    """Return what comments about a topic are called.

    Examples
    --------
    >>> speak_of("Preis", "de")
    'Kommentare über „Preis“'
    """
    return _ABOUT[language].format(topic)


def _topics(facts: Mapping[str, Any]) -> Iterable[Mapping[str, Any]]:
    """Return the topics of a text model."""
    return facts.get("topics") or ()

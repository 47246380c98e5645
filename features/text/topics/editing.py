"""Apply the edits of a person to topics; topics that they do not name stay the very same."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from features.text.topics.edits import Merge, Split, TopicEdit, TopicEdits
from features.text.topics.topic import Topic, Words
from features.text.topics.words import ANY, LANGUAGES, fold, is_meant, to_key


def apply_edits(topics: Sequence[Topic], edits: TopicEdits) -> tuple[Topic, ...]:
    """Return the topics after splitting, merging, then pinning, naming and hiding."""
    edited = list(topics)
    for split in edits.split:
        edited = _split(edited, split)
    for merge in edits.merge:
        edited = _merge(edited, merge)
    return tuple(
        _change(topic, edits.topics[topic.id]) if topic.id in edits.topics else topic for topic in edited
    )


def _split(topics: Sequence[Topic], split: Split) -> list[Topic]:
    """Return the topics with a new one right behind the one whose words it takes."""
    found: list[Topic] = []
    for topic in topics:
        if topic.id != split.topic:
            found.append(topic)
            continue
        keys = {language: _to_keys(split.words.get(language, ()), language) for language in LANGUAGES}
        found.append(_without(topic, keys))
        label = {language: split.into.replace("_", " ") for language in LANGUAGES} | dict(split.label)
        words = {language: dict(dict.fromkeys(each, 1.0)) for language, each in keys.items() if each}
        shown = {language: tuple(each) for language, each in split.words.items()}
        found.append(Topic(split.into, dict(label), dict(words), dict(shown), 1.0, 0))
    return found


def _without(topic: Topic, keys: Mapping[str, tuple[str, ...]]) -> Topic:
    """Return a topic that some words tell nothing about any more."""
    words = {
        language: dict(
            {key: 0.0 if _takes(keys[language], key, language) else value for key, value in each.items()}
            | dict.fromkeys(keys[language], 0.0)
        )
        for language, each in topic.words.items()
    }
    shown = {
        language: tuple(
            word for word in each if not any(is_meant(key, word.lower(), language) for key in keys[language])
        )
        for language, each in topic.shown.items()
    }
    return replace(topic, words=dict(words), shown=dict(shown))


def _takes(taken: Sequence[str], key: str, language: str) -> bool:
    """Tell whether one of the taken keys covers a key of a topic."""
    return any(
        key == each or (ANY in each and ANY not in key and is_meant(each, fold(key, language), language))
        for each in taken
    )


def _merge(topics: Sequence[Topic], merge: Merge) -> list[Topic]:
    """Return the topics with some of them inside another: evidence adds up, to 1 at most."""
    parts = [topic for topic in topics if topic.id in merge.topics]
    return [
        _take_in(topic, parts) if topic.id == merge.into else topic
        for topic in topics
        if topic.id not in merge.topics
    ]


def _take_in(topic: Topic, parts: Sequence[Topic]) -> Topic:
    """Return a topic with the words of others."""
    every = (topic, *parts)
    words = {}
    for language in LANGUAGES:
        keys = dict.fromkeys(key for each in every for key in each.words.get(language, {}))
        added = {
            key: sum(_say(each.words.get(language, {}), key, language) for each in every) for key in keys
        }
        words[language] = {key: round(min(evidence, 1.0), 3) for key, evidence in added.items()}
    return replace(
        topic,
        words=dict(words),
        shown=_unite([each.shown for each in every]),
        stability=min(each.stability for each in every),
        size=sum(each.size for each in every),
        always=_unite([each.always for each in every]),
        never=topic.never,
    )


def _say(words: Mapping[str, float], key: str, language: str) -> float:
    """Return the evidence of a key in the words of a topic: its own, else that of letters it matches."""
    if key in words or ANY in key:
        return words.get(key, 0.0)
    return max((words[each] for each in words if ANY in each and is_meant(each, key, language)), default=0.0)


def _unite(each: Sequence[Words]) -> Words:
    """Return all words, each once."""
    return {
        language: tuple(dict.fromkeys(word for words in each for word in words.get(language, ())))
        for language in LANGUAGES
        if any(words.get(language) for words in each)
    }


def _change(topic: Topic, edit: TopicEdit) -> Topic:
    """Return a topic with other labels, pins and visibility."""
    return replace(
        topic,
        label={**topic.label, **edit.label},
        always=_unite([topic.always, _to_words(edit.always)]),
        never=_unite([topic.never, _to_words(edit.never)]),
        is_hidden=topic.is_hidden or edit.hide,
    )


def _to_words(written: Mapping[str, Sequence[str]]) -> Words:
    return {language: _to_keys(words, language) for language, words in written.items()}


def _to_keys(written: Sequence[str], language: str) -> tuple[str, ...]:
    return tuple(to_key(word, language) for word in written)

"""The file of edits: read with errors that help, written so that it changes nothing."""

import pytest
import yaml

from features.errors import SpecError
from features.text.topics import TopicEdits, TopicModel, write_starter
from features.text.topics.edits import tells


def _read(tmp_path, model, text):
    path = tmp_path / "topics.yaml"
    path.write_text(text, encoding="utf-8")
    return TopicEdits.read(path, model)


def test_all_kinds_of_edits_are_read(tmp_path, by_hand):
    text = """
    version: 1
    topics:
      price: {label: {de: Kosten}, always: {de: [rabatt*]}, never: {en: [prize]}}
      cable: {hide: true}
    merge:
      - {into: price, from: [delivery]}
    split:
      - {topic: delivery, into: parcels, label: {en: Parcels}, words: {en: [parcel]}}
    """
    edits = _read(tmp_path, by_hand, text)
    assert edits.topics["price"].label == {"de": "Kosten"}
    assert edits.topics["price"].always == {"de": ["rabatt*"]}
    assert edits.topics["cable"].hide
    assert edits.merge[0].topics == ["delivery"]
    assert edits.split[0].words == {"en": ["parcel"]}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "version: 1\ntopics: {prise: {hide: true}}",
            "topics: 'prise' is not a topic; did you mean 'price'?",
        ),
        ("version: 1\ntopics: {xyz: {}}", "'xyz' is not a topic; write one of: price, delivery, cable"),
        ("version: 1\ntopcs: {}", "topcs: 'topcs' is not a key here; did you mean 'topics'?"),
        (
            "version: 1\ntopics: {price: {lable: {de: x}}}",
            "topics.price.lable: 'lable' is not a key here; did you mean 'label'?",
        ),
        ("version: 2\ntopics: {}", "version: 2 does not fit"),
        ("topics: {}", "version: is missing; add the key 'version'"),
        ("version: 1\ntopics: {price: {label: {fr: prix}}}", "topics.price.label.fr: 'fr' does not fit"),
        ("version: 1\ntopics: {price: {label: {de: '  '}}}", "topics.price.label.de: '' is no name"),
        ("version: 1\ntopics: {price: {hide: maybe}}", "topics.price.hide: 'maybe' does not fit"),
        (
            "version: 1\ntopics: {price: {always: {de: [no]}}}",
            "topics.price.always.de.0: 'false' is read as yes or no; put the word into quotes",
        ),
        (
            "version: 1\ntopics: {price: {never: {de: [zwei Worte]}}}",
            "topics.price.never.de: 'zwei Worte' is not a word; write one word of two letters or more",
        ),
        ("version: 1\ntopics: {price: {never: {de: ['*']}}}", "'*' is not a word"),
        ("version: 1\ntopics: {price: {never: {de: [a*bc]}}}", "'a*bc' is not a word"),
        (
            "version: 1\nmerge: [{into: price, from: [delivry]}]",
            "merge.0.from: 'delivry' is not a topic; did you",
        ),
        ("version: 1\nmerge: [{into: price, from: [price]}]", "'price' cannot be merged into itself"),
        ("version: 1\nmerge: [{into: price, from: []}]", "merge.0.from: [] does not fit"),
        (
            "version: 1\nmerge: [{into: price, from: [cable]}]\ntopics: {cable: {hide: true}}",
            "topics: 'cable' is not a topic",
        ),
        (
            "version: 1\nsplit: [{topic: delivery, into: box, words: {en: [parcle]}}]",
            "split.0.words.en: 'parcle' is not a word of the topic 'delivery'; did you mean 'parcel'?",
        ),
        (
            "version: 1\nsplit: [{topic: delivery, into: price, words: {en: [parcel]}}]",
            "split.0.into: 'price' is a topic already; choose an id that is not in use",
        ),
        (
            "version: 1\nsplit: [{topic: delivery, into: A B, words: {en: [parcel]}}]",
            "split.0.into: 'A B' does not",
        ),
        ("- price", "topics.yaml: holds no keys with values"),
        ("", "topics.yaml: holds no keys with values"),
        ("version: 1\ntopics: {price: [}", "topics.yaml: line 2: is not valid YAML"),
    ],
)
def test_faults_name_file_key_value_and_remedy(tmp_path, by_hand, text, message):
    with pytest.raises(SpecError) as caught:
        _read(tmp_path, by_hand, text)
    assert str(caught.value).startswith("topics.yaml")
    assert message in str(caught.value)


def test_a_file_that_is_not_there_or_not_text_is_named(tmp_path, by_hand):
    with pytest.raises(SpecError, match=r"topics\.yaml: cannot be read"):
        TopicEdits.read(tmp_path / "topics.yaml", by_hand)
    (tmp_path / "topics.yaml").write_bytes(b"version: 1 # \xff")
    with pytest.raises(SpecError, match="is not UTF-8 text"):
        TopicEdits.read(tmp_path / "topics.yaml", by_hand)


def test_a_topic_that_a_split_makes_can_be_edited_in_the_same_file(tmp_path, by_hand):
    text = (
        "version: 1\nsplit: [{topic: delivery, into: parcels, words: {en: [parcel]}}]\n"
        "topics: {parcels: {hide: true}}"
    )
    assert _read(tmp_path, by_hand, text).topics["parcels"].hide


def test_the_starter_changes_nothing_and_shows_the_words(tmp_path, model):
    text = write_starter(model)
    assert model.edited(_read(tmp_path, model, text)) == model
    for topic in model.topics:
        for language, words in topic.shown.items():
            assert f"# {language}: {', '.join(words)}" in text


def test_the_starter_holds_odd_names(tmp_path, by_hand):
    odd = yaml.safe_load(write_starter(by_hand))["topics"]
    assert list(odd) == ["price", "delivery", "cable"]
    (topic,) = TopicModel(by_hand.topics[:1], 1).topics
    for name, label in [("no", "It's: a #label"), ("404", "'quoted'"), ("null", "")]:
        renamed = TopicModel(
            (type(topic)(**{**vars(topic), "id": name, "label": {"de": label, "en": label}}),), 1
        )
        assert yaml.safe_load(write_starter(renamed))["topics"] == {
            name: {"label": {"de": label, "en": label}}
        }


@pytest.mark.parametrize(
    ("written", "is_told"),
    [("Lieferungen", True), ("Lieferverzug", True), ("lief*", True), ("Preis", False), ("xy*", False)],
)
def test_a_topic_knows_its_words(by_hand, written, is_told):
    assert tells(by_hand.topic("delivery"), "de", written) is is_told

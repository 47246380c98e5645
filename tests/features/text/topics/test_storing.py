"""Files of topics: the same bytes, the same topics, and nothing that was touched."""

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from features.errors import BundleError
from features.text.topics import Topic, TopicModel
from features.text.topics.storing import FILE, _seal


def test_a_model_comes_back_as_it_was(model, held_out):
    files = model.to_files()
    again = TopicModel.from_files(files)
    assert again == model
    assert again.to_files() == files
    assert again.assign(*held_out.pair).main == model.assign(*held_out.pair).main


def test_edits_of_a_person_are_kept(by_hand):
    price, *others = by_hand.topics
    price = replace(price, always={"de": ("rabatt",)}, never={"en": ("prize",)}, is_hidden=True)
    edited = TopicModel((price, *others), 100)
    assert TopicModel.from_files(edited.to_files()) == edited


def test_an_empty_model_can_be_kept():
    assert TopicModel.from_files(TopicModel((), 0).to_files()) == TopicModel((), 0)


def test_the_file_is_readable_json(by_hand):
    content = json.loads(by_hand.to_files()[FILE])
    assert (content["format"], content["version"]) == ("xm-topics", 1)
    assert content["topics"][0]["label"] == {"de": "Preis", "en": "Price"}


@given(place=st.integers(min_value=0), value=st.integers(min_value=0, max_value=255))
def test_a_changed_byte_is_refused_or_changes_nothing(place, value):
    topic = Topic("price", {"de": "Preis", "en": "Price"}, {"en": {"price": 1.0}}, {"en": ("price",)}, 1.0, 3)
    model = TopicModel((topic,), 5)
    content = bytearray(model.to_files()[FILE])
    content[place % len(content)] = value
    try:
        found = TopicModel.from_files({FILE: bytes(content)})
    except BundleError:
        return
    assert found == model  # white space between values may differ


@pytest.mark.parametrize("kept", [0, 1, 100, -1])
def test_a_cut_file_is_refused(by_hand, kept):
    content = by_hand.to_files()[FILE].rstrip()
    with pytest.raises(BundleError, match=r"topics\.json"):
        TopicModel.from_files({FILE: content[:kept]})


def test_a_missing_file_is_named():
    with pytest.raises(BundleError, match="is missing among no files"):
        TopicModel.from_files({})


@pytest.mark.parametrize(
    ("key", "value", "message"),
    [
        ("version", 2, "topics.json: version: 2"),
        ("format", "other", "topics.json: format: 'other'"),
        ("n_verbatims", -1, "topics.json: n_verbatims: -1"),
        ("stems", "0123", "its words were cut to stems by other rules"),
        ("more", 1, "topics.json: more: 1"),
    ],
)
def test_another_format_is_refused_with_its_value(by_hand, key, value, message):
    content = json.loads(by_hand.to_files()[FILE])
    del content["sha256"]
    content[key] = value
    sealed = {"sha256": _seal(content), **content}
    with pytest.raises(BundleError, match=message):
        TopicModel.from_files({FILE: json.dumps(sealed).encode()})

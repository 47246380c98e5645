"""Edits act as written and on nothing else."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from features.text.topics import Topic, TopicEdits, TopicModel
from features.text.topics.edits import Merge, Split, TopicEdit
from tests.bench.topics import draw_comments


def _edits(*, split=(), merge=(), **topics) -> TopicEdits:
    return TopicEdits(
        tuple(Split(**each) for each in split),
        tuple(Merge(**each) for each in merge),
        {name: TopicEdit(**each) for name, each in topics.items()},
    )


def _weights(model: TopicModel, texts, languages) -> dict[str, np.ndarray]:
    dense = model.assign(texts, languages).weights.toarray()
    return {name: dense[:, place] for place, name in enumerate(model.ids)}


def test_renaming_changes_the_label_alone(by_hand):
    edited = by_hand.edited(_edits(price={"label": {"de": "Kosten"}}))
    assert edited.topic("price").label == {"de": "Kosten", "en": "Price"}
    assert edited.ids == by_hand.ids
    assert edited.topics[1:] == by_hand.topics[1:]


def test_pinned_words_always_and_never_give_the_topic(by_hand):
    edits = _edits(price={"always": {"de": ["Rabatt*"]}, "never": {"de": ["Preisausschreiben"]}})
    assigned = by_hand.edited(edits).assign(
        ["Rabattaktion zur Lieferung", "Das Preisausschreiben und der Preis", "Der Preis"], ["de"] * 3
    )
    assert assigned.main == ["price", None, "price"]
    np.testing.assert_allclose(assigned.weights.toarray()[:, 0], [1.0, 0.0, 2 / 3])


def test_merging_gives_the_verbatims_of_both(by_hand):
    merged = by_hand.edited(_edits(merge=[{"into": "price", "from": ["delivery"]}]))
    assert merged.ids == ("price", "cable")
    assert merged.topic("price").size == 50
    texts = ["The parcel", "The price", "The cable"]
    assert merged.assign(texts, ["en"] * 3).main == ["price", "price", "cable"]
    assert merged.topic("price").words["en"]["cost"] == pytest.approx(0.6)


def test_splitting_moves_the_words_and_their_verbatims(by_hand):
    split = by_hand.edited(
        _edits(split=[{"topic": "delivery", "into": "parcels", "words": {"en": ["parcels"]}}])
    )
    assert split.ids == ("price", "delivery", "parcels", "cable")
    assert split.assign(["The parcel", "The delivery"], ["en", "en"]).main == ["parcels", "delivery"]
    assert split.topic("parcels").label == {"de": "parcels", "en": "parcels"}
    assert split.topic("delivery").shown["en"] == ("delivery",)


def test_a_word_can_be_split_from_letters_with_stars(by_hand):
    words = {"de": ["Lieferschein*"]}
    split = by_hand.edited(_edits(split=[{"topic": "delivery", "into": "papers", "words": words}]))
    main = split.assign(["Der Lieferschein", "Lieferscheine", "Lieferverzug"], ["de"] * 3).main
    assert main == ["papers", "papers", "delivery"]


def test_hiding_takes_the_column_and_leaves_the_topic(by_hand):
    hidden = by_hand.edited(_edits(price={"hide": True}))
    assert hidden.ids == ("delivery", "cable")
    assert hidden.topic("price").is_hidden


def test_edits_act_on_the_files_of_the_next_run(by_hand):
    edited = by_hand.edited(_edits(price={"always": {"de": ["rabatt"]}}, cable={"hide": True}))
    assert TopicModel.from_files(edited.to_files()) == edited


_MODEL = TopicModel.fit(*draw_comments(3, 1200).pair)
_JUDGES = draw_comments(4, 300)
_NAMES = st.sampled_from([topic.id for topic in _MODEL.topics])
_WORDS = st.sampled_from(
    ["termin", "wart*", "preis", "freund*", "price", "*rechnung*", "software", "neuland"]
)
_EDIT = st.fixed_dictionaries(
    {},
    optional={
        "label": st.dictionaries(st.sampled_from(["de", "en"]), st.text(min_size=1, max_size=5)),
        "always": st.dictionaries(st.sampled_from(["de", "en"]), st.lists(_WORDS, max_size=2)),
        "never": st.dictionaries(st.sampled_from(["de", "en"]), st.lists(_WORDS, max_size=2)),
        "hide": st.booleans(),
    },
)


@settings(max_examples=40)
@given(edits=st.dictionaries(_NAMES, _EDIT, max_size=3), merged=st.lists(_NAMES, max_size=3, unique=True))
def test_an_edit_changes_only_what_it_names(edits, merged):
    merge = [{"into": merged[0], "from": merged[1:]}] if len(merged) > 1 else []
    kept = {name: edit for name, edit in edits.items() if name not in merged[1:]}
    edited = _MODEL.edited(_edits(merge=merge, **kept))
    untouched = [name for name in _MODEL.ids if name not in kept and name not in merged]
    before, after = (_weights(model, *_JUDGES.pair) for model in (_MODEL, edited))
    for name in untouched:
        assert edited.topic(name) == _MODEL.topic(name)
        assert after[name].tobytes() == before[name].tobytes()
    if not edits and merge:
        united = np.max([before[name] for name in merged], axis=0)
        assert np.all(after[merged[0]] >= united - 1e-12)


@settings(max_examples=20)
@given(place=st.integers(min_value=0, max_value=30))
def test_a_split_changes_only_the_topic_that_it_splits(place):
    topics = [topic for topic in _MODEL.topics if topic.shown.get("de")]
    topic: Topic = topics[place % len(topics)]
    word = topic.shown["de"][place % len(topic.shown["de"])]
    edited = _MODEL.edited(_edits(split=[{"topic": topic.id, "into": "made", "words": {"de": [word]}}]))
    before, after = (_weights(model, *_JUDGES.pair) for model in (_MODEL, edited))
    for name in _MODEL.ids:
        if name != topic.id:
            assert after[name].tobytes() == before[name].tobytes()
    assert np.all(after[topic.id] <= before[topic.id])
    alone = _weights(edited, [word], ["de"])
    assert alone["made"][0] >= 0.5
    assert alone[topic.id][0] == 0.0

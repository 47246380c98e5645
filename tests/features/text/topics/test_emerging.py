"""Emerging topics: found soon, described in full, and none where nothing is new."""

from dataclasses import replace

import pytest

from features.errors import ContractError
from features.text.topics import TopicModel, find_emerging
from tests.bench.topic_worlds import draw_waves, is_mark, new_topics
from tests.bench.topics import search_world


@pytest.fixture(scope="module")
def world():
    """Return waves with parental leave from the sixth on, and a model of the first four."""
    waves = draw_waves(2, 7, 1000, planted=[("parental_leave", 5, 0.012)])
    texts = [text for wave in waves[:4] for text in wave.texts]
    return waves, TopicModel.fit(texts, [code for wave in waves[:4] for code in wave.languages])


@pytest.fixture(scope="module")
def found(world):
    waves, model = world
    return find_emerging([wave.pair for wave in waves], model, n_asked=20_000)


def test_a_new_topic_is_found_with_its_words(found):
    assert found
    for topic in found:
        assert any(is_mark("parental_leave", word) for words in topic.words.values() for word in words[:3])


def test_it_is_described_in_full(world, found):
    waves, _ = world
    topic = found[0]
    true_share = waves[-1].truth.count("parental_leave") / 1000
    assert topic.share.low < true_share < 2.5 * topic.share.high
    assert topic.share.low < topic.share.value < topic.share.high
    assert topic.demand is not None
    assert topic.demand.value == pytest.approx(20_000 * topic.share.value)
    assert topic.first_wave == 5
    assert topic.p_value <= 0.01
    assert sum(topic.counts[:5]) == 0
    assert topic.counts[-1] == round(1000 * topic.share.value)
    assert set(topic.label) == {"de", "en"}


def test_nothing_is_found_before_it_begins(world):
    waves, model = world
    assert find_emerging([wave.pair for wave in waves[:5]], model) == []


def test_what_the_model_knows_is_not_new_even_when_hidden(world):
    waves, _ = world
    texts = [text for wave in waves for text in wave.texts] + ["Elternzeit", "Parental leave"] * 200
    codes = [code for wave in waves for code in wave.languages] + ["de", "en"] * 200
    spread = [f"{text} {'q' * (place % 97 + 2)}" for place, text in enumerate(texts)]
    later = TopicModel.fit(spread, codes)
    hidden = TopicModel(tuple(replace(topic, is_hidden=True) for topic in later.topics), later.n_verbatims)
    found = find_emerging([wave.pair for wave in waves], hidden)
    words = {word for topic in found for each in topic.words.values() for word in each}
    assert not words & {"elternzeit", "parental"}


def test_equal_arguments_give_equal_topics(world, found):
    waves, model = world
    assert find_emerging([wave.pair for wave in waves], model, n_asked=20_000) == found


def test_one_topic_in_both_languages_is_one_where_the_words_are_alike():
    old = ["Die Rechnung war falsch", "The invoice was wrong", "Der Preis", "The price"] * 40
    codes = ["de", "en", "de", "en"] * 40
    new = ["Ein Chatbot antwortet", "Der Chatbot nervt", "A chatbot answers", "Chatbot again"] * 4
    model = TopicModel((), 0)
    waves = [(old, codes)] * 5 + [([*old, *new], [*codes, *["de", "de", "en", "en"] * 4])]
    (topic,) = find_emerging(waves, model)
    assert set(topic.words) == {"de", "en"}
    assert topic.counts == (0, 0, 0, 0, 0, 16)
    assert topic.demand is None


@pytest.mark.parametrize("n_waves", [0, 1])
def test_waves_to_compare_with_are_demanded(n_waves, by_hand):
    with pytest.raises(ContractError, match=f"got {n_waves} waves"):
        find_emerging([([], [])] * n_waves, by_hand)


def test_unequal_lengths_are_named(by_hand):
    with pytest.raises(ContractError, match="wave 1: got 1 texts and 0 languages"):
        find_emerging([([], []), (["a"], [])], by_hand)


def test_empty_waves_hold_nothing_new(by_hand):
    assert find_emerging([([], []), ([], []), ([], [])], by_hand) == []


def test_one_world_of_the_promise():
    found = search_world(1, 1000)
    assert found.is_found
    assert found.n_false == 0
    assert found.n_searched == 4


def test_every_topic_that_can_be_planted_has_phrases_in_both_languages():
    assert len(new_topics()) >= 6
    for name in new_topics():
        (wave,) = draw_waves(1, 1, 400, planted=[(name, 0, 1.0)])
        assert set(wave.truth) == {name}
        assert len(set(wave.texts)) > 60

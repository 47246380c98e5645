"""Topics over waves: continued under their old id, and what is new, gone, split or merged is told."""

from dataclasses import replace

import pytest

from features.text.topics import Topic, TopicModel, match_topics
from tests.bench.topic_worlds import draw_waves
from tests.bench.topics import match_over_waves


def _topic(name: str, **words: float) -> Topic:
    return Topic(name, {"de": name, "en": name}, {"en": words}, {"en": tuple(words)}, 1.0, 10)


def _model(*topics: Topic) -> TopicModel:
    return TopicModel(topics, 100)


def test_a_model_matches_itself(model):
    matched = match_topics(model, model)
    assert matched.model == model
    assert matched.continued == {name: name for name in model.ids}
    assert set(matched.similarity.values()) == {1.0}
    assert (matched.new, matched.gone) == ((), ())


def test_a_topic_keeps_id_label_and_pins_under_another_name():
    old = replace(_topic("zebra", stripe=0.9, savanna=0.8), label={"de": "Zebra", "en": "Zebra"})
    old = replace(old, always={"en": ("quagga",)}, is_hidden=True)
    matched = match_topics(_model(old), _model(_topic("savanna", stripe=0.8, savanna=0.9, grass=0.4)))
    (topic,) = matched.model.topics
    assert (topic.id, topic.label, topic.always, topic.is_hidden) == ("zebra", old.label, old.always, True)
    assert topic.words["en"] == {"stripe": 0.8, "savanna": 0.9, "grass": 0.4}
    assert matched.continued == {"savanna": "zebra"}
    assert matched.similarity["zebra"] > 0.9


def test_new_and_gone_topics_are_told_and_no_id_is_taken_twice():
    old = _model(_topic("a", one=0.9), _topic("b", two=0.9))
    matched = match_topics(old, _model(_topic("b", one=0.9), _topic("a", three=0.9)))
    assert matched.continued == {"b": "a"}
    assert matched.new == ("a_2",)
    assert matched.gone == ("b",)
    assert matched.model.ids == ("a", "a_2")


def test_a_topic_that_came_apart_is_told():
    old = _model(_topic("a", one=0.9, two=0.9, three=0.9, four=0.9))
    matched = match_topics(old, _model(_topic("x", one=0.9, two=0.9), _topic("y", three=0.9, four=0.9)))
    assert matched.split == {"a": tuple(matched.model.ids)}
    assert len(matched.new) == 1


def test_topics_that_came_together_are_told():
    old = _model(_topic("x", one=0.9, two=0.9), _topic("y", three=0.9, four=0.9))
    matched = match_topics(old, _model(_topic("a", one=0.9, two=0.9, three=0.9, four=0.9)))
    (name,) = matched.model.ids
    assert matched.merged == {name: ("x", "y")}
    assert len(matched.gone) == 1


@pytest.mark.parametrize("side", ["old", "new"])
def test_a_model_without_topics_matches_nothing(side):
    empty, full = _model(), _model(_topic("a", one=0.9))
    matched = match_topics(empty, full) if side == "old" else match_topics(full, empty)
    assert matched.continued == {}
    assert (matched.new, matched.gone) == ((("a",), ()) if side == "old" else ((), ("a",)))


def test_topics_go_on_over_waves():
    found, total = (sum(each) for each in zip(*(match_over_waves(seed, 600) for seed in (0, 4)), strict=True))
    assert total >= 20
    assert found >= 0.8 * total


def test_waves_are_drawn_alike_before_something_new_begins():
    quiet, loud = draw_waves(5, 3, 200), draw_waves(5, 3, 200, planted=[("bikes", 2, 0.1)])
    assert [wave.texts for wave in quiet[:2]] == [wave.texts for wave in loud[:2]]
    assert quiet[2].texts != loud[2].texts
    assert 5 <= loud[2].truth.count("bikes") <= 40

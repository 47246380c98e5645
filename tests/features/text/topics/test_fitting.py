"""Found topics: named in both languages, stable, with sizes that can be counted again."""

import numpy as np
import pytest

from features.text.topics import TopicModel
from features.text.topics.fitting import LEAST_STABILITY, compare
from features.text.topics.themes import load_themes
from features.text.topics.topic import to_slug
from features.text.topics.words import LANGUAGES


def test_german_and_english_topic_of_one_theme_are_one(model):
    for name in ("price", "invoice", "delivery", "contact", "product"):
        topic = model.topic(name)
        assert set(topic.shown) == set(LANGUAGES)
        assert topic.label == next(theme.label for theme in load_themes() if theme.id == name)
    assert len(set(model.ids)) == len(model.ids)


def test_a_topic_without_theme_is_named_by_its_words():
    texts = [f"giraffe savanna {'a' * n}b" for n in range(2, 80)]
    others = [f"{word} {'c' * n}d" for n in range(2, 80) for word in ("invoice", "parcel")]
    model = TopicModel.fit([*texts, *others], ["en"] * (len(texts) + len(others)))
    (topic,) = [topic for topic in model.topics if topic.id not in {theme.id for theme in load_themes()}]
    assert topic.id in {"giraffe_savanna", "savanna_giraffe"}
    assert set(topic.label["de"].split(", ")) == {"giraffe", "savanna"}


def test_topics_are_stable_and_sized_as_assigned(model, comments):
    weights = model.assign(*comments.pair).weights
    sizes = (weights.toarray() >= 0.5).sum(axis=0)
    assert [topic.size for topic in model.topics] == sizes.tolist()
    assert sizes.tolist() == sorted(sizes.tolist(), reverse=True)
    assert all(LEAST_STABILITY <= topic.stability <= 1 for topic in model.topics)
    assert model.n_verbatims == len(comments.texts)


def test_chance_words_make_no_topics():
    random = np.random.default_rng(4)
    words = ["".join(random.choice(list("bcdfgklmnprst"), 6)) for _ in range(120)]
    texts = [" ".join(random.choice(words, 6)) for _ in range(600)]
    assert len(TopicModel.fit(texts, ["en"] * 600).topics) <= 1


def test_no_more_topics_than_asked_for(comments):
    rows = [row for row, code in enumerate(comments.languages) if code == "en"]
    model = TopicModel.fit([comments.texts[row] for row in rows], ["en"] * len(rows), n_topics=4)
    assert 1 <= len(model.topics) <= 12


def test_equal_arguments_give_equal_models(model, comments):
    assert TopicModel.fit(*comments.pair).to_files() == model.to_files()


@pytest.mark.parametrize("count", [0, 1, 10])
def test_few_verbatims_give_no_topics(count):
    assert TopicModel.fit(["Die Rechnung ist falsch"] * count, ["de"] * count).topics == ()


def test_copies_do_not_make_a_topic_larger_in_the_fit(comments):
    copies = ["Zzyzx quux plugh frobnicate giraffe"] * 400
    plain = TopicModel.fit(*comments.pair)
    with_copies = TopicModel.fit([*comments.texts, *copies], [*comments.languages, *["en"] * 400])
    assert with_copies.ids == plain.ids


def test_rows_are_compared_by_cosine():
    one, other = np.array([[1.0, 0.0], [0.0, 0.0]]), np.array([[1.0, 1.0]])
    np.testing.assert_allclose(compare(one, other), [[np.sqrt(0.5)], [0.0]])


@pytest.mark.parametrize(
    ("text", "slug"), [("Größe, Maß", "groesse_mass"), ("日本", "topic"), ("a  b", "a_b")]
)
def test_slugs_are_plain(text, slug):
    assert to_slug(text) == slug


def test_topics_of_an_earlier_model_are_looked_for_first():
    def draw(first: str, count: int) -> list[str]:
        letters = [f"{first} {'a' * (n + 2)}{first[0]}" for n in range(count)]
        return [*letters, *(f"{('invoice', 'parcel')[n % 2]} {'c' * (n + 2)}" for n in range(140))]

    texts = draw("giraffe savanna", 60)
    earlier = TopicModel.fit(texts, ["en"] * len(texts))
    (name,) = [topic.id for topic in earlier.topics if topic.id not in {"invoice", "delivery"}]
    later = draw("savanna zebra", 60) + draw("giraffe okapi", 60)
    kept = TopicModel.fit(later, ["en"] * len(later), earlier=earlier)
    assert name in kept.ids
    assert kept.topic(name).label == earlier.topic(name).label
    assert name not in TopicModel.fit(later, ["en"] * len(later)).ids


def test_an_earlier_topic_of_which_nobody_speaks_is_gone(comments):
    texts = [f"giraffe savanna {'a' * (n + 2)}" for n in range(60)]
    earlier = TopicModel.fit(texts, ["en"] * 60)
    assert TopicModel.fit(*comments.pair, earlier=earlier) == TopicModel.fit(*comments.pair)

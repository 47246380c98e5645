"""Evidence: high for words that tell, none for words that occur everywhere."""

import numpy as np
import pytest

from features.text.topics.counting import count_words
from features.text.topics.evidence import weigh_evidence
from features.text.topics.factors import factorize


def _corpus(seed: int = 0):
    random = np.random.default_rng(seed)
    about = {"invoice": "credit", "parcel": "courier", "giraffe": "savanna"}
    texts = []
    for _ in range(600):
        word = str(random.choice(list(about)))
        parts = [word, about[word]] if random.random() < 0.6 else [word]
        parts += [f"neutral{'abcdefgh'[random.integers(8)]}" for _ in range(2)]
        texts.append(" ".join([*parts, "w" * int(random.integers(2, 40))]))
    return count_words(texts, "en")


@pytest.fixture(scope="module")
def weighed():
    corpus = _corpus()
    factors = factorize(corpus, 6)
    return corpus, factors, weigh_evidence(corpus, factors)


def test_evidence_is_a_share(weighed):
    *_, evidence = weighed
    assert evidence.min() >= 0.0
    assert evidence.max() <= 1.0


def test_words_of_one_theme_tell_it_and_no_other(weighed):
    corpus, factors, evidence = weighed
    invoice = factors.themes.index("invoice")
    for word in ("invoic", "credit"):
        place = corpus.stems.index(word)
        assert evidence[invoice, place] > 0.7
        assert np.count_nonzero(evidence[:, place]) == 1


def test_words_that_go_with_everything_tell_nothing(weighed):
    corpus, factors, evidence = weighed
    neutral = [place for place, stem in enumerate(corpus.stems) if stem.startswith("neutral")]
    held = [place for place, theme in enumerate(factors.themes) if theme]
    assert neutral
    assert not np.any(evidence[np.ix_(held, neutral)])


def test_a_free_topic_keeps_the_words_that_hang_together(weighed):
    corpus, factors, evidence = weighed
    free = [place for place, theme in enumerate(factors.themes) if not theme]
    giraffe, savanna = (corpus.stems.index(word) for word in ("giraff", "savanna"))
    best = max(free, key=lambda place: evidence[place, giraffe])
    assert evidence[best, giraffe] > 0.5
    assert evidence[best, savanna] > 0.5


def test_verbatims_without_any_component_have_no_evidence():
    corpus = count_words([f"{('marble', 'quartz')[n % 2]} {'x' * n}y" for n in range(2, 12)], "en")
    factors = factorize(corpus, 6)
    assert (factors.themes, len(corpus.stems)) == ((), 2)
    assert weigh_evidence(corpus, factors).shape == (0, len(corpus.stems))

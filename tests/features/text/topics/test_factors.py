"""Components: held to the words of their theme, free ones beside them."""

import numpy as np
import pytest

from features.text.topics.counting import count_words
from features.text.topics.factors import factorize


@pytest.fixture(scope="module")
def corpus(comments):
    return count_words([text for text, code in zip(*comments.pair, strict=True) if code == "en"], "en")


@pytest.fixture(scope="module")
def factors(corpus):
    return factorize(corpus, 12)


def test_components_of_themes_come_first_each_theme_once(factors):
    held = [theme for theme in factors.themes if theme]
    assert factors.themes[: len(held)] == tuple(held)
    assert len(held) == len(set(held)) <= 24
    assert {"price", "delivery", "invoice"} <= set(held)
    assert len(factors.themes) > len(held)


def test_shares_add_up_to_one_where_anything_explains_the_verbatim(factors):
    totals = factors.shares.sum(axis=1)
    assert np.all(np.isclose(totals, 1.0) | (totals == 0.0))
    assert (totals > 0).mean() > 0.95


def test_a_theme_has_verbatims_with_its_words_alone_and_no_words_of_others(corpus, factors):
    for place, theme in enumerate(factors.themes):
        if not theme:
            continue
        with_word = corpus.presence @ factors.seeds[place].astype(float) > 0
        assert not np.any(factors.shares[~with_word, place])
        others = factors.seeds.any(axis=0) & ~factors.seeds[place]
        assert not np.any(factors.words[place, others])


def test_free_components_have_no_words_of_themes(factors):
    taken = factors.seeds.any(axis=0)
    for place, theme in enumerate(factors.themes):
        if not theme:
            assert not np.any(factors.words[place, taken])


def test_the_factors_explain_the_verbatims_better_than_their_mean(corpus, factors):
    matrix = corpus.weigh().toarray()
    length = np.linalg.norm(matrix, axis=1)
    rebuilt = factors.shares @ factors.words
    best = (matrix * rebuilt).sum(axis=1, keepdims=True) / np.maximum(
        (rebuilt**2).sum(axis=1, keepdims=True), 1e-9
    )
    left = np.linalg.norm(matrix - best * rebuilt, axis=1) / length
    mean = np.linalg.norm(matrix - matrix.mean(axis=0), axis=1) / length
    assert left.mean() < 0.9 * mean.mean()


def test_equal_verbatims_give_equal_factors(corpus, factors):
    again = factorize(corpus, 12)
    assert again.themes == factors.themes
    np.testing.assert_array_equal(again.shares, factors.shares)

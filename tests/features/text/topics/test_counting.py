"""Verbatims as a matrix: copies once, rare and common stems out, rows of length 1."""

import numpy as np

from features.text.topics.counting import count_words


def _texts(count: int = 30) -> list[str]:
    return [
        f"Invoice and parcel {'price' if n % 2 else 'portal'} {'so ' * n}x{'y' * n}" for n in range(count)
    ]


def test_copies_count_once_whatever_their_capitals_and_numbers():
    copies = ["The price 12 was wrong.", "the PRICE 13 was wrong", "Wrong was the price!"] * 10
    spare = [f"nothing {'z' * n}" for n in range(2, 40)]
    assert count_words([*_texts(), *copies, *spare], "en").size == len(_texts()) + 1


def test_stems_that_are_rare_or_nearly_everywhere_are_left_out():
    corpus = count_words([*_texts(), "giraffe one", "giraffe two"], "en")
    assert set(corpus.stems) == {"portal", "price"}


def test_a_stem_is_spelled_as_most_people_write_it():
    texts = [
        f"{'deliveries' if n < 12 else 'delivery'} {'a' * n}z {'late' if n % 3 else 'portal'}"
        for n in range(16)
    ]
    spare = [f"portal {'b' * n}q" for n in range(20)]
    assert count_words([*texts, *spare], "en").spelled["deliveri"] == "deliveries"


def test_rows_have_length_one(comments):
    texts = [text for text, code in zip(*comments.pair, strict=True) if code == "de"]
    weighed = count_words(texts, "de").weigh()
    np.testing.assert_allclose(np.asarray(weighed.multiply(weighed).sum(axis=1)).ravel(), 1.0)


def test_nothing_is_no_error():
    corpus = count_words(["", "!!", "12"], "de")
    assert corpus.size == 0
    assert corpus.stems == ()

import numpy as np
import pytest

from features.text.ngrams import NgramRecipe, count_ngrams
from features.text.spelling import spell
from features.text.weighing import FEWEST_VERBATIMS, learn_vocabulary

TEXTS = ["sehr gut gut", "gut und billig", "sehr billig", "und so weiter"]
WORDS = NgramRecipe("words", 1, 1)


def vocabulary(most=100):
    return learn_vocabulary(count_ngrams(TEXTS, WORDS), WORDS, most=most)


def test_pieces_of_one_verbatim_are_left_out():
    assert FEWEST_VERBATIMS == 2
    assert vocabulary().columns.size == 4  # sehr, gut, billig, und


def test_the_most_frequent_pieces_are_kept_in_order_of_columns():
    texts = [*TEXTS, "gut"]
    found = learn_vocabulary(count_ngrams(texts, WORDS), WORDS, most=1)
    assert found.columns.tolist() == count_ngrams(["gut"], WORDS).indices.tolist()
    assert (np.diff(vocabulary(most=3).columns) > 0).all()


def test_values_are_those_of_scikit_learn():
    from sklearn.feature_extraction.text import TfidfVectorizer

    theirs = TfidfVectorizer(min_df=2, sublinear_tf=True).fit_transform(TEXTS).toarray()
    ours = vocabulary().weigh(spell(TEXTS)).toarray()
    # Columns come in another order, and rarities are kept with 16 bits.
    np.testing.assert_allclose(np.sort(ours, axis=1), np.sort(theirs, axis=1), atol=1e-3)


def test_counting_first_gives_the_same_bits():
    found = vocabulary()
    asked = [*TEXTS, "neu und gut", ""]
    direct, counted = found.weigh(spell(asked)), found.weigh_counts(count_ngrams(asked, WORDS))
    np.testing.assert_array_equal(direct.toarray(), counted.toarray())


def test_rows_have_length_one_or_nothing():
    rows = vocabulary().weigh(spell(["gut gut sehr", "unbekannt", ""])).toarray()
    assert np.linalg.norm(rows, axis=1) == pytest.approx([1, 0, 0])


def test_very_many_repeats_of_a_word_are_still_weighed():
    rows = vocabulary().weigh(spell(["gut " * 10_000 + "sehr"])).toarray()
    assert np.isfinite(rows).all()
    assert np.linalg.norm(rows) == pytest.approx(1)

import re
import subprocess
import sys
from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from features.text.ngrams import NgramRecipe, count_ngrams, find_words, hash_words, tally
from features.text.spelling import spell

WORDS = NgramRecipe("words", 1, 2)
CHARACTERS = NgramRecipe("characters", 2, 5)
# Few letters make many equal pieces; the rest is what breaks rules: signs, pictures, umlauts, blanks.
TEXTS = st.lists(st.text(alphabet="aab ß!.Ä_7\n👍", max_size=25), max_size=5)


def words_of(text):
    """Return words and signs the plain way."""
    return re.findall(r"[^\W]+|[^\w\s]", " ".join(text.lower().split()))


def pieces_by_hand(text, recipe):
    """Count pieces in plain Python."""
    if recipe.kind == "words":
        listed = words_of(text)
        return Counter(
            tuple(listed[at : at + length])
            for length in range(recipe.shortest, recipe.longest + 1)
            for at in range(len(listed) - length + 1)
        )
    line = f" {' '.join(text.lower().split())} "
    found = [
        line[at : at + length]
        for length in range(recipe.shortest, recipe.longest + 1)
        for at in range(len(line) - length + 1)
    ]
    return Counter(piece for piece in found if " " not in piece[1:-1] and piece.strip())


@pytest.mark.parametrize(
    "recipe", [WORDS, CHARACTERS, NgramRecipe("words", 2, 3), NgramRecipe("characters", 3, 4)]
)
@given(texts=TEXTS)
def test_counts_are_those_of_plain_python(recipe, texts):
    counts = count_ngrams(texts, recipe)
    assert counts.shape == (len(texts), 2**20)
    for row, text in enumerate(texts):
        found = counts.data[counts.indptr[row] : counts.indptr[row + 1]]
        assert sorted(found.tolist()) == sorted(pieces_by_hand(text, recipe).values())


@pytest.mark.parametrize("recipe", [WORDS, CHARACTERS])
@given(texts=TEXTS)
def test_a_piece_has_the_same_column_everywhere(recipe, texts):
    """Rows share a column exactly where they share a piece: no two of so few pieces collide."""
    counts = count_ngrams(texts, recipe)
    shared = (counts @ counts.T).toarray()
    by_hand = [pieces_by_hand(text, recipe) for text in texts]
    for row, mine in enumerate(by_hand):
        for other, theirs in enumerate(by_hand):
            assert shared[row, other] == sum(count * theirs[piece] for piece, count in mine.items())


@pytest.mark.parametrize("recipe", [WORDS, CHARACTERS])
@given(texts=TEXTS)
def test_a_row_does_not_depend_on_its_batch(recipe, texts):
    together = count_ngrams(texts, recipe)
    for row, text in enumerate(texts):
        alone = count_ngrams([text], recipe)
        part = slice(together.indptr[row], together.indptr[row + 1])
        np.testing.assert_array_equal(together.indices[part], alone.indices)
        np.testing.assert_array_equal(together.data[part], alone.data)


def test_another_salt_means_other_columns():
    said, before = (count_ngrams(["gar nicht gut"], NgramRecipe("words", 1, 1, salt=salt)) for salt in (0, 1))
    assert not set(said.indices.tolist()) & set(before.indices.tolist())


def test_the_bits_say_how_many_columns():
    assert count_ngrams(["gut"], NgramRecipe("words", 1, 1, bits=4)).shape == (1, 16)


def test_columns_are_spread_evenly():
    texts = [f"wort{number}" for number in range(20_000)]
    columns = count_ngrams(texts, NgramRecipe("words", 1, 1, bits=10)).indices
    filled = np.bincount(columns, minlength=1024)
    expected = len(texts) / 1024
    assert ((filled - expected) ** 2 / expected).sum() == pytest.approx(1023, abs=5 * np.sqrt(2 * 1023))


def test_the_columns_of_a_word_never_change():
    """Bundles hold columns: another hash would make them nonsense without a word."""
    counts = count_ngrams(["Danke, sehr gut!"], NgramRecipe("words", 1, 1))
    assert counts.indices.tolist() == [224341, 595770, 599797, 971320, 1013242]


def test_words_hash_alike_wherever_they_stand():
    spelling = spell(["gut", "es war so gut und gut"])
    starts, ends = find_words(spelling)
    hashes = hash_words(spelling, starts, ends)
    assert len({hashes[0], hashes[4], hashes[6]}) == 1
    assert len(set(hashes.tolist())) == 5


def test_cells_are_counted_by_row_and_column():
    rows, columns = np.array([1, 0, 1, 1]), np.array([2, 0, 2, 1])
    np.testing.assert_array_equal(tally(rows, columns, (3, 3)).toarray(), [[1, 0, 0], [0, 1, 2], [0, 0, 0]])


def test_counting_needs_no_scikit_learn():
    code = (
        "import sys; from features.text.ngrams import NgramRecipe, count_ngrams; "
        "count_ngrams(['gut'], NgramRecipe('words', 1, 2)); sys.exit('sklearn' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from features.text.spelling import BLANK, is_of_words, spell

TEXTS = st.lists(st.text(max_size=30), max_size=6)


def written(texts):
    spelling = spell(texts)
    return [
        "".join(map(chr, spelling.codes[spelling.rows == row].tolist())) for row in range(spelling.n_rows)
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Zu  SPÄT!", " zu spät! "),
        ("a\n\tb\r\n", " a b "),
        ("", " "),
        (" \x00\xa0 ", " "),
        ("👍🏽 top", " 👍🏽 top "),
        ("\ud83d", " \ud83d "),
    ],
)
def test_white_space_is_one_blank_and_capitals_are_small(text, expected):
    assert written([text]) == [expected]


@given(TEXTS)
def test_a_verbatim_is_spelt_the_same_in_every_batch(texts):
    assert written(texts) == [written([text])[0] for text in texts]


@given(TEXTS)
def test_a_blank_stands_at_both_ends_and_never_beside_another(texts):
    for text in written(texts):
        assert text[0] == text[-1] == " "
        assert "  " not in text


@given(st.text(alphabet=st.characters(max_codepoint=0xFFFF), min_size=1, max_size=20))
def test_words_are_made_of_what_python_calls_letters_and_digits(text):
    codes = np.array([ord(letter) for letter in text], dtype=np.uint32)
    assert is_of_words(codes).tolist() == [letter.isalnum() or letter == "_" for letter in text]


def test_no_verbatims_have_no_places():
    spelling = spell([])
    assert (spelling.n_rows, spelling.codes.size) == (0, 0)
    assert ord(" ") == BLANK

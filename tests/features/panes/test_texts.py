import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from features.errors import ContractError
from features.panes import Texts, hash_ids, hash_text
from features.panes.texts import MISSING

WORDS = ["basic", "", None, "grün", "\U0001f600", "a" * 300, "basic", "x\0y", " "]
MASK = 2**64 - 1


def naive_hash(text: str) -> int:
    """Return FNV-1a over UTF-8 and the finalizer of splitmix64, in plain whole numbers."""
    word = 14695981039346656037
    for letter in text.encode():
        word = (word ^ letter) * 1099511628211 & MASK
    word = (word + 0x9E3779B97F4A7C15) & MASK
    word = (word ^ (word >> 30)) * 0xBF58476D1CE4E5B9 & MASK
    word = (word ^ (word >> 27)) * 0x94D049BB133111EB & MASK
    word ^= word >> 31
    return (word - 2**64 if word >= 2**63 else word) or 1


@given(st.text())
def test_the_hash_is_the_one_of_the_papers(text):
    assert hash_text(text) == naive_hash(text)


@pytest.mark.parametrize(
    "kind", [pa.string(), pa.large_string(), pa.dictionary(pa.int8(), pa.string())], ids=str
)
@pytest.mark.parametrize("cut", [slice(None), slice(2, 7), slice(3, 3), slice(8, None)], ids=str)
def test_texts_are_known_by_one_number_however_they_are_stored(kind, cut):
    values = pa.array(WORDS).cast(kind) if not pa.types.is_dictionary(kind) else pa.array(WORDS, kind)
    some, texts = values[cut], Texts()
    expected = [naive_hash(word) if word else MISSING for word in WORDS[cut]]
    assert texts.hash(some).tolist() == expected
    assert texts.read(np.array(expected, np.int64)).to_pylist() == [word or None for word in WORDS[cut]]


def test_a_dictionary_as_large_as_its_codes_allow_has_room_for_missing_texts():
    names = [str(place) for place in range(128)]
    values = pa.DictionaryArray.from_arrays(pa.array([127, None, 0], pa.int8()), pa.array(names))
    assert Texts().hash(values).tolist() == [hash_text("127"), MISSING, hash_text("0")]


def test_missing_texts_are_missing_in_the_dictionary_too():
    values = pa.DictionaryArray.from_arrays(pa.array([0, 1, 2], pa.int32()), pa.array(["a", None, ""]))
    assert Texts().hash(values).tolist() == [hash_text("a"), MISSING, MISSING]


def test_ids_keep_the_empty_text_and_read_whole_numbers_as_they_are_written():
    assert hash_ids(pa.array(["", None])).tolist() == [hash_text(""), MISSING]
    assert hash_ids(pa.array([7, -7, None], pa.int16())).tolist() == [
        hash_text("7"),
        hash_text("-7"),
        MISSING,
    ]
    assert hash_ids(pa.array([2**64 - 1], pa.uint64())).tolist() == [hash_text(str(2**64 - 1))]


def test_no_array_of_texts_is_too_short():
    for empty in (pa.array([], pa.string()), pa.array([None, None], pa.string()), pa.array(["", ""])):
        assert Texts().hash(empty).tolist() == [MISSING] * len(empty)


def test_two_texts_with_one_number_are_refused_and_one_text_twice_is_not():
    texts = Texts()
    texts.learn({5: "basic"})
    texts.learn({5: "basic", 6: "pro"})
    with pytest.raises(ContractError, match="'Basic' and 'basic' have the same 64-bit hash"):
        texts.learn({5: "Basic"})


def test_numbers_of_unknown_texts_are_missing():
    assert Texts().read(np.array([MISSING, 99], np.int64)).to_pylist() == [None, None]

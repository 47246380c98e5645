import numpy as np
import pytest

from features.errors import ContractError
from features.text.lexicon import COLUMNS
from features.text.ngrams import NgramRecipe, count_ngrams
from features.text.tone_table import (
    Source,
    ToneTable,
    _parts,
    check_texts,
    lexicon_columns,
    n_lexicon_rows,
)
from features.text.weighing import Vocabulary

WORDS = NgramRecipe("words", 1, 1)
BEFORE = NgramRecipe("words", 1, 1, salt=1)


def one_word(role, recipe, word, weights):
    """Return a source that knows one word."""
    columns = count_ngrams([word], recipe).indices.astype(np.int32)
    vocabulary = Vocabulary(recipe, columns, np.ones(1, dtype=np.float32))
    return Source(role, vocabulary, np.array([weights], dtype=np.float32))


def table(**changed):
    parts = {
        "language": "nl",
        "classes": (0, 1),
        "sources": (one_word("said", WORDS, "goed", [-1, 1]), one_word("before", BEFORE, "goed", [0, 0.5])),
        "lexicon_weights": np.zeros((0, 2), dtype=np.float32),
        "intercepts": np.array([0.25, 0.0]),
        "knows_before": True,
    }
    return ToneTable(**{**parts, **changed})


def test_weights_of_what_is_said_and_of_what_was_said_before_add_up():
    scores = table().log_odds(["goed", "slecht", "goed goed"], ["", "goed", "heel goed"])
    np.testing.assert_allclose(scores, [[-0.75, 1.0], [0.25, 0.5], [-0.75, 1.5]])


def test_the_lexicon_adds_its_columns():
    weights = np.zeros((len(COLUMNS), 2), dtype=np.float32)
    weights[0, 1] = 2.0
    scores = table(
        language="de", sources=(), lexicon_weights=weights, knows_before=False, intercepts=np.zeros(2)
    ).log_odds(["sehr gut", "Tisch"])
    tones = lexicon_columns("de", ["sehr gut", "Tisch"], None)[:, 0]
    np.testing.assert_allclose(scores[:, 1], 2 * tones)
    assert tones[0] > 0.3
    assert tones[1] == 0


def test_contexts_have_columns_of_their_own():
    columns = lexicon_columns("en", ["good"], ["bad"])
    assert columns.shape == (1, n_lexicon_rows("en", knows_before=True)) == (1, 2 * len(COLUMNS))
    assert columns[0, 0] > 0 > columns[0, len(COLUMNS)]
    assert lexicon_columns("nl", ["goed"], None).shape == (1, 0)
    assert n_lexicon_rows("nl", knows_before=True) == 0


def test_no_verbatims_have_no_scores():
    assert table().log_odds([], []).shape == (0, 2)


def test_contexts_must_be_there_where_they_were_learnt():
    with pytest.raises(ContractError, match="contexts: are missing; the model was learnt with"):
        table().log_odds(["goed"])


def test_texts_are_checked_one_by_one():
    check_texts(["a", ""], None)
    with pytest.raises(ContractError, match=r"contexts\[1\]: nan is not a text; write ''"):
        check_texts(["a", "b"], ["", float("nan")])


def test_parts_cover_all_rows_once():
    texts = ["a" * 60_000, "b" * 60_000, "", "c"]
    parts = list(_parts(texts, None))
    assert [text for part in parts for text in texts[part]] == texts
    assert [part.stop for part in parts] == [2, 4]
    assert [part.stop for part in _parts(["a"] * 3, ["b" * 100_000] * 3)] == [1, 2, 3]

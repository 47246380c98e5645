"""Assigning topics: rows for themselves, several topics, none where nothing fits, without heavy imports."""

import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from features.errors import ContractError
from features.text.topics import Topic, TopicModel
from tests.bench.topics import measure_purity, score_held_out

_WORDS = st.sampled_from(
    [
        "price",
        "cost",
        "delivery",
        "parcel",
        "cable",
        "the",
        "was",
        "good",
        "Preis",
        "Lieferung",
        "xyz",
        "12",
        "!",
    ]
)
_TEXTS = st.lists(_WORDS, max_size=8).map(" ".join)


@pytest.mark.parametrize("language", ["de", "en", None])
def test_planted_topics_are_found_again_in_held_out_comments(model, held_out, language):
    purity, covered = score_held_out(model, held_out, language)
    assert purity >= 0.8
    assert covered >= 0.75


def test_purity_sees_wrong_topics():
    assert measure_purity(["a", "a", "b", None], ["x", "y", "x", "x"]) == (2 / 3, 3 / 4)


def test_a_verbatim_may_have_several_topics_and_the_strongest_is_the_main_one(by_hand):
    assigned = by_hand.assign(["The price of the delivery", "cost", "cable"], ["en", "en", "en"])
    assert assigned.weights.shape == (3, 3)
    np.testing.assert_allclose(
        assigned.weights.toarray(),
        [[1 / 1.5, 0.9 / 1.4, 0], [0.4 / 0.9, 0.2 / 0.7, 0], [0, 0, 0.6 / 1.1]],
    )
    assert assigned.main == ["price", None, "cable"]


@pytest.mark.parametrize("language", ["fr", "", None])
def test_other_languages_get_no_topic(by_hand, language):
    assigned = by_hand.assign(["The price"], [language])
    assert assigned.main == [None]
    assert assigned.weights.nnz == 0


@given(texts=st.lists(st.tuples(_TEXTS, st.sampled_from(["de", "en", "fr", None])), max_size=12))
def test_a_row_depends_on_its_own_text_alone(texts):
    model = _small_model()
    together = model.assign([text for text, _ in texts], [code for _, code in texts])
    for row, (text, code) in enumerate(texts):
        alone = model.assign([text], [code])
        assert alone.main == [together.main[row]]
        assert alone.weights.toarray().tobytes() == together.weights[[row]].toarray().tobytes()


@given(text=_TEXTS)
def test_weights_are_shares_and_the_order_of_words_says_nothing(text):
    model = _small_model()
    forth = model.assign([text], ["en"])
    back = model.assign([" ".join(reversed(text.split()))], ["en"])
    assert forth.main == back.main
    assert np.array_equal(forth.weights.toarray(), back.weights.toarray())
    assert np.all((forth.weights.data > 0) & (forth.weights.data <= 1))


def _small_model() -> TopicModel:
    def make(name: str, **words: dict[str, float]) -> Topic:
        return Topic(name, {"de": name, "en": name}, words, {}, 1.0, 1)

    price = make("price", de={"preis": 1.0}, en={"price": 1.0, "cost": 0.4})
    return TopicModel((price, make("parcel", en={"parcel": 0.7, "cost": 0.2, "deliveri": 0.3})), 10)


def test_hidden_topics_are_no_columns(by_hand):
    price, delivery, cable = by_hand.topics
    hidden = TopicModel((replace(price, is_hidden=True), delivery, cable), 100)
    assert hidden.ids == ("delivery", "cable")
    assigned = hidden.assign(["The price of the delivery", "price"], ["en", "en"])
    assert assigned.main == ["delivery", None]
    assert hidden.topic("price").is_hidden


def test_no_verbatims_are_no_error(model):
    assigned = model.assign([], [])
    assert assigned.main == []
    assert assigned.weights.shape == (0, len(model.ids))


def test_unequal_lengths_are_named(by_hand):
    with pytest.raises(ContractError, match="got 2 texts and 1 languages"):
        by_hand.assign(["a", "b"], ["en"])
    with pytest.raises(ContractError, match="got 0 texts and 1 languages"):
        TopicModel.fit([], ["en"])


def test_no_topics_cannot_be_asked_for():
    with pytest.raises(ContractError, match="0 is no number of topics"):
        TopicModel.fit([], [], n_topics=0)


def test_assigning_needs_the_light_install_alone(model, tmp_path):
    for name, content in model.to_files().items():
        (tmp_path / name).write_bytes(content)
    code = (
        "import sys; from pathlib import Path; from features.text.topics import TopicModel;"
        f"files = {{path.name: path.read_bytes() for path in Path({str(tmp_path)!r}).iterdir()}};"
        "model = TopicModel.from_files(files);"
        "print(model.assign(['Die Rechnung ist falsch'], ['de']).main);"
        "print(sorted({'sklearn', 'pandas', 'numba', 'duckdb', 'matplotlib'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == ["['invoice']", "[]"]

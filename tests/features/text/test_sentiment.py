import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from features.errors import ContractError, SpecError, TooFewEventsError
from features.text.offsets import macro_f1
from features.text.sentiment import SentimentModel
from tests.features.text.rated import learnt, write_rated

GOOD, BAD = (
    ["Alles bestens, sehr freundlich", "Super Service, gern wieder"],
    ["Nie wieder, furchtbar", "Schlecht und teuer"],
)
ASKED = [*GOOD, *BAD, "", "Gleis 7", "👍👍", "a" * 5000, "Zug\x00fällt\ud83d aus"]


@pytest.mark.parametrize("language", ["de", "en"])
def test_known_tones_are_learnt(language):
    texts, tones = write_rated(400, seed=2, language=language)
    model = learnt(language)
    decided = model.predict(texts).argmax(axis=1)
    by_words = SentimentModel.from_lexicon(language).predict(texts).argmax(axis=1)
    reached = macro_f1(tones + 1, decided, 3)
    assert reached > 0.9
    assert reached > macro_f1(tones + 1, by_words, 3) + 0.1
    assert model.macro_f1 > 0.9
    assert model.reason == ""


def test_probabilities_and_scores_keep_to_their_ranges():
    model = learnt()
    probabilities, scores = model.predict(ASKED), model.score(ASKED)
    assert probabilities.shape == (len(ASKED), 3)
    np.testing.assert_allclose(probabilities.sum(axis=1), 1.0, atol=1e-12)
    np.testing.assert_allclose(scores, 2 * (probabilities[:, 2] - probabilities[:, 0]), atol=1e-12)
    assert scores[:2].min() > 0.5
    assert scores[2:4].max() < -0.5


def test_grades_are_the_nearest_whole_numbers():
    grades = SentimentModel.grade([-2.0, -1.6, -0.4, 0.6, 1.4, 2.0])
    assert grades.tolist() == [-2, -2, 0, 1, 1, 2]
    assert grades.dtype == np.int8


@pytest.mark.parametrize("make", [learnt, lambda: SentimentModel.from_lexicon("de")], ids=["learnt", "words"])
@settings(max_examples=25)
@given(texts=st.lists(st.one_of(st.sampled_from(ASKED), st.text(max_size=30)), min_size=1, max_size=6))
def test_a_row_has_the_same_bits_in_every_batch(make, texts):
    model = make()
    together = model.predict(texts)
    alone = np.vstack([model.predict([text]) for text in texts])
    np.testing.assert_array_equal(together, alone)


def test_a_row_has_the_same_bits_in_a_batch_of_many_parts():
    model = learnt()
    texts = [text * 40 for text in write_rated(300, seed=3)[0]]
    assert sum(map(len, texts)) > 300_000
    alone = np.vstack([model.predict([text]) for text in texts[::9]])
    np.testing.assert_array_equal(model.predict(texts)[::9], alone)


def test_learning_twice_gives_the_same_bytes():
    texts, tones = write_rated(200, seed=4)
    one, other = (SentimentModel.fit(texts, tones, language="de", seed=7).to_files() for _ in range(2))
    assert one == other


def test_five_ratings_are_five_classes_from_worst_to_best():
    texts, tones = write_rated(500, seed=5)
    stars = 3 + 2 * tones - (np.arange(tones.size) % 2) * tones
    model = SentimentModel.fit(texts, stars, language="de", groups=np.arange(len(texts)))
    assert model.table.classes == (1, 2, 3, 4, 5)
    scores = model.score(texts)
    assert scores[tones == 1].mean() > 0.8
    assert scores[tones == -1].mean() < -0.8


def test_two_classes_are_enough():
    texts, tones = write_rated(300, seed=6)
    model = SentimentModel.fit(texts, (tones > 0).astype(np.int8), language="de")
    decided = model.predict(texts).argmax(axis=1)
    assert macro_f1((tones > 0).astype(np.int64), decided, 2) > 0.9
    np.testing.assert_allclose(model.score(texts), 4 * model.predict(texts)[:, 1] - 2, atol=1e-12)


def test_what_was_spoken_before_counts_by_itself():
    """The same words are good after one question and bad after another."""
    random = np.random.default_rng(8)
    is_good = random.integers(0, 2, 300)
    before = [("Hat es geklappt?" if good else "Ist es noch defekt?") for good in is_good]
    model = SentimentModel.fit(["ja"] * 300, is_good, language="de", contexts=before, groups=np.arange(300))
    scores = model.score(["ja", "ja", "ja"], ["Hat es geklappt?", "Ist es noch defekt?", ""])
    assert scores[0] > 1
    assert scores[1] < -1
    assert scores[1] < scores[2] < scores[0]


def test_a_weight_of_zero_takes_a_verbatim_out():
    texts, tones = write_rated(200, seed=9)
    wrong = np.concatenate([tones, -tones])
    weights = np.repeat([1.0, 0.0], tones.size)
    model = SentimentModel.fit(
        texts + texts, wrong, language="de", weights=weights, groups=np.arange(wrong.size)
    )
    is_told = tones != 0
    assert (np.sign(model.score(texts)) == tones)[is_told].mean() > 0.9


def test_a_language_without_lexicon_is_learnt_from_ratings_alone():
    texts, tones = write_rated(300, seed=10)
    model = SentimentModel.fit(texts, tones, language="nl", groups=np.arange(len(texts)))
    assert model.table.lexicon_weights.shape == (0, 3)
    assert macro_f1(tones + 1, model.predict(texts).argmax(axis=1), 3) > 0.9


@pytest.mark.parametrize(
    ("texts", "tones", "reason"),
    [
        (
            ["gut"] * 50 + ["schlecht"] * 50,
            [1] * 50 + [-1] * 50,
            "class -1 has 1 different verbatims, 10 are",
        ),
        ([f"gut {number}" for number in range(50)], [1] * 50, r"all 50 verbatims are of one class [1]"),
        ([], [], "all 0 verbatims are of one class []"),
    ],
)
def test_too_few_ratings_leave_it_to_the_words_and_say_why(texts, tones, reason):
    model = SentimentModel.fit(texts, np.array(tones, dtype=np.int8), language="de")
    assert reason in model.reason
    np.testing.assert_array_equal(model.predict(ASKED), SentimentModel.from_lexicon("de").predict(ASKED))


def test_too_few_ratings_of_a_language_without_words_are_an_error():
    with pytest.raises(TooFewEventsError, match=r"class -1 has 1 different verbatims.*exists for de, en"):
        SentimentModel.fit(["bon", "mal"] * 20, [1, -1] * 20, language="fr")


def test_a_language_without_words_cannot_start_cold():
    with pytest.raises(SpecError, match="'fr'"):
        SentimentModel.from_lexicon("fr")


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"texts": "gut"}, "texts: is one text, 'gut'"),
        ({"texts": ["gut", None]}, r"texts\[1\]: None is not a text"),
        ({"classes": [1]}, r"classes: there are 2 texts and \(1,\) classes respectively"),
        ({"classes": [1.5, 2.5]}, r"classes: np.float64\(1.5\) is not a whole number"),
        ({"groups": [1, 2, 3]}, r"groups: there are 2 texts and \(3,\) groups"),
        ({"weights": [1.0, -1.0]}, r"weights\[1\]: -1.0 is not a weight"),
        ({"weights": [1.0]}, r"weights: there are 2 texts and \(1,\) weights"),
        ({"contexts": ["so"]}, "contexts: there are 2 texts and 1 contexts respectively"),
        ({"texts": ["a"] * 11, "classes": list(range(11))}, "classes: there are 11 classes; merge"),
    ],
)
def test_bad_input_is_named(changed, message):
    given_ = {"texts": ["gut", "schlecht"], "classes": [1, -1], "language": "de", **changed}
    with pytest.raises(ContractError, match=message):
        SentimentModel.fit(given_.pop("texts"), given_.pop("classes"), **given_)


def test_contexts_are_asked_for_as_they_were_learnt():
    with pytest.raises(ContractError, match="contexts: were given; the model was learnt without"):
        learnt().predict(["gut"], ["davor"])


def test_scoring_needs_no_scikit_learn(tmp_path):
    for name, content in learnt().to_files().items():
        (tmp_path / name).write_bytes(content)
    code = (
        "import sys; from pathlib import Path; from features.text.sentiment import SentimentModel; "
        f"folder = Path({str(tmp_path)!r}); "
        "model = SentimentModel.from_files({path.name: path.read_bytes() for path in folder.iterdir()}); "
        "assert model.score(['Alles bestens, super'])[0] > 0.5; "
        "sys.exit(bool({'sklearn', 'pandas', 'numba', 'duckdb'} & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0

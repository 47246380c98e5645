import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from features.text.lexicon import COLUMNS, load_lexicon
from features.worlds.phrases import TOPICS, load_phrases


def tone(text, language="de"):
    return float(load_lexicon(language).score([text])[0])


@pytest.mark.parametrize(
    ("text", "sign"),
    [
        ("Der Service ist gut.", 1),
        ("Der Service ist nicht gut.", -1),
        ("Der Service ist schlecht.", -1),
        ("Nicht schlecht.", 1),
        ("Das funktioniert leider überhaupt nicht.", -1),
        ("Mir gefällt das nicht.", -1),
        ("Kein Problem, alles bestens.", 1),
        ("Nie wieder!", -1),
        ("Der Zug fährt um acht.", 0),
        ("Gleis 7, das ist nicht weit.", 0),
        ("Freundlich, nicht nur am Schalter.", 1),
        ("Die Auskunft läßt zu wünschen übrig.", -1),
        ("Schon wieder Verspätung :-(", -1),
        ("Nicht so :-(", -1),
        ("👍", 1),
        ("", 0),
    ],
)
def test_the_tone_of_german(text, sign):
    assert np.sign(tone(text)) == sign


@pytest.mark.parametrize(
    ("text", "sign"),
    [
        ("The agent was helpful.", 1),
        ("The agent was not helpful.", -1),
        ("The agent wasn't helpful.", -1),
        ("I don't recommend it.", -1),
        ("Not bad.", 1),
        ("Never again!", -1),
        ("No problem, thanks.", 1),
        ("The parcel is blue.", 0),
        ("They never answered.", -1),
        ("They answered.", 0),
    ],
)
def test_the_tone_of_english(text, sign):
    assert np.sign(tone(text, "en")) == sign


@pytest.mark.parametrize(
    ("stronger", "weaker"),
    [
        ("sehr gut", "gut"),
        ("gut", "etwas gut"),
        ("GUT gemacht", "gut gemacht"),
        ("gut!!", "gut"),
        ("teuer, aber gut", "gut, aber teuer"),
        ("hervorragend", "gut"),
    ],
)
def test_what_strengthens_and_weakens(stronger, weaker):
    assert tone(stronger) > tone(weaker)


def test_who_always_shouts_does_not_shout():
    assert tone("DER SERVICE IST GUT") == tone("der service ist gut")


def test_a_negation_ends_with_its_clause():
    assert tone("Ich weiß nicht, gut war es.") > 0


@pytest.mark.parametrize(
    ("typed", "same"),
    [("Spätestens jetzt ärgerlich", "Spaetestens jetzt aergerlich"), ("große Klasse", "grosse Klasse")],
)
def test_umlauts_may_be_written_out(typed, same):
    assert tone(typed) == tone(same) != 0


@given(st.lists(st.text(max_size=40), max_size=5))
def test_any_text_has_a_bounded_tone_that_does_not_depend_on_others(texts):
    lexicon = load_lexicon("de")
    columns = lexicon.columns(texts)
    assert columns.shape == (len(texts), len(COLUMNS))
    assert np.abs(columns).max(initial=0.0) <= 1.5
    assert np.abs(columns[:, 0]).max(initial=0.0) <= 1.0
    for row, text in enumerate(texts):
        np.testing.assert_array_equal(columns[row], lexicon.columns([text])[0])


@pytest.mark.parametrize("language", ["de", "en"])
def test_known_tones_are_told_apart(language):
    """The phrases of the example company were written apart from the list."""
    cores = load_phrases(language).cores
    means = {}
    for name in ("negative", "neutral", "positive"):
        spoken = [text.replace("{n}", "4") for topic in TOPICS for text in cores[topic][name]]
        means[name] = load_lexicon(language).score(spoken).mean()
    assert means["negative"] < means["neutral"] - 0.1
    assert means["positive"] > means["neutral"] + 0.2


def test_columns_count_what_they_say():
    counted = dict(zip(COLUMNS, load_lexicon("de").columns(["NIE gut? Nein!! :)"])[0], strict=True))
    assert counted["exclamations"] == pytest.approx(2 / 6)
    assert counted["questions"] == pytest.approx(1 / 5)
    assert counted["negations"] == pytest.approx(1 / 5)
    assert counted["smileys"] == pytest.approx(1 / 2)
    assert counted["capitals"] == pytest.approx(1 / 7)


def test_no_heavy_library_is_needed():
    code = (
        "import sys; from features.text.sentiment import SentimentModel; "
        "model = SentimentModel.from_lexicon('de'); "
        "model.score(['gut']); sys.exit(bool({'sklearn', 'pandas', 'numba', 'duckdb'} & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0

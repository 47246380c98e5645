import json
from dataclasses import replace

import numpy as np
import pytest

from features.errors import BundleError
from features.text.fitting import fit_text_model
from features.text.model import TextModel
from tests.features.text.spoken import draw_verbatims, make_lesson


@pytest.fixture(scope="module")
def model():
    return fit_text_model(make_lesson())


def test_tone_goes_with_the_tone_in_which_people_wrote(model):
    texts, tones, _ = draw_verbatims(600, seed=9)
    found = model.read(texts)
    is_read = np.isfinite(found.sentiment)
    assert is_read.mean() > 0.5
    assert np.corrcoef(found.sentiment[is_read], tones[is_read])[0, 1] > 0.8


def test_a_verbatim_is_read_by_itself(model):
    texts = [text for text in draw_verbatims(80, seed=3)[0] if text]
    together = model.read(texts)
    for place, text in enumerate(texts):
        alone = model.read([text])
        assert (alone.language[0], alone.topic[0]) == (together.language[place], together.topic[place])
        for name in ("sentiment", "effort", "is_actionable"):
            one, other = getattr(alone, name)[0], getattr(together, name)[place]
            assert one == other or (np.isnan(one) and np.isnan(other))


def test_other_languages_and_empty_texts_are_passed_through(model):
    found = model.read(["O produto chegou muito atrasado e ninguém respondeu às minhas mensagens.", "", "?"])
    assert found.language == ["pt", "", ""]
    assert np.isnan(found.sentiment).all()
    assert np.isnan(found.is_actionable).all()
    assert found.topic == [None, None, None]


def test_counts_tell_what_was_read_and_what_was_passed_through(model):
    texts = [
        "Alles gut, danke!",
        "Die Lieferung von [name] kam zu spät.",
        "O produto não funciona e ninguém ajuda.",
        "",
    ]
    told = model.read(texts).describe(("de", "en"))
    assert told["languages"] == {"de": 2, "pt": 1}
    assert (told["read"], told["passed_through"], told["redacted"]) == (2, 1, {"name": 1})


def test_table_has_null_where_nothing_was_read(model):
    table = model.read(["Sehr gut!", "O produto não funciona e ninguém ajuda.", ""]).to_table()
    assert table.column("language").to_pylist() == ["de", "pt", None]
    assert table.column("sentiment").null_count == 2
    assert table.column("verbatim").to_pylist()[2] is None


def test_files_give_the_same_model(model):
    files = model.to_files()
    again = TextModel.from_files(files)
    texts = draw_verbatims(60, seed=4)[0]
    assert again.version == model.version
    assert again.to_files() == files
    np.testing.assert_array_equal(again.read(texts).sentiment, model.read(texts).sentiment)


def test_the_same_lesson_gives_the_same_bytes(model):
    assert fit_text_model(make_lesson()).to_files() == model.to_files()


def test_version_changes_with_anything_that_changes_a_reading(model):
    topics = replace(model.topics, topics=model.topics.topics[1:])
    assert replace(model, topics=topics).version != model.version
    assert replace(model, tones={**model.tones, "de": model.tones["en"]}).version != model.version


@pytest.mark.parametrize("content", [b"", b"[]", b"{}", b'{"format": 99}', b"\xff"])
def test_damaged_files_are_refused(model, content):
    with pytest.raises(BundleError, match="model"):
        TextModel.from_files(model.to_files() | {"model.json": content})


def test_missing_tone_is_refused(model):
    files = {name: part for name, part in model.to_files().items() if not name.startswith("tone/de")}
    with pytest.raises(BundleError):
        TextModel.from_files(files)


def test_description_tells_version_day_tone_and_topics(model):
    told = model.describe()
    assert (told["version"], told["fitted_until"]) == (model.version, "2025-07-01")
    assert told["tone"]["de"]["from"] == "csat"
    assert {"price", "invoice", "delivery"} <= {topic["id"] for topic in told["topics"]}
    assert 0 < told["redaction_recall"]["en"]["email"]["low"] <= 1


def test_doubt_is_told_for_languages_that_are_read(model):
    judged = model.judge(["Sehr gut!", "O produto não funciona e ninguém ajuda.", "Terrible service."])
    assert judged.languages == ["de", "en"]
    np.testing.assert_allclose(judged.probabilities.sum(axis=1), 1.0)
    assert judged.topic_weights.shape == (2, len(model.topics.ids))


def test_a_model_that_was_read_says_the_same_in_the_same_order(model):
    again = TextModel.from_files(model.to_files())
    assert json.dumps(again.describe()) == json.dumps(model.describe())

"""The benchmark of topics measures what it says."""

import gzip
import json

import numpy as np
import pytest

from features.text.topics import Topic, TopicModel
from tests.bench import topics
from tests.bench.topic_worlds import draw_waves


def test_the_last_line_is_json_with_every_figure(monkeypatch, capsys, tmp_path):
    monkeypatch.setenv("XM_SHARED_DATA", str(tmp_path))
    monkeypatch.setattr(topics, "search_world", lambda seed: topics.Found(seed == 0, 1, 4))
    monkeypatch.setattr(topics, "match_over_waves", lambda seed: (9, 10 + seed))
    topics.main(["--worlds", "2"])
    figures = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert figures["matched"] == pytest.approx(18 / 21, abs=1e-3)
    assert figures["emerging_found"] == 0.5
    assert figures["false_per_20_waves"] == 5.0
    assert (figures["worlds"], figures["waves_searched"], figures["public"]) == (2, 8, {})
    assert set(figures["purity"]) == {"de", "en", "mixed", "new phrases", "reviews", "calls"}
    assert all(purity >= 0.8 for purity in figures["purity"].values())


def test_held_out_phrases_are_in_one_part_alone():
    seen, unseen = topics.split_by_phrase(topics.draw_comments(5, 1500))
    assert len(seen.texts) > len(unseen.texts) > 100
    assert any("Faire Preise" in text for text in unseen.texts)
    assert not any("faire preise" in text.lower() for text in seen.texts)


def test_coherence_is_high_for_words_that_go_together_and_low_for_others():
    texts = [f"{'giraffe savanna' if n % 2 else 'glacier penguin'} {'a' * n}b" for n in range(2, 80)]

    def model(*words: str) -> TopicModel:
        topic = Topic("t", {}, {}, {"en": words}, 1.0, 1)
        return TopicModel((topic,), 1)

    assert topics.measure_npmi(model("giraffe", "savanna"), texts, "en") == pytest.approx(1.0)
    assert topics.measure_npmi(model("giraffe", "penguin"), texts, "en") == -1.0


def test_public_sets_are_read_where_they_are(tmp_path):
    assert topics.read_public(tmp_path) == {}
    folder = tmp_path / "germeval2017-db" / "train"
    folder.mkdir(parents=True)
    with gzip.open(folder / "dev.tsv.gz", "wt", encoding="utf-8") as lines:
        lines.write("id\tDer Zug ist spät\ttrue\tnegative\n")
    assert topics.read_public(tmp_path) == {"germeval2017-db": ("de", ["Der Zug ist spät"])}


def test_waves_differ_in_mood_and_names_and_seasons_return():
    waves = draw_waves(3, 8, 600)
    shares = [np.mean([topic == "price" for topic in wave.truth]) for wave in waves]
    assert max(shares) > 1.15 * min(shares)
    christmas = [sum("Weihnacht" in text or "Christmas" in text for text in wave.texts) for wave in waves]
    assert all((count > 0) is (number % 4 == 3) for number, count in enumerate(christmas))
    assert all(wave.truth.count("campaign") > 5 for wave in waves)

import gzip
import json

import numpy as np
import pytest

from tests.bench import text, text_rivals, text_sets, turns
from tests.bench.text_rivals import Figure, by_defaults, by_learning, by_majority, by_words, compare
from tests.bench.text_sets import RatedSet, class_of
from tests.features.text.rated import write_rated


def rated(language="en", n_texts=200):
    texts, tones = write_rated(n_texts, seed=31, language=language)
    size = len(texts)
    return RatedSet("toy", language, texts, None, tones, np.arange(size), np.arange(size) % 2)


@pytest.mark.parametrize(
    ("ratings", "expected"), [("3,3,3", 0), ("2,3", 0), ("2,2,3", -1), ("3,4", 1), ("5", 1)]
)
def test_the_mean_rating_is_rounded(ratings, expected):
    assert class_of(ratings) == expected


def test_turns_are_read_with_the_two_before(tmp_path):
    folder = tmp_path / "dialogue-satisfaction-uss"
    folder.mkdir()
    lines = [
        "USER\thi\tact\t3,3",
        "SYSTEM\thello\tact\t",
        "USER\tbad\t\t1,2",
        "USER\tOVERALL\t\t5,5",
        "",
        "USER\tgreat\tact\t5,5",
        "",
    ]
    for name in ("MWOZ", "SGD"):
        with gzip.open(folder / f"{name}.txt.gz", "wt", encoding="utf-8") as file:
            file.write("\n".join(lines) + "\n")
    found = text_sets.read_dialogues(tmp_path)
    assert list(found.texts) == ["hi", "bad", "great"] * 2
    assert list(found.contexts or []) == ["", "hi hello", ""] * 2
    assert found.classes.tolist() == [0, -1, 1] * 2
    assert found.units.tolist() == [0, 0, 1, 2, 2, 3]
    for learned, judged in found.splits():
        assert not set(found.units[learned]) & set(found.units[judged])


def test_german_repeats_are_read_once(tmp_path):
    folder = tmp_path / "germeval2017-db" / "train"
    folder.mkdir(parents=True)
    words = [f'text "{chr(97 + number // 5) * 6}{chr(110 + number % 5) * 6}' for number in range(30)]
    lines = [
        f"u\t{words[number]}\ttrue\t{('negative', 'neutral', 'positive')[number % 3]}\tx"
        for number in range(30)
    ]
    with gzip.open(folder / "dev.tsv.gz", "wt", encoding="utf-8") as file:
        file.write("\n".join([*lines, lines[0].replace("text", "RT text"), "u\tno label"]) + "\n")
    found = text_sets.read_german(tmp_path)
    assert found.texts == words
    assert found.classes[:3].tolist() == [-1, 0, 1]
    assert np.bincount(found.folds).tolist() == [6] * 5


def test_all_ways_to_decide_give_classes():
    verbatims = rated()
    learned, judged = next(verbatims.splits())
    ours, model = by_learning(verbatims, learned, judged)
    assert model.reason == ""
    for decided in (
        ours,
        by_majority(verbatims.classes[learned], judged.size),
        by_words(verbatims, judged),
        by_defaults(verbatims, learned, judged),
    ):
        assert decided.shape == judged.shape
        assert set(decided.tolist()) <= {-1, 0, 1}
    assert by_majority(np.array([1, 1, -1]), 2).tolist() == [1, 1]
    assert set(by_words(rated("de"), judged[:50]).tolist()) <= {-1, 0, 1}


def test_figures_are_paired():
    random = np.random.default_rng(5)
    classes = random.integers(-1, 2, 600)
    good = np.where(random.random(600) < 0.8, classes, 0)
    found = compare(
        classes, np.arange(600), {"ours": good, "defaults": good, "majority": np.zeros_like(classes)}
    )
    assert found["ours"] == found["defaults"]
    same, better = found["ours - defaults"], found["ours - majority"]
    assert (same.value, same.low, same.high) == (0, 0, 0)
    assert 0.3 < better.low < better.value < better.high
    assert better.value == pytest.approx(found["ours"].value - found["majority"].value)


def test_units_are_resampled_whole():
    classes, decided = np.tile([0, 1], 400), np.tile([0, 0, 1, 1], 200)
    single = compare(classes, np.arange(800), {"ours": decided})["ours"]
    whole = compare(classes, np.arange(800) // 40, {"ours": decided})["ours"]
    assert whole.high - whole.low < (single.high - single.low) / 10


def test_the_summary_names_the_best_rival_and_the_least_gain():
    figures = {"ours": Figure(0.6, 0.5, 0.7)}
    for name, value in (("majority", 0.2), ("words", 0.4), ("defaults", 0.3)):
        figures |= {name: Figure(value, 0, 1), f"ours - {name}": Figure(0.6 - value, 0.5 - value, 1)}
    summary = text.summarise("de", figures)
    assert summary == {
        "de_f1": 0.6,
        "de_f1_low": 0.5,
        "de_f1_high": 0.7,
        "de_baseline_f1": 0.4,
        "de_gain": 0.2,
        "de_gain_low": 0.1,
        "de_gain_high": 1,
        "de_majority_f1": 0.2,
        "de_words_f1": 0.4,
        "de_defaults_f1": 0.3,
    }


def test_timed_texts_have_their_length():
    found = text.cut_to_length(["so ein Satz"] * 200, 50)
    assert len(found) == 50
    assert {len(one) for one in found} == {text.LENGTH}


def test_the_last_line_is_json(monkeypatch, capsys):
    monkeypatch.setattr(text, "READERS", {"toy": lambda _: rated()})
    monkeypatch.setattr(text_rivals, "N_DRAWS", 50)
    monkeypatch.setattr(turns, "measure", lambda: {"turn_p95_ms": 1.5})
    text.main([])
    summary = json.loads(capsys.readouterr().out.splitlines()[-1])
    of_set = {"f1", "f1_low", "f1_high", "baseline_f1", "gain", "gain_low", "gain_high", "model_mb"}
    of_set |= {f"{name}_f1" for name in text.RIVALS}
    assert set(summary) == {f"toy_{name}" for name in of_set} | {"turn_p95_ms"}
    assert summary["toy_f1"] > summary["toy_baseline_f1"]


@pytest.mark.long
def test_speed_is_measured_in_processes_of_their_own():
    _, model = by_learning(rated(), *next(rated().splits()))
    texts = [f"good service and {word} delivery " * 8 for word in ("late", "fast", "quick")]
    speed = text.time_reading(text.make_reader(model, texts * 10), texts)
    assert set(speed) == {"comments_per_s", "comments_per_core_s", "tones_per_core_s"}
    assert min(speed.values()) > 0

"""Sheets of cues: signs of their phrases, negation, strength; no phrase stands in two lists."""

from importlib.resources import files

import pytest
import yaml

from features.text.cues import LANGUAGES, Cue, _make_sheet, read_sheet

SHEET = _make_sheet(
    {
        "good": ["leicht>", "ohne .. probleme", "kinderleicht*", "leichte bedienung"],
        "bad": ["mühsam*", "probleme"],
        "negations": ["nicht", "alles andere als"],
        "stronger": ["sehr", "viel zu"],
        "followers": ["zu"],
    }
)


def kinds_in(text):
    return [cue.kind for cue in SHEET.find(text)]


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("", []),
        ("Leicht!", ["good"]),
        ("leicht zu finden", ["good"]),
        ("leicht verspätet", []),
        ("vielleicht", []),
        ("kinderleichte Sache", ["good"]),
        ("ohne größere Probleme", ["good"]),
        ("ohne   Probleme", ["good"]),
        ("Probleme", ["bad"]),
        ("mühsame Probleme", ["bad", "bad"]),
        ("leichte Bedienung", ["good"]),
        ("leichte Probleme", ["bad"]),
    ],
)
def test_phrases(text, kinds):
    assert kinds_in(text) == kinds


@pytest.mark.parametrize(
    ("text", "is_negated", "is_stressed"),
    [
        ("mühsam", False, False),
        ("nicht mühsam", True, False),
        ("nicht so ganz mühsam", True, False),
        ("nicht gut. Mühsam", False, False),
        ("nicht nur mühsam", False, False),
        ("alles andere als mühsam", True, False),
        ("sehr mühsam", False, True),
        ("nicht sehr mühsam", True, True),
        ("viel zu mühsam", False, True),
        ("sehr nett, mühsam", False, False),
    ],
)
def test_what_stands_before_a_cue(text, is_negated, is_stressed):
    assert SHEET.find(text) == [Cue("bad", is_negated, is_stressed)]


def test_both_kinds_of_apostrophe_are_one():
    sheet = read_sheet("effort", "en")
    assert sheet.find("child’s play") == sheet.find("child's play") != []
    assert sheet.find("wasn’t easy")[0].is_negated


@pytest.mark.parametrize("phrase", ["*dschungel", "ab*", "? was"])
def test_a_phrase_that_could_not_be_found_is_refused(phrase):
    with pytest.raises(ValueError, match="does not begin with a word"):
        _make_sheet({"good": [phrase], "negations": ["x"], "stronger": ["x"], "followers": ["x"]})


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", ["effort", "actions"])
def test_every_phrase_of_a_sheet_is_found_as_its_own_kind(name, language):
    written = files("features.text").joinpath(f"{name}.{language}.yaml").read_text(encoding="utf-8")
    listed = yaml.safe_load(written)
    phrases = [phrase for each in listed.values() for phrase in each]
    assert all(isinstance(phrase, str) and phrase == phrase.lower() for phrase in phrases), (
        "quote 'no' and 'yes'"
    )
    sheet = read_sheet(name, language)
    for kind, each in listed.items():
        if kind not in {"negations", "stronger", "followers"}:
            assert len(each) == len(set(each)), kind
            for phrase in each:
                shown = phrase.removesuffix(">").replace(" ..", "").replace("*", "")
                assert kind in {cue.kind for cue in sheet.find(shown)}, phrase

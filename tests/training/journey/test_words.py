import re
from dataclasses import replace
from string import Formatter

import pytest

from features.usecase import Language
from training.journey import render_journeys, tell_journeys
from training.journey.experience import Weakest
from training.journey.order import Order
from training.journey.phrases import PHRASES, SUBJECTS, TABLE
from training.journey.setting import GOING_ON
from training.journey.words import Teller
from training.statistics import Estimate

LANGUAGES: tuple[Language, ...] = ("en", "de")


def gaps_of(phrase: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(phrase) if name}


def test_both_languages_have_the_same_phrases_with_the_same_gaps():
    assert PHRASES["en"].keys() == PHRASES["de"].keys()
    for name, phrase in PHRASES["en"].items():
        assert gaps_of(phrase) == gaps_of(PHRASES["de"][name]), name
    assert SUBJECTS["en"].keys() == SUBJECTS["de"].keys()
    assert TABLE["en"].keys() == TABLE["de"].keys()


@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_is_said_to_cause_anything(flights, quiet, language):
    said = " ".join(tell_journeys(flights, language) + tell_journeys(quiet, language)).lower()
    assert not re.search(r"\bcaus|\bbecause of|\bleads? to|\bbewirkt|\bverursach|\bführt zu", said)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_line_is_a_sentence_and_no_gap_is_left_open(flights, quiet, language):
    for line in tell_journeys(flights, language) + tell_journeys(quiet, language):
        assert line.endswith(".")
        assert "{" not in line
        assert "nan" not in line.lower().split()


def test_the_planted_story_is_told_in_english(flights):
    said = "\n".join(tell_journeys(flights, "en"))
    assert "Booking > Ease > Bag fee > Flight > Rating > Complaint." in said
    assert "The weakest stage is Rating: clearly below every other." in said
    assert re.search(
        r"Adjusted \(grade B\): with Bag fee rather than without, the experience at Rating is \d+ points",
        said,
    )
    assert re.search(
        r"Associated, no proof of an effect \(grade C\): with the best rather than the worst experience at",
        said,
    )
    assert re.search(
        r"Best time for Bag fee: [\d.]+ to [\d.]+ days after Booking \(begin [\d.]+–[\d.]+, end", said
    )
    assert "held equal: travel class, experience at Ease, time until the answer" in said


def test_the_planted_story_is_told_in_german(flights):
    said = "\n".join(tell_journeys(flights, "de"))
    assert "Die schwächste Phase ist Bewertung: klar unter jeder anderen." in said
    assert "Bereinigt (Stufe B): mit Gepäckgebühr statt ohne ist das Erlebnis bei Bewertung" in said
    assert re.search(r"Beste Zeit für Gepäckgebühr: [\d,]+ bis [\d,]+ Tage nach Buchung", said)
    assert "gleich gehalten: travel class, Erlebnis bei Leichtigkeit, Zeit bis zur Antwort" in said


def test_nothing_found_is_an_answer(quiet):
    english, german = "\n".join(tell_journeys(quiet, "en")), "\n".join(tell_journeys(quiet, "de"))
    assert "No effect of one stage on another stands out among the" in english
    assert "No best time stands out among the" in english
    assert "geprüften Wirkungen einer Phase auf eine andere sticht keine heraus" in german
    assert "gesuchten besten Zeitpunkten sticht keiner heraus" in german


def test_ties_circles_and_shared_stages_are_told(quiet):
    order = Order(((0, 1), (2, 3), (4,), (5,)), (), ((2, 3),))
    record = replace(quiet, order=order, weakest=Weakest((2, 1), is_clear=False), experiences=(), n_hidden=3)
    said = tell_journeys(replace(record, effects=(), windows=(), transitions=()), "en")
    assert "Booking, Ease share a stage: which of them comes first is not clear." in said
    assert "Bag fee, Flight run in a circle, each often before the next; they share a stage." in said
    assert "The weakest stage is Rating or Bag fee + Flight; the data do not tell which." in said
    assert "Stages not rated because too few tell of them: 3." in said
    declared = tell_journeys(replace(record, is_declared=True, effects=(), windows=(), transitions=()), "en")
    assert declared[1].startswith("Stages, as declared:")
    assert not any("share a stage: which" in line for line in declared)


@pytest.mark.parametrize(
    ("change", "english", "german"),
    [
        ((0.2, 0.1, 0.3), "20 points higher (10 to 30)", "20 Punkte höher (10 bis 30)"),
        ((-0.2, -0.3, -0.1), "20 points lower (10 to 30)", "20 Punkte niedriger (10 bis 30)"),
        ((0.02, -0.1, 0.14), "not clearly different (+2, -10 to +14)", "nicht klar anders (+2, -10 bis +14)"),
    ],
)
def test_changes_name_their_direction(flights, change, english, german):
    estimate = Estimate(*change, n=100)
    assert Teller(flights, "en").moved(estimate) == english
    assert Teller(flights, "de").moved(estimate) == german


def test_numbers_follow_the_language(flights):
    assert (Teller(flights, "en").count(12_345), Teller(flights, "de").count(12_345)) == ("12,345", "12.345")
    assert (Teller(flights, "en").days(2.5), Teller(flights, "de").days(2.5)) == ("2.5", "2,5")
    assert Teller(flights, "en").days(3.0) == "3"


def test_going_on_and_open_ends_are_told(flights):
    window = next(each for each in flights.windows if each.is_clear)
    band = replace(window.band, is_open=True)
    said = Teller(flights, "en").window(replace(window, later=GOING_ON, band=band, inside=None))
    assert re.search(r"Best time for Bag fee: from [\d.]+ days after Booking on", said)
    assert "the share of journeys that go on is then" in said
    early = replace(window.band, is_early=True)
    assert re.search(
        r"up to [\d.]+ days after Booking \(end [\d.]+–[\d.]+, seen from",
        Teller(flights, "en").window(replace(window, band=early)),
    )
    effect = next(each for each in flights.effects if each.later == GOING_ON)
    assert "the share of journeys that go on is" in Teller(flights, "en").effect(effect)
    bare = Teller(flights, "en").effect(replace(effect, held_equal=()))
    assert bare.endswith("nothing was held equal.")


@pytest.mark.parametrize(
    ("language", "title"), [("en", "Where journeys go next"), ("de", "Wohin Reisen weitergehen")]
)
def test_the_console_shows_the_sentences_and_an_even_table(flights, language, title):
    lines = render_journeys(flights, language)
    assert lines[: len(tell_journeys(flights, language))] == tell_journeys(flights, language)
    place = next(number for number, line in enumerate(lines) if line.startswith(title))
    table = lines[place + 1 :]
    assert len(table) == 7
    assert len({len(line) for line in table}) == 1
    assert re.search(r"\d+ % \(\d+–\d+\)", table[1])
    assert " - " in table[1]

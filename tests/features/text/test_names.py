"""Names: listed ones in every spelling, words that look like names only where a person is meant."""

import pytest

from features.text.names import NameFinder

FINDER = NameFinder(
    [
        "Anna Müller",
        "Weiß, Jürgen",
        "Dr. Peter Klein",
        "Will Long",
        "Max Koch",
        "Ursula von der Heide",
        "Sean O'Brien",
        "René Groß",
        "Karl-Heinz Özdemir",
        "Li Wu",
        "Kim Post",
    ]
)


def found_in(text, finder=FINDER):
    return [text[start:end] for start, end in finder.find(text)]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("anna müller half mir", ["anna müller"]),
        ("ANNA MUELLER HALF MIR", ["ANNA MUELLER"]),
        ("Muller war nett", ["Muller"]),
        ("Müllers Rückruf", ["Müllers"]),
        ("Anna's help, Anna’s help", ["Anna's", "Anna’s"]),
        ("Juergen oder Jürgen", ["Juergen", "Jürgen"]),
        ("Rene Gross rief an", ["Rene Gross"]),
        ("Oezdemir, Özdemir, Ozdemir", ["Oezdemir, Özdemir, Ozdemir"]),
        ("Karl-Heinz half", ["Karl-Heinz"]),
        ("Anna M. Müller half", ["Anna M. Müller"]),
        ("mit Sean O'Brien und O’Brien", ["Sean O'Brien", "O’Brien"]),
        ("Ursula von der Heide", ["Ursula von der Heide"]),
        ("bei von der Heide", ["von der Heide"]),
        ("die Antwort von der Post", []),
    ],
)
def test_listed_names_in_other_spellings(text, names):
    assert found_in(text) == names


@pytest.mark.parametrize(
    "text",
    [
        "Das Paket ist zu klein und der Weg zu long.",
        "Klein aber fein. Will jemand helfen?",
        "Will there be an answer? It took long.",
        "Der Koch war gut, die Post nicht; in der Heide blüht es.",
        "max. 3 Tage",
        "Müllerstraße und Annahme",
        "KLEIN UND TEUER",
        "was für ein großes Glück",
        "ein weißes Kleid, alles Weiße",
    ],
)
def test_words_stay(text):
    assert found_in(text) == []


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Gestern hat Klein angerufen.", ["Klein"]),
        ("I talked to Will about it.", ["Will"]),
        ("Herr Koch hat angerufen.", ["Koch"]),
        ("Dr. Klein war da", ["Klein"]),
        ("Max Koch war da", ["Max Koch"]),
        ("Will's answer came", ["Will's"]),
        ("kim post rief an", []),
        ("anna koch rief an", ["anna koch"]),
        ("Danke an Li", ["Li"]),
        ("danke an li", []),
    ],
)
def test_words_are_names_where_the_text_shows_it(text, names):
    assert found_in(text) == names


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Frau Lehnhoff war nett", ["Lehnhoff"]),
        ("Herrn Dr. Abendroth fragen", ["Abendroth"]),
        ("Mr. Featherstone's answer", ["Featherstone's"]),
        ("Frau Lehnhoff-Sanders", ["Lehnhoff-Sanders"]),
        ("Mein Name ist Gesine Lehnhoff.", ["Gesine Lehnhoff"]),
        ("ich heiße Gesine", ["Gesine"]),
        ("Viele Grüße, Gesine Lehnhoff", ["Gesine Lehnhoff"]),
        ("Best regards\nJo Featherstone", ["Jo Featherstone"]),
    ],
)
def test_names_after_a_salutation_need_no_list(text, names):
    assert found_in(text, NameFinder()) == names


@pytest.mark.parametrize(
    "text",
    [
        "Für meine Frau Kleidung gekauft",
        "als Frau Probleme",
        "Frau und Mann",
        "Herr Doktor",
        "Viele Grüße Das Gerät ist kaputt.",
        "Best regards from Rome",
        "Gesine Lehnhoff rief an",
    ],
)
def test_other_words_after_a_salutation_stay(text):
    assert found_in(text, NameFinder()) == []


def test_titles_and_particles_of_the_list_are_no_names():
    finder = NameFinder(["Dr. med. Frau von und zu der GmbH", "X"])
    assert found_in("Die Frau von der GmbH und der Dr. x X", finder) == []


def test_words_of_the_trade_can_be_added():
    assert found_in("die Tarife", NameFinder(["Ute Tarife"])) == ["Tarife"]
    careful = NameFinder(["Ute Tarife"], words=["tarife"])
    assert found_in("tarife steigen, Tarife auch", careful) == []
    assert found_in("bei Ute Tarife", careful) == ["Ute Tarife"]

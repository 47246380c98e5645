from datetime import date

import pytest

from features.errors import InputError
from training.themes import Quote, TopicName, demand_known, read_quotes

GOOD = """
- source: surveys
  topic: waiting
  text: {en: I waited for three weeks., de: Ich wartete drei Wochen.}
  approved_by: M. Meyer
  approved_on: 2026-11-02
- source: surveys
  topic: price
  text: Zu teuer.
  language: de
  approved_by: M. Meyer
  approved_on: 2026-11-02
"""
ENTRY = {
    "source": "surveys",
    "topic": "waiting",
    "text": "'I waited.'",
    "language": "en",
    "approved_by": "M. Meyer",
    "approved_on": "2026-11-02",
}
TOPICS = {"surveys": {"waiting": TopicName({}, {}), "price": TopicName({}, {})}, "calls": {}}


def write(folder, text):
    path = folder / "quotes.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def entry(**changes):
    given = {key: value for key, value in (ENTRY | changes).items() if value is not None}
    return "- {" + ", ".join(f"{key}: {value}" for key, value in given.items()) + "}\n"


def quote(text, **changes):
    return Quote(
        **{"source": "surveys", "topic": "waiting", "text": {"en": text}} | changes,
        approved_by="M",
        approved_on=date(2026, 1, 1),
    )


def test_quotes_are_read_with_who_approved_them(tmp_path):
    first, second = read_quotes(write(tmp_path, GOOD))
    assert first.text == {"en": "I waited for three weeks.", "de": "Ich wartete drei Wochen."}
    assert (first.approved_by, first.approved_on) == ("M. Meyer", date(2026, 11, 2))
    assert second.text == {"de": "Zu teuer."}


@pytest.mark.parametrize("text", [None, "", "[]"], ids=["no-file", "empty", "empty-list"])
def test_nothing_is_quoted_without_the_file(tmp_path, text):
    path = tmp_path / "quotes.yaml" if text is None else write(tmp_path, text)
    assert read_quotes(path) == ()


@pytest.mark.parametrize(
    ("text", "where", "problem"),
    [
        (entry(approved_by=None), "quote 1: approved_by", "is missing"),
        (entry(approved_by="''"), "quote 1: approved_by", "'' does not fit"),
        (entry(approved_on="soon"), "quote 1: approved_on", "'soon' does not fit"),
        (entry() + entry(topics="waiting"), "quote 2", "'topics' is no key of a quote"),
        (entry(text="{fr: Bonjour.}", language=None), "quote 1: text", "does not fit"),
        (entry(language=None), "quote 1", "a text alone needs 'language'"),
        (entry(text="{en: I waited.}"), "quote 1", "a text alone needs 'language'"),
        ("waiting: too long", "quotes.yaml", "does not fit"),
        ("- [", "quotes.yaml", "cannot be read"),
    ],
    ids=[
        "missing",
        "nobody",
        "no-day",
        "unknown-key",
        "language",
        "bare-text",
        "two-languages",
        "no-list",
        "yaml",
    ],
)
def test_a_fault_is_named_with_its_place_and_remedy(tmp_path, text, where, problem):
    with pytest.raises(InputError) as caught:
        read_quotes(write(tmp_path, text))
    assert where in caught.value.where
    assert problem in caught.value.problem
    assert caught.value.hint


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Ask anna.berg@example.org about it.", "an e-mail address"),
        ("Call me at 0170 123 45 67.", "a number"),
        ("Call +49 (30) 901820 instead.", "a number"),
        ("My contract 4711-0815-22 was lost.", "a number"),
        ("Born 03.04.1981 and never greeted.", "a number"),
        ("Pay to DE89 3704 0044 0532 0130 00 please.", "a bank account"),
        ("See www.example.org for more.", "a link"),
    ],
    ids=["mail", "mobile", "line", "contract", "birth", "iban", "link"],
)
def test_what_leads_to_a_person_is_refused(tmp_path, text, kind):
    with pytest.raises(InputError, match=f"holds {kind}"):
        read_quotes(write(tmp_path, entry(text=f"'{text}'")))


@pytest.mark.parametrize(
    "text",
    [
        "I waited 3 weeks, from 9 to 17, and paid 1,200 euros.",
        "Der Preis stieg 2025 um 12,5 %.",
        "24/7 wäre gut.",
    ],
    ids=["weeks", "percent", "hours"],
)
def test_ordinary_numbers_are_no_fault(tmp_path, text):
    assert len(read_quotes(write(tmp_path, entry(text=f"'{text}'")))) == 1


@pytest.mark.parametrize(
    ("found", "problem"),
    [
        (quote("Late.", source="mails"), "source 'mails' has no verbatims"),
        (quote("Late.", topic="wait"), "'wait' is no topic of surveys"),
        (quote("Late.", source="calls"), "'waiting' is no topic of calls"),
        (quote("As k-12007 knows."), "'k-12007', the id of somebody"),
        (quote("Says K-12007."), "'K-12007', the id of somebody"),
        (quote("I am 40123, remember?"), "'40123', the id of somebody"),
    ],
    ids=["source", "topic", "no-topics", "id", "id-at-the-end", "number"],
)
def test_topics_have_to_be_there_and_nobody_is_named(tmp_path, found, problem):
    with pytest.raises(InputError) as caught:
        demand_known([quote("Fine."), found], tmp_path / "quotes.yaml", TOPICS, ["K-12007", "40123", "3"])
    assert "quote 2" in caught.value.where
    assert problem in caught.value.problem


def test_a_short_number_is_nobody(tmp_path):
    demand_known([quote("I waited 3 weeks.")], tmp_path / "quotes.yaml", TOPICS, ["3", "K-12007"])

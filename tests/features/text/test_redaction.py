"""Redaction: what is taken out, what stays, twice is once, and nothing else is changed."""

import re
import unicodedata

import pytest
from hypothesis import strategies as st

from features.text.redaction import KINDS, Redactor
from tests.properties import law

REDACTOR = Redactor(["Anna Müller", "Will Long", "Link Name", "Bernd Phone"])
PUT_IN = re.compile(rf"\[(?:{'|'.join(KINDS)})\]")


@pytest.mark.parametrize(
    "address",
    [
        "anna.mueller@web.example",
        "ANNA@WEB.EXAMPLE",
        "a+b_c-1@mail.sub.example.co.uk",
        "anna @ web.example",
        "anna(at)web.example",
        "anna [at] web [dot] example",
        "anna{ät}web{punkt}example",
        "anna at web dot example dot com",
        "anna.m at web.example",
        "änne.müller@web.example",
    ],
)
def test_mail_addresses(address):
    assert REDACTOR.clean(f"Mail an {address}, danke.") == "Mail an [email], danke."


@pytest.mark.parametrize(
    "text", ["look at amazon.example", "2 at 5.50 each", "5 @ 3 Euro", "T-shirt at shop.example"]
)
def test_at_is_a_word_as_well(text):
    assert REDACTOR.clean(text) == text


@pytest.mark.parametrize(
    "link",
    [
        "https://user:secret@host.example/a?b=c#d",
        "http://a.example",
        "www.a.example/in/anna",
        "a-b.de/u/77",
        "https://a.example/(x)y",
    ],
)
def test_links(link):
    assert REDACTOR.clean(f"Siehe {link}.") == "Siehe [link]."
    assert REDACTOR.clean(f"({link})") == "([link])"


@pytest.mark.parametrize(
    "text", ["bei amazon.de gekauft", "und/oder", "24/7", "z.B. so", "km/h", "S.A./N.V."]
)
def test_names_of_shops_and_slashes_stay(text):
    assert REDACTOR.clean(text) == text


def test_handles():
    assert (
        REDACTOR.clean("@anna_m, @x-press und @the.real.li: hallo!")
        == "[handle], [handle] und [handle]: hallo!"
    )
    assert REDACTOR.clean("5 @ Stück, @ und @1") == "5 @ Stück, @ und @1"


def test_one_of_each_kind():
    text = (
        "Will Long (will@a.example, 0171 2345678, www.a.example/u/1, @will) zahlt von DE89370400440532013000 "
        "oder 4111 1111 1111 1111; 86 095 742 719, 65170839J003"
    )
    cleaned = REDACTOR.clean(text)
    assert sorted(PUT_IN.findall(cleaned)) == sorted(f"[{kind}]" for kind in KINDS)
    assert PUT_IN.sub("", cleaned) == " (, , , ) zahlt von  oder ; , "


def test_what_is_put_in_is_never_taken_for_a_name():
    text = "Bernd schrieb an a@b.example, Link [link] [name] und [phone]"
    assert REDACTOR.clean(text) == "[name] schrieb an [email], [name] [link] [name] und [phone]"


def test_signs_that_nobody_sees_hide_nothing():
    assert REDACTOR.clean("M\u00adüller, 0171\u200b2345678") == "[name], [phone]"
    assert REDACTOR.clean(unicodedata.normalize("NFD", "Müller")) == "[name]"


def test_without_a_list_only_patterns_work():
    assert Redactor().clean("Anna Müller, a@b.example") == "Anna Müller, [email]"


@law(60, st.text(alphabet="aAnNmMüÜlLeEr @.:/+-()[]0123456789DE'\n", max_size=60), many=3000)
def test_cleaning_twice_is_cleaning_once(text):
    once = REDACTOR.clean(text)
    assert REDACTOR.clean(once) == once


@law(
    60,
    st.lists(st.sampled_from(["gut", "Die", "zu", "teuer", "5", "war", "3,50", "(so)"]), max_size=12),
    many=500,
)
def test_texts_without_personal_data_come_back_as_they_are(words):
    text = " ".join(words)
    assert REDACTOR.clean(text) == text


@law(40, st.text(max_size=60), many=2000)
def test_nothing_is_changed_outside_of_what_is_taken_out(text):
    cleaned = REDACTOR.clean(text)
    rest = unicodedata.normalize("NFC", re.sub("[\u00ad\u200b\u200c\u200d\u2060\ufeff]", "", text))
    place = 0
    for part in PUT_IN.split(cleaned):
        place = rest.find(part, place)
        assert place >= 0
        place += len(part)


PIECES = ["a", "1 ", "@", "a@", "a(at)", "www.", "0171/", "Frau ", "Anna von der ", "DE12", "a-", "["]


@pytest.mark.parametrize("piece", PIECES)
def test_long_texts_of_one_piece_come_to_an_end(piece):
    """Patterns that try every beginning with every end would take minutes here, and the tests would stop."""
    cleaned = REDACTOR.clean(piece * (20_000 // len(piece)))
    assert len(cleaned) <= 20_000 + len(PUT_IN.findall(cleaned)) * len("[social_id]")

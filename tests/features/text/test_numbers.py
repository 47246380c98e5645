"""Numbers of persons are found in many spellings; orders, amounts, dates, times and postcodes are not."""

from itertools import pairwise

import pytest

from features.text.numbers import find_numbers


def found_in(text):
    return [(found.kind, text[found.start : found.end]) for found in find_numbers(text)]


@pytest.mark.parametrize(
    "phone",
    [
        "0171 2345678",
        "0171/2345678",
        "0171-23 45 67 8",
        "(089) 123456",
        "089 / 12 34 56",
        "+49 (0)89 123456-0",
        "+4989123456",
        "0049 89 123456",
        "0 89 / 12 34 56",
        "089.123456",
        "+43 664 1234567",
        "+41 44 123 45 67",
        "044 123 45 67",
        "+44 20 7946 0958",
        "07700 900123",
        "(415) 555-2671",
        "415-555-2671",
        "+1 415 555 2671",
        "+33 1 23 45 67 89",
        "089\u00a0123456",
        "089–123456",
    ],
)
def test_phones(phone):
    for text in (f"Bitte {phone} wählen.", f"{phone}", f"({phone})", f"am 12.03.2024 {phone}, danke"):
        assert found_in(text) == [("phone", phone)]


@pytest.mark.parametrize(
    ("text", "phone"),
    [
        ("Tel. 123456", "123456"),
        ("Rufen Sie mich unter 171 2345678 an", "171 2345678"),
        ("call me back at 7946 0958 please", "7946 0958"),
        ("Handynummer: 171/2345678", "171/2345678"),
        ("reach me on 5552671", "5552671"),
    ],
)
def test_the_word_before_makes_a_phone(text, phone):
    assert found_in(text) == [("phone", phone)]


@pytest.mark.parametrize(
    "text",
    [
        "Bestellnummer 4711082213",
        "Bestellung 0123456789 ist weg",
        "Auftrag Nr. 0711123456",
        "order no. 4155552671",
        "Order number is 415-555-2671",
        "Kundennummer: 0012345678",
        "Rechnung Nr. 12/345/67890",
        "Sendung 00340434161094042557",
        "Ticket #0049123456789",
        "am 12.03.2024 um 14:30 Uhr",
        "from 03/12/2024 to 03/14/2024",
        "2024-03-12 14:30:05",
        "1.234.567,89 EUR",
        "€ 1,234,567.89 und 10 000 000",
        "0,99 € oder 0.50 EUR, 07 Prozent",
        "80331 München, D-01067 Dresden",
        "Version 10.12.2023.1 auf 192.168.100.200",
        "Zug 0612 Wagen 0021 Platz 0033",
        "in 2019, 2020, 2021 und 2022",
        "Artikel 978-3-16-148410-0",
        "10000000 Leute und 12345678901",
        "IBAN ohne Nummer, DE 12",
        "Größe 38 40 42",
    ],
)
def test_other_numbers_stay(text):
    assert found_in(text) == []


@pytest.mark.parametrize(
    "iban",
    [
        "DE89 3704 0044 0532 0130 00",
        "DE89370400440532013000",
        "de89-3704-0044-0532-0130-00",
        "GB29 NWBK 6016 1331 9268 19",
        "DE88 3704 0044 0532 0130 00",
    ],
)
def test_accounts_end_where_their_country_says(iban):
    assert found_in(f"Gutschrift auf {iban} bitte bis morgen") == [("iban", iban)]


def test_letters_with_a_wrong_check_are_an_account_only_if_called_so():
    assert found_in("Teil GB29NWBK60161331926818 fehlt") == []
    assert found_in("Konto: GB29NWBK60161331926818") == [("iban", "GB29NWBK60161331926818")]


@pytest.mark.parametrize(
    "card", ["4111 1111 1111 1111", "4111-1111-1111-1112", "3782 822463 10005", "4111111111111111"]
)
def test_cards(card):
    assert found_in(f"Abgebucht von {card} gestern") == [("card", card)]


def test_a_card_without_groups_needs_its_check_digit_or_its_word():
    assert found_in("Nummer 4111111111111112") == []
    assert found_in("Kreditkarte 4111111111111112") == [("card", "4111111111111112")]
    assert found_in("Bestellung 4111111111111111") == []


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("Meine Steuer-ID ist 86 095 742 719.", "86 095 742 719"),
        ("86095742719 wurde gemeldet", "86095742719"),
        ("tax number 12345678901", "12345678901"),
        ("beim Amt 21/815/08150 gemeldet", "21/815/08150"),
    ],
)
def test_tax_ids(text, number):
    assert found_in(text) == [("tax_id", number)]


@pytest.mark.parametrize("number", ["65 170839 J 003", "65170839J003", "65-170839-j-003", "078-05-1120"])
def test_social_ids(number):
    assert found_in(f"Meine Nummer {number} fehlt") == [("social_id", number)]


def test_several_in_one_text_come_in_order_without_overlap():
    text = "0171 2345678 oder a, 4111 1111 1111 1111, DE89370400440532013000 und 089/123456"
    assert [kind for kind, _ in found_in(text)] == ["phone", "card", "iban", "phone"]
    numbers = find_numbers(text)
    assert all(one.end <= other.start for one, other in pairwise(numbers))

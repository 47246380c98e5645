"""Check digits: published examples pass, and no single wrong digit does."""

import pytest

from features.text.check_digits import (
    IBAN_LENGTHS,
    begins_like_a_card,
    is_card,
    is_iban,
    is_social_id,
    is_tax_id,
)

# Examples that the issuers themselves publish.
IBANS = [
    "DE89370400440532013000",
    "AT611904300234573201",
    "CH9300762011623852957",
    "GB29NWBK60161331926819",
    "FR1420041010050500013M02606",
    "NL91ABNA0417164300",
    "BE68539007547034",
    "PL61109010140000071219812874",
]
CARDS = [
    "4111111111111111",
    "5555555555554444",
    "378282246310005",
    "6011111111111117",
    "30569309025904",
    "2223003122003222",
]
TAX_IDS = ["86095742719", "47036892816", "65929970489", "57549285017"]
SOCIAL_IDS = ["65170839J003", "15070649C103"]


def wrong_digits_of(number):
    """Yield the number with each of its digits replaced by another one."""
    for place, sign in enumerate(number):
        if sign.isdigit():
            yield number[:place] + str((int(sign) + 1) % 10) + number[place + 1 :]


@pytest.mark.parametrize("number", IBANS)
def test_accounts(number):
    assert is_iban(number)
    assert is_iban(number.lower())
    assert len(number) == IBAN_LENGTHS[number[:2]]
    assert not any(map(is_iban, wrong_digits_of(number)))
    assert not is_iban(number[:-1])
    assert not is_iban("XX" + number[2:])


@pytest.mark.parametrize("number", CARDS)
def test_cards(number):
    assert begins_like_a_card(number)
    assert is_card(number)
    assert not any(map(is_card, wrong_digits_of(number)))


@pytest.mark.parametrize("digits", ["", "0", "1234567812345670", "9111111111111111", "41111111111111111"])
def test_other_digits_are_no_card(digits):
    assert not is_card(digits)


@pytest.mark.parametrize("number", TAX_IDS)
def test_tax_ids(number):
    assert is_tax_id(number)
    assert not any(map(is_tax_id, wrong_digits_of(number)))


@pytest.mark.parametrize("digits", ["01234567890", "12345678901", "11111111111", "1234567890", "11223456789"])
def test_other_digits_are_no_tax_id(digits):
    assert not is_tax_id(digits)


@pytest.mark.parametrize("number", SOCIAL_IDS)
def test_social_ids(number):
    assert is_social_id(number)
    assert is_social_id(number.lower())
    assert sum(map(is_social_id, wrong_digits_of(number))) <= 1  # cross sums let one pass now and then


@pytest.mark.parametrize("number", ["", "65170839J00", "651708390003", "6517083JJ003", "65170839ß003"])
def test_other_signs_are_no_social_id(number):
    assert not is_social_id(number)

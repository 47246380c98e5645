"""Planted numbers are right, come in many spellings and are the same for the same seed."""

import re

import numpy as np
import pytest

from features.text.planted_numbers import draw_card, draw_iban, draw_phone, draw_social_id, draw_tax_id

N = 400


def draw(kind, seed=1):
    random = np.random.default_rng(seed)
    return [kind(random) for _ in range(N)]


def remainder_of(iban):
    """Work out an IBAN as the standard writes it down: letters become numbers, modulo 97."""
    moved = iban[4:] + iban[:4]
    return int("".join(str(int(sign, 36)) for sign in moved)) % 97


def luhn_of(digits):
    total = 0
    for place, digit in enumerate(map(int, reversed(digits))):
        total += sum(divmod(2 * digit, 10)) if place % 2 else digit
    return total % 10


def test_most_accounts_have_right_check_digits_and_some_are_mistyped():
    bare = [re.sub(r"\W", "", iban).upper() for iban in draw(draw_iban)]
    right = [remainder_of(iban) == 1 for iban in bare]
    assert 0.8 < np.mean(right) < 0.97
    assert {iban[:2] for iban in bare} >= {"DE", "AT", "CH", "FR"}


def test_most_cards_have_right_check_digits_and_some_are_mistyped():
    digits = [re.sub(r"\D", "", card) for card in draw(draw_card)]
    assert 0.8 < np.mean([luhn_of(card) == 0 for card in digits]) < 0.97
    assert {len(card) for card in digits} == {14, 15, 16}


def test_tax_ids_repeat_one_digit():
    digits = [re.sub(r"\D", "", number) for number in draw(draw_tax_id) if "/" not in number]
    assert len(digits) > N / 2
    assert all(len(number) == 11 and len(set(number[:10])) == 9 and number[0] != "0" for number in digits)


def test_social_ids_hold_a_date_of_birth():
    numbers = [re.sub(r"[ -]", "", number) for number in draw(draw_social_id)]
    assert all(re.fullmatch(r"\d{8}[A-Za-z]\d{3}", number) for number in numbers)
    assert all(1 <= int(number[2:4]) <= 31 and 1 <= int(number[4:6]) <= 12 for number in numbers)


def test_phones_come_in_many_spellings():
    phones = draw(draw_phone)
    shapes = {re.sub(r"\d+", "9", phone) for phone in phones}
    assert len(shapes) > 30
    assert all("{" not in phone and sum(map(str.isdigit, phone)) >= 5 for phone in phones)


@pytest.mark.parametrize("kind", [draw_card, draw_iban, draw_phone, draw_social_id, draw_tax_id])
def test_the_seed_decides(kind):
    assert draw(kind) == draw(kind)
    assert draw(kind) != draw(kind, seed=2)

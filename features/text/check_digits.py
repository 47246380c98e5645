"""Check digits: what tells an account, a card or a tax number from any other row of digits."""

import re

_LENGTHS = """
AD24 AE23 AT20 BE16 BG22 CH21 CY28 CZ24 DE22 DK18 EE20 ES24 FI18 FR27 GB22 GR27 HR21 HU28 IE22 IL23 IS26 IT27
LI21 LT20 LU20 LV21 MC27 MT31 NL18 NO15 PL28 PT25 RO24 RS22 SE24 SI19 SK24 SM27 TR26 UA29
"""
IBAN_LENGTHS = {entry[:2]: int(entry[2:]) for entry in _LENGTHS.split()}
"""Letters and digits of an account number by country (SWIFT IBAN registry)."""

_SOCIAL_FACTORS = (2, 1, 2, 5, 7, 1, 2, 1, 2, 1, 2, 1)


def is_iban(number: str) -> bool:
    """Tell whether letters and digits without blanks are an IBAN (ISO 13616, modulo 97).

    Examples
    --------
    >>> is_iban("DE89370400440532013000"), is_iban("DE88370400440532013000")
    (True, False)
    """
    upper = number.upper()
    if len(upper) != IBAN_LENGTHS.get(upper[:2]):
        return False
    return int("".join(str(int(sign, 36)) for sign in upper[4:] + upper[:4])) % 97 == 1


def is_card(digits: str) -> bool:
    """Tell whether digits are the number of a payment card: a known beginning and Luhn's sum.

    Examples
    --------
    >>> is_card("4111111111111111"), is_card("4111111111111112")
    (True, False)
    """
    if not begins_like_a_card(digits):
        return False
    doubled = [int(digit) * 2 for digit in digits[-2::-2]]
    return (sum(map(int, digits[-1::-2])) + sum(number - 9 * (number > 9) for number in doubled)) % 10 == 0


def begins_like_a_card(digits: str) -> bool:
    """Tell whether length and first digits are those of a card network (ISO/IEC 7812).

    Examples
    --------
    >>> begins_like_a_card("4111111111111112"), begins_like_a_card("123")
    (True, False)
    """
    first, length = int(digits[:4] or 0), len(digits)
    if length == 16:
        return (
            digits[0] == "4"
            or 5100 <= first <= 5599
            or 2221 <= first <= 2720
            or first // 100 in {60, 62, 64, 65}
        )
    if length == 15:
        return first // 100 in {34, 37}
    if length == 14:
        return first // 100 in {30, 36, 38, 39}
    return length in {13, 19} and digits[0] == "4"


def is_tax_id(digits: str) -> bool:
    """Tell whether digits are a German tax id: one digit twice or thrice, check digit of ISO 7064, mod 11,10.

    Examples
    --------
    >>> is_tax_id("86095742719"), is_tax_id("86095742718")
    (True, False)
    """
    if len(digits) != 11 or digits[0] == "0":
        return False
    counts = sorted(digits[:10].count(digit) for digit in set(digits[:10]))
    if counts[-1] not in {2, 3} or counts[-2] > 1:
        return False
    product = 10
    for digit in digits[:10]:
        product = 2 * ((int(digit) + product) % 10 or 10) % 11
    return (11 - product) % 10 == int(digits[10])


def is_social_id(number: str) -> bool:
    """Tell whether twelve signs are a German social insurance number (VKVV, section 2).

    Examples
    --------
    >>> is_social_id("65170839J003"), is_social_id("65170839J004")
    (True, False)
    """
    if len(number) != 12 or not (number[:8] + number[9:]).isdigit() or not re.match("[A-Za-z]", number[8]):
        return False
    letter = ord(number[8].upper()) - ord("A") + 1
    digits = [int(digit) for digit in f"{number[:8]}{letter:02d}{number[9:11]}"]
    products = (digit * factor for digit, factor in zip(digits, _SOCIAL_FACTORS, strict=True))
    return sum(product // 10 + product % 10 for product in products) % 10 == int(number[11])

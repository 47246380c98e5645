"""Numbers that belong to a person, found in a text: accounts, cards, tax and insurance numbers, phones.

Order numbers, prices, dates, times and postcodes are numbers as well. Check digits tell some apart, the
way a number is written others, and the words before it the rest.
"""

import re
from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from typing import NamedTuple

import yaml

from features.text.check_digits import (
    IBAN_LENGTHS,
    begins_like_a_card,
    is_card,
    is_iban,
    is_social_id,
    is_tax_id,
)


class FoundNumber(NamedTuple):
    """Hold where a number stands and what it is."""

    start: int
    end: int
    kind: str


_CONTEXT = 40  # characters before a number that tell what it is
_GAP = r"[\s.\-–/]"
_IBAN = re.compile(
    rf"(?<![^\W_])(?:{'|'.join(IBAN_LENGTHS)}){_GAP}?\d\d(?:{_GAP}?[A-Z0-9]){{11,28}}", re.IGNORECASE
)
_SOCIAL = re.compile(rf"(?<!\w)\d\d{_GAP}?\d{{6}}{_GAP}?[A-Z]{_GAP}?\d\d{_GAP}?\d(?!\w)", re.IGNORECASE)
_TAX_ID = re.compile(r"(?<![\w+(])(?<!\d[\s.\-–/])[1-9](?:[ .-]?\d){10}(?!\w|[\s.\-–/]\d)")
_SOCIAL_ABROAD = re.compile(r"(?<![\w-])\d{3}-\d{2}-\d{4}(?![\w-])")
_TAX_OFFICE = re.compile(r"(?<![\w/])[1-9]\d{1,2} ?/ ?\d{3,4} ?/ ?\d{4,5}(?![\w/])")
# Dates, times, amounts, addresses of machines and versions: no part of a longer number.
_HARMLESS = re.compile(
    r"""(?<![\w./+-])(?:
        (?:0?[1-9]|[12]\d|3[01])[./-]\ ?(?:0?[1-9]|1[0-2])[./-]\ ?(?:(?:19|20)\d\d|\d\d)
      | (?:0?[1-9]|1[0-2])/(?:0?[1-9]|[12]\d|3[01])/(?:(?:19|20)\d\d|\d\d)
      | (?:19|20)\d\d[./-](?:0?[1-9]|1[0-2])[./-](?:0?[1-9]|[12]\d|3[01])
      | (?:[01]?\d|2[0-4]):[0-5]\d(?::[0-5]\d)?
      | \d{1,3}(?:\.\d{1,3}){3}
      | [€$£]\ ?\d+(?:[.,'\ ]\d{3})*(?:[.,]\d{1,2})?
      | [1-9]\d{0,2}(?:[.,']\d{3})+(?:[.,]\d{1,2})?
      | \d+(?:[.,]\d{1,2})?(?=\ ?(?:€|%|EUR\b|Euro\b|USD\b|CHF\b|kg\b|km\b|GB\b))
    )(?![\w/]|[.,:-]\d)""",
    re.VERBOSE,
)
# Digits in groups, perhaps with a plus or brackets, that are no part of a word or of a decimal number.
_RUN = re.compile(
    rf"(?<![\w.,#+/-])(?:\((?=\+?\d{{1,6}}\)))?(?:\+\s?)?"
    rf"\d(?:(?:{_GAP}|[()]){{0,3}}\d){{5,24}}(?!\w|[.,:/-]\d)"
)
_AMERICAN = re.compile(r"(?:1[ .-]?)?(?:\([2-9]\d\d\) ?|[2-9]\d\d[ .-])\d{3}[ .-]\d{4}")
_CARD = re.compile(
    rf"\d{{4}}{_GAP}{{1,2}}(?:\d{{4}}{_GAP}{{1,2}}\d{{4}}{_GAP}{{1,2}}\d{{4}}|\d{{6}}{_GAP}{{1,2}}\d{{4,5}})"
)
_NO_DIGITS = re.compile(r"\D+")


def find_numbers(text: str) -> list[FoundNumber]:
    """Return the numbers of a person in a text, in order and without overlap.

    Kinds are ``iban``, ``card``, ``tax_id``, ``social_id`` and ``phone``.

    Examples
    --------
    >>> text = "Order 4711082213, call 0171/2345678, IBAN DE89 3704 0044 0532 0130 00"
    >>> [(found.kind, text[found.start : found.end]) for found in find_numbers(text)]
    [('phone', '0171/2345678'), ('iban', 'DE89 3704 0044 0532 0130 00')]
    """
    found: list[FoundNumber] = []
    for number in (*_find_accounts(text), *_find_ids(text), *_find_runs(text)):
        if all(number.end <= other.start or other.end <= number.start for other in found):
            found.append(number)
    return sorted(found)


def _find_accounts(text: str) -> Iterator[FoundNumber]:
    """Yield IBANs: the length of the country tells where they end."""
    for match in _IBAN.finditer(text):
        wanted = IBAN_LENGTHS[match.group()[:2].upper()]
        places = [place for place in range(match.start(), match.end()) if text[place].isalnum()][:wanted]
        number = "".join(text[place] for place in places)
        is_whole = len(places) == wanted and not text[places[-1] + 1 : places[-1] + 2].isalnum()
        # One that is mistyped is still somebody's: its form is enough.
        if is_iban(number) or (
            is_whole and (number[2:].isdigit() or _is_after("account", text, match.start()))
        ):
            yield FoundNumber(match.start(), places[-1] + 1, "iban")


def _find_ids(text: str) -> Iterator[FoundNumber]:
    """Yield numbers of social insurance and of tax offices."""
    for match in _SOCIAL.finditer(text):
        if is_social_id(re.sub(r"\W", "", match.group())):
            yield FoundNumber(*match.span(), "social_id")
    for match in _SOCIAL_ABROAD.finditer(text):
        yield FoundNumber(*match.span(), "social_id")
    for match in (*_TAX_OFFICE.finditer(text), *_TAX_ID.finditer(text)):
        is_right = "/" in match.group() or is_tax_id(_NO_DIGITS.sub("", match.group()))
        if is_right and not _is_after("order", text, match.start()):
            yield FoundNumber(*match.span(), "tax_id")


def _find_runs(text: str) -> Iterator[FoundNumber]:
    """Yield what is a card, a tax id or a phone among the runs of digits."""
    masked = _HARMLESS.sub(lambda match: "¤" * len(match.group()), text)
    for match in _RUN.finditer(masked):
        if kind := _kind_of(match.group(), text, match.start()):
            yield FoundNumber(*match.span(), kind)


def _kind_of(written: str, text: str, start: int) -> str:
    """Return what a run of digits is; nothing if it belongs to nobody, such as an order number."""
    digits = _NO_DIGITS.sub("", written)
    if len(digits) in {10, 11, 13} and _is_after("tax", text, start):
        return "tax_id"
    is_of_order = _is_after("order", text, start)
    if _is_card(written, digits, is_named=_is_after("card", text, start), is_of_order=is_of_order):
        return "card"
    if len(digits) <= 15 and _is_after("phone", text, start):
        return "phone"
    return "phone" if not is_of_order and _is_dialled(written, digits) else ""


def _is_card(written: str, digits: str, *, is_named: bool, is_of_order: bool) -> bool:
    """Tell whether digits are a card: grouped like one, mistyped or not, or with the right check digit."""
    if not begins_like_a_card(digits):
        return False
    if is_named or _CARD.fullmatch(written):
        return True
    return written.isdigit() and not is_of_order and is_card(digits)


def _is_dialled(written: str, digits: str) -> bool:
    """Tell whether digits are written as one dials them: with a code of the country or the area."""
    if "+" in written or digits.startswith("00"):
        return 8 <= len(digits) <= 17
    if digits[0] == "0":
        return len(digits) >= 7 and (len(digits) <= 13 or len(digits) < len(written))
    return _AMERICAN.fullmatch(written) is not None


def _is_after(kind: str, text: str, start: int) -> bool:
    """Tell whether one of the words of a kind stands right before a place."""
    return _patterns()[kind].search(text, max(0, start - _CONTEXT), start) is not None


@cache
def _patterns() -> dict[str, re.Pattern[str]]:
    """Return what matches the words before a number, by kind."""
    words = yaml.safe_load(files("features.text").joinpath("number_words.yaml").read_text(encoding="utf-8"))
    each = {
        kind: "|".join(re.sub(r"\B\*|^\*", r"\\w+", word).replace("*", r"\w*") for word in listed.split())
        for kind, listed in words.items()
    }
    between = rf"[\s.:#\-\"'(]*(?:(?:{each.pop('between')})\b[\s.:#\"'(]*){{0,5}}\Z"
    return {kind: re.compile(rf"\b(?:{listed})\b{between}", re.IGNORECASE) for kind, listed in each.items()}

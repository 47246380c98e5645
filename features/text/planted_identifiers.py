"""Texts with planted personal data in many spellings, and texts with harmless numbers: the truth is known.

Nothing here is shared with the patterns that look for them.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import Any, NamedTuple

import numpy as np
import yaml

from features.text.planted_numbers import draw_card, draw_iban, draw_phone, draw_social_id, draw_tax_id

_PLAIN = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "Ö": "Oe", "Ü": "Ue", "ß": "ss"})
_MAIL_HOSTS = ("web.example", "mail.firma.example", "post-box.example.com", "uni.example.org", "gmx.example")


class PlantedText(NamedTuple):
    """Hold a text in three parts; ``identifier`` is empty where nothing is planted.

    Attributes
    ----------
    before, identifier, after
        The text is these three in a row.
    kind
        What is planted; ``""`` for nothing.
    """

    before: str
    identifier: str
    after: str
    kind: str

    @property
    def text(self) -> str:
        """Return the whole text."""
        return self.before + self.identifier + self.after


def list_names(language: str) -> list[str]:
    """Return the names that may be planted, as a table of people would hold them.

    Examples
    --------
    >>> list_names("de")[0]
    'Anna Müller'
    """
    blocks = _read_blocks(language)
    return [f"{first} {last}" for first in blocks["first"] for last in blocks["last"]]


def plant(language: str, kind: str, random: np.random.Generator) -> PlantedText:
    """Write a text of some sentences with one identifier of a kind in it.

    Examples
    --------
    >>> plant("en", "iban", np.random.default_rng(1)).kind
    'iban'
    """
    blocks = _read_blocks(language)
    if kind == "name":
        identifier, frame = _draw_name(blocks, language, random)
    else:
        identifier, frame = _DRAW[kind](random), _pick(blocks["frames"][kind], random)
    before, after = frame.split("{}")
    opening = f"{_pick(blocks['sentences'], random)} " if random.random() < 0.7 else ""
    closing = f" {_pick(blocks['sentences'], random)}" if random.random() < 0.7 else ""
    return PlantedText(opening + before, identifier, after + closing, kind)


def write_harmless(language: str, random: np.random.Generator) -> PlantedText:
    """Write a text of some sentences with numbers and words that look like personal data and are none.

    Examples
    --------
    >>> write_harmless("en", np.random.default_rng(1)).identifier
    ''
    """
    blocks = _read_blocks(language)
    sentence = _pick(blocks["harmless"], random)
    for slot, draw in _HARMLESS.items():
        while f"{{{slot}}}" in sentence:
            sentence = sentence.replace(f"{{{slot}}}", draw(language, random), 1)
    opening = f"{_pick(blocks['sentences'], random)} " if random.random() < 0.5 else ""
    return PlantedText(opening + sentence, "", "", "")


@cache
def _read_blocks(language: str) -> Mapping[str, Any]:
    """Return the building blocks of a language."""
    path = files("features.text").joinpath("planted_identifiers.yaml")
    found: Mapping[str, Mapping[str, Any]] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return found[language]


def _pick(each: Sequence[str], random: np.random.Generator) -> str:
    """Return one of some texts."""
    return each[int(random.integers(len(each)))]


def _draw_digits(count: int, random: np.random.Generator) -> str:
    """Return random digits of which the first is not zero."""
    return str(random.integers(1, 10)) + "".join(map(str, random.integers(10, size=count - 1)))


def _draw_name(blocks: Mapping[str, Any], language: str, random: np.random.Generator) -> tuple[str, str]:
    """Return a name as people write it, and the frame that it stands in."""
    first, last = _pick(blocks["first"], random), _pick(blocks["last"], random)
    frame = _pick(blocks["frames"]["name"], random)
    is_saluted = frame.startswith(("Frau", "Herr", "Mrs", "Mr"))
    name = last if is_saluted or random.random() < 0.3 else f"{first} {last}"
    if not is_saluted and random.random() < 0.3:
        name = first
    if random.random() < 0.15:
        frame = _pick(blocks["genitive"], random)
        name += ("'" if language == "de" else "'s") if name[-1] in "sßxz" else ("'s", "s")[language == "de"]
    way = random.random()
    if way < 0.15:
        name = name.translate(_PLAIN)
    elif way < 0.2 and not is_saluted:
        name = name.lower()
    elif way < 0.25:
        name = name.upper()
    return name, frame


def _draw_email(random: np.random.Generator) -> str:
    """Return an e-mail address, now and then written so that machines do not see it."""
    first = _pick(("anna", "j", "info", "Klaus", "s.k", "m-l", "x"), random)
    last = _pick(("mueller", "smith", "Özdemir", "obrien", "lee", "von-der-heide", "k99"), random)
    user = first + _pick((".", "_", "-", ""), random) + last + _pick(("", "", "84", "+shop", ".1"), random)
    host = _pick(_MAIL_HOSTS, random)
    at = _pick(("@",) * 10 + (" @ ", "(at)", " [at] ", "{at}", "(a)", " at "), random)
    address = user + at + host
    if random.random() < 0.05:
        return f"{user} at {host.replace('.', ' dot ')}"
    return address.upper() if random.random() < 0.05 else address


def _draw_link(random: np.random.Generator) -> str:
    """Return a link that leads to a person."""
    begin = _pick(("https://", "http://", "https://www.", "www.", ""), random)
    host = _pick(("social.example.com", "bilder.de", "network.org", "my-site.co.uk"), random)
    user = _pick(
        ("anna.mueller", "u/8812", "~smith", "profile?id=771&x=1", "in/max-bauer-1a2b/", "@joe"), random
    )
    return f"{begin}{host}/{user}"


def _draw_handle(random: np.random.Generator) -> str:
    """Return the name of a user."""
    return "@" + _pick(
        ("anna_m", "joe99", "MaxBauer", "the.real.li", "Käthe_K", "x-press", "frau_mueller_1980"), random
    )


def _draw_order(_: str, random: np.random.Generator) -> str:
    """Return the number of an order as shops make them."""
    digits = _draw_digits(int(random.integers(5, 15)), random)
    ways = (
        digits,
        f"{digits[:3]}-{digits[3:]}",
        f"A{digits}",
        f"2024-{digits[:6]}",
        f"{digits[:2]}.{digits[2:5]}.1",
    )
    zeros = f"000{digits[:7]}"
    return _pick((*ways, f"#{digits}", zeros, f"{digits[:4]} {digits[4:]}".strip()), random)


def _draw_price(language: str, random: np.random.Generator) -> str:
    """Return an amount of money."""
    whole, cents = int(random.integers(1, 2_000_000) ** random.random()) + 1, int(random.integers(100))
    plain = f"{whole:,}.{cents:02d}"
    if language == "de":
        german = plain.replace(",", "x").replace(".", ",").replace("x", ".")
        return _pick((f"{german} EUR", f"{german} €", f"{whole} Euro", f"{whole},- €"), random)
    return _pick((f"${plain}", f"{plain} EUR", f"£{whole}", f"{whole} dollars"), random)


def _draw_date(language: str, random: np.random.Generator) -> str:
    """Return a date."""
    year, month, day = (
        int(random.integers(1990, 2030)),
        int(random.integers(1, 13)),
        int(random.integers(1, 29)),
    )
    usual = (
        f"{day:02d}.{month:02d}.{year}",
        f"{day}.{month}.{year % 100:02d}",
        f"{day:02d}. {month:02d}. {year}",
    )
    abroad = (f"{month:02d}/{day:02d}/{year}", f"{day}/{month}/{year}", f"{day:02d}-{month:02d}-{year}")
    return _pick((*(usual if language == "de" else abroad), f"{year}-{month:02d}-{day:02d}"), random)


def _draw_time(_: str, random: np.random.Generator) -> str:
    """Return a time of the day."""
    return f"{random.integers(24):02d}{_pick((':', '.'), random)}{random.integers(60):02d}"


def _draw_place(language: str, random: np.random.Generator) -> str:
    """Return a postcode with a town."""
    code = f"{random.integers(1000, 99999):05d}"
    if language == "de":
        return _pick((f"{code} Neustadt", f"D-{code} Altdorf", f"0{code[1:]} Oberhausen"), random)
    return _pick((f"Springfield, IL {code}", f"{code}-1234 Salem", "London SW1A 1AA"), random)


def _draw_version(_: str, random: np.random.Generator) -> str:
    """Return the version of a program."""
    return ".".join(map(str, random.integers(0, 20, size=int(random.integers(2, 5)))))


def _draw_small(_: str, random: np.random.Generator) -> str:
    """Return a small number."""
    return str(random.integers(2, 400))


_DRAW: Mapping[str, Callable[[np.random.Generator], str]] = {
    "email": _draw_email,
    "phone": draw_phone,
    "iban": draw_iban,
    "card": draw_card,
    "tax_id": draw_tax_id,
    "social_id": draw_social_id,
    "link": _draw_link,
    "handle": _draw_handle,
}
_HARMLESS: Mapping[str, Callable[[str, np.random.Generator], str]] = {
    "order": _draw_order,
    "price": _draw_price,
    "date": _draw_date,
    "time": _draw_time,
    "place": _draw_place,
    "version": _draw_version,
    "small": _draw_small,
}

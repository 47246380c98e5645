"""Numbers of persons, made up with right check digits and written in the ways that people write them."""

from collections.abc import Sequence

import numpy as np

# Account numbers: country and digits after the check digits.
_ACCOUNTS = (
    ("DE", 18),
    ("DE", 18),
    ("DE", 18),
    ("AT", 16),
    ("CH", 17),
    ("BE", 12),
    ("FR", 23),
    ("ES", 20),
    ("PL", 24),
)
# Cards: first digits and length.
_CARDS = (
    ("4", 16),
    ("4", 16),
    ("51", 16),
    ("55", 16),
    ("2230", 16),
    ("34", 15),
    ("37", 15),
    ("6011", 16),
    ("36", 14),
)
_HARD_SHARE = 0.1  # of identifiers that people mistype or write as nobody expects
_AREAS = ("30", "40", "89", "221", "711", "3641", "6221", "9131", "38325")
_MOBILES = ("151", "160", "170", "171", "172", "176", "1577", "1590")
# How phone numbers are written: {c} country, {a} area without zero, {n} number, {s} the same in groups.
_HOME = (
    "0{a}{n}", "0{a} {n}", "0{a}/{n}", "0{a} / {s}", "0{a}-{n}", "(0{a}) {s}", "0{a}.{n}", "(0{a}){n}",
    "+{c} {a} {n}", "+{c}{a}{n}", "+{c} (0){a} {s}", "+{c} (0) {a} / {n}", "+{c}-{a}-{n}", "00{c}{a}{n}",
    "00{c} {a} {s}", "0 {a} / {s}", "0{a} {s}", "+ {c} {a} {s}", "0{a}–{n}", "0{a}\u00a0{s}",
)  # fmt: skip
# Without the zero, without the area, digit by digit: hard to tell from any other number.
_HARD = ("{a} {n}", "{a}{n}", "{n}", "0{d}")
_ABROAD = (
    "+44 20 {m} {k}", "+44 (0)20 {m} {k}", "020 {m} {k}", "+447{n9}", "07{n3} {n6}", "+43 664 {n7}",
    "0664/{n7}",
    "+41 44 {n3} {n2} {n2}",
    "044 {n3} {n2} {n2}", "+1 (415) 555-{k}", "(415) 555-{k}", "415-555-{k}",
    "+1-212-555-{k}",
    "212.555.{k}", "+33 1 {n2} {n2} {n2} {n2}", "+48 {n3} {n3} {n3}",
)  # fmt: skip


def draw_phone(random: np.random.Generator) -> str:
    """Return a phone number of Germany, or now and then of another country.

    Examples
    --------
    >>> len(draw_phone(np.random.default_rng(5))) > 5
    True
    """
    if random.random() < 0.3:
        return _fill(_pick(_ABROAD, random), random)
    is_mobile = random.random() < 0.5
    area = _pick(_MOBILES if is_mobile else _AREAS, random)
    number = _draw_digits(7 if is_mobile else int(random.integers(5, 9)), random)
    groups = " ".join(number[place : place + 2] for place in range(0, len(number), 2))
    grouped = _pick((groups, f"{number[:3]} {number[3:]}", f"{number[:-3]}-{number[-3:]}"), random)
    ways = _HARD if random.random() < _HARD_SHARE else _HOME
    return _pick(ways, random).format(c=49, a=area, n=number, s=grouped, d=" ".join(area + number))


def draw_iban(random: np.random.Generator) -> str:
    """Return an account number with check digits (ISO 13616).

    Examples
    --------
    >>> draw_iban(np.random.default_rng(1))[:2].upper().isalpha()
    True
    """
    country, length = _ACCOUNTS[int(random.integers(len(_ACCOUNTS)))]
    account = _draw_digits(length, random)
    letters = "".join(str(ord(letter) - 55) for letter in country)
    check = 98 - int(f"{account}{letters}00") % 97
    number = f"{country}{check:02d}{account}"
    if random.random() < _HARD_SHARE:
        number = _mistype(number, random)
    number = number.lower() if random.random() < 0.1 else number
    return _pick((" ", " ", "", "-", ".", "\u00a0"), random).join(_cut(number, (4,) * 9))


def draw_card(random: np.random.Generator) -> str:
    """Return the number of a card with Luhn's digit.

    Examples
    --------
    >>> len(draw_card(np.random.default_rng(1))) >= 14
    True
    """
    begin, length = _CARDS[int(random.integers(len(_CARDS)))]
    digits = begin + _draw_digits(length - 1 - len(begin), random)
    total = 0
    for place, digit in enumerate(reversed(digits)):
        product = int(digit) * (2 if place % 2 == 0 else 1)
        total += product // 10 + product % 10
    number = digits + str(-total % 10)
    if random.random() < _HARD_SHARE:
        number = _mistype(number, random)
    sizes = {16: (4, 4, 4, 4), 15: (4, 6, 5), 14: (4, 6, 4)}[length]
    return _pick((" ", "", "-", "  ", "."), random).join(_cut(number, sizes))


def draw_tax_id(random: np.random.Generator) -> str:
    """Return a German tax id (one digit twice, check digit), or the number of a tax office.

    Examples
    --------
    >>> any(letter.isdigit() for letter in draw_tax_id(np.random.default_rng(1)))
    True
    """
    if random.random() < 0.2:
        sizes = _pick(("2/3/5", "3/3/5", "3/4/4"), random)
        return "/".join(_draw_digits(int(size), random) for size in sizes.split("/"))
    digits = list(map(int, random.permutation(10)[:9]))
    digits.insert(int(random.integers(1, 10)), digits[int(random.integers(9))])
    if digits[0] == 0:
        digits = digits[1:] + digits[:1]
    if digits[0] == 0:  # two zeros came first
        digits = digits[1:] + digits[:1]
    product = 10
    for digit in digits:
        total = (digit + product) % 10
        product = (10 if total == 0 else total) * 2 % 11
    number = "".join(map(str, digits)) + str((11 - product) % 10)
    return _pick((" ", "", "", "-"), random).join(_cut(number, (2, 3, 3, 3)))


def draw_social_id(random: np.random.Generator) -> str:
    """Return a German social insurance number with its check digit.

    Examples
    --------
    >>> draw_social_id(np.random.default_rng(1)).strip() != ""
    True
    """
    born = f"{random.integers(1, 29):02d}{random.integers(1, 13):02d}{random.integers(100):02d}"
    letter = int(random.integers(1, 27))
    area, serial = int(random.integers(2, 90)), int(random.integers(100))
    total = 0
    for digit, factor in zip(
        f"{area:02d}{born}{letter:02d}{serial:02d}", (2, 1, 2, 5, 7, 1, 2, 1, 2, 1, 2, 1), strict=True
    ):
        total += sum(map(int, str(int(digit) * factor)))
    sign = chr(64 + letter)
    sign = sign.lower() if random.random() < 0.1 else sign
    parts = (f"{area:02d}", born, sign, f"{serial:02d}{total % 10}")
    return _pick((" ", "", "-"), random).join(parts)


def _mistype(number: str, random: np.random.Generator) -> str:
    """Return a number of which one of the last digits is another."""
    place = len(number) - int(random.integers(1, 9))
    return number[:place] + str((int(number[place]) + 1) % 10) + number[place + 1 :]


def _fill(pattern: str, random: np.random.Generator) -> str:
    """Put random digits into a pattern; every slot gets its own."""
    while "{" in pattern:
        slot = pattern[pattern.index("{") + 1 : pattern.index("}")]
        count = 4 if slot in {"m", "k"} else int(slot[1:])
        pattern = pattern.replace(f"{{{slot}}}", _draw_digits(count, random), 1)
    return pattern


def _draw_digits(count: int, random: np.random.Generator) -> str:
    """Return random digits of which the first is not zero."""
    return str(random.integers(1, 10)) + "".join(map(str, random.integers(10, size=count - 1)))


def _cut(number: str, sizes: Sequence[int]) -> list[str]:
    """Return groups of some sizes, without empty ones."""
    ends = np.cumsum(sizes)
    groups = [number[end - size : end] for end, size in zip(ends, sizes, strict=True)]
    return [group for group in groups if group]


def _pick(each: Sequence[str], random: np.random.Generator) -> str:
    """Return one of some texts."""
    return each[int(random.integers(len(each)))]

"""What the texts of one column look like: numbers, dates, or codes that stand for a missing value."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from itertools import islice

FORMS = (
    "%d.%m.%Y",
    "%d.%m.%Y %H:%M",
    "%d.%m.%Y %H:%M:%S",
    "%d.%m.%y",
    "%d.%m.%y %H:%M",
    "%d/%m/%Y",
    "%d/%m/%Y %H:%M",
    "%d/%m/%Y %H:%M:%S",
    "%m/%d/%Y",
    "%m/%d/%Y %H:%M",
    "%m/%d/%Y %H:%M:%S",
    "%m/%d/%Y %I:%M %p",
    "%Y/%m/%d",
    "%Y/%m/%d %H:%M",
    "%Y/%m/%d %H:%M:%S",
    "%Y%m%d",
    "%d-%m-%Y",
    "%d-%m-%Y %H:%M",
    "%d-%b-%Y",
    "%d-%b-%y",
    "%d %b %Y",
    "%b %d, %Y",
)
_ISO_FORMS = (
    "%Y-%m-%d",
    "%Y-%m-%d %H:%M",
    "%Y-%m-%d %H:%M:%S",
    "%Y-%m-%dT%H:%M",
    "%Y-%m-%dT%H:%M:%S",
)
# The names of months, and of the halves of a day, may bring signs of their own.
_WORDED = tuple(form for form in FORMS if "%b" in form or "%p" in form)
_SIGN = re.compile(r"[^\w\s]")
_DIRECTIVE = re.compile(r"%.")
_ZONED = re.compile(r"\d{4}-\d{2}-\d{2}[T ]\d{1,2}:\d{2}(:\d{2}([.]\d+)?)? ?(Z|z|[+-]\d{2}(:?\d{2})?)")
_POINT = re.compile(r"[+-]?(\d+([.]\d*)?|[.]\d+)([eE][+-]?\d+)?")
_COMMA = re.compile(r"[+-]?(\d{1,3}([.]\d{3})+|\d+)?,\d+([eE][+-]?\d+)?")
_CODES = frozenset(
    ["-9", "-66", "-77", "-88", "-97", "-98", "-99", "-999", "-9999", "97", "98", "99", "998", "999", "9999"]
)
_MOST_CODES = 5
_MOST_TRIED = 400
_FIRST_TEXTS = 50
_TOP_OF_SCALES = 11
_MOSTLY = 0.5


@dataclass(frozen=True)
class Guess:
    """Say what a column seems to hold.

    Attributes
    ----------
    kind
        ``number``, ``date`` or ``text``.
    has_decimal_comma
        Whether numbers are written ``3,5``; ``None`` where no number has a fraction.
    forms
        Forms that its dates need, the most frequent first.
    is_iso
        Whether all its dates are ISO 8601.
    has_clock
        Whether times of day without a zone occur.
    missing
        Texts that stand for a missing value.
    """

    kind: str
    has_decimal_comma: bool | None = None
    forms: tuple[str, ...] = ()
    is_iso: bool = False
    has_clock: bool = False
    missing: tuple[str, ...] = ()


def is_typed(text: str) -> bool:
    """Tell whether a text is a number or a date."""
    return (
        _is_number(text)
        or bool(_ZONED.fullmatch(text))
        or any(_fits(text, form) for form in _list_forms(text))
    )


def holds_dates(texts: Iterable[str]) -> bool:
    """Tell whether the first different texts of a column are dates, times or moments.

    Examples
    --------
    >>> holds_dates(["03.02.2025", "04.02.2025"]), holds_dates(["2025", "2026"]), holds_dates([])
    (True, False, False)
    """
    first = list(islice(dict.fromkeys(texts), _FIRST_TEXTS))
    return bool(first) and guess_column(first).kind == "date"


def guess_column(values: Sequence[str], scale: tuple[float, float] | None = None) -> Guess:
    """Return what the texts of a column seem to be; empty texts are left out by the caller.

    Parameters
    ----------
    values
        The texts of the column.
    scale
        Lowest and highest value, where they are declared: codes outside stand for a missing value.

    Examples
    --------
    >>> guess_column(["1,5", "2,0", "N/A"]).missing, guess_column(["3", "5", "-99", "4"]).missing
    (('N/A',), ('-99',))
    """
    counts = Counter(values)
    numbers = {text: count for text, count in counts.items() if _is_number(text)}
    if scale is not None or sum(numbers.values()) > _MOSTLY * len(values):
        found = _guess_dates(counts)
        if found is not None and scale is None:
            return found
        return _guess_numbers(counts, numbers, scale)
    return _guess_dates(counts) or Guess("text")


def _guess_numbers(counts: Counter[str], numbers: dict[str, int], scale: tuple[float, float] | None) -> Guess:
    """Return how a column of numbers is written and which values are codes."""
    commas = sum(count for text, count in numbers.items() if _COMMA.fullmatch(text))
    points = sum(count for text, count in numbers.items() if "." in text and _POINT.fullmatch(text))
    words = [text for text in counts if text not in numbers]
    codes = _find_codes(numbers, scale)
    if len(words) > _MOST_CODES:
        words = []
    return Guess(
        "number",
        has_decimal_comma=commas > points if commas or points else None,
        missing=tuple(sorted([*words, *codes])),
    )


def _find_codes(numbers: dict[str, int], scale: tuple[float, float] | None) -> list[str]:
    """Return numbers that are usual codes and lie far outside the scale of all others."""
    coded = [text for text in numbers if text in _CODES]
    others = [_to_float(text) for text in numbers if text not in _CODES]
    if scale is None:
        is_scale = others and min(others) >= 0 and max(others) <= _TOP_OF_SCALES
        if not is_scale or any(value != int(value) for value in others):
            return []
        scale = (min(others), max(others))
    return [text for text in coded if not scale[0] <= float(text) <= scale[1]]


def _to_float(text: str) -> float:
    """Return a number with point or comma."""
    return float(text.replace(".", "").replace(",", ".") if "," in text else text)


def _guess_dates(counts: Counter[str]) -> Guess | None:
    """Return the forms of a column of dates, if it is one."""
    tried = dict(counts.most_common(_MOST_TRIED))
    total = sum(tried.values())
    zoned = {text: count for text, count in tried.items() if _ZONED.fullmatch(text)}
    rest = {text: count for text, count in tried.items() if text not in zoned}
    forms, left = _cover(rest)
    if sum(left.values()) >= _MOSTLY * total or len(left) > _MOST_CODES:
        return None
    return Guess(
        "date",
        forms=tuple(forms),
        is_iso=all(form in _ISO_FORMS for form in forms),
        has_clock=any("%H" in form or "%I" in form for form in forms),
        missing=tuple(sorted(left)),
    )


def _cover(texts: dict[str, int]) -> tuple[list[str], dict[str, int]]:
    """Return forms that together read the texts, the one that reads most first, and what none reads."""
    forms: list[str] = []
    left = dict(texts)
    fitting = {text: [form for form in _list_forms(text) if _fits(text, form)] for text in texts}
    while left:
        reach = dict.fromkeys(_all_forms(), 0)
        for text, count in left.items():
            for form in fitting[text]:
                reach[form] += count
        best = max(reach, key=lambda form: reach[form])
        if not reach[best]:
            break
        forms.append(best)
        left = {text: count for text, count in left.items() if best not in fitting[text]}
    return forms, left


def _all_forms() -> tuple[str, ...]:
    """Return all forms that are tried; among equals the first counts."""
    return (*_ISO_FORMS, *FORMS)


def _is_number(text: str) -> bool:
    """Tell whether a text is a number with point or comma."""
    return _POINT.fullmatch(text) is not None or _COMMA.fullmatch(text) is not None


def _list_forms(text: str) -> Iterator[str]:
    """Yield the forms that a text may have by its signs alone: parsing takes far longer."""
    if not any(sign.isdigit() for sign in text):
        return
    signs = "".join(_SIGN.findall(text))
    yield from _forms_with_signs(signs)
    if any(sign.isalpha() for sign in text):
        has_blank = any(sign.isspace() for sign in text)
        for form in _WORDED:
            needed = _signs_of(form)
            if all(signs.count(sign) >= needed.count(sign) for sign in needed) and (
                has_blank or " " not in form
            ):
                yield form


def _signs_of(form: str) -> str:
    """Return the signs of a form that are neither directives, letters nor blanks."""
    return "".join(_SIGN.findall(_DIRECTIVE.sub("", form)))


@lru_cache(maxsize=256)
def _forms_with_signs(signs: str) -> tuple[str, ...]:
    """Return the forms of numbers alone that have these signs."""
    return tuple(form for form in _all_forms() if form not in _WORDED and _signs_of(form) == signs)


def _fits(text: str, form: str) -> bool:
    """Tell whether a text is a date of a form, in a year of four digits where the form has them."""
    try:
        found = datetime.strptime(text, form)  # noqa: DTZ007 (only the form is asked for)
    except ValueError:
        return False
    return found.year >= 1000 and (form != "%Y%m%d" or len(text) == 8)

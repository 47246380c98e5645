"""Personal data taken out of verbatims before anything is stored.

Patterns and check digits find addresses and numbers, a list finds names. How many they find is measured
(:mod:`features.text.redaction_recall`) and stated, not promised.
"""

import re
import unicodedata
from collections.abc import Iterable

from features.text.names import NameFinder
from features.text.numbers import find_numbers

KINDS = ("email", "link", "handle", "iban", "card", "tax_id", "social_id", "phone", "name")
"""What is taken out; each leaves its kind in square brackets, such as ``[email]``."""

_AT = r"(?:@|\s@\s|\s?[(\[{]\s?(?:at|ät|a)\s?[)\]}]\s?)"
_DOT = r"(?:\.|\s?[(\[{]\s?(?:dot|punkt)\s?[)\]}]\s?)"
_USER = r"(?<![\w.+%\-])[\w.+%\-]*"
_EMAIL = re.compile(rf"{_USER}\w{_AT}[\w\-]+(?:{_DOT}[\w\-]+)*{_DOT}[^\W\d_]{{2,}}", re.IGNORECASE)
# Written as one says it; "at" alone is a word, so that the user has to look like one.
_SPOKEN_EMAIL = re.compile(
    r"(?<![\w.+%\-])[^\W\d_][\w\-]*[._+]\w[\w.+%\-]* (?:at|ät) [\w\-]+(?:\.[\w\-]+)*\.[^\W\d_]{2,}"
    rf"|{_USER}\w (?:at|ät) [\w\-]+(?: (?:dot|punkt) [\w\-]+)+\b",
    re.IGNORECASE,
)
_MARKS_OF_EMAIL = ("@", "(a", "[a", "{a", "( a", "[ a", "(ä", "[ä", "{ä")
_LINK = re.compile(
    r"\b(?:https?://|ftp://|www\.)[^\s<>\"]*[^\s<>\".,;:!?)\]']"
    r"|(?<![\w@.\-])(?:[\w\-]+\.)+(?:com|net|org|de|at|ch|uk|eu|me|io|info|ly|co)/[^\s<>\"]*[^\s<>\".,;:!?)\]']",
    re.IGNORECASE,
)
_HANDLE = re.compile(r"(?<![\w@.])@(?=\w[\w.\-])[^\W\d_]\w*(?:[.\-]\w+)*")
# Signs that nobody sees and that would hide a number or a name from every pattern.
_UNSEEN = dict.fromkeys(map(ord, "\u00ad\u200b\u200c\u200d\u2060\ufeff"))
_DIGITS_OF_A_NUMBER = re.compile(r"\d(?:\D{0,4}\d){5}")
_LEFT = re.compile(rf"\[(?:{'|'.join(KINDS)})\]")


class Redactor:
    """Take personal data out of texts.

    Parameters
    ----------
    names
        Names of people, as a table of O-data holds them. Without them only names after a salutation go.
    words
        Names of the list that are also ordinary words in these texts; many are known.

    Examples
    --------
    >>> redactor = Redactor(["Anna Müller"])
    >>> redactor.clean("Frau Mueller (0171 2345678, a.mueller@firma.example) half bei Auftrag 4711.")
    'Frau [name] ([phone], [email]) half bei Auftrag 4711.'
    """

    def __init__(self, names: Iterable[str] = (), words: Iterable[str] = ()) -> None:
        self._finder = NameFinder(names, words)

    def clean(self, text: str) -> str:
        """Return a text in which each piece of personal data is replaced by its kind; a second time, itself.

        Numbers of orders, amounts, dates, times and postcodes stay.
        """
        before = text if text.isascii() else unicodedata.normalize("NFC", text.translate(_UNSEEN))
        # What was taken out may have hidden more. Each round takes letters away, so there is a last one.
        while (cleaned := self._clean_once(before)) != before:
            before = cleaned
        return cleaned

    def _clean_once(self, text: str) -> str:
        """Return a text in which each piece that can be seen is replaced."""
        cleaned = _clean_addresses(text)
        if _DIGITS_OF_A_NUMBER.search(cleaned):
            spans = [(number.start, number.end, number.kind) for number in find_numbers(cleaned)]
            cleaned = _replace(cleaned, spans)
        return _replace(cleaned, self._find_names(cleaned))

    def _find_names(self, text: str) -> list[tuple[int, int, str]]:
        """Return where names stand, but for the words that were put in for other things."""
        found = self._finder.find(text)
        if not found or "[" not in text:
            return [(start, end, "name") for start, end in found]
        put_in = [match.span() for match in _LEFT.finditer(text)]
        return [
            (start, end, "name")
            for start, end in found
            if all(end <= begins or start >= ends for begins, ends in put_in)
        ]


def _clean_addresses(text: str) -> str:
    """Return a text without e-mail addresses, links and user names."""
    lower = text.lower()
    if any(mark in lower for mark in _MARKS_OF_EMAIL):
        text = _EMAIL.sub("[email]", text)
    if (" at " in lower or " ät " in lower) and ("." in text or " dot " in lower or " punkt " in lower):
        text = _SPOKEN_EMAIL.sub("[email]", text)
    if "/" in text or "www." in lower:
        text = _LINK.sub("[link]", text)
    return _HANDLE.sub("[handle]", text) if "@" in text else text


def _replace(text: str, spans: Iterable[tuple[int, int, str]]) -> str:
    """Put the kind in brackets in the place of each span."""
    parts, end = [], 0
    for start, stop, kind in spans:
        parts += [text[end:start], f"[{kind}]"]
        end = stop
    return "".join(parts) + text[end:]

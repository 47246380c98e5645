"""Names of a given list found in a text: spelt otherwise, inflected, told from words that look like them."""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from importlib.resources import files
from typing import Literal, NamedTuple, get_args

import yaml

Kind = Literal["clear", "short", "small", "large", "noble"]
"""How sure a word is a name.

``clear``: no other word; ``short``: too short to be one without a capital; ``small``, ``large``: a word that
is usually written small, or large, as well; ``noble``: one of these that stands after "von der" in the list.
"""

WORD = re.compile(r"[^\W\d_]+")
_SPELT = (
    str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"}),
    str.maketrans({"ä": "a", "ö": "o", "ü": "u", "ß": "ss"}),
)
_WORDS: Mapping[str, frozenset[str]] = {
    kind: frozenset(words.split())
    for kind, words in yaml.safe_load(files("features.text").joinpath("name_words.yaml").read_bytes()).items()
}
_TITLES, _PARTICLES = _WORDS["titles"], _WORDS["particles"]
_NO_NAMES = _TITLES | _PARTICLES | _WORDS["beside_names"]
# What may stand between two parts of one name: a blank, a hyphen, an initial, "von der".
_BETWEEN = re.compile(
    rf"(?:\s+|-|\s+\w(?:\.\s*|['’])|,\s|\s+(?:(?:{'|'.join(sorted(_PARTICLES))})\s+)+)\Z", re.IGNORECASE
)
_BEFORE = re.compile(r"(?:\b\w['’]|\b(?:von|van|de|zu)(?: der| den| dem)? )\Z")
_NOBLE = re.compile(rf"\b(?:(?:{'|'.join(sorted(_PARTICLES))})\s+)+(?P<part>[^\W\d_]+)")
_INFLECTION = re.compile(r"['’`]s?\b|['’](?=\W|\Z)", re.IGNORECASE)
_SENTENCE_ENDS = re.compile(r"(?:[.!?:;\n\r•|\"“„»«(\[…-]\s*)\Z|\A\s*\Z")
_SALUTATIONS = _WORDS["salutations"]
_CAPITAL = r"[^\W\d_a-zß][^\W\d_]+(?:[-'’][^\W\d_]{2,})*"
_NAME = rf"(?P<name>(?!(?:Dr|Prof|Doktor|Professor|Direktor|Und|Oder)\b){_CAPITAL}"
_TWO = rf"{_NAME}(?:\s{_CAPITAL})?)"
_SALUTED = (
    re.compile(
        rf"\b(?:[Hh]errn?|[Ff]rau|Fräulein|Mrs?|Ms|Mister)\b\.?\s+(?:(?:Dr|Prof|med)\b\.?\s+)*{_NAME})"
    ),
    re.compile(rf"\b(?:[Nn]ame ist|[Nn]ame is|[Hh]ei(?:ß|ss)e)\s+{_TWO}"),
    re.compile(
        rf"\b(?:[Gg]r(?:ü|ue)(?:ß|ss)en?|Gru(?:ß|ss)|[Rr]egards|MfG|LG|VG|[Ss]incerely)[,.!]?\s+{_TWO}[.!]?\s*\Z"
    ),
)
_RELATIVES = re.compile(
    r"\b(?:[mds]eine[rnm]?|ihre[rnm]?|unsere[rnm]?|eine[rnm]?|als|keine[rnm]?)\s+\Z", re.IGNORECASE
)


class Span(NamedTuple):
    """Hold where a name begins and ends in a text."""

    start: int
    end: int


class NameFinder:
    """Find the names of a list in texts.

    Parameters
    ----------
    names
        Names as a table holds them: ``"Anna Müller"``, ``"Müller, Anna"``, ``"Dr. von der Heide"``.
    words
        Further names that are ordinary words where the texts come from.

    Examples
    --------
    >>> finder = NameFinder(["Anna Müller", "Will Long"])
    >>> text = "MUELLERS Rückruf dauerte zu long, sagt Will. Will jemand helfen?"
    >>> [text[start:end] for start, end in finder.find(text)]
    ['MUELLERS', 'Will']
    """

    def __init__(self, names: Iterable[str] = (), words: Iterable[str] = ()) -> None:
        large = _WORDS["written_large"] | {word.lower() for word in words}
        listed = [unicodedata.normalize("NFC", name).lower() for name in names]
        noble = {match["part"] for name in listed for match in _NOBLE.finditer(name)}
        kinds = {part: _kind_of(part, large, noble) for part in _parts_of(listed)}
        self._kinds: Mapping[str, Kind] = {form: kinds[part] for part in kinds for form in _forms_of(part)}

    def find(self, text: str) -> list[Span]:
        """Return where names stand, in order; parts of one name are one span."""
        words = WORD.findall(text.lower())
        if self._kinds.keys().isdisjoint(words) and _SALUTATIONS.isdisjoint(words):
            return []
        spans = [*self._find_listed(text), *_find_saluted(text)]
        return _join(text, sorted(spans))

    def _find_listed(self, text: str) -> Iterator[Span]:
        """Yield the names of the list."""
        matches = list(WORD.finditer(text))
        kinds = [self._kinds.get(match.group().lower()) for match in matches]
        for place, (match, kind) in enumerate(zip(matches, kinds, strict=True)):
            if kind is not None and _is_meant(text, matches, kinds, place):
                before = _BEFORE.search(text, max(0, match.start() - 8), match.start())
                after = _INFLECTION.match(text, match.end())
                yield Span(before.start() if before else match.start(), after.end() if after else match.end())


def _is_meant(text: str, words: Sequence[re.Match[str]], kinds: Sequence[Kind | None], place: int) -> bool:
    """Tell whether a word of the list stands there as a name."""
    kind, word = kinds[place], words[place]
    if kind == "clear":
        return True
    beside = _find_beside(text, words, kinds, place)
    if not word.group()[0].isupper():
        return kind in {"large", "noble"} and beside == "clear"
    if kind == "short" or beside or _has_title(words, place, kind) or _INFLECTION.match(text, word.end()):
        return True
    begins = _SENTENCE_ENDS.search(text, max(0, word.start() - 4), word.start())
    is_shouted = word.group().isupper() and len(word.group()) > 1
    return kind == "small" and not begins and not is_shouted


def _has_title(words: Sequence[re.Match[str]], place: int, kind: Kind | None) -> bool:
    """Tell whether a title stands before a word, or "von der" before one that has it in the list."""
    before = [word.group().lower() for word in words[max(0, place - 2) : place]]
    if not before:
        return False
    return before[-1] in _TITLES or (
        kind == "noble" and before[0] in {"von", "van"} and before[-1] in _PARTICLES
    )


def _find_beside(
    text: str, words: Sequence[re.Match[str]], kinds: Sequence[Kind | None], place: int
) -> Kind | None:
    """Return the kind of a name right before or after a word and written like it, the surer first."""
    found = {
        kinds[other]
        for other in (_step(words, place, -1), _step(words, place, 1))
        if other is not None
        and kinds[other] is not None
        and words[other].group()[0].isupper() == words[place].group()[0].isupper()
        and _BETWEEN.match(_gap_between(text, words[place], words[other]))
    }
    return next((kind for kind in get_args(Kind) if kind in found), None)


def _step(words: Sequence[re.Match[str]], place: int, step: int) -> int | None:
    """Return the place of the next word that is neither an initial nor a particle such as "von"."""
    place += step
    while 0 <= place < len(words):
        word = words[place].group().lower()
        if len(word) > 1 and word not in _PARTICLES:
            return place
        place += step
    return None


def _gap_between(text: str, one: re.Match[str], other: re.Match[str]) -> str:
    """Return what stands between two words."""
    first, second = sorted((one, other), key=lambda word: word.start())
    return text[first.end() : second.start()]


def _find_saluted(text: str) -> Iterator[Span]:
    """Yield names after a salutation, whether listed or not."""
    for match in (match for pattern in _SALUTED for match in pattern.finditer(text)):
        if not _RELATIVES.search(text, max(0, match.start() - 10), match.start()):
            after = _INFLECTION.match(text, match.end())
            yield Span(match.start("name"), after.end() if after else match.end())


def _join(text: str, spans: Sequence[Span]) -> list[Span]:
    """Return spans of which those that overlap or are parts of one name are joined."""
    joined: list[Span] = []
    for span in spans:
        if joined and (span.start <= joined[-1].end or _BETWEEN.match(text[joined[-1].end : span.start])):
            joined[-1] = Span(joined[-1].start, max(span.end, joined[-1].end))
        else:
            joined.append(span)
    return joined


def _parts_of(names: Iterable[str]) -> set[str]:
    """Return the words of names that name somebody, in small letters."""
    parts = {part for name in names for part in WORD.findall(name)}
    return {part for part in parts if len(part) > 1} - _NO_NAMES


def _forms_of(part: str) -> set[str]:
    """Return the ways in which people write a name: umlauts, accents, genitive."""
    forms = {part, _without_accents(part)}
    for spelling in _SPELT:
        forms.add(_without_accents(part.translate(spelling)))
    return forms | {f"{form}s" for form in forms if form[-1] not in "sxzß" and len(form) > 2}


def _without_accents(part: str) -> str:
    """Return a word without accents; umlauts stay."""
    if part.isascii():
        return part
    kept = "äöüß"
    return "".join(
        letter
        if letter in kept
        else "".join(mark for mark in unicodedata.normalize("NFD", letter) if not unicodedata.combining(mark))
        for letter in part
    )


def _kind_of(part: str, large: frozenset[str], noble: set[str]) -> Kind:
    """Return how sure a word is a name."""
    is_small = part in _WORDS["written_small"] or len(part) <= 2
    if part in large or is_small:
        return "noble" if part in noble else "large" if part in large else "small"
    return "short" if len(part) == 3 else "clear"

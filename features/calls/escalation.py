"""Whether somebody escalates: phrases of ``escalation.*.yaml``, unless they are negated."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import yaml

from features.errors import InputError

LANGUAGES = ("de", "en")
_CLAUSE_ENDS = re.compile(r"[.,;:!?…()\n\r]+|\s[-–—]+\s")
_WORD = re.compile(r"[\w'-]+")
# One letter would make "is a*" a phrase for everything.
_PIECE = re.compile(r"[\w'-]{2,}\*?|[\w'-]+")


@dataclass(frozen=True)
class EscalationWords:
    """Hold the phrases of a language.

    Attributes
    ----------
    phrases
        Finds one in a clause of plain words.
    negations
        Words that take a phrase back.
    before, after
        How many words before the phrase, and after it, may be such a word.
    """

    phrases: re.Pattern[str]
    negations: frozenset[str]
    before: int
    after: int

    def is_in(self, text: str) -> bool:
        """Tell whether a text has one of the phrases in a clause that does not take it back.

        Examples
        --------
        >>> words = load_escalation("en")
        >>> words.is_in("Get me your supervisor!"), words.is_in("I do not want to speak to your supervisor.")
        (True, False)
        """
        clauses = (" ".join(_WORD.findall(part)) for part in _CLAUSE_ENDS.split(_fold(text)))
        return any(
            not self._is_negated(clause[: found.start()], clause[found.end() :])
            for clause in clauses
            for found in self.phrases.finditer(clause)
        )

    def _is_negated(self, before: str, after: str) -> bool:
        """Tell whether a word close by takes a phrase back."""
        near = [*before.split()[-self.before :], *(after.split()[: self.after])]
        return not self.negations.isdisjoint(near)


@cache
def load_escalation(language: str) -> EscalationWords:
    """Return the phrases of a language.

    Raises
    ------
    InputError
        If there is no list for it.
    """
    if language not in LANGUAGES:
        hint = f"there are lists for: {', '.join(LANGUAGES)}"
        raise InputError("language", f"'{language}' has no list of escalation words", hint)
    name = f"escalation.{language}.yaml"
    content = yaml.safe_load(files("features.calls").joinpath(name).read_text(encoding="utf-8"))
    return make_words(content, name)


def make_words(content: Mapping[str, Any], where: str) -> EscalationWords:
    """Return phrases from the content of a file.

    Parameters
    ----------
    content
        ``phrases``: lists by kind; each phrase is words, ``a|b`` for one of two, ``word*`` for any ending,
        ``_`` for one word of any kind. ``negations``: words; ``near``: how many words ``before``, ``after``.

    Raises
    ------
    InputError
        If a phrase cannot be read.

    Examples
    --------
    >>> near = {"before": 2, "after": 0}
    >>> given = {"phrases": {"out": ["leave|quit _"]}, "negations": ["not"], "near": near}
    >>> make_words(given, "mine.yaml").is_in("We quit today")
    True
    """
    phrases = [phrase for kind in content["phrases"].values() for phrase in kind]
    # The longest first: a phrase inside a longer one shares its fate.
    spelled = [_spell(phrase, where) for phrase in sorted(phrases, key=lambda one: (-len(one.split()), one))]
    near = content["near"]
    return EscalationWords(
        re.compile(rf"(?<!\S)(?:{'|'.join(spelled)})(?!\S)"),
        frozenset(_fold(word) for word in content["negations"]),
        int(near["before"]),
        int(near["after"]),
    )


def _spell(phrase: str, where: str) -> str:
    """Return a phrase as regular expression."""
    return " ".join(_spell_word(word, where) for word in _fold(phrase).split())


def _spell_word(word: str, where: str) -> str:
    """Return one place of a phrase as regular expression."""
    if word == "_":
        return r"\S+"
    return f"(?:{'|'.join(_spell_choices(word.split('|'), where))})"


def _spell_choices(choices: Iterable[str], where: str) -> Iterable[str]:
    """Yield the words of one place."""
    for choice in choices:
        if not _PIECE.fullmatch(choice):
            raise InputError(where, f"'{choice}' is no word of a phrase", "write words, a|b, word* or _")
        yield re.escape(choice.removesuffix("*")) + (r"\S*" if choice.endswith("*") else "")


def _fold(text: str) -> str:
    """Return a text without differences of case and of apostrophes."""
    return text.casefold().replace("’", "'")

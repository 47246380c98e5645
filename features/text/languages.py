"""The language of a verbatim: one of the declared languages unless the text is clearly another."""

import re
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

import yaml

from features.errors import SpecError

if TYPE_CHECKING:
    from py3langid.langid import LanguageIdentifier

_NAMES = "ar bg cs da de el en es fi fr he hi hr hu it ja ko nl no pl pt ro ru sk sl sv th tr uk zh"
CANDIDATES = tuple(_NAMES.split())
"""What a text may be besides the declared languages (ISO 639-1): small ones look like typing errors."""

_PREFIX = 120  # characters: more of a text changes nothing but the time it takes
_FEWEST_LETTERS = 2
_FEW_WORDS = 2
_CLEARLY, _CLEARLY_OF_FEW_WORDS = 4.0, 8.0  # log-odds against the best declared language
# What a language cannot be told from: addresses, user names and what redaction leaves.
_NO_WORDS = re.compile(r"://|@|www\.|^\W*\[[a-z_]+\]\W*$|^RT$")
_LETTERS = re.compile(r"[^\W\d_]+")


def find_languages(texts: Sequence[str], declared: Sequence[str]) -> list[str]:
    """Return the language of each text.

    A text gets the likeliest declared language unless one of :data:`CANDIDATES` is clearly likelier: short
    answers of people who mistype look like all kinds of languages otherwise. Each text is judged for itself.

    Parameters
    ----------
    texts
        Verbatims as they were typed, or after redaction.
    declared
        ISO 639-1 codes of the languages that people were asked in.

    Returns
    -------
    list of str
        A declared language, the code of another one, or ``""`` for texts without two letters.

    Raises
    ------
    SpecError
        If no language is declared or one is unknown to the model.

    Notes
    -----
    Naive Bayes over byte n-grams, py3langid: Lui and Baldwin, "langid.py", ACL 2012.

    Examples
    --------
    >>> find_languages(["Die Lieferung kam zu spät.", "The delivery was late.", "?!"], ["de", "en"])
    ['de', 'en', '']
    """
    languages = tuple(sorted(set(declared)))
    if not languages:
        raise SpecError("languages", "no language is declared", "name at least one, such as 'de'")
    return [_find_language(text, languages) for text in texts]


def _find_language(text: str, declared: tuple[str, ...]) -> str:
    """Return the language of one text."""
    written = _leave_out_addresses(text)
    words = _LETTERS.findall(written)
    if sum(map(len, words)) < _FEWEST_LETTERS:
        return ""
    if len(words) <= _FEW_WORDS and (known := _know_answer(words, declared)):
        return known
    ranked = _identifier_of(declared).rank(written)
    likeliest, score = ranked[0]
    if likeliest in declared:
        return str(likeliest)
    scores = dict(ranked)
    best = max(declared, key=scores.__getitem__)
    margin = _CLEARLY if len(words) > _FEW_WORDS else _CLEARLY_OF_FEW_WORDS
    return str(likeliest) if score - scores[best] > margin else best


def _leave_out_addresses(text: str) -> str:
    """Return the beginning of a text without what is written alike in all languages."""
    beginning = text[: 2 * _PREFIX]
    if any(mark in beginning for mark in ("@", "[", "://", "www.", "RT ")):
        beginning = " ".join(word for word in beginning.split() if not _NO_WORDS.search(word))
    return beginning[:_PREFIX]


def _know_answer(words: Sequence[str], declared: tuple[str, ...]) -> str:
    """Return the only declared language that has the most of these words in its answers; or nothing."""
    answers = _read_answers()
    found = {
        language: sum(word.lower() in answers.get(language, ()) for word in words) for language in declared
    }
    most = max(found.values())
    best = [language for language, count in found.items() if count == most]
    return best[0] if most and len(best) == 1 else ""


@cache
def _read_answers() -> Mapping[str, frozenset[str]]:
    """Return the words of short answers by language."""
    written = files("features.text").joinpath("answers.yaml").read_text(encoding="utf-8")
    return {language: frozenset(words.split()) for language, words in yaml.safe_load(written).items()}


@cache
def _identifier_of(declared: tuple[str, ...]) -> "LanguageIdentifier":
    """Return a model of the candidates and the declared languages alone: a fifth of the whole one's size."""
    import numpy as np
    from py3langid.langid import LanguageIdentifier

    whole = _whole_identifier()
    if unknown := sorted(set(declared) - set(whole.nb_classes)):
        raise SpecError(
            "languages",
            f"{unknown[0]!r} is no language that can be told",
            f"known: {', '.join(whole.labels)}",
        )
    wanted = list(dict.fromkeys((*declared, *CANDIDATES)))
    columns = [whole.nb_classes.index(code) for code in wanted]
    return LanguageIdentifier(
        np.asarray(whole.nb_ptc[:, columns], dtype=np.float32),
        whole.nb_pc[columns],
        wanted,
        whole.tk_nextmove,
        whole.tk_output,
        tk_row=whole.tk_row,
    )


def _whole_identifier() -> "LanguageIdentifier":
    """Read the model that the package brings along."""
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    return LanguageIdentifier.from_model_file(MODEL_FILE)

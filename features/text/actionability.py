"""Whether somebody could act upon a text: a problem, a request or a suggestion, not mere praise or blame."""

import re
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from features.text.cues import LANGUAGES, read_sheet
from features.text.effort import rate_effort

_ENOUGH_WORDS = 5  # with fewer, "not" and "only" are blame without a thing that is blamed
_SENTENCES = re.compile(r"(?<=[.!?;])\s+|\n+")


def find_actionable(
    texts: Sequence[str], languages: Sequence[str], effort: NDArray[np.float64] | None = None
) -> NDArray[np.bool_]:
    """Tell which texts somebody could act upon.

    A text is actionable if one of its sentences asks for something, or names a problem that is neither
    negated nor solved in the same sentence, or says at some length what is not so and praises nothing, or if
    it tells of much effort.

    Parameters
    ----------
    texts
        Verbatims.
    languages
        Language of each; texts of a language without a list of cues are not actionable.
    effort
        What :func:`features.text.effort.rate_effort` says of the texts, if it was asked already.

    Raises
    ------
    ValueError
        If there are not as many languages, or grades of effort, as texts.

    Examples
    --------
    >>> find_actionable(["Please call me back.", "Awful!", "The error was fixed."], ["en"] * 3).tolist()
    [True, False, False]
    """
    effort = rate_effort(texts, languages) if effort is None else effort
    says_so = [
        _is_actionable(text, language, is_easy=bool(grade > 0))
        for text, language, grade in zip(texts, languages, effort, strict=True)
    ]
    return np.asarray(says_so, dtype=np.bool_) | (effort < 0)


def _is_actionable(text: str, language: str, *, is_easy: bool) -> bool:
    """Tell whether one text asks for something or names an open problem."""
    if language not in LANGUAGES:
        return False
    return any(_is_open(sentence, language, is_easy=is_easy) for sentence in _SENTENCES.split(text))


def _is_open(sentence: str, language: str, *, is_easy: bool) -> bool:
    """Tell whether a sentence asks for something or names a problem that is still there."""
    cues = read_sheet("actions", language).find(sentence)
    kinds = {cue.kind for cue in cues}
    if "request" in kinds:
        return True
    if any(cue.kind == "resolved" and not cue.is_negated for cue in cues):
        return False
    if any(cue.kind == "problem" and not cue.is_negated for cue in cues):
        return True
    is_long = len(sentence.split()) >= _ENOUGH_WORDS
    return is_long and "sign" in kinds and "praise" not in kinds and not is_easy

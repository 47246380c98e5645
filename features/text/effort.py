"""How much effort people say something cost them, from very hard (-2) to very easy (+2)."""

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from features.text.cues import LANGUAGES, Cue, read_sheet

_GRADES = {"very_hard": -2, "hard": -1, "easy": 1, "very_easy": 2}


def rate_effort(texts: Sequence[str], languages: Sequence[str]) -> NDArray[np.float64]:
    """Rate the effort that each text speaks of.

    The cues of a text are averaged. A negation turns a cue and makes it mild ("not very easy" is hard, not
    very hard); a word such as "very" makes it strong.

    Parameters
    ----------
    texts
        Verbatims.
    languages
        Language of each, as :func:`features.text.languages.find_languages` gives it.

    Returns
    -------
    array of float
        -2 (very hard), -1, 0 (as much easy as hard), 1, 2 (very easy); NaN where a text says nothing of
        effort or its language has no list of cues.

    Raises
    ------
    ValueError
        If there are not as many languages as texts.

    Examples
    --------
    >>> rate_effort(["Very easy!", "War nicht einfach.", "Nice people."], ["en", "de", "en"]).tolist()
    [2.0, -1.0, nan]
    """
    pairs = zip(texts, languages, strict=True)
    return np.array([_rate(text, language) for text, language in pairs], dtype=np.float64)


def _rate(text: str, language: str) -> float:
    """Rate one text."""
    cues = read_sheet("effort", language).find(text) if language in LANGUAGES else []
    if not cues:
        return math.nan
    average = sum(map(_grade, cues)) / len(cues)
    return math.copysign(math.floor(abs(average) + 0.5), average) + 0.0  # no -0.0


def _grade(cue: Cue) -> int:
    """Return what one cue says."""
    grade = _GRADES[cue.kind]
    sign = 1 if grade > 0 else -1
    if cue.is_negated:
        return -sign
    return 2 * sign if cue.is_stressed else grade

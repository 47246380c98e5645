"""The tone of verbatims by a list of words: no training, the same answer for ever.

The rules are those of VADER (Hutto and Gilbert 2014): negation turns, boosters strengthen, what follows a
"but" counts more, capitals and exclamation marks press. German puts "nicht" behind the verb as well.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from features.text.wordlist import Wordlist, fold, load_wordlist, match_stem

Floats = NDArray[np.float64]

COLUMNS = (
    "tone",
    "good",
    "bad",
    "negations",
    "exclamations",
    "questions",
    "capitals",
    "smileys",
    "length",
    "brevity",
    "good_per_word",
    "bad_per_word",
    "tone_per_word",
)

_CLAUSE_ENDS = frozenset(".!?;:,")
_SENTENCE_ENDS = frozenset(".!?;")
_BEFORE, _AFTER = 3, 4
_TURNED_GOOD, _TURNED_BAD = -0.75, -0.5
_BEFORE_CONTRAST, _AFTER_CONTRAST = 0.6, 1.3
_CAPITALS, _EXCLAMATION, _MOST_EXCLAMATIONS = 1.25, 0.3, 4
_BEND = 15.0  # of VADER: a sum of 4 becomes 0.72
_DENSE, _MOST_DENSE = 3.0, 1.5  # every second word of tone 1 is the most that counts
_BRIEF = 8
_MOST_WORDS_KEPT = 200_000


class Finding(NamedTuple):
    """What the words of one verbatim say: the sum of tones, that of good and of bad ones, counts."""

    total: float
    good: float
    bad: float
    negations: int
    smileys: int


class Known(NamedTuple):
    """What is known of one word: its tone, whether a negation may stand behind it, its tone when negated."""

    tone: float
    is_verb: bool
    negated: float | None


@dataclass(frozen=True)
class Lexicon:
    """Score verbatims by the words of one language.

    Parameters
    ----------
    words
        The list of words.
    """

    words: Wordlist
    _signs: re.Pattern[str] = field(init=False, repr=False, compare=False)
    _seen: dict[str, Known | None] = field(init=False, repr=False, compare=False, default_factory=dict)

    def __post_init__(self) -> None:
        smileys = "|".join(re.escape(sign) for sign in sorted(self.words.smileys, key=len, reverse=True))
        pattern = re.compile(rf"{smileys}|\w+(?:['’]\w+)*|[^\w\s]", re.IGNORECASE)
        object.__setattr__(self, "_signs", pattern)

    def score(self, texts: Sequence[str]) -> Floats:
        """Return the tone of each verbatim from -1 (bad) to +1 (good); 0 where no word is known.

        Examples
        --------
        >>> load_lexicon("en").score(["Very helpful, thanks!", "Not helpful.", "Tuesday."]).round(2).tolist()
        [0.79, -0.36, 0.0]
        """
        return self.columns(texts)[:, 0]

    def columns(self, texts: Sequence[str]) -> Floats:
        """Return what is counted of each verbatim, shape (verbatims, columns of ``COLUMNS``).

        ``tone`` lies between -1 and +1, ``tone_per_word`` between -1.5 and +1.5, all others between 0 and
        1.5. Sums tell much of short verbatims, tones per word more of long ones: reports use bad words too.
        """
        return np.array([self._describe(text) for text in texts]).reshape(-1, len(COLUMNS))

    def _describe(self, text: str) -> tuple[float, ...]:
        """Return the columns of one verbatim."""
        signs = self._signs.findall(text)
        found = self._weigh(signs)
        exclamations = min(text.count("!"), _MOST_EXCLAMATIONS)
        pressed = found.total + np.sign(found.total) * _EXCLAMATION * exclamations
        shouted = sum(1 for sign in signs if len(sign) > 2 and sign.isupper())
        counts = (found.good, -found.bad, found.negations, exclamations, text.count("?"))
        return (
            float(_bend(pressed)),
            *(_squash(count, 4.0) for count in counts),
            shouted / max(len(signs), 1),
            _squash(found.smileys, 1.0),
            _squash(len(signs), 60.0),
            min(len(signs) / _BRIEF, 1.0),
            _per_word(found.good, len(signs)),
            -_per_word(found.bad, len(signs)),
            _per_word(found.total, len(signs)),
        )

    def _weigh(self, signs: Sequence[str]) -> Finding:
        """Return what the words say, in their order."""
        folded = [fold(sign) for sign in signs]
        may_shout = not all(sign.isupper() for sign in signs if len(sign) > 2 and sign.isalpha())
        hits: list[tuple[int, float]] = []
        negations = smileys = place = 0
        while place < len(folded):
            idiom = self._idiom_at(folded, place)
            if idiom is not None:
                hits.append((place, idiom[1]))
                place += idiom[0]
                continue
            sign = folded[place]
            negations += sign in self.words.negations
            smileys += sign in self.words.smileys
            tone = self._tone_at(folded, place)
            if tone:
                hits.append((place, tone * (_CAPITALS if may_shout and signs[place].isupper() else 1.0)))
            place += 1
        tones = self._contrasted(folded, hits)
        good, bad = sum(tone for tone in tones if tone > 0), sum(tone for tone in tones if tone < 0)
        return Finding(good + bad, good, bad, negations, smileys)

    def _idiom_at(self, folded: Sequence[str], place: int) -> tuple[int, float] | None:
        """Return number of words and tone of the idiom that starts at a place."""
        for phrase, tone in self.words.phrases.get(folded[place], ()):
            if tuple(folded[place : place + len(phrase)]) == phrase:
                return len(phrase), tone
        return None

    def _tone_at(self, folded: Sequence[str], place: int) -> float:
        """Return the tone of the word at a place, turned and strengthened by its neighbours."""
        word = folded[place]
        if word in self.words.smileys:
            return self.words.smileys[word]
        known = self._know(word)
        if known is None:
            return 0.0
        if word in self.words.boosters and self._has_tone(folded, place + 1):
            return 0.0
        tone = known.tone
        if self._is_negated(folded, place, is_verb=known.is_verb):
            if known.negated is not None:
                return known.negated
            return tone * (_TURNED_GOOD if tone > 0 else _TURNED_BAD)
        for step in (1, 2):
            if place >= step:
                tone *= self.words.boosters.get(folded[place - step], 1.0)
        return tone

    def _is_negated(self, folded: Sequence[str], place: int, *, is_verb: bool) -> bool:
        """Tell whether a negation stands before a word in its clause, or behind a verb."""
        for word in reversed(folded[max(place - _BEFORE, 0) : place]):
            if word in _CLAUSE_ENDS:
                break
            if word in self.words.negations:
                return True
        for word in folded[place + 1 : place + 1 + _AFTER] if is_verb else ():
            if word in _CLAUSE_ENDS:
                break
            if word in self.words.negations:
                return True
        return False

    def _contrasted(self, folded: Sequence[str], hits: Sequence[tuple[int, float]]) -> list[float]:
        """Return the tones; in a sentence with a "but" those before it count less, those behind it more."""
        tones, pending = [tone for _, tone in hits], 0
        is_behind, at = False, 0
        for place, word in enumerate(folded):
            if word in _SENTENCE_ENDS:
                pending, is_behind = at, False
            elif word in self.words.contrasts and not is_behind:
                is_behind = True
                tones[pending:at] = [tone * _BEFORE_CONTRAST for tone in tones[pending:at]]
            if at < len(hits) and hits[at][0] == place:
                tones[at] *= _AFTER_CONTRAST if is_behind else 1.0
                at += 1
        return tones

    def _has_tone(self, folded: Sequence[str], place: int) -> bool:
        """Tell whether there is a word at a place that says something by itself."""
        known = self._know(folded[place]) if place < len(folded) else None
        return known is not None and known.tone != 0

    def _know(self, word: str) -> Known | None:
        """Return what is known of a word, kept for the next time; None if it says nothing, negated or not."""
        if word not in self._seen:
            if len(self._seen) >= _MOST_WORDS_KEPT:
                self._seen.clear()
            self._seen[word] = self._look_up(word)
        return self._seen[word]

    def _look_up(self, word: str) -> Known | None:
        """Return what the list knows of a word; of verbs a negation may stand behind."""
        tone = self.words.tone_of(word)
        negated = match_stem(word, self.words.only_negated)
        if not tone and negated is None:
            return None
        is_verb = not tone or match_stem(word, self.words.negated_after) is not None
        return Known(tone, is_verb, negated)


@cache
def load_lexicon(language: str) -> Lexicon:
    """Return the lexicon of a language (``de`` or ``en``).

    Raises
    ------
    SpecError
        If there is no list for the language.
    """
    return Lexicon(load_wordlist(language))


def _bend(total: float) -> float:
    """Bring a sum of tones between -1 and +1."""
    return float(total / np.sqrt(total * total + _BEND))


def _squash(count: float, half: float) -> float:
    """Bring a count between 0 and 1; ``half`` becomes 0.5."""
    return count / (count + half)


def _per_word(total: float, n_words: int) -> float:
    """Return the tone per word, up to a limit."""
    return max(min(_DENSE * total / max(n_words, 1), _MOST_DENSE), -_MOST_DENSE)

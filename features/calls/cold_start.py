"""The reader for the first day: escalation by word lists, tone by any function that knows it."""

from collections.abc import Callable, Sequence

from features.calls.escalation import LANGUAGES, load_escalation
from features.calls.heard import TurnReading

FindTone = Callable[[str], float | None]


class ColdStartReader:
    """Read turns without a model that was trained.

    Parameters
    ----------
    languages
        Those that customers speak; a turn escalates if it does in one of them.
    find_tone
        Gives the sentiment of a text, -2 to +2; without it no tone is known.

    Examples
    --------
    >>> readings = ColdStartReader().read(["Thank you.", "Ich möchte Ihren Vorgesetzten sprechen."])
    >>> [reading.escalates for reading in readings]
    [False, True]
    """

    def __init__(self, languages: Sequence[str] = LANGUAGES, find_tone: FindTone | None = None) -> None:
        self._lists = [load_escalation(language) for language in languages]
        self._find_tone = find_tone

    def read(self, texts: Sequence[str]) -> list[TurnReading]:
        """Return one reading per text."""
        return [
            TurnReading(
                sentiment=None if self._find_tone is None else self._find_tone(text),
                escalates=any(words.is_in(text) for words in self._lists),
            )
            for text in texts
        ]

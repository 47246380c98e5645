"""Turns read by the text model of their source, and by the word lists of escalation."""

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

from features.calls.escalation import load_escalation
from features.calls.heard import TurnReading

if TYPE_CHECKING:
    from features.text.model import TextModel


class TextTurnReader:
    """Read turns with a text model.

    A turn is read by itself and as it was spoken, so that a running call gives the figures of its transcript.

    Parameters
    ----------
    model
        Of the source that lists the calls.
    """

    def __init__(self, model: "TextModel") -> None:
        self._model = model
        self._lists = [load_escalation(language) for language in model.plan.languages]

    def read(self, texts: Sequence[str]) -> list[TurnReading]:
        """Return one reading per text."""
        found = self._model.read(texts)
        return [
            TurnReading(
                sentiment=None if math.isnan(sentiment) else float(sentiment),
                effort=None if math.isnan(effort) else float(effort),
                topic=topic,
                escalates=any(words.is_in(text) for words in self._lists),
            )
            for text, sentiment, effort, topic in zip(
                texts, found.sentiment, found.effort, found.topic, strict=True
            )
        ]

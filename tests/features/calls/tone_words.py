"""A tiny list of words with their tone, and a reader made of it: enough to test what becomes of a tone."""

import re

from features.calls import ColdStartReader, TurnReading

GOOD = frozenset(
    [
        "thank",
        "thanks",
        "great",
        "wonderful",
        "excellent",
        "helpful",
        "good",
        "happy",
        "quick",
        "content",
        "works",
        "kind",
        "danke",
        "dank",
        "prima",
        "wunderbar",
        "ausgezeichnet",
        "hilfsbereit",
        "freundlich",
        "zufrieden",
        "gut",
        "gefällt",
        "klappt",
        "schön",
    ]
)
BAD = frozenset(
    [
        "never",
        "nobody",
        "late",
        "wrong",
        "mistake",
        "again",
        "crashes",
        "waiting",
        "waited",
        "forever",
        "terrible",
        "angry",
        "cannot",
        "nothing",
        "nie",
        "niemand",
        "nichts",
        "falsch",
        "fehler",
        "wieder",
        "ewig",
        "schlimm",
        "ärgerlich",
        "umsonst",
        "spät",
        "warte",
        "gewartet",
        "reklamiert",
    ]
)


def find_tone(text: str) -> float:
    """Return good words less bad ones, from -2 to 2."""
    words = re.findall(r"\w+", text.casefold())
    return float(max(-2, min(2, sum(word in GOOD for word in words) - sum(word in BAD for word in words))))


TONE_READER = ColdStartReader(find_tone=find_tone)


class EchoReader:
    """Read what a text spells out: ``sentiment effort topic !``, each may be a dash; keeps the texts."""

    def __init__(self):
        self.seen: list[str] = []

    def read(self, texts):
        self.seen += texts
        return [self.spell(text) for text in texts]

    @staticmethod
    def spell(text: str) -> TurnReading:
        sentiment, effort, topic, mark = text.split()
        return TurnReading(
            None if sentiment == "-" else float(sentiment),
            None if effort == "-" else float(effort),
            None if topic == "-" else topic,
            mark == "!",
        )

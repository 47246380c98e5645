"""One topic: its name, the words that tell it, how stable and how large it is."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

_PLAIN = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"})

Words = Mapping[str, tuple[str, ...]]
"""Words or keys by language."""


@dataclass(frozen=True)
class Topic:
    """Hold one topic.

    Attributes
    ----------
    id
        Stable slug, used as the value of a category.
    label
        Name by language of the reader (``de``, ``en``).
    words
        By language: key (a stem, or letters with stars) and evidence, 0 to 1. The evidence of the words of a
        verbatim adds up; ``LEAST_EVIDENCE`` makes the topic. A stem goes before letters with stars.
    shown
        By language: the most telling words as people write them, most telling first.
    stability
        Share of random halves of the verbatims in which the topic is found again; 1 where a person made it.
    size
        Verbatims with the topic among those it was fitted on.
    always, never
        By language: keys that a person pinned. A verbatim with such a word always or never has the topic;
        ``never`` wins.
    is_hidden
        Whether a person hid it: it is not assigned, but what is about it is still not new.
    """

    id: str
    label: Mapping[str, str]
    words: Mapping[str, Mapping[str, float]]
    shown: Words
    stability: float
    size: int
    always: Words = field(default_factory=dict)
    never: Words = field(default_factory=dict)
    is_hidden: bool = False


def to_slug(text: str) -> str:
    """Return a text as plain letters, digits and underscores.

    Examples
    --------
    >>> to_slug("Große Mühe")
    'grosse_muehe'
    """
    plain = re.sub(r"[^a-z0-9]+", "_", text.lower().translate(_PLAIN)).strip("_")
    return plain or "topic"

"""How much of the personal data in texts is found: measured on texts in which it was planted."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from features.text.planted_identifiers import PlantedText, list_names, plant, write_harmless
from features.text.redaction import KINDS, Redactor

_PUT_IN = re.compile(rf"\[(?:{'|'.join(KINDS)})\]")
_LEFT_OVER = re.compile(r"\w")


@dataclass(frozen=True)
class Share:
    """Hold how many of some texts were treated right.

    Attributes
    ----------
    n, hits
        Texts, and those treated right.
    value, low, high
        Share with Wilson's 95 % interval.
    """

    n: int
    hits: int
    value: float
    low: float
    high: float


@dataclass(frozen=True)
class RedactionRecall:
    """Hold how much of the planted personal data was found.

    Attributes
    ----------
    language, seed
        What the texts were drawn with.
    recall
        By kind: texts in which nothing of the planted identifier is left.
    false_removals_per_1000
        Removals in a thousand texts without personal data, full of harmless numbers and words.
    untouched
        Texts without personal data that came back as they were.
    """

    language: str
    seed: int
    recall: Mapping[str, Share]
    false_removals_per_1000: float
    untouched: Share

    def to_json(self) -> dict[str, Any]:
        """Return plain values for the model card."""
        return asdict(self)


def measure_recall(language: str, seed: int, n: int = 2000) -> RedactionRecall:
    """Clean texts with planted personal data and count what was found.

    Parameters
    ----------
    language
        ``de`` or ``en``.
    seed
        Same seed, same texts, same figures.
    n
        Texts with an identifier, the kinds in turn; as many without any are cleaned as well.

    Raises
    ------
    ValueError
        If ``n`` does not reach for every kind.

    Examples
    --------
    >>> measure_recall("en", seed=1, n=90).recall["iban"].n
    10
    """
    if n < len(KINDS):
        message = f"{n} texts do not reach for {len(KINDS)} kinds of personal data; ask for more"
        raise ValueError(message)
    random = np.random.default_rng(seed)
    redactor = Redactor(list_names(language))
    planted = [plant(language, KINDS[place % len(KINDS)], random) for place in range(n)]
    harmless = [write_harmless(language, random).text for _ in range(n)]
    cleaned = [redactor.clean(text) for text in harmless]
    removals = sum(len(_PUT_IN.findall(text)) for text in cleaned)
    return RedactionRecall(
        language,
        seed,
        {kind: _share(is_found(redactor, one) for one in planted if one.kind == kind) for kind in KINDS},
        1000 * removals / n,
        _share(before == after for before, after in zip(harmless, cleaned, strict=True)),
    )


def is_found(redactor: Redactor, planted: PlantedText) -> bool:
    """Tell whether cleaning takes the whole identifier out: one letter or digit of it that is left is a miss.

    Examples
    --------
    >>> is_found(Redactor(), PlantedText("Mail to ", "a@b.example", "!", "email"))
    True
    """
    cleaned = redactor.clean(planted.text)
    if not cleaned.startswith(planted.before) or not cleaned.endswith(planted.after):
        return planted.identifier.lower() not in cleaned.lower() and not _shares_part(planted, cleaned)
    left = cleaned[len(planted.before) : len(cleaned) - len(planted.after)]
    return _LEFT_OVER.search(_PUT_IN.sub("", left)) is None


def _shares_part(planted: PlantedText, cleaned: str) -> bool:
    """Tell whether a part of the identifier is left, where more than the identifier was taken out."""
    parts = re.findall(r"\w{3,}", planted.identifier.lower())
    words = set(re.findall(r"\w+", cleaned.lower()))
    return any(part in words for part in parts)


def _share(are_right: Iterable[bool]) -> Share:
    """Count and give the share with Wilson's interval."""
    counted = [bool(right) for right in are_right]
    hits, n = sum(counted), len(counted)
    from scipy import stats

    interval = stats.binomtest(hits, n).proportion_ci(method="wilson")
    return Share(n, hits, hits / n, float(interval.low), float(interval.high))

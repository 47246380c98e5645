"""The part of the card on words: which text models read verbatims, and how well, as measured."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from training.bundle import Bundle
from training.card.figures import Figure
from training.statistics import read_day

_WORD_LIST = "word list"


@dataclass(frozen=True)
class ToneQuality:
    """Say how tone is read in a language.

    Attributes
    ----------
    learned_from
        The column with the rating that it was learnt from; None where a word list judges it.
    macro_f1
        Mean over the grades of F1 on kept-back texts, without an interval where none was measured; None where
        it was not judged.
    reason
        Why a word list judges, or why nothing was measured, in English.
    """

    language: str
    learned_from: str | None
    rows: int | None
    macro_f1: Figure | None
    reason: str | None


@dataclass(frozen=True)
class RemovalQuality:
    """Say how much personal data of a kind was found in texts into which it was put on purpose."""

    language: str
    kind: str
    planted: int
    found: int
    recall: Figure


@dataclass(frozen=True)
class TextModelFacts:
    """Hold what is said of the text model of one source.

    Attributes
    ----------
    fitted_until
        Texts known before this day taught it.
    false_per_1000
        By language how much was taken out of 1,000 texts that hold no personal data.
    read, passed_through
        Verbatims that were read, and those in a language that it does not read.
    corrections
        What people corrected.
    """

    source: str
    version: str
    fitted_until: date | None
    tones: tuple[ToneQuality, ...]
    removals: tuple[RemovalQuality, ...]
    false_per_1000: dict[str, float]
    read: int | None
    passed_through: int | None
    corrections: int | None


NEEDED = ("version", "fitted_until", "tone", "redaction_recall", "read", "passed_through")
"""What a text model has to say of itself before its card is complete."""


def describe_texts(bundle: Bundle) -> tuple[TextModelFacts, ...]:
    """Return what is said of each text model, by source; nothing where no words are read."""
    return tuple(_describe(source, facts) for source, facts in bundle.facts.get("texts", {}).items())


def list_missing(bundle: Bundle) -> tuple[str, ...]:
    """Return the places in the bundle where something is not said of a text model."""
    read = [name for name, source in bundle.usecase.sources.items() if source.words is not None]
    texts = bundle.facts.get("texts", {})
    return tuple(
        f"facts.texts.{source}.{name}"
        for source in read
        for name in NEEDED
        if name not in texts.get(source, {})
    )


def _describe(source: str, facts: Mapping[str, Any]) -> TextModelFacts:
    """Return what is said of one text model."""
    recall: Mapping[str, Mapping[str, Any]] = facts.get("redaction_recall", {})
    return TextModelFacts(
        source=source,
        version=str(facts["version"]),
        fitted_until=read_day(facts.get("fitted_until")),
        tones=tuple(_read_tone(language, found) for language, found in facts.get("tone", {}).items()),
        removals=tuple(
            _read_removal(language, kind, found)
            for language, kinds in recall.items()
            for kind, found in kinds.items()
            if isinstance(found, Mapping)
        ),
        false_per_1000={
            language: float(kinds["false_per_1000"])
            for language, kinds in recall.items()
            if kinds.get("false_per_1000") is not None
        },
        read=facts.get("read"),
        passed_through=facts.get("passed_through"),
        corrections=facts.get("corrections"),
    )


def _read_tone(language: str, found: Mapping[str, Any]) -> ToneQuality:
    """Return how tone is read in one language."""
    rows, learned = found.get("rows"), found.get("from")
    return ToneQuality(
        language,
        None if learned in {None, _WORD_LIST} else str(learned),
        rows,
        _read_interval(found.get("macro_f1"), int(rows or 0)),
        found.get("reason"),
    )


def _read_interval(found: Mapping[str, Any] | None, n: int) -> Figure | None:
    """Return a figure; two equal ends are no interval but the lack of one."""
    if found is None:
        return None
    low, high = found.get("low"), found.get("high")
    has_interval = low is not None and high is not None and low < high
    return Figure(found["estimate"], low if has_interval else None, high if has_interval else None, n)


def _read_removal(language: str, kind: str, found: Mapping[str, Any]) -> RemovalQuality:
    """Return how much of one kind was found."""
    planted = int(found["planted"])
    recall = Figure(found["recall"], found.get("low"), found.get("high"), planted)
    return RemovalQuality(language, kind, planted, int(found["found"]), recall)

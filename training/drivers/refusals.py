"""Why a driver is not offered as something to work on, in sentences that a manager understands."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, get_args

from features.usecase import Language
from training.drivers.evidence import MetadataRefusal

DataRefusal = Literal[
    "too few rows",
    "few events",
    "too many controls",
    "too little variation",
    "changed before",
    "self test failed",
]
RefusalCode = MetadataRefusal | DataRefusal
_CODES: tuple[str, ...] = (*get_args(MetadataRefusal), *get_args(DataRefusal))


@dataclass(frozen=True)
class Refusal:
    """Hold why a driver is no lever of evidence grade A or B.

    Attributes
    ----------
    reason, remedy
        In plain words, per language: what stands against it, and what would make it testable.
    """

    code: RefusalCode
    reason: Mapping[Language, str]
    remedy: Mapping[Language, str]

    def to_json(self) -> dict[str, Any]:
        """Return plain values."""
        return {"code": self.code, "reason": dict(self.reason), "remedy": dict(self.remedy)}


def word_refusal(code: RefusalCode, name: Mapping[Language, str]) -> Refusal:
    """Return a refusal with its sentences.

    Parameters
    ----------
    name
        What the driver is called, per language.

    Examples
    --------
    >>> word_refusal("own behaviour", {"en": "Number of tickets", "de": "Zahl der Tickets"}).reason["en"]
    '“Number of tickets” is what people do themselves: those in trouble behave differently already.'
    """
    return Refusal(
        code,
        {"en": _REASONS[code][0].format(name["en"]), "de": _REASONS[code][1].format(name["de"])},
        {"en": _REMEDIES[code][0], "de": _REMEDIES[code][1]},
    )


def read_refusal(content: Mapping[str, Any]) -> Refusal:
    """Read what :meth:`Refusal.to_json` gave.

    Raises
    ------
    KeyError
        If a part is missing or the code is not known.
    """
    if content["code"] not in _CODES:
        raise KeyError(content["code"])
    return Refusal(content["code"], content["reason"], content["remedy"])


_Pair = tuple[str, str]
_REASONS: Mapping[RefusalCode, _Pair] = {
    "mediator": (
        "“{}” lies between a lever and the outcome: it moves when the lever moves.",
        "„{}“ liegt zwischen einem Hebel und dem Ergebnis: Es bewegt sich, wenn sich der Hebel bewegt.",
    ),
    "signal": (
        "“{}” shows the trouble early but does not bring it about.",
        "„{}“ zeigt das Problem früh an, führt es aber nicht herbei.",
    ),
    "context": (
        "“{}” cannot be changed.",
        "„{}“ lässt sich nicht ändern.",
    ),
    "no driver": (
        "“{}” belongs to no driver, so nobody has said what it is.",
        "„{}“ gehört zu keinem Treiber; niemand hat gesagt, was es ist.",
    ),
    "actor missing": (
        "Nothing says who decides about “{}”.",
        "Nirgends steht, wer über „{}“ entscheidet.",
    ),
    "answered by missing": (
        "Nothing says who gave the answers behind “{}”.",
        "Nirgends steht, wer die Antworten hinter „{}“ gegeben hat.",
    ),
    "goal missing": (
        "“{}” has no goal that says which direction is better.",
        "„{}“ hat kein Ziel, das sagt, welche Richtung besser ist.",
    ),
    "window missing": (
        "Nothing says when “{}” was measured; it may have changed after the outcome.",
        "Nirgends steht, wann „{}“ gemessen wurde; es kann sich nach dem Ergebnis geändert haben.",
    ),
    "window without start": (
        "“{}” reaches back without limit, so nothing is known from before it began.",
        "„{}“ reicht unbegrenzt zurück; aus der Zeit davor ist nichts bekannt.",
    ),
    "own rating": (
        "“{}” is a rating by the same people whose outcome is looked at: mood colours both, in any survey.",
        "„{}“ ist ein Urteil derselben Menschen, um die es geht: Stimmung färbt beides, in jeder Umfrage.",
    ),
    "own behaviour": (
        "“{}” is what people do themselves: those in trouble behave differently already.",
        "„{}“ ist das eigene Verhalten der Menschen: Wer unzufrieden ist, verhält sich bereits anders.",
    ),
    "depends on lever": (
        "“{}” is moved by another lever, so it lies between that lever and the outcome.",
        "„{}“ wird von einem anderen Hebel bewegt und liegt damit zwischen diesem und dem Ergebnis.",
    ),
    "after outcome": (
        "“{}” was not measured before the outcome, so it can be its consequence.",
        "„{}“ wurde nicht vor dem Ergebnis gemessen und kann seine Folge sein.",
    ),
    "no earlier context": (
        "Nothing that could be held equal is known from before “{}” began.",
        "Aus der Zeit vor „{}“ ist nichts bekannt, was sich gleich halten ließe.",
    ),
    "too few rows": (
        "Too few cases have a value of “{}” for a comparison on equal terms.",
        "Zu wenige Fälle haben einen Wert von „{}“ für einen Vergleich unter gleichen Bedingungen.",
    ),
    "few events": (
        "Too few cases have the outcome to compare “{}” on equal terms.",
        "Zu selten trat das Ergebnis ein, um „{}“ unter gleichen Bedingungen zu vergleichen.",
    ),
    "no number": (
        "“{}” holds words instead of numbers, so it has no more or less.",
        "„{}“ enthält Wörter statt Zahlen; ein Mehr oder Weniger gibt es da nicht.",
    ),
    "too many controls": (
        "To compare “{}”, more would have to be held equal than the number of cases allows.",
        "Um „{}“ zu vergleichen, müsste mehr gleich gehalten werden, als die Zahl der Fälle zulässt.",
    ),
    "too little variation": (
        "“{}” hardly differs between cases that are otherwise equal.",
        "„{}“ unterscheidet sich kaum zwischen sonst gleichen Fällen.",
    ),
    "changed before": (
        "“{}” also goes with what people answered before it began, so something else moves both.",
        "„{}“ geht auch mit Antworten aus der Zeit davor einher; also bewegt etwas anderes beides.",
    ),
    "self test failed": (
        "Shuffled values of “{}” seem to work as well, so its ranges cannot be trusted.",
        "Auch zufällig vertauschte Werte von „{}“ scheinen zu wirken; auf die Bereiche ist kein Verlass.",
    ),
}
_EXPERIMENT: _Pair = (
    "To learn what it does, try it on some, drawn by lot.",
    "Was es ändert, zeigt ein Versuch mit einigen, die das Los bestimmt.",
)
_MORE_DATA: _Pair = (
    "More cases or an experiment would tell.",
    "Mehr Fälle oder ein Versuch würden es zeigen.",
)
_REMEDIES: Mapping[RefusalCode, _Pair] = {
    "mediator": (
        "Work on the lever behind it, or try it on some, drawn by lot.",
        "Am Hebel dahinter arbeiten oder es mit einigen versuchen, die das Los bestimmt.",
    ),
    "signal": (
        "Look for what lies behind it; that may be a lever.",
        "Suchen, was dahintersteckt; das kann ein Hebel sein.",
    ),
    "context": (
        "Nothing has to be done; it is held equal when levers are compared.",
        "Nichts ist zu tun; es wird gleich gehalten, wenn Hebel verglichen werden.",
    ),
    "no driver": (
        "Name it under drivers, with its role.",
        "Unter drivers eintragen, mit seiner Rolle.",
    ),
    "actor missing": (
        "Write actor: company or actor: person.",
        "actor: company oder actor: person eintragen.",
    ),
    "answered by missing": (
        "Write answered_by: entity or answered_by: other at its source.",
        "Bei seiner Quelle answered_by: entity oder answered_by: other eintragen.",
    ),
    "goal missing": (
        "Write a goal with a number, for example goal: '<= 24'.",
        "Ein Ziel mit einer Zahl eintragen, etwa goal: '<= 24'.",
    ),
    "window missing": (
        "Write when it was measured, in days before the outcome, for example window: {from: 365d, to: 90d}.",
        "Eintragen, wann es gemessen wurde, in Tagen vor dem Ergebnis, etwa window: {from: 365d, to: 90d}.",
    ),
    "window without start": (
        "Use a feature over a window, for example the mean of 90 days.",
        "Ein Merkmal über ein Fenster verwenden, etwa das Mittel aus 90 Tagen.",
    ),
    "own rating": (
        "Use what happened behind it (O-data), or a rating by somebody else.",
        "Verwenden, was dahinter geschah (O-Daten), oder ein Urteil von anderen.",
    ),
    "own behaviour": _EXPERIMENT,
    "depends on lever": (
        "Work on the lever behind it, or try it on some, drawn by lot.",
        "Am Hebel dahinter arbeiten oder es mit einigen versuchen, die das Los bestimmt.",
    ),
    "after outcome": (
        "Use values from before the outcome, or correct window.",
        "Werte aus der Zeit vor dem Ergebnis verwenden oder window berichtigen.",
    ),
    "no earlier context": (
        "Declare context from before it (in a flat table: with window), or let snapshots begin earlier.",
        "Kontext von davor eintragen (flache Tabelle: mit window) oder Stichtage früher beginnen lassen.",
    ),
    "too few rows": _MORE_DATA,
    "few events": _MORE_DATA,
    "no number": (
        "Use a number, for example 1 for the wanted word and 0 for the others.",
        "Eine Zahl verwenden, etwa 1 für das gewünschte Wort und 0 für die anderen.",
    ),
    "too many controls": (
        "Declare less context, or collect more cases.",
        "Weniger Kontext eintragen oder mehr Fälle sammeln.",
    ),
    "too little variation": _EXPERIMENT,
    "changed before": _EXPERIMENT,
    "self test failed": _MORE_DATA,
}

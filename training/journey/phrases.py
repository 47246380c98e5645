"""Sentences about journeys with gaps, in English and German."""

from typing import Final

from features.usecase import Language

SUBJECTS: Final[dict[Language, dict[str, str]]] = {
    "en": {
        "customer": "customers",
        "employee": "employees",
        "supplier": "suppliers",
        "applicant": "applicants",
    },
    "de": {
        "customer": "Kunden",
        "employee": "Beschäftigten",
        "supplier": "Lieferanten",
        "applicant": "Bewerbern",
    },
}

_ENGLISH: Final = {
    "coverage": (
        "{journeys} journeys of {entities} {subject}, {touches} touches, observed until {until}; "
        "a silence of more than {days} days begins a new journey."
    ),
    "stages found": "Stages, in the order in which events come: {stages}.",
    "stages declared": "Stages, as declared: {stages}.",
    "shared": "{points} share a stage: which of them comes first is not clear.",
    "cycle": "{points} run in a circle, each often before the next; they share a stage.",
    "good": "{stage}: {share} of experiences are good (n = {n}).",
    "hidden": "Stages not rated because too few tell of them: {n}.",
    "weakest": "The weakest stage is {stage}: clearly below every other.",
    "weakest tie": "The weakest stage is {stages}; the data do not tell which.",
    "or": "or",
    "to": "to",
    "left": "After {stage} {share} of journeys end (n = {n}).",
    "effects none": "No effect of one stage on another stands out among the {n} looked at.",
    "effects rest": "{n} other effects were looked at; none of them stands out.",
    "effect": "{grade}: {acting}, {change}{held}.",
    "grade B": "adjusted (grade B)",
    "grade C": "associated, no proof of an effect (grade C)",
    "happened": "where {point} happened",
    "better": "with the best instead of the worst experience at {stage}",
    "stands": "the experience at {stage} stands {points} points of 100 differently{good} (n = {n})",
    "good change": ", the share of good ones {points} points",
    "goes on": "the share of journeys that go on differs by {points} points (n = {n})",
    "held": "; held equal: {names}",
    "nothing held": "; nothing was held equal",
    "time control": "time until the answer",
    "windows none": "No best time stands out among the {n} searched for.",
    "windows rest": "{n} other best times were searched for; none of them stands out.",
    "window": (
        "Best time for {point}: {low} to {high} days after {after} (begin {low_range}, end {high_range}); "
        "{better}, rather less as the best was searched for (n = {n})."
    ),
    "window open": (
        "Best time for {point}: from {low} days after {after} on (begin {low_range}; seen to {high} days); "
        "{better}, rather less as the best was searched for (n = {n})."
    ),
    "stands best": "then the experience at {stage} stands {points} points of 100 above other times",
    "goes on best": "then the share of journeys that go on is {points} points above other times",
}

_GERMAN: Final = {
    "coverage": (
        "{journeys} Reisen von {entities} {subject}, {touches} Kontakte, beobachtet bis {until}; "
        "nach mehr als {days} Tagen Stille beginnt eine neue Reise."
    ),
    "stages found": "Phasen, in der Reihenfolge der Ereignisse: {stages}.",
    "stages declared": "Phasen, wie angegeben: {stages}.",
    "shared": "{points} teilen sich eine Phase: Was davon zuerst kommt, ist nicht klar.",
    "cycle": "{points} laufen im Kreis, jedes oft vor dem nächsten; sie teilen sich eine Phase.",
    "good": "{stage}: {share} der Erlebnisse sind gut (n = {n}).",
    "hidden": "Phasen ohne Bewertung, weil zu wenige davon erzählen: {n}.",
    "weakest": "Die schwächste Phase ist {stage}: klar unter jeder anderen.",
    "weakest tie": "Die schwächste Phase ist {stages}; welche, sagen die Daten nicht.",
    "or": "oder",
    "to": "bis",
    "left": "Nach {stage} enden {share} der Reisen (n = {n}).",
    "effects none": "Von {n} geprüften Wirkungen einer Phase auf eine andere sticht keine heraus.",
    "effects rest": "{n} weitere Wirkungen wurden geprüft; keine davon sticht heraus.",
    "effect": "{grade}: {acting}, {change}{held}.",
    "grade B": "bereinigt (Stufe B)",
    "grade C": "Zusammenhang, kein Beleg einer Wirkung (Stufe C)",
    "happened": "wo {point} vorkam",
    "better": "mit dem besten statt dem schlechtesten Erlebnis bei {stage}",
    "stands": "steht das Erlebnis bei {stage} um {points} Punkte von 100 anders{good} (n = {n})",
    "good change": ", der Anteil guter um {points} Punkte",
    "goes on": "ist der Anteil der Reisen, die weitergehen, um {points} Punkte anders (n = {n})",
    "held": "; gleich gehalten: {names}",
    "nothing held": "; nichts wurde gleich gehalten",
    "time control": "Zeit bis zur Antwort",
    "windows none": "Von {n} gesuchten besten Zeitpunkten sticht keiner heraus.",
    "windows rest": "{n} weitere beste Zeitpunkte wurden gesucht; keiner davon sticht heraus.",
    "window": (
        "Beste Zeit für {point}: {low} bis {high} Tage nach {after} (Beginn {low_range}, Ende {high_range}); "
        "{better}, eher weniger, weil das Beste gesucht wurde (n = {n})."
    ),
    "window open": (
        "Beste Zeit für {point}: ab {low} Tagen nach {after} (Beginn {low_range}; gesehen bis {high} Tage); "
        "{better}, eher weniger, weil das Beste gesucht wurde (n = {n})."
    ),
    "stands best": "dann steht das Erlebnis bei {stage} {points} Punkte von 100 über anderen Zeiten",
    "goes on best": "dann ist der Anteil der Reisen, die weitergehen, {points} Punkte höher als sonst",
}

PHRASES: Final[dict[Language, dict[str, str]]] = {"en": _ENGLISH, "de": _GERMAN}
TABLE: Final[dict[Language, dict[str, str]]] = {
    "en": {"title": "Where journeys go next (share, 95 % range)", "from": "from", "end": "end"},
    "de": {"title": "Wohin Reisen weitergehen (Anteil, 95-%-Bereich)", "from": "von", "end": "Ende"},
}

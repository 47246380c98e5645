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
    "footing": (
        "Good is what the use case calls good for each question. Points below are places among all answers "
        "to the same question, 0 worst and 100 best, so that stages with different questions can be compared."
    ),
    "left": "After {stage} {share} of journeys end (n = {n}).",
    "effects none": "No effect of one stage on another stands out among the {n} looked at.",
    "effects rest": "Other effects that were looked at and do not stand out: {n}.",
    "effect": "{grade}: {acting}, {change}; {held}.",
    "grade B": "Adjusted (grade B)",
    "grade C": "Associated, no proof of an effect (grade C)",
    "happened": "with {point} rather than without",
    "better": "with the best rather than the worst experience at {stage}",
    "stands": "the experience at {stage} is {change}{good} (n = {n})",
    "good change": ", the share of good ones {change}",
    "goes on": "the share of journeys that go on is {change} (n = {n})",
    "held": "held equal: {names}",
    "none held": "nothing was held equal",
    "experience of": "experience at {stage}",
    "time control": "time until the answer",
    "up": "{value} points higher ({low} to {high})",
    "down": "{value} points lower ({low} to {high})",
    "unclear": "not clearly different ({value}, {low} to {high})",
    "windows none": "No best time stands out among the {n} searched for.",
    "windows rest": "Other best times that were searched for and do not stand out: {n}.",
    "windows same": "Counted from another touchpoint, {n} of these best times stand out as well.",
    "window": (
        "Best time for {point}: {low} to {high} days after {after} (begin {low_range}, end {high_range}); "
        "{better}, rather less as the best was searched for (n = {n}).{against}"
    ),
    "window open": (
        "Best time for {point}: from {low} days after {after} on (begin {low_range}, seen to {high} days); "
        "{better}, rather less as the best was searched for (n = {n}).{against}"
    ),
    "window early": (
        "Best time for {point}: up to {high} days after {after} (end {high_range}, seen from {low} days); "
        "{better}, rather less as the best was searched for (n = {n}).{against}"
    ),
    "stands best": "the experience at {stage} is then {change} than at other times",
    "goes on best": "the share of journeys that go on is then {change} than at other times",
    "against": " Beside journeys without {point} it is {inside} then, and {outside} at other times.",
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
    "footing": (
        "Gut ist, was der Anwendungsfall bei jeder Frage gut nennt. Punkte sind im Folgenden Plätze unter "
        "allen Antworten auf dieselbe Frage, 0 am schlechtesten und 100 am besten; so lassen sich Phasen mit "
        "verschiedenen Fragen vergleichen."
    ),
    "left": "Nach {stage} enden {share} der Reisen (n = {n}).",
    "effects none": "Von {n} geprüften Wirkungen einer Phase auf eine andere sticht keine heraus.",
    "effects rest": "Weitere geprüfte Wirkungen, die nicht herausstechen: {n}.",
    "effect": "{grade}: {acting} ist {change}; {held}.",
    "grade B": "Bereinigt (Stufe B)",
    "grade C": "Zusammenhang, kein Beleg einer Wirkung (Stufe C)",
    "happened": "mit {point} statt ohne",
    "better": "mit dem besten statt dem schlechtesten Erlebnis bei {stage}",
    "stands": "das Erlebnis bei {stage} {change}{good} (n = {n})",
    "good change": ", der Anteil guter {change}",
    "goes on": "der Anteil der Reisen, die weitergehen, {change} (n = {n})",
    "held": "gleich gehalten: {names}",
    "none held": "nichts wurde gleich gehalten",
    "experience of": "Erlebnis bei {stage}",
    "time control": "Zeit bis zur Antwort",
    "up": "{value} Punkte höher ({low} bis {high})",
    "down": "{value} Punkte niedriger ({low} bis {high})",
    "unclear": "nicht klar anders ({value}, {low} bis {high})",
    "windows none": "Von {n} gesuchten besten Zeitpunkten sticht keiner heraus.",
    "windows rest": "Weitere gesuchte beste Zeitpunkte, die nicht herausstechen: {n}.",
    "windows same": "Von einem anderen Kontakt an gezählt stechen {n} dieser Zeitpunkte ebenfalls heraus.",
    "window": (
        "Beste Zeit für {point}: {low} bis {high} Tage nach {after} (Beginn {low_range}, Ende {high_range}); "
        "{better}, eher weniger, weil das Beste gesucht wurde (n = {n}).{against}"
    ),
    "window open": (
        "Beste Zeit für {point}: ab {low} Tagen nach {after} (Beginn {low_range}, gesehen bis {high} Tage); "
        "{better}, eher weniger, weil das Beste gesucht wurde (n = {n}).{against}"
    ),
    "window early": (
        "Beste Zeit für {point}: bis {high} Tage nach {after} (Ende {high_range}, gesehen ab {low} Tagen); "
        "{better}, eher weniger, weil das Beste gesucht wurde (n = {n}).{against}"
    ),
    "stands best": "das Erlebnis bei {stage} ist dann {change} als sonst",
    "goes on best": "der Anteil der Reisen, die weitergehen, ist dann {change} als sonst",
    "against": " Neben Reisen ohne {point} ist es dann {inside}, sonst {outside}.",
}

PHRASES: Final[dict[Language, dict[str, str]]] = {"en": _ENGLISH, "de": _GERMAN}

TABLE: Final[dict[Language, dict[str, str]]] = {
    "en": {"title": "Where journeys go next (share, 95 % range)", "from": "from", "end": "end"},
    "de": {"title": "Wohin Reisen weitergehen (Anteil, 95-%-Bereich)", "from": "von", "end": "Ende"},
}

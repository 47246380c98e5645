"""Verbatims made by hand or by chance, of which it is known what they speak of."""

from collections.abc import Mapping, Sequence
from datetime import date

import numpy as np

from features.usecase import Privacy
from training.themes import (
    EmergingTopic,
    MeasuredThemes,
    SourceTexts,
    Span,
    TopicName,
    VerbatimRows,
    measure_themes,
)

FIRST = 222
"""2025 Q3, counted from 1970."""
NAMES = {
    "waiting": TopicName(
        {"en": "Waiting for an answer", "de": "Warten auf eine Antwort"},
        {"en": ("wait", "answer", "queue", "days"), "de": ("warten", "antwort", "tage")},
    ),
    "invoices": TopicName(
        {"en": "Wrong or unclear invoices", "de": "Falsche oder unklare Rechnungen"},
        {"en": ("invoice", "wrong", "amount"), "de": ("rechnung", "falsch", "betrag")},
    ),
    "price": TopicName({"en": "Price", "de": "Preis"}, {"en": ("price", "rise"), "de": ("preis",)}),
    "contact": TopicName(
        {"en": "Helpful contact person", "de": "Hilfsbereite Ansprechperson"},
        {"en": ("helpful", "friendly", "calls"), "de": ("nett", "hilfsbereit")},
    ),
    "app_login": TopicName({}, {"en": ("app", "login"), "de": ("app", "anmelden")}),
}
MOODS = {"waiting": -0.9, "invoices": -0.6, "price": -0.4, "contact": 1.3, "app_login": -0.2, None: 0.3}
SHARES = {"waiting": 0.30, "invoices": 0.2, "price": 0.14, "contact": 0.16, "app_login": 0.06, None: 0.14}
Line = tuple[str | None, str | None, float, float]
"""Who wrote, on which topic, in which tone, whether something could be done."""


def name_of(number: int) -> str:
    return f"{1970 + number // 4} Q{number % 4 + 1}"


def closing_of(number: int) -> date:
    return date(1970 + (number + 1) // 4, (number + 1) % 4 * 3 + 1, 1)


def make_rows(waves: Sequence[Sequence[Line]], **more: object) -> VerbatimRows:
    """Return the verbatims of following quarters, all of them closed unless ``open_waves`` says else."""
    lines = [(FIRST + place, *line) for place, wave in enumerate(waves) for line in wave]
    numbers, people, topics, tones, actionable = zip(*lines, strict=True) if lines else ((), (), (), (), ())
    named = range(FIRST, FIRST + len(waves))
    settings: dict[str, object] = {
        "source": "surveys",
        "survey": None,
        "languages": np.array(["en"] * len(lines), dtype=object),
        "readable": ("en", "de"),
        "open_waves": frozenset(),
    }
    return VerbatimRows(
        entities=np.array(people, dtype=object),
        waves=np.array(numbers, dtype=np.int64),
        topics=np.array(topics, dtype=object),
        tones=np.array(tones, dtype=np.float64),
        is_actionable=np.array(actionable, dtype=np.float64),
        names={number: name_of(number) for number in named},
        closes_on={number: closing_of(number) for number in named},
        **settings | more,  # type: ignore[arg-type]  # settings of any kind
    )


def write(
    n: int,
    *,
    seed: int,
    n_people: int | None = None,
    shares: Mapping[str | None, float] = SHARES,
    moods: Mapping[str | None, float] = MOODS,
) -> list[Line]:
    """Return verbatims of one wave; writers are drawn anew for each, and have a temper of their own."""
    random = np.random.default_rng(seed)
    n_people = n if n_people is None else n_people
    temper = np.random.default_rng(99).normal(0, 0.5, n_people)
    writers = random.integers(0, n_people, n)
    chances = np.array(list(shares.values()))
    drawn = random.choice(len(shares), n, p=chances / chances.sum())
    topics = [list(shares)[place] for place in drawn]
    found: list[Line] = []
    for who, topic in zip(writers.tolist(), topics, strict=True):
        tone = float(np.clip(np.round(moods[topic] + temper[who] + random.normal(0, 0.8)), -2, 2))
        found.append((f"k{who:05d}", topic, tone, float(random.random() < 0.4)))
    return found


def lines_of(**counts: int) -> list[Line]:
    """Return so many verbatims of each topic, each by somebody else; ``none`` is no topic."""
    found: list[Line] = []
    for topic, count in counts.items():
        for _ in range(count):
            found.append(
                (f"p{len(found):04d}", None if topic == "none" else topic, -1.0 + len(found) % 3, 0.0)
            )
    return found


def measure(rows: VerbatimRows, privacy: Privacy | None = None, **more: object) -> MeasuredThemes | None:
    """Return what is told of one source."""
    found = measure_themes([SourceTexts(rows, NAMES, **more)], privacy or Privacy())  # type: ignore[arg-type]
    return found[0] if found else None


def emerging(**more: object) -> EmergingTopic:
    """Return a new topic that 25 of 2,300 people would write about."""
    given = {
        "words": ("parking", "charging", "blocked"),
        "share": Span(0.013, 0.006, 0.02),
        "people": Span(29.0, 12.0, 40.0),
        "of": 2300,
        "first_wave": "2026 Q3",
    }
    return EmergingTopic(**given | more)  # type: ignore[arg-type]  # as above


def count_false_alarms(n_pairs: int) -> int:
    """Return how many pairs of waves drawn alike show a clear change of any share or tone."""
    alarms = 0
    for seed in range(n_pairs):
        pair = [write(400, seed=1000 + 2 * seed + place, n_people=250) for place in range(2)]
        found = measure(make_rows(pair))
        assert found is not None
        alarms += any(
            moved is not None and moved.verdict != "no clear change"
            for line in found.content.themes
            for moved in (line.share_change, line.tone_change)
        )
    return alarms

"""What people wrote about, as data: topics of a wave, with counts, tone, and the change since the last."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal

from features.usecase import Language
from training.pages import Label
from training.statistics import Estimate

ThemeKind = Literal["topic", "no topic", "others"]
"""A topic; verbatims without one; the topics that are too small to be shown, taken together."""
ShareVerdict = Literal["more", "less", "no clear change"]
ToneVerdict = Literal["better", "worse", "no clear change"]
Told = Literal["exact", "under", "over"]


@dataclass(frozen=True)
class TopicName:
    """Say what a topic is called.

    Attributes
    ----------
    label
        Its name by language; may be empty where nobody gave one.
    words
        The words that tell it from other topics, by language, the most telling first.
    """

    label: Label
    words: Mapping[Language, tuple[str, ...]]


@dataclass(frozen=True)
class ToldShare:
    """Hold a share of the verbatims of a topic.

    Attributes
    ----------
    told
        ``under`` and ``over``: of people at work nearly nobody, or nearly all. Only a bound is told then,
        which is the value, and the range is all that it leaves open.
    """

    estimate: Estimate
    told: Told = "exact"


@dataclass(frozen=True)
class ShareChange:
    """Hold how a share changed since the wave before; it is clear over all topics and tones together."""

    estimate: Estimate
    verdict: ShareVerdict


@dataclass(frozen=True)
class ToneChange:
    """Hold how a tone changed since the wave before, in steps of -2 to +2."""

    estimate: Estimate
    verdict: ToneVerdict


@dataclass(frozen=True)
class Theme:
    """Hold one line: a topic of the newest wave.

    Attributes
    ----------
    topic
        Its id; None unless ``kind`` is ``topic``.
    verbatims, people
        How many speak of it, and by how many people they were written.
    share
        Their part of all verbatims that were read in the wave. The range counts somebody who wrote twice
        once.
    tone
        Mean from -2 to +2 with a range by person; None where tone is not told.
    negative
        Share with a tone of -0.5 or less, of those whose tone is known.
    actionable
        Share that says what could be done, of those where that is known.
    is_alike
        Whether tone is not told since nearly all wrote in the same tone: it would tell that of each.
    share_change, tone_change
        Since the wave before; None where that wave tells nothing of the topic.
    """

    kind: ThemeKind
    topic: str | None
    name: TopicName
    verbatims: int
    people: int
    share: Estimate
    tone: Estimate | None
    negative: ToldShare | None
    actionable: ToldShare | None
    is_alike: bool
    share_change: ShareChange | None
    tone_change: ToneChange | None


@dataclass(frozen=True)
class Span:
    """Hold an estimate with its range where no rows are counted."""

    value: float
    low: float
    high: float


@dataclass(frozen=True)
class EmergingTopic:
    """Hold a topic that no earlier wave had.

    Attributes
    ----------
    words
        What marks it.
    share
        Its part of the verbatims.
    people, of
        How many people would write so, and of how many; None where that was not estimated.
    first_wave
        Name of the wave, or the day, on which it was first seen.
    """

    words: tuple[str, ...]
    share: Span
    people: Span | None
    of: int | None
    first_wave: str


@dataclass(frozen=True)
class Unread:
    """Say how many verbatims of the wave were not read; None where too few for a number.

    Attributes
    ----------
    other_language
        In a language that is not read.
    too_short
        Too short to tell the language.
    """

    other_language: int | None
    too_short: int | None


@dataclass(frozen=True)
class Quote:
    """Hold what somebody wrote, reworded by a person who answers for it.

    Attributes
    ----------
    text
        The reworded text, by language.
    """

    source: str
    topic: str
    text: Label
    approved_by: str
    approved_on: date


@dataclass(frozen=True)
class SourceThemes:
    """Hold what people wrote in one source in its newest finished wave.

    Attributes
    ----------
    survey
        Its name for readers, where several are shown.
    wave, wave_before
        Names of the waves; ``wave_before`` is None where there is nothing to compare with.
    verbatims, people
        All that were read in the wave: the denominator of the shares.
    is_anonymous
        Whether nobody knows who wrote what, so that each verbatim counts as one person's.
    has_tone
        Whether tone is told at all: of people at work only where a text does not lead to one of them.
    themes
        What weighs most among the negative first; verbatims without topic and small topics last.
    altered
        Waves that were told with other verbatims or other findings before, and so are not told again.
    open_wave
        The wave whose people are still writing, left out.
    tone_by
        By language how tone is read: the column that it was learnt from, or ``word list``.
    """

    source: str
    survey: str | None
    wave: str
    wave_before: str | None
    verbatims: int
    people: int
    is_anonymous: bool
    has_tone: bool
    themes: tuple[Theme, ...]
    emerging: tuple[EmergingTopic, ...]
    unread: Unread
    altered: tuple[str, ...]
    open_wave: str | None
    tone_by: Mapping[str, str]

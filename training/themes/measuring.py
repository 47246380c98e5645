"""From what was read in verbatims to the lines of a report: topics, tone, and changes since the last wave."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Self

import numpy as np

from features.usecase import Privacy
from training.disclosure import Minimums, Released
from training.statistics import Bools, Ints
from training.statistics.changes import JudgedChange, WaveAnswers, WaveChange, judge_changes, measure_change
from training.statistics.levels import MeanWorth
from training.statistics.overlap import codes_of
from training.themes.record import (
    EmergingTopic,
    ShareChange,
    SourceThemes,
    Theme,
    ThemeKind,
    ToneChange,
    TopicName,
)
from training.themes.rows import VerbatimRows, WaveVerbatims
from training.themes.showing import (
    NO_TOPIC,
    OTHERS,
    Histories,
    ShownWave,
    find_altered,
    release_waves,
    show_wave,
)
from training.themes.telling import Telling

_SHARE, _TONE = MeanWorth.of("csat", (0.0, 1.0)), MeanWorth.of("mean", (-2.0, 2.0))
_KINDS: Mapping[str, ThemeKind] = {NO_TOPIC: "no topic", OTHERS: "others"}
_Changes = Mapping[tuple[str, str, str], JudgedChange]
"""By source, line, and what is compared: ``share`` or ``tone``."""


@dataclass(frozen=True)
class SourceTexts:
    """Hold the verbatims of a source, and what its text model says of itself.

    Attributes
    ----------
    names
        What its topics are called, by id.
    emerging
        Topics that no earlier wave had.
    tone_by
        By language how tone is read.
    histories
        What was told before.
    """

    rows: VerbatimRows
    names: Mapping[str, TopicName] = field(default_factory=dict)
    emerging: tuple[EmergingTopic, ...] = ()
    tone_by: Mapping[str, str] = field(default_factory=dict)
    histories: Histories = field(default_factory=Histories)


@dataclass(frozen=True)
class MeasuredThemes:
    """Hold the lines of a source, and what was decided to be told of it, by question."""

    content: SourceThemes
    released: Mapping[str, Released]


def list_questions(source: str) -> tuple[str, str]:
    """Return the names by which what was told of a source is kept: of its verbatims, and of their writers."""
    return f"{source}-verbatims", f"{source}-writers"


def measure_themes(texts: Sequence[SourceTexts], privacy: Privacy) -> tuple[MeasuredThemes, ...]:
    """Return what people wrote in the newest finished wave of each source.

    Changes of shares and of tones since the wave before are one family over all topics of all sources (Holm
    1979).

    Parameters
    ----------
    texts
        One per source.
    privacy
        Whose words these are, and the fewest of them that are spoken of. Of people at work tone is told only
        where a text does not lead to one of them.

    Returns
    -------
    tuple
        Nothing of a source of which no wave has enough verbatims for two lines.
    """
    chosen = [found for one in texts if (found := _Chosen.of(one, privacy)) is not None]
    changes = judge_changes({key: change for one in chosen for key, change in one.compare().items()})
    return tuple(one.describe(changes) for one in chosen)


@dataclass(frozen=True)
class _Chosen:
    """Hold the waves of a source that are told.

    Attributes
    ----------
    before
        None where the wave that came just before may not be told.
    altered
        Waves that were told otherwise before.
    """

    texts: SourceTexts
    telling: Telling
    minimums: Minimums
    newest: ShownWave
    before: ShownWave | None
    altered: tuple[int, ...]

    @classmethod
    def of(cls, texts: SourceTexts, privacy: Privacy) -> Self | None:
        """Choose the newest wave that may be told and the one before it."""
        rows, minimums = texts.rows, Minimums.of(privacy)
        altered = find_altered(rows, minimums, texts.histories)
        finished = rows.list_finished(minimums.of_kind("verbatims"))
        newest = [number for number in finished if number not in altered][-2:]
        found = (show_wave(WaveVerbatims.of(rows, number), minimums) for number in newest)
        shown = [one for one in found if one is not None]
        if not shown:
            return None
        follows = len(shown) > 1 and shown[0].verbatims.number == shown[1].verbatims.number - 1
        before = shown[0] if follows else None
        return cls(texts, Telling.of(rows, privacy), minimums, shown[-1], before, altered)

    def compare(self) -> dict[tuple[str, str, str], WaveChange]:
        """Return the changes of all topics that both waves tell of."""
        if self.before is None:
            return {}
        found, source = {}, self.texts.rows.source
        waves = self.before.verbatims, self.newest.verbatims
        people = codes_of(*(wave.people for wave in waves))
        for name in sorted(set(self.newest.lines) & set(self.before.lines) - set(_KINDS)):
            lines = self.before.lines[name], self.newest.lines[name]
            shares = (
                WaveAnswers(is_in.astype(np.float64), who) for who, is_in in zip(people, lines, strict=True)
            )
            found[source, name, "share"] = measure_change(_SHARE, *shares)
            tones = [_tones(self.telling, *one) for one in zip(waves, lines, people, strict=True)]
            if tones[0] is not None and tones[1] is not None:
                found[source, name, "tone"] = measure_change(_TONE, tones[0], tones[1])
        return found

    def describe(self, changes: _Changes) -> MeasuredThemes:
        """Return the lines, what weighs most among the negative first."""
        rows, now, telling = self.texts.rows, self.newest.verbatims, self.telling
        before = None if self.before is None else self.before.verbatims
        content = SourceThemes(
            source=rows.source,
            survey=rows.survey,
            wave=now.name,
            wave_before=None if before is None else before.name,
            verbatims=len(now.people),
            people=now.count_people(now.everybody),
            is_anonymous=rows.is_anonymous,
            has_tone=telling.has_tone,
            themes=tuple(
                sorted((self._line(*line, changes) for line in self.newest.lines.items()), key=_rank)
            ),
            emerging=telling.keep_large(self.texts.emerging, now),
            unread=telling.count_unread(rows, now.number),
            altered=tuple(rows.names[number] for number in self.altered),
            open_wave=rows.names[max(rows.open_waves)] if rows.open_waves else None,
            tone_by=self.texts.tone_by if telling.has_tone else {},
        )
        shown = [self.newest] if self.before is None else [self.before, self.newest]
        released = release_waves(shown, self.minimums, self.texts.histories)
        return MeasuredThemes(content, dict(zip(list_questions(rows.source), released, strict=True)))

    def _line(self, name: str, is_in: Bools, changes: _Changes) -> Theme:
        """Return one line with its changes."""
        kind, source = _KINDS.get(name, "topic"), self.texts.rows.source
        called = self.texts.names.get(name, TopicName({}, {}))
        line = self.telling.describe(self.newest.verbatims, kind, name, called, is_in)
        share, tone = (changes.get((source, name, what)) for what in ("share", "tone"))
        return replace(
            line,
            share_change=None if share is None else _share_change(share),
            tone_change=None if tone is None else _tone_change(tone),
        )


def _tones(telling: Telling, wave: WaveVerbatims, is_in: Bools, people: Ints) -> WaveAnswers | None:
    """Return the tones of a line; None where they are not told."""
    known = telling.find_tones(wave, is_in)
    return None if known is None else WaveAnswers(wave.tones[known], people[known])


def _share_change(judged: JudgedChange) -> ShareChange:
    """Return a change of a share in words."""
    change = judged.found.change
    if not judged.is_clear:
        return ShareChange(change, "no clear change")
    return ShareChange(change, "more" if change.value > 0 else "less")


def _tone_change(judged: JudgedChange) -> ToneChange:
    """Return a change of a tone in words."""
    change = judged.found.change
    if not judged.is_clear:
        return ToneChange(change, "no clear change")
    return ToneChange(change, "better" if change.value > 0 else "worse")


def _rank(line: Theme) -> tuple[int, float, float, str]:
    """Return the place of a line: topics by negative share of all, then by size; then what is no topic."""
    negative = 0.0 if line.negative is None else line.negative.estimate.value
    place = ("topic", "no topic", "others").index(line.kind)
    return place, -line.share.value * negative, -line.share.value, line.topic or ""

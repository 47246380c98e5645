"""What may be told of one line: shares and tone of enough verbatims by enough people."""

from dataclasses import dataclass, replace

import numpy as np

from features.usecase import Privacy
from training.disclosure import Minimums
from training.statistics import Bools, Floats
from training.themes.figures import NEGATIVE_TO, is_alike, measure_share, measure_tone, tell_share
from training.themes.record import EmergingTopic, Theme, ThemeKind, ToldShare, TopicName, Unread
from training.themes.rows import VerbatimRows, WaveVerbatims


@dataclass(frozen=True)
class Telling:
    """Say what may be told.

    Attributes
    ----------
    minimum
        Fewest verbatims, and fewest people who wrote them.
    is_bounded
        Whether shares near 0 and 1, and tones that are all alike, are not told exactly: of people at work.
    has_tone
        Whether tone is told at all.
    """

    minimum: int
    is_bounded: bool
    has_tone: bool

    @classmethod
    def of(cls, rows: VerbatimRows, privacy: Privacy) -> "Telling":
        """Take what the use case says; the tone of a text that leads to a person at work is not told."""
        is_bounded = privacy.is_about_employees
        minimum = Minimums.of(privacy).of_kind("verbatims")
        return cls(minimum, is_bounded, has_tone=rows.is_anonymous or not is_bounded)

    def find_tones(self, wave: WaveVerbatims, is_in: Bools) -> Bools | None:
        """Return the verbatims of a line whose tone is told; None where it is not."""
        known = is_in & np.isfinite(wave.tones)
        if not self.has_tone or not wave.is_enough(known, self.minimum):
            return None
        return None if self.is_bounded and is_alike(wave.tones[known]) else known

    def describe(
        self, wave: WaveVerbatims, kind: ThemeKind, name: str, called: TopicName, is_in: Bools
    ) -> Theme:
        """Return a line without its changes."""
        line = Theme(
            kind=kind,
            topic=name if kind == "topic" else None,
            name=called,
            verbatims=int(is_in.sum()),
            people=wave.count_people(is_in),
            share=measure_share(is_in, wave.codes),
            tone=None,
            negative=None,
            actionable=self._tell(wave, is_in, wave.is_actionable),
            is_alike=False,
            share_change=None,
            tone_change=None,
        )
        known = self.find_tones(wave, is_in)
        if known is None:
            judged = is_in & np.isfinite(wave.tones)
            return replace(line, is_alike=self.has_tone and wave.is_enough(judged, self.minimum))
        negative = self._tell(wave, is_in, np.where(np.isnan(wave.tones), np.nan, wave.tones <= NEGATIVE_TO))
        return replace(line, tone=measure_tone(wave.tones[known], wave.codes[known]), negative=negative)

    def count_unread(self, rows: VerbatimRows, number: int) -> Unread:
        """Return how many verbatims of a wave were not read, and why."""
        left = (rows.waves == number) & ~rows.is_read
        is_short = np.array([language in {"", None} for language in rows.languages], dtype=np.bool_)
        return Unread(self._count(rows, left & ~is_short), self._count(rows, left & is_short))

    def keep_large(self, found: tuple[EmergingTopic, ...], wave: WaveVerbatims) -> tuple[EmergingTopic, ...]:
        """Return the new topics that are large enough to be spoken of."""
        n_people = wave.count_people(wave.everybody)
        return tuple(one for one in found if _expected_people(one, n_people) >= self.minimum)

    def _tell(self, wave: WaveVerbatims, is_in: Bools, values: Floats) -> ToldShare | None:
        """Return the share of known values that are 1; None where too few are known."""
        known = is_in & np.isfinite(values)
        if not wave.is_enough(known, self.minimum):
            return None
        return tell_share(values[known] > 0, wave.codes[known], is_bounded=self.is_bounded)

    def _count(self, rows: VerbatimRows, chosen: Bools) -> int | None:
        """Return a number of verbatims; None where too few, or by too few people, for a number."""
        count = int(chosen.sum())
        named = {who for who in rows.entities[chosen] if who is not None}
        n_people = len(named) + sum(who is None for who in rows.entities[chosen])
        return count if count == 0 or min(count, n_people) >= self.minimum else None


def _expected_people(topic: EmergingTopic, n_people: int) -> float:
    """Return how many people a new topic stands for: as estimated, else its share of those who wrote."""
    seen = topic.share.value * n_people
    return seen if topic.people is None else min(seen, topic.people.value)

"""The journey map in sentences, in plain English and German."""

from collections.abc import Iterator
from typing import Final

from features.usecase import Language
from training.journey.effects import StageEffect
from training.journey.phrases import PHRASES, SUBJECTS
from training.journey.record import JourneyRecord
from training.journey.setting import GOING_ON, TIME_CONTROL
from training.journey.windows import TimingWindow
from training.statistics import Estimate

_THOUSANDS: Final[dict[Language, str]] = {"en": ",", "de": "."}


def tell_journeys(record: JourneyRecord, language: Language = "en") -> list[str]:
    """Return what was found, a sentence or two each.

    Parameters
    ----------
    record
        The journey map.
    language
        ``en`` or ``de``.
    """
    teller = Teller(record, language)
    return [
        teller.coverage(),
        *teller.stages(),
        *teller.experience(),
        *teller.leaving(),
        *teller.effects(),
        *teller.windows(),
    ]


class Teller:
    """Tell one record in one language."""

    def __init__(self, record: JourneyRecord, language: Language) -> None:
        self._record = record
        self._language = language
        self._phrases = PHRASES[language]

    def say(self, phrase: str, **parts: object) -> str:
        """Return a phrase with its gaps filled."""
        return self._phrases[phrase].format(**parts)

    def coverage(self) -> str:
        """Tell what the map rests on."""
        found = self._record.coverage
        return self.say(
            "coverage",
            journeys=self.count(found.n_journeys),
            entities=self.count(found.n_entities),
            subject=SUBJECTS[self._language].get(found.subject, found.subject),
            touches=self.count(found.n_touches),
            until=found.observed_until,
            days=found.restart_days,
        )

    def stages(self) -> Iterator[str]:
        """Tell the stages in order, who shares one, and circles."""
        listed = " > ".join(self.stage(stage) for stage in range(len(self._record.stages)))
        yield self.say("stages declared" if self._record.is_declared else "stages found", stages=listed)
        for members in self._record.stages:
            if len(members) > 1 and not self._record.is_declared and members not in self._record.order.cycles:
                yield self.say("shared", points=self.points(members))
        yield from (self.say("cycle", points=self.points(cycle)) for cycle in self._record.order.cycles)

    def experience(self) -> Iterator[str]:
        """Tell how good each stage is, on which footing, and which is the weakest."""
        for each in self._record.experiences:
            share, n = self.share(each.good), self.count(each.good.n)
            yield self.say("good", stage=self.stage(each.stage), share=share, n=n)
        if self._record.n_hidden:
            yield self.say("hidden", n=self._record.n_hidden)
        weakest = self._record.weakest
        names = [self.stage(stage) for stage in weakest.stages]
        if weakest.is_clear:
            yield self.say("weakest", stage=names[0])
        elif names:
            yield self.say("weakest tie", stages=f" {self.say('or')} ".join(names))
        if self._record.experiences:
            yield self.say("footing")

    def leaving(self) -> Iterator[str]:
        """Tell from which stages journeys end."""
        last = len(self._record.stages) - 1
        for row in self._record.transitions:
            if row.stage < last:
                share, n = self.share(row.shares[-1]), self.count(row.shares[-1].n)
                yield self.say("left", stage=self.stage(row.stage), share=share, n=n)

    def effects(self) -> Iterator[str]:
        """Tell the effects that stand, the surest first, or that none does."""
        looked_at = self._record.effects
        clear = sorted((each for each in looked_at if each.is_clear), key=lambda each: each.p_value)
        yield from map(self.effect, clear)
        yield self.say("effects rest" if clear else "effects none", n=len(looked_at) - len(clear))

    def effect(self, effect: StageEffect) -> str:
        """Tell one effect."""
        if effect.point is not None:
            acting = self.say("happened", point=self.point(effect.point))
        else:
            acting = self.say("better", stage=self.stage(effect.stage))
        grade, held = self.say(f"grade {effect.grade}"), self.held(effect.held_equal)
        return self.say("effect", grade=grade, acting=acting, change=self.change(effect), held=held)

    def change(self, effect: StageEffect) -> str:
        """Tell what changes with an effect."""
        moved, n = self.moved(effect.standing), self.count(effect.standing.n)
        if effect.later == GOING_ON:
            return self.say("goes on", change=moved, n=n)
        good = "" if effect.good is None else self.say("good change", change=self.moved(effect.good))
        return self.say("stands", stage=self.stage(effect.later), change=moved, good=good, n=n)

    def windows(self) -> Iterator[str]:
        """Tell the best times that stand, one for each touchpoint and outcome, or that none does."""
        searched = self._record.windows
        clear = sorted((each for each in searched if each.is_clear), key=_doubt)
        surest: dict[tuple[int, int], TimingWindow] = {}
        for each in clear:
            surest.setdefault((each.point, each.later), each)
        yield from map(self.window, surest.values())
        if len(clear) > len(surest):
            yield self.say("windows same", n=len(clear) - len(surest))
        yield self.say("windows rest" if clear else "windows none", n=len(searched) - len(clear))

    def window(self, window: TimingWindow) -> str:
        """Tell one best time."""
        band = window.band
        goes_on = window.later == GOING_ON
        return self.say(
            "window open" if band.is_open else "window early" if band.is_early else "window",
            point=self.point(window.point),
            after=self.point(window.after),
            low=self.days(band.low.value),
            low_range=f"{self.days(band.low.low)}–{self.days(band.low.high)}",
            high=self.days(band.high.value),
            high_range=f"{self.days(band.high.low)}–{self.days(band.high.high)}",
            better=self.say(
                "goes on best" if goes_on else "stands best",
                stage="" if goes_on else self.stage(window.later),
                change=self.moved(band.difference),
            ),
            against=self.against(window),
            n=self.count(band.low.n),
        )

    def against(self, window: TimingWindow) -> str:
        """Tell how the touchpoint in and outside of its best time compares with going without it."""
        if window.inside is None or window.outside is None:
            return ""
        inside, outside = self.moved(window.inside), self.moved(window.outside)
        return self.say("against", point=self.point(window.point), inside=inside, outside=outside)

    def held(self, names: tuple[str, ...]) -> str:
        """Tell what was held equal."""
        return self.say("held", names=", ".join(map(self.control, names))) if names else self.say("none held")

    def control(self, key: str) -> str:
        """Name one column that was held equal."""
        kind, _, name = key.partition(":")
        if kind == "experience":
            return self.say("experience of", stage=self.stage(int(name)))
        if kind == "event":
            return self.point(int(name))
        return self.say("time control") if kind == TIME_CONTROL else name.replace("_", " ")

    def point(self, number: int) -> str:
        """Name a touchpoint."""
        point = self._record.points[number]
        return point.label.get(self._language) or point.label.get("en") or point.name

    def points(self, numbers: tuple[int, ...]) -> str:
        """Name touchpoints."""
        return ", ".join(map(self.point, numbers))

    def stage(self, stage: int) -> str:
        """Name a stage after its touchpoints."""
        return " + ".join(map(self.point, self._record.stages[stage]))

    def count(self, number: int) -> str:
        """Write a whole number."""
        return f"{number:,}".replace(",", _THOUSANDS[self._language])

    def days(self, days: float) -> str:
        """Write days, whole ones without a point."""
        text = f"{days:.1f}".removesuffix(".0")
        return text if self._language == "en" else text.replace(".", ",")

    def share(self, share: Estimate) -> str:
        """Write a share with its range."""
        return f"{100 * share.value:.0f} % ({100 * share.low:.0f}–{100 * share.high:.0f})"

    def moved(self, change: Estimate) -> str:
        """Write a change in points of 100 with its range: up, down, or, where that is not clear, signed."""
        value, low, high = (100 * number for number in (change.value, change.low, change.high))
        if low <= 0 <= high:
            return self.say("unclear", value=f"{value:+.0f}", low=f"{low:+.0f}", high=f"{high:+.0f}")
        if value > 0:
            return self.say("up", value=f"{value:.0f}", low=f"{low:.0f}", high=f"{high:.0f}")
        return self.say("down", value=f"{-value:.0f}", low=f"{-high:.0f}", high=f"{-low:.0f}")


def _doubt(window: TimingWindow) -> tuple[float, float]:
    """Return what orders best times: the surest first, then the one that stands out most beside its range."""
    difference = window.band.difference
    return window.band.p_value, -difference.value / max(difference.high - difference.low, 1e-12)

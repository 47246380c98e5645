"""Every mention of a source in a use case, and what the source has to be there."""

from collections.abc import Iterable, Iterator, Mapping
from fnmatch import fnmatchcase
from typing import Literal, NamedTuple, Protocol

from features.usecase.belief import Beliefs
from features.usecase.journey import Journey, column_of, good_of
from features.usecase.meaning import Driver, Privacy, Value
from features.usecase.membership import Cohort
from features.usecase.outcome import EventTarget, NextTarget, SilenceTarget
from features.usecase.rule import FeatureRule, ResponseRateRule
from features.usecase.source import Source
from features.usecase.vocabulary import propose

Need = Literal["events", "statements", "attributes", "entities", "any"]
_NPS_SCALE = (0.0, 10.0)
_NEEDS: dict[str, Need] = {
    "cohort.from": "entities",
    "cohort.until": "entities",
    "value.revenue": "entities",
    "units": "attributes",
    "weight": "attributes",
    "cuts": "attributes",
    "journey.context": "attributes",
    "privacy.protected": "any",
    "privacy.names": "any",
}
_TONE = ("sentiment", "effort")
_MOOD = (*_TONE, "sentiment_slope", "sentiment_end", "escalation", "escalation_s", "risk")
_OF_SINGLE_ANSWERS = ("min", "max", "first", "last", "days_since_first", "days_since_last")


class Mentions(Protocol):
    """The parts of a use case that name sources."""

    @property
    def sources(self) -> Mapping[str, Source]:
        """Return the sources by name."""

    @property
    def features(self) -> Mapping[str, FeatureRule | ResponseRateRule]:
        """Return the feature rules."""

    @property
    def cohort(self) -> Cohort | None:
        """Return who is looked at."""

    @property
    def target(self) -> EventTarget | SilenceTarget | NextTarget | None:
        """Return what is predicted."""

    @property
    def drivers(self) -> Mapping[str, Driver]:
        """Return the drivers."""

    @property
    def journey(self) -> Journey | None:
        """Return the touchpoints."""

    @property
    def beliefs(self) -> Beliefs | None:
        """Return what is believed to drive the outcome."""

    @property
    def value(self) -> Value | None:
        """Return what an entity is worth."""

    @property
    def privacy(self) -> Privacy:
        """Return whose data this is."""

    @property
    def units(self) -> str | None:
        """Return the attribute that says the unit."""

    @property
    def weight(self) -> str | None:
        """Return the attribute that says the weight."""

    @property
    def cuts(self) -> list[str]:
        """Return the declared group cuts."""


class Mention(NamedTuple):
    """A source named under a key, and what it has to hold there."""

    key: str
    source: str
    needs: Need


def check_sources(usecase: Mentions) -> None:
    """Demand that every source that is named exists and holds what is needed of it.

    Raises
    ------
    ValueError
        Naming the key, the source and the remedy.
    """
    for mention in _list_mentions(usecase):
        if mention.source not in usecase.sources:
            remedy = propose(mention.source, usecase.sources)
            message = f"{mention.key} names the source '{mention.source}', which is not there; {remedy}"
            raise ValueError(message)
        _check_kind(mention, usecase.sources[mention.source])
    for name, rule in usecase.features.items():
        _check_rule(name, rule, usecase.sources)
    _check_units(usecase)
    _check_cuts(usecase)
    _check_answer(usecase)
    _check_journey(usecase)
    _check_tone(usecase)
    _check_levers(usecase)


def _check_kind(mention: Mention, source: Source) -> None:
    """Demand events (statements may be anonymous), attributes, or at least rows that belong to entities."""
    key, name, needs = mention
    if needs in {"events", "statements"} and not source.is_events:
        message = f"{key} needs events, but '{name}' has no 'event_time'; name a source of events"
        raise ValueError(message)
    if needs == "attributes" and (source.is_events or source.is_link):
        message = (
            f"{key} needs attributes, but '{name}' has none; name a source with 'valid_from' and no links"
        )
        raise ValueError(message)
    if needs not in {"any", "statements"} and source.is_anonymous:
        message = f"{key} needs to know who a row belongs to, but '{name}' joins by unit; name another source"
        raise ValueError(message)


def _list_mentions(usecase: Mentions) -> Iterator[Mention]:
    """Yield every mention of a source, in the order in which faults are told."""
    for name, rule in usecase.features.items():
        if isinstance(rule, ResponseRateRule):
            yield Mention(f"features.{name}.answered", rule.answered, "events")
            yield Mention(f"features.{name}.invited", rule.invited, "events")
        else:
            yield Mention(f"features.{name}", name, "any")
    for key, path in _named_columns(usecase):
        source, dot, _ = path.partition(".")
        if not dot:
            message = f"{key}: '{path}' is not a column of a source; write 'source.column'"
            raise ValueError(message)
        yield Mention(key, source, _NEEDS[key])
    yield from _watched(usecase)
    yield from _touched(usecase)
    if usecase.beliefs is not None and usecase.beliefs.stated is not None:
        yield Mention("beliefs.stated.from", usecase.beliefs.stated.source, "statements")
    for name, driver in usecase.drivers.items():
        for prefix in _prefixes(driver.features):
            yield Mention(f"drivers.{name}.features", prefix, "any")


def _watched(usecase: Mentions) -> Iterator[Mention]:
    """Yield the sources whose events say who belongs and what became of them."""
    if usecase.cohort is not None and usecase.cohort.active is not None:
        yield Mention("cohort.active", usecase.cohort.active, "events")
    if usecase.target is not None:
        keys = {"event": "target.event", "silence": "target.silence"}
        yield Mention(keys.get(usecase.target.outcome, "target.next"), usecase.target.source, "events")


def _touched(usecase: Mentions) -> Iterator[Mention]:
    """Yield the sources of touchpoints."""
    if usecase.journey is not None:
        for name, touchpoint in usecase.journey.touchpoints.items():
            yield Mention(f"journey.touchpoints.{name}.from", touchpoint.source, "events")


def _prefixes(patterns: Iterable[str]) -> Iterator[str]:
    """Yield the sources that driver patterns name outright."""
    for pattern in patterns:
        prefix, dot, _ = pattern.partition(".")
        if dot and not set("*?[") & set(prefix):
            yield prefix


def _named_columns(usecase: Mentions) -> list[tuple[str, str]]:
    """Return (key in the file, source.column) for every column named outside the features."""
    named = [
        ("cohort.from", usecase.cohort and usecase.cohort.starts),
        ("cohort.until", usecase.cohort and usecase.cohort.ends),
        ("value.revenue", usecase.value and usecase.value.revenue),
        ("units", usecase.units),
        ("weight", usecase.weight),
        *(("cuts", cut) for cut in usecase.cuts),
        *(("journey.context", path) for path in (usecase.journey.context if usecase.journey else ())),
        *(("privacy.protected", path) for path in usecase.privacy.protected if "." in path),
        *(("privacy.names", path) for path in usecase.privacy.names),
    ]
    return [(key, column) for key, column in named if column]


def _check_rule(name: str, rule: FeatureRule | ResponseRateRule, sources: Mapping[str, Source]) -> None:
    """Ask attributes for nothing but their last value, anonymous answers for nothing about a single one."""
    if isinstance(rule, ResponseRateRule):
        return
    source = sources[name]
    if not source.is_events and (
        rule.windowed or rule.ratio or rule.days_since_last or rule.days_since_first or rule.first
    ):
        message = (
            f"features.{name} uses functions of events, but '{name}' holds attributes; write last: [...]"
        )
        raise ValueError(message)
    single = [function for function in _OF_SINGLE_ANSWERS if getattr(rule, function) not in (None, [])]
    if source.is_anonymous and single:
        message = f"features.{name}.{single[0]} tells of single answers, but '{name}' is anonymous; "
        message += "write count, sum, mean, std, slope, share or ratio"
        raise ValueError(message)


def _check_units(usecase: Mentions) -> None:
    """Demand 'units' where a source joins by unit."""
    anonymous = [name for name, source in usecase.sources.items() if source.is_anonymous]
    if anonymous and usecase.units is None:
        message = f"sources.{anonymous[0]} joins by unit, but 'units' is missing; "
        message += "write units: source.column, the attribute that says the unit of an entity"
        raise ValueError(message)


def _check_cuts(usecase: Mentions) -> None:
    """Demand that cuts have different columns and show nothing protected."""
    columns = [cut.partition(".")[2] for cut in usecase.cuts]
    for cut, column in zip(usecase.cuts, columns, strict=True):
        if columns.count(column) > 1:
            message = f"cuts names the column '{column}' twice; rename it in one of the sources"
            raise ValueError(message)
        if {cut, column} & set(usecase.privacy.protected):
            message = f"cuts names '{cut}', which stands under privacy.protected; leave one of them out"
            raise ValueError(message)


def _check_answer(usecase: Mentions) -> None:
    """Demand a scale of the answer that is predicted."""
    target = usecase.target
    if not isinstance(target, NextTarget) or target.kind == "numeric":
        return
    scale = usecase.sources[target.source].scales.get(target.column)
    if scale is None:
        shown = "0..10" if target.kind == "nps_group" else "1..5"
        message = f"target.next names '{target.next}', a column without a scale; "
        message += f"add to sources.{target.source} scales: {{{target.column}: {shown}}}"
        raise ValueError(message)
    if target.kind == "nps_group" and scale != _NPS_SCALE:
        message = (
            f"target.kind 'nps_group' needs answers from 0 to 10, but '{target.next}' has another scale; "
        )
        message += "write kind: ordinal"
        raise ValueError(message)


def _check_journey(usecase: Mentions) -> None:
    """Demand that every experience says what is good, and that nothing protected is read."""
    if usecase.journey is None:
        return
    for name, touchpoint in usecase.journey.touchpoints.items():
        key, source = f"journey.touchpoints.{name}", usecase.sources[touchpoint.source]
        column = column_of(touchpoint, source)
        if column is not None and good_of(touchpoint, source) is None:
            message = f"{key}.experience names '{column}', a column without a scale; add it to "
            message += f"sources.{touchpoint.source}.scales, or write what is good, for example good: '<= 0'"
            raise ValueError(message)
        read = [("where", part) for part in touchpoint.where]
        read += [("experience", column)] if column is not None else []
        _refuse_protected(usecase, [(f"{key}.{part}", f"{touchpoint.source}.{held}") for part, held in read])
    _refuse_protected(usecase, [("journey.context", path) for path in usecase.journey.context])


def _refuse_protected(usecase: Mentions, read: Iterable[tuple[str, str]]) -> None:
    """Demand that no protected column is read under a key."""
    for key, path in read:
        if {path, path.partition(".")[2]} & set(usecase.privacy.protected):
            message = f"{key} names '{path}', which stands under privacy.protected; leave one of them out"
            raise ValueError(message)


def _check_tone(usecase: Mentions) -> None:
    """Demand that nobody at work is judged by the tone of a text, and no conversation is measured there."""
    if not usecase.privacy.is_about_employees:
        return
    for name, source in usecase.sources.items():
        if source.turns is not None:
            message = f"sources.{name}.turns: conversations of people at work are not measured; leave it out"
            raise ValueError(message)
        rule = usecase.features.get(name)
        if source.text is None or not isinstance(rule, FeatureRule) or source.is_anonymous:
            continue
        judged = [column for column in rule.columns if column in _TONE]
        if judged:
            message = f"features.{name} uses '{judged[0]}' of texts that lead to a person at work; "
            message += "join them by unit (join: unit), or use topic and is_actionable alone"
            raise ValueError(message)


def _check_levers(usecase: Mentions) -> None:
    """Refuse levers made of how people write: the mood that colours it colours the outcome as well."""
    toned = [
        name
        for source, rule in usecase.features.items()
        if not isinstance(rule, ResponseRateRule) and usecase.sources[source].words is not None
        for column in _MOOD
        for name in rule.list_names(source, column)
    ]
    for driver, spec in usecase.drivers.items():
        patterns = [pattern.replace("[", "[[]") for pattern in spec.features] if spec.role == "lever" else []
        found = next((name for name in toned for one in patterns if fnmatchcase(name, one)), None)
        if found is not None:
            message = (
                f"drivers.{driver} is a lever, but {found} is the tone in which people write or speak: mood "
            )
            message += "colours it and the outcome; write role: signal, or leave that feature out"
            raise ValueError(message)

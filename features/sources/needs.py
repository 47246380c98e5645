"""Which columns of each source a use case reads, and as what: so that nothing else has to be loaded."""

from typing import Literal

from features.errors import SpecError
from features.usecase import (
    EventTarget,
    FeatureRule,
    NamedRounds,
    NextTarget,
    Source,
    UseCase,
    column_of,
    good_of,
    parse_condition,
)

Reading = Literal["number", "moment", "text", "any"]
_ORDER: tuple[Reading, ...] = ("number", "moment", "text", "any")
RESERVED = ("entity_id", "event_time", "valid_from", "valid_to", "known_at", "known_until")


def list_needs(usecase: UseCase, name: str) -> dict[str, Reading]:
    """Return the columns of source ``name`` that some part of the use case reads, and how.

    ``any`` means that the values decide. Keys and clocks are not among them: see :func:`list_clocks`.

    Raises
    ------
    SpecError
        If a protected column is to become a feature.
    """
    source = usecase.sources[name]
    needs: list[tuple[str, Reading]] = [(column, "number") for column in source.scales]
    rule = usecase.features.get(name)
    if isinstance(rule, FeatureRule):
        _refuse_protected(usecase, name, rule)
        needs += _list_rule(rule)
    if usecase.cohort is not None:
        needs += [
            (column, "moment") for column in _columns_of(name, usecase.cohort.starts, usecase.cohort.ends)
        ]
    if usecase.value is not None:
        needs += [(column, "number") for column in _columns_of(name, usecase.value.revenue)]
    needs += [(column, "number") for column in _columns_of(name, usecase.weight)]
    if isinstance(source.waves, NamedRounds):
        needs.append((source.waves.column, "text"))
    needs += _list_target(usecase, name)
    stated = None if usecase.beliefs is None else usecase.beliefs.stated
    needs += [(stated.column, "text")] if stated is not None and stated.source == name else []
    needs += [(column, "text") for column in _columns_of(name, usecase.units)]
    needs += _list_journey(usecase, name)
    apart = (*usecase.cuts, *usecase.protected_columns.values())
    needs += [(column, "any") for column in _columns_of(name, *apart)]
    needs += _list_words(source)
    needs += [(column, "text") for column in _columns_of(name, *usecase.privacy.names)]
    needs = [(column, reading) for column, reading in needs if column not in source.computed]
    needs.sort(key=lambda need: _ORDER.index(need[1]))
    found: dict[str, Reading] = {}
    for column, reading in needs:
        found.setdefault(column, reading)
    return found


def _list_words(source: Source) -> list[tuple[str, Reading]]:
    """Return what reading words needs: the text, or the id that leads to turns, and the rating beside it."""
    needs: list[tuple[str, Reading]] = []
    if source.verbatim is not None:
        needs.append((source.verbatim, "text"))
    if source.turns is not None:
        needs.append((str(source.id), "text"))
    if source.words is not None and source.words.learn_from is not None:
        needs.append((source.words.learn_from, "number"))
    return needs


def list_clocks(source: Source) -> tuple[str, ...]:
    """Return the columns that hold the clocks of a source."""
    starts = None if source.valid_from == "always" else source.valid_from
    clocks = (source.event_time, starts, source.valid_to, source.known_at_column)
    return tuple(dict.fromkeys(column for column in clocks if column is not None))


def _list_rule(rule: FeatureRule) -> list[tuple[str, Reading]]:
    """Return what the functions of a rule read."""
    computed = [*rule.sum, *rule.mean, *rule.min, *rule.max, *rule.std, *rule.slope, *rule.delta]
    needs: list[tuple[str, Reading]] = [(column, "number") for column in computed if column in rule.columns]
    for column, conditions in rule.share.items():
        is_ordered = any(parse_condition(condition)[0] != "=" for condition in conditions.values())
        needs.append((column, "number" if is_ordered else "any"))
    return [*needs, *((column, "any") for column in (*rule.first, *rule.last, *rule.distinct))]


def _list_target(usecase: UseCase, name: str) -> list[tuple[str, Reading]]:
    """Return what the target reads: the cause of an event, or the answer that is predicted."""
    target = usecase.target
    if target is None or target.source != name:
        return []
    if isinstance(target, NextTarget):
        return [(target.column, "number")]
    cause = target.cause if isinstance(target, EventTarget) else None
    return [(cause.column, "text")] if cause is not None else []


def _list_journey(usecase: UseCase, name: str) -> list[tuple[str, Reading]]:
    """Return what the touchpoints read of a source, and the context of journeys."""
    if usecase.journey is None:
        return []
    needs: list[tuple[str, Reading]] = [
        (column, "any") for column in _columns_of(name, *usecase.journey.context)
    ]
    for touchpoint in usecase.journey.touchpoints.values():
        if touchpoint.source != name:
            continue
        conditions = [
            (column, parse_condition(condition)[0]) for column, condition in touchpoint.where.items()
        ]
        column, good = (
            column_of(touchpoint, usecase.sources[name]),
            good_of(touchpoint, usecase.sources[name]),
        )
        if column is not None and good is not None:
            conditions.append((column, good[0]))
        needs += [(column, "any" if comparison == "=" else "number") for column, comparison in conditions]
    return needs


def _columns_of(name: str, *paths: str | None) -> list[str]:
    """Return the columns of those ``source.column`` paths that lie in source ``name``."""
    parts = (path.partition(".") for path in paths if path is not None)
    return [column for source, _, column in parts if source == name]


def _refuse_protected(usecase: UseCase, name: str, rule: FeatureRule) -> None:
    """Demand that no protected column becomes a feature."""
    for column in rule.columns:
        if column in usecase.privacy.protected or f"{name}.{column}" in usecase.privacy.protected:
            problem = f"'{column}' stands under privacy.protected and may not become a feature"
            raise SpecError(f"features.{name}", problem, "take it out of one of the two")

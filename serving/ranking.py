"""The ranking of drivers over everybody or inside one segment, from what the training wrote into the bundle.

Segments were ranked and put under disclosure control when the model was trained. Nothing is computed here, so
nothing that was hidden then can be asked for now.
"""

from collections.abc import Callable, Mapping
from typing import Any, Literal, TypeVar

import msgspec

from serving.access.permission import check_unit
from serving.access.roles import Actor
from serving.champions import Champion
from serving.driver_schemas import (
    Driver,
    DriversAnswer,
    GoalFacts,
    SegmentFacts,
    SegmentName,
    StoredCut,
    StoredDriver,
    StoredGoal,
    StoredLever,
    StoredSegment,
    StoredShare,
    read_cuts,
    read_drivers,
    read_levers,
)
from serving.problems import Finding, ProblemError, refuse_unusable

_Stored = TypeVar("_Stored")
_LONGEST_SEGMENT = 512
_WANTED: Mapping[str, Literal["lower", "higher", "exactly"]] = {
    "<=": "lower",
    "<": "lower",
    ">=": "higher",
    ">": "higher",
    "=": "exactly",
}


def parse_segment(text: str) -> SegmentName:
    """Read ``cut:group``; the name of the group may hold colons.

    Raises
    ------
    ProblemError
        422 for anything else.

    Examples
    --------
    >>> parse_segment("site:north")
    SegmentName(cut='site', group='north')
    """
    cut, colon, group = text.partition(":")
    if not (cut and colon and group) or len(text) > _LONGEST_SEGMENT:
        finding = Finding("query.segment", "write cut:group, for example region:north")
        raise ProblemError(422, "parameter", "A query parameter is not accepted.", (finding,))
    return SegmentName(cut, group)


def describe_drivers(champion: Champion, actor: Actor, asked: SegmentName | None = None) -> DriversAnswer:
    """Return the ranking, over everybody or inside one segment.

    Parameters
    ----------
    actor
        Who asks; a key of units gets their segments and no others.
    asked
        The segment.

    Raises
    ------
    ProblemError
        409 for a model whose figures do not support its use; 403 for a segment that is not of this key; 404
        for one that is hidden, or that does not exist: nobody can tell the two apart.
    """
    demand_usable(champion)
    if asked is not None:
        check_unit(actor, asked.cut, asked.group)
    bundle = champion.bundle
    rows = read_stored(read_drivers, bundle.drivers)
    levers = read_stored(read_levers, bundle.evaluation.get("levers", []))
    cuts = read_stored(read_cuts, bundle.evaluation.get("driver_segments", {}))
    everybody = [_describe(champion, place, row, levers) for place, row in enumerate(rows, start=1)]
    found = None if asked is None else _find(cuts, asked)
    return DriversAnswer(
        usecase=bundle.usecase.name,
        model_version=bundle.model_version,
        spec_hash=bundle.manifest.spec_hash,
        segment=None if found is None or asked is None else _tell(asked, *found),
        drivers=everybody if found is None else _inside(everybody, found[1]),
        segments=_list_segments(cuts, actor),
    )


def demand_usable(champion: Champion) -> None:
    """Refuse to tell what goes with the outcome where the figures of the model do not support it.

    Raises
    ------
    ProblemError
        409.
    """
    if champion.scorer.doubts:
        raise refuse_unusable(champion.scorer.doubts, "drivers")


def read_stored(read: Callable[[Any], _Stored], content: Any) -> _Stored:
    """Read a part of a bundle.

    Raises
    ------
    ProblemError
        409 where it is of a version that wrote it otherwise.
    """
    try:
        return read(content)
    except msgspec.ValidationError as error:
        detail = "The champion was trained by another version of xm-predict; train it again."
        raise ProblemError(409, "drivers_unreadable", detail) from error


def _describe(champion: Champion, place: int, row: StoredDriver, levers: Mapping[str, StoredLever]) -> Driver:
    """Return one driver over everybody."""
    catalogue = champion.bundle.catalogue
    units = {feature.name: feature.unit for feature in catalogue if feature.name == row.main_feature}
    lever = levers.get(row.name)
    return Driver(
        name=row.name,
        label=row.label,
        role=row.role,
        evidence_grade=row.evidence_grade,
        rank=place,
        rank_low=row.rank_low,
        rank_high=row.rank_high,
        share=row.share,
        main_feature=row.main_feature,
        unit=units.get(row.main_feature),
        direction=row.direction,
        goal=None if row.goal is None else tell_goal(row.goal),
        goal_met=row.goal_met,
        may_swap_with=row.may_swap_with,
        lever=None if lever is None else lever.facts,
    )


def tell_goal(goal: StoredGoal) -> GoalFacts:
    """Return a goal with the direction that is wanted."""
    return GoalFacts(
        feature=goal.feature,
        comparison=goal.comparison,
        bound=goal.bound,
        unit=goal.unit,
        wanted=_WANTED[goal.comparison],
    )


def _find(cuts: Mapping[str, StoredCut], asked: SegmentName) -> tuple[int, StoredSegment]:
    """Return the minimum of the cut and the segment; whatever is not shown is refused in the same words."""
    cut = cuts.get(asked.cut)
    for segment in () if cut is None else cut.segments:
        if cut is not None and segment.name == asked.group:
            return cut.minimum, segment
    finding = Finding("query.segment", "is not shown; without it, 'segments' lists those that are")
    raise ProblemError(404, "segment_hidden", "There is nothing to be shown of this segment.", (finding,))


def _inside(everybody: list[Driver], segment: StoredSegment) -> list[Driver]:
    """Return the drivers with the figures of a segment, largest share there first."""
    known = {driver.name: driver for driver in everybody}
    rows = [row for row in segment.drivers if row.driver in known]
    return [_narrow(known[row.driver], place, row) for place, row in enumerate(rows, start=1)]


def _narrow(driver: Driver, place: int, row: StoredShare) -> Driver:
    """Return a driver with the figures of one segment."""
    return msgspec.structs.replace(
        driver,
        rank=place,
        rank_low=row.rank_low,
        rank_high=row.rank_high,
        share=row.share,
        difference=row.difference,
        contrast=row.contrast,
    )


def _tell(asked: SegmentName, minimum: int, segment: StoredSegment) -> SegmentFacts:
    """Return what is said of a segment itself."""
    return SegmentFacts(
        cut=asked.cut,
        group=asked.group,
        people=segment.n_entities,
        minimum_group=minimum,
        has_own_refits=segment.has_own_refits,
    )


def _list_segments(cuts: Mapping[str, StoredCut], actor: Actor) -> list[SegmentName]:
    """Return the segments that may be asked for."""
    names = [SegmentName(cut, segment.name) for cut, found in cuts.items() for segment in found.segments]
    if actor.units is None:
        return names
    return [name for name in names if f"{name.cut}={name.group}" in actor.units]

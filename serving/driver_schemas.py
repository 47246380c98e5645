"""Answers about drivers, typed: the ranking over everybody or inside one segment."""

from typing import Any, Literal

import msgspec

Grade = Literal["A", "B", "C"]
Words = dict[str, str]


class Estimate(msgspec.Struct, frozen=True):
    """Hold a figure with its likely range (95 of 100) and the number of rows behind it."""

    value: float | None
    low: float | None
    high: float | None
    n: int


class GoalFacts(msgspec.Struct, frozen=True, kw_only=True):
    """Hold what is aimed at.

    Attributes
    ----------
    wanted
        Which values of ``feature`` are wanted: lower or higher ones, or exactly ``bound``.
    """

    feature: str
    comparison: str
    bound: float
    unit: str | None
    wanted: Literal["lower", "higher", "exactly"]


class RefusalFacts(msgspec.Struct, frozen=True):
    """Say why a driver is not offered as a lever, and what would make it testable, by language."""

    code: str
    reason: Words
    remedy: Words


class LeverFacts(msgspec.Struct, frozen=True, kw_only=True):
    """Hold what is known of a driver that is declared as lever.

    Attributes
    ----------
    status
        ``offered``: an effect beyond chance in the wanted direction. ``unclear``: none beyond chance.
        ``wrong way``: more of it goes with worse outcomes. ``refused``: nothing but an association.
    effect
        Mean change of the outcome if everybody met the goal, all else equal: of the probability, or of the
        answer.
    """

    status: Literal["offered", "unclear", "wrong way", "refused"]
    effect: Estimate | None
    refusals: list[RefusalFacts]


class Driver(msgspec.Struct, frozen=True, kw_only=True):
    """Hold one driver: an association, unless its evidence grade says more.

    Attributes
    ----------
    role
        ``lever``, ``mediator``, ``signal``, ``context``; null where no driver claims the feature.
    evidence_grade
        A: tested, B: adjusted, C: associated.
    rank, rank_low, rank_high
        Place by share, and the best and worst place that chance leaves; null in bundles of old versions.
    share
        Part of the explanation of the model; of all drivers together it is 1.
    unit
        Unit of ``main_feature``, the feature that carries most of the share.
    direction
        Which values of it go with a higher risk, or a higher answer; ``groups`` for a category.
    goal_met
        Share of people that meet the goal today; over everybody, also where a segment is asked for.
    may_swap_with
        Drivers whose order against this one is open; over everybody.
    difference, contrast
        Share in the segment less the share among all others, and whether that is more than chance. Null over
        everybody.
    """

    name: str
    label: Words
    role: str | None
    evidence_grade: Grade
    rank: int
    rank_low: int | None
    rank_high: int | None
    share: Estimate
    main_feature: str
    unit: str | None
    direction: str
    goal: GoalFacts | None
    goal_met: Estimate | None
    may_swap_with: list[str]
    lever: LeverFacts | None
    difference: Estimate | None = None
    contrast: Literal["larger", "smaller"] | None = None


class SegmentName(msgspec.Struct, frozen=True):
    """Name one group of a cut; ``segment=cut:group`` asks for it."""

    cut: str
    group: str


class SegmentFacts(msgspec.Struct, frozen=True, kw_only=True):
    """Hold what is said of the segment that was asked for.

    Attributes
    ----------
    people
        How many of it were explained.
    minimum_group
        Fewest people of a segment that is shown.
    has_own_refits
        Whether the ranges hold how far what was learnt differs there; if not they are much too wide, and no
        difference is called clear.
    """

    cut: str
    group: str
    people: int
    minimum_group: int
    has_own_refits: bool


class DriversAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """Hold the ranking of drivers, largest share first.

    Attributes
    ----------
    segment
        Null over everybody.
    segments
        Those that may be asked for with this key.
    """

    usecase: str
    model_version: str
    spec_hash: str
    segment: SegmentFacts | None
    drivers: list[Driver]
    segments: list[SegmentName]


class StoredGoal(msgspec.Struct, frozen=True):
    """Hold a goal as a bundle has it."""

    feature: str
    comparison: str
    bound: float
    unit: str | None


class StoredDriver(msgspec.Struct, frozen=True, kw_only=True):
    """Hold a row of ``drivers.json`` as a bundle has it; what is not needed here is passed over."""

    name: str
    label: Words
    role: str | None
    share: Estimate
    main_feature: str
    direction: str
    goal: StoredGoal | None = None
    goal_met: Estimate | None = None
    may_swap_with: list[str] = []
    evidence_grade: Grade = "C"
    rank_low: int | None = None
    rank_high: int | None = None


class StoredEffect(msgspec.Struct, frozen=True):
    """Hold the part of an effect that is told."""

    contrast: Estimate | None


class StoredLever(msgspec.Struct, frozen=True, kw_only=True):
    """Hold a lever as the evaluation of a bundle has it."""

    name: str
    label: Words
    grade: Grade
    status: Literal["offered", "unclear", "wrong way", "refused"]
    refusals: list[RefusalFacts] = []
    effect: StoredEffect | None = None

    @property
    def facts(self) -> LeverFacts:
        """Return what is told of it."""
        effect = None if self.effect is None else self.effect.contrast
        return LeverFacts(status=self.status, effect=effect, refusals=self.refusals)


class StoredShare(msgspec.Struct, frozen=True, kw_only=True):
    """Hold one driver inside one segment as the evaluation has it."""

    driver: str
    share: Estimate
    rank_low: int
    rank_high: int
    difference: Estimate | None = None
    contrast: Literal["larger", "smaller"] | None = None


class StoredSegment(msgspec.Struct, frozen=True, kw_only=True):
    """Hold one segment that is shown."""

    name: str
    n_entities: int
    has_own_refits: bool
    drivers: list[StoredShare]


class StoredCut(msgspec.Struct, frozen=True, kw_only=True):
    """Hold the segments of one cut; which are hidden is not read at all."""

    minimum: int
    segments: list[StoredSegment]


def read_drivers(content: Any) -> list[StoredDriver]:
    """Read the drivers of a bundle; raises a msgspec error where they are of another version."""
    return msgspec.convert(content, list[StoredDriver])


def read_levers(content: Any) -> dict[str, StoredLever]:
    """Read the levers of a bundle by name; raises as :func:`read_drivers`."""
    return {lever.name: lever for lever in msgspec.convert(content, list[StoredLever])}


def read_cuts(content: Any) -> dict[str, StoredCut]:
    """Read the drivers by segment; raises as :func:`read_drivers`."""
    return msgspec.convert(content, dict[str, StoredCut])

"""Requests and answers about plans, reports and model cards, and the parts of report files that are read."""

from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from serving.driver_schemas import Estimate, GoalFacts, Grade, StoredGoal, Words
from serving.schemas import MAX_NUMBER, Range, UseCaseName

Part = Annotated[float, Meta(gt=0, le=1)]
Amount = Annotated[float, Meta(ge=0, le=MAX_NUMBER)]


class Reach(msgspec.Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """Say how many of those who miss the goal are reached: a share of them, or a number of people.

    Parameters
    ----------
    share, people
        One of the two.
    """

    share: Part | None = None
    people: Annotated[float, Meta(gt=0, le=MAX_NUMBER)] | None = None


class Cost(msgspec.Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """Say what the plan costs, in EUR."""

    per_person_eur: Amount = 0.0
    fixed_eur: Amount = 0.0


class WhatIfRequest(msgspec.Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """Ask what a plan with one lever is expected to bring.

    Parameters
    ----------
    lever
        Name of a driver that is offered as lever, see /v1/drivers.
    target
        Mean of the goal's feature among those reached, then: between today's value and the goal.
    way
        The same as a part of the way to the goal. All of it where neither is given.
    reach
        Everybody who misses the goal where it is not given.
    cost
        What the use case declares where it is not given.
    """

    usecase: UseCaseName
    lever: Annotated[str, Meta(min_length=1, max_length=128)]
    target: Annotated[float, Meta(ge=-MAX_NUMBER, le=MAX_NUMBER)] | None = None
    way: Part | None = None
    reach: Reach | None = None
    cost: Cost | None = None


class ModelExpectation(msgspec.Struct, frozen=True):
    """Hold what the model itself expects of the plan: shown beside the answer, never part of it.

    Attributes
    ----------
    gain
        As ``gain`` of the answer; more is better.
    is_interpolated
        Whether the model was asked for a nearer and a further target, and this lies on the line between.
    """

    gain: float
    is_interpolated: bool


class WhatIfAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """Hold what a plan is expected to bring: an expectation, not a promise.

    Attributes
    ----------
    value_today, target
        Mean of the goal's feature among those who miss the goal, today, and then among those reached; null
        where it is not known.
    way, share
        Part of the way to the goal, and of those who miss it.
    gain
        People kept or won, or the rise of the mean answer; more is better.
    mean_change
        Change of the probability, or of the mean answer, over everybody.
    exceeds_expected
        Whether the upper part of the range is more than can be: more people than are expected to leave.
    revenue_kept_eur
        Yearly; null where there is no money to speak of: people at work, answers.
    cost_eur, net_eur
        Null where no cost is known; ``net_eur`` is what is earned on the revenue kept, less the cost.
    break_even_eur
        Cost per person reached up to which the plan pays even at the low end, fixed costs paid.
    as_of, made_on
        Day of the data, and of the report that the figures are from.
    """

    usecase: str
    model_version: str
    as_of: str | None
    made_on: str
    lever: str
    label: Words
    evidence_grade: Grade
    goal: GoalFacts
    value_today: float | None
    target: float | None
    way: float
    share: float
    people_short: float
    people_reached: float
    unit_of_gain: Literal["people", "answer"]
    gain: Range
    mean_change: Range
    exceeds_expected: bool
    revenue_kept_eur: Range | None
    cost_eur: float | None
    net_eur: Range | None
    break_even_eur: float | None
    expected_by_model: ModelExpectation | None
    decision_support_only: Literal[True] = True


class ReportAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """Hold the newest driver report.

    Attributes
    ----------
    model_version
        Of the model that the report is about.
    is_of_champion
        Whether that is the champion; if not, make the report again.
    left_out
        Sections that this key does not see.
    report
        The file ``report.json``; sections that do not apply, and those left out, are null or empty.
    """

    usecase: str
    model_version: str
    is_of_champion: bool
    made_on: str
    left_out: list[str]
    report: dict[str, Any]


class CardAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """Hold the newest model card.

    Attributes
    ----------
    model_version, is_of_champion
        As of a report.
    card
        The file ``model-card.json``.
    """

    usecase: str
    model_version: str
    is_of_champion: bool
    made_on: str
    card: dict[str, Any]


class StoredPlan(msgspec.Struct, frozen=True, kw_only=True):
    """Hold one plan as the report has it."""

    share: float
    way: float
    people_reached: float
    mean_change: Estimate
    exceeds_expected: bool
    revenue_kept_eur: Estimate | None = None


class StoredStep(msgspec.Struct, frozen=True):
    """Hold what is read of the model's own answer."""

    value: float | None


class StoredLine(msgspec.Struct, frozen=True, kw_only=True):
    """Hold one line of the table of plans."""

    gain: Estimate
    plan: StoredPlan
    expects: StoredStep | None = None
    gain_by_model: float | None = None


class StoredTable(msgspec.Struct, frozen=True, kw_only=True):
    """Hold the plans with one lever; ``prices`` are per person and fixed, as declared.

    Reports of old versions do not name the lever.
    """

    name: str = ""
    label: Words
    goal: StoredGoal
    prices: tuple[float, float] | None
    lines: list[StoredLine]


class StoredProspects(msgspec.Struct, frozen=True):
    """Hold the tables of plans."""

    tables: list[StoredTable]
    margin: float | None


class StoredHeader(msgspec.Struct, frozen=True):
    """Hold what is read of the header."""

    kind: str
    usecase: str
    made_on: str
    snapshot_date: str | None


class StoredTrust(msgspec.Struct, frozen=True):
    """Hold what is read of the model's own section."""

    model_version: str


class ReportOutline(msgspec.Struct, frozen=True, kw_only=True):
    """Hold the parts of a report that are read here; the rest is passed on."""

    format: Literal["xm-predict report"]
    format_version: Literal[1]
    header: StoredHeader
    trust: StoredTrust
    prospects: StoredProspects | None = None


class WaveOutline(ReportOutline, frozen=True, kw_only=True):
    """Hold what is read of a report of an earlier date: it names nobody."""

    calls: None


class StoredMaking(msgspec.Struct, frozen=True):
    """Hold what is read of how a model was made."""

    model_version: str


class StoredPurpose(msgspec.Struct, frozen=True):
    """Hold what is read of the purpose of a model."""

    usecase: str


class CardOutline(msgspec.Struct, frozen=True, kw_only=True):
    """Hold the parts of a model card that are read here."""

    format: Literal["xm-predict model card"]
    format_version: Literal[1]
    made_on: str
    making: StoredMaking
    purpose: StoredPurpose

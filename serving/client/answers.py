"""Answers of the service, typed. What a field means stands in the OpenAPI document of the service."""

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Interval:
    """Hold a figure with its likely range; ``value`` is None where only the ends are told."""

    low: float | None
    high: float | None
    value: float | None = None
    n: int | None = None


@dataclass(frozen=True)
class Reason:
    """Hold the share of one score that goes to one feature, in numbers and in words."""

    feature: str
    driver: str
    role: str | None
    label: str
    attribution: float
    value: float | str | None


@dataclass(frozen=True)
class Row:
    """Hold the score of one row: probability by horizon, or an expected answer.

    ``surprising_gaps`` names features that are missing and never were in training.
    """

    probability: dict[str, float]
    reasons: tuple[Reason, ...]
    warnings: tuple[str, ...]
    risk_band: str | None = None
    value: float | None = None
    interval: Interval | None = None
    entity_id: str | None = None
    as_of: str | None = None
    base_log_odds: float | None = None
    base_value: float | None = None
    surprising_gaps: tuple[str, ...] = ()


@dataclass(frozen=True)
class Scores:
    """Hold scores in the order of the request.

    ``unknown`` lists ids that were not found, ``objected`` those of people who objected to being scored.
    """

    usecase: str
    model_version: str
    spec_hash: str
    as_of: str | None
    primary_horizon: str
    rows: tuple[Row, ...]
    unknown: tuple[str, ...] = ()
    objected: tuple[str, ...] = ()


@dataclass(frozen=True)
class Group:
    """Hold the forecast for one group."""

    name: str
    people: int
    probability: dict[str, Interval]
    risk_band: str | None = None
    value: Interval | None = None


@dataclass(frozen=True)
class Groups:
    """Hold the groups of a cut that may be shown."""

    usecase: str
    model_version: str
    as_of: str | None
    primary_horizon: str
    cut: str
    minimum_group: int
    groups: tuple[Group, ...]


@dataclass(frozen=True)
class Goal:
    """Hold what is aimed at; ``wanted``: ``lower``, ``higher`` or ``exactly``."""

    feature: str
    comparison: str
    bound: float
    unit: str | None
    wanted: str


@dataclass(frozen=True)
class Lever:
    """Hold what is known of a driver that is declared as lever; ``status`` is ``offered`` or why not."""

    status: str
    effect: Interval | None
    refusals: tuple[dict[str, Any], ...] = ()


@dataclass(frozen=True)
class Driver:
    """Hold one driver of a ranking."""

    name: str
    label: dict[str, str]
    role: str | None
    evidence_grade: str
    rank: int
    rank_low: int | None
    rank_high: int | None
    share: Interval
    main_feature: str
    unit: str | None
    direction: str
    goal: Goal | None
    goal_met: Interval | None
    may_swap_with: tuple[str, ...]
    lever: Lever | None
    difference: Interval | None = None
    contrast: str | None = None


@dataclass(frozen=True)
class Segment:
    """Name a group of a cut; where it was asked for with its size."""

    cut: str
    group: str
    people: int | None = None
    minimum_group: int | None = None
    has_own_refits: bool | None = None


@dataclass(frozen=True)
class Drivers:
    """Hold a ranking, largest share first."""

    usecase: str
    model_version: str
    segment: Segment | None
    drivers: tuple[Driver, ...]
    segments: tuple[Segment, ...]


@dataclass(frozen=True)
class Plan:
    """Hold what a plan with one lever is expected to bring: an expectation, not a promise."""

    usecase: str
    model_version: str
    as_of: str | None
    made_on: str
    lever: str
    label: dict[str, str]
    evidence_grade: str
    goal: Goal
    value_today: float | None
    target: float | None
    way: float
    share: float
    people_short: float
    people_reached: float
    unit_of_gain: str
    gain: Interval
    mean_change: Interval
    exceeds_expected: bool
    revenue_kept_eur: Interval | None
    cost_eur: float | None
    net_eur: Interval | None
    break_even_eur: float | None
    expected_by_model: dict[str, Any] | None


@dataclass(frozen=True)
class Report:
    """Hold the newest report; ``left_out`` names sections that the key does not see."""

    usecase: str
    model_version: str
    is_of_champion: bool
    made_on: str
    left_out: tuple[str, ...]
    report: dict[str, Any]


@dataclass(frozen=True)
class Card:
    """Hold the newest model card."""

    usecase: str
    model_version: str
    is_of_champion: bool
    made_on: str
    card: dict[str, Any]


@dataclass(frozen=True)
class Model:
    """Hold what is known of one champion."""

    usecase: str
    subject: str
    model_version: str
    spec_hash: str
    horizons: tuple[str, ...]
    primary_horizon: str
    usable: bool
    doubts: tuple[str, ...]
    facts: dict[str, Any] = field(default_factory=dict)
    evaluation: dict[str, Any] = field(default_factory=dict)
    refused: str | None = None


@dataclass(frozen=True)
class ModelSchema:
    """Hold what a row looks like; ``example`` is a request that works."""

    usecase: str
    model_version: str
    horizons: tuple[str, ...]
    outputs: tuple[str, ...]
    features: tuple[dict[str, Any], ...]
    example: dict[str, Any]


@dataclass(frozen=True)
class CallMeasures:
    """Hold the measures of a call so far; None where something cannot be said yet."""

    duration_s: float
    turn_count: int
    silence_share: float | None
    talk_share: float | None
    interruptions_by_customer: int
    interruptions_by_company: int
    interruptions_per_minute: float | None
    longest_silence_s: float
    sentiment: float | None
    sentiment_slope: float | None
    sentiment_end: float | None
    effort: float | None
    escalation: bool
    escalation_s: float | None
    topic: str | None
    risk: float


@dataclass(frozen=True)
class CallState:
    """Hold a running call; its risk is a probability only where it was learnt from outcomes."""

    usecase: str
    model_version: str
    call_id: str
    measures: CallMeasures
    risk_is_probability: bool


@dataclass(frozen=True)
class Health:
    """Say whether the service can answer; ``stale``: champions may not be the newest."""

    ready: bool
    stale: bool
    usecases: tuple[str, ...]
    refused: tuple[str, ...]

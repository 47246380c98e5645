"""Requests and answers of the API, typed; the OpenAPI document is made from these types.

Decoding is strict: no unknown keys, no numbers in quotes, no NaN. The rows of a request are decoded with a
type made from the features of the champion (:func:`make_rows_decoder`): values are checked as they are read.
"""

from collections.abc import Callable, Iterable
from typing import Annotated, Any, Literal

import msgspec
from msgspec import UNSET, Meta, UnsetType

MAX_ROWS = 1000
MAX_REASONS = 10
MAX_TEXT_LENGTH = 256
MAX_NUMBER = 1e15

UseCaseName = Annotated[str, Meta(min_length=1, max_length=64, description="name of a use case, e.g. churn")]
EntityId = Annotated[
    str, Meta(min_length=1, max_length=MAX_TEXT_LENGTH, description="who is scored; comes back unchanged")
]
Language = Literal["en", "de"]
Horizons = Annotated[
    list[Annotated[str, Meta(max_length=16)]],
    Meta(min_length=1, max_length=32, description="which horizons to answer; all of them if absent"),
]
ReasonCount = Annotated[int, Meta(ge=0, le=MAX_REASONS, description="how many reasons each row gets")]
Number = Annotated[float, Meta(ge=-MAX_NUMBER, le=MAX_NUMBER)]
Category = Annotated[str, Meta(max_length=MAX_TEXT_LENGTH)]
FeatureValue = Number | Category | None


class ScoringRequest(msgspec.Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """Hold what both ways of scoring ask for."""

    usecase: UseCaseName
    horizons: Horizons | None = None
    reasons: ReasonCount = 0
    language: Language = "en"


class ScoreRequestOutline(ScoringRequest, frozen=True, kw_only=True):
    """Hold a request to score rows, the rows still as bytes: how to read them depends on the use case."""

    rows: msgspec.Raw


class RowRequest(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """Hold one row to be scored."""

    features: Annotated[
        dict[str, FeatureValue],
        Meta(
            min_length=1,
            description="values by feature name, see /v1/model/schema: numbers for numbers, "
            "text for categories; an absent feature or null is missing",
        ),
    ]
    entity_id: EntityId | None = None


class ScoreRequest(ScoringRequest, frozen=True, kw_only=True):
    """Score rows of features."""

    rows: Annotated[list[RowRequest], Meta(min_length=1, max_length=MAX_ROWS)]


class ScoreByIdRequest(ScoringRequest, frozen=True, kw_only=True):
    """Score entities by their newest known features."""

    entity_ids: Annotated[list[EntityId], Meta(min_length=1, max_length=MAX_ROWS)]


class ScoreGroupsRequest(msgspec.Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """Score the groups of one cut of everybody who can be scored."""

    usecase: UseCaseName
    cut: Annotated[str, Meta(min_length=1, max_length=128, description="name of a cut, e.g. department")]


class Reason(msgspec.Struct, frozen=True):
    """Hold the share of one score that goes to one feature.

    Attributes
    ----------
    driver
        Name of the group of features, in the asked language.
    label
        Driver, function, window and value in words.
    attribution
        Share in log-odds at the primary horizon, positive raises the probability; where an answer is
        forecast, in its own unit, positive raises it.
    """

    feature: str
    driver: str
    role: str | None
    label: str
    attribution: float
    value: float | str | None


class Interval(msgspec.Struct, frozen=True):
    """Hold the ends between which nine of ten answers fall."""

    low: float
    high: float


class ScoredRow(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """Hold the answer for one row.

    Attributes
    ----------
    probability
        By horizon, e.g. ``{"90d": 0.31}``; by ``"outcome"`` where the use case has no horizons; by level,
        e.g. ``{"promoter": 0.4}``, where an answer is forecast.
    risk_band
        Only where an event is forecast; of an event that is wanted it is the risk of missing it.
    value, interval
        Expected answer; only where one is forecast.
    base_log_odds
        Where reasons start: base and all attributions add up to the log-odds at the primary horizon.
    base_value
        Where the reasons of an answer start: base and all attributions add up to ``value``.
    as_of
        The day on which the features were known, when scored by id.
    surprising_gaps
        Features that are missing here and never were in training: nothing tells how well the model takes
        that.
    """

    probability: dict[str, Annotated[float, Meta(ge=0, le=1)]]
    risk_band: Literal["low", "medium", "high"] | UnsetType = UNSET
    value: float | UnsetType = UNSET
    interval: Interval | UnsetType = UNSET
    reasons: list[Reason]
    warnings: list[str]
    entity_id: str | UnsetType | None = UNSET
    base_log_odds: float | UnsetType = UNSET
    base_value: float | UnsetType = UNSET
    as_of: str | UnsetType | None = UNSET
    surprising_gaps: list[str] | UnsetType = UNSET


class Range(msgspec.Struct, frozen=True):
    """Hold an expected share or mean with its likely range (95 of 100)."""

    value: float
    low: float
    high: float


class ScoredGroup(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """Hold the forecast for one group.

    Attributes
    ----------
    people
        How many are in it.
    probability
        By horizon the share that is expected, or by level of an answer.
    risk_band
        Only where an event is forecast; of an event that is wanted it is the risk of missing it.
    value
        Expected mean answer; only where one is forecast.
    """

    name: str
    people: int
    probability: dict[str, Range]
    risk_band: Literal["low", "medium", "high"] | UnsetType = UNSET
    value: Range | UnsetType = UNSET


class Origin(msgspec.Struct, frozen=True, kw_only=True):
    """Hold what every answer about scores says of its origin.

    Attributes
    ----------
    as_of
        Day (UTC) of the facts: the newest snapshot when scored by id, else the day of the request.
    spec_hash
        SHA-256 of the use-case file that the model was trained with.
    decision_support_only
        Always true: a score informs a decision of a person, it does not take one.
    """

    usecase: str
    model_version: str
    spec_hash: str
    as_of: str | None
    primary_horizon: str
    decision_support_only: Literal[True] = True


class ScoreAnswer(Origin, frozen=True, kw_only=True):
    """Hold the scores of the rows, in the order of the request."""

    rows: list[ScoredRow]


class ScoreByIdAnswer(Origin, frozen=True, kw_only=True):
    """Hold the scores of the known entities, in the order of the request.

    Attributes
    ----------
    unknown
        Ids that are not among the newest rows.
    objected
        Ids of those who objected to being scored; nothing else is said of them.
    """

    rows: list[ScoredRow]
    unknown: list[str]
    objected: list[str]


class ScoreGroupsAnswer(Origin, frozen=True, kw_only=True):
    """Hold the groups of a cut that are large enough to be shown, by name.

    Attributes
    ----------
    minimum_group
        Fewest people of a shown group. Further groups are hidden where those below it could be found by
        subtraction.
    """

    cut: str
    minimum_group: int
    groups: list[ScoredGroup]


class ModelFacts(msgspec.Struct, frozen=True, kw_only=True):
    """Hold what is known of one champion.

    Attributes
    ----------
    subject
        Who is scored; where it is ``employee`` there are forecasts of groups alone.
    usable, doubts
        Whether its figures support scores, and if not, why, in words; it then gives none.
    facts
        Data window, counts and members, as the training wrote them.
    evaluation
        Figures with intervals; what is said of drivers and levers stands in answers of its own.
    refused
        Why a newer bundle was not taken, when one lies in the cache and did not pass.
    """

    usecase: str
    subject: str
    model_version: str
    spec_hash: str
    feature_fingerprint: str
    horizons: list[str]
    primary_horizon: str
    usable: bool
    doubts: list[str]
    libraries: dict[str, str]
    facts: dict[str, Any]
    evaluation: dict[str, Any]
    refused: str | None


class ModelAnswer(msgspec.Struct, frozen=True):
    """Hold the champions, one per use case."""

    models: list[ModelFacts]


class FeatureFacts(msgspec.Struct, frozen=True, kw_only=True):
    """Say what a feature is and which values it takes.

    Attributes
    ----------
    kind
        ``number`` or ``category``.
    data
        ``X``: what people said; ``O``: what happened.
    """

    name: str
    kind: str
    source: str
    data: str
    unit: str | None
    driver: str | None
    role: str | None


class SchemaAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """Say what a row looks like for one use case; ``example`` is a request that works.

    Attributes
    ----------
    outputs
        What is forecast: horizons, or value, interval and levels of an answer.
    """

    usecase: str
    model_version: str
    horizons: list[str]
    outputs: list[str]
    features: list[FeatureFacts]
    example: dict[str, Any]


class HealthAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """Say whether the service can answer.

    Attributes
    ----------
    stale
        Whether the registry could not be reached of late; answers come from the last verified champions.
    usecases
        Use cases with a champion.
    refused
        Use cases whose newest bundle was refused; their last good champion still answers.
    """

    ready: bool
    stale: bool
    usecases: list[str]
    refused: list[str]


class LifeAnswer(msgspec.Struct, frozen=True):
    """Say that the process is alive."""

    alive: Literal[True] = True


def make_rows_decoder(
    numbers: Iterable[str], categories: Iterable[str]
) -> Callable[[bytes | msgspec.Raw], list[Any]]:
    """Return a decoder for the rows of one use case.

    Parameters
    ----------
    numbers, categories
        Names of the features of each kind.

    Returns
    -------
    Callable
        Takes the bytes of the rows; returns objects with ``entity_id`` and ``features``, the latter with one
        attribute per feature (numbers first), ``UNSET`` where absent. Raises msgspec errors.
    """
    names = [*((name, Number) for name in numbers), *((name, Category) for name in categories)]
    features = msgspec.defstruct(
        "Features",
        [(f"f{index}", kind | None | UnsetType, UNSET) for index, (_, kind) in enumerate(names)],
        rename={f"f{index}": name for index, (name, _) in enumerate(names)},
        forbid_unknown_fields=True,
        frozen=True,
    )
    row = msgspec.defstruct(
        "Row",
        [("features", features), ("entity_id", EntityId | None | UnsetType, UNSET)],
        forbid_unknown_fields=True,
        frozen=True,
    )
    rows = Annotated[list[row], Meta(min_length=1, max_length=MAX_ROWS)]  # type: ignore[valid-type]
    return msgspec.json.Decoder(rows).decode

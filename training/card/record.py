"""The model card as data: one frozen dataclass per section; its JSON is the contract, pages are views."""

import json
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from pydantic import TypeAdapter

from features.usecase import Language, OutcomeKind, Role
from training.card.figures import Figure
from training.card.meanings import describe_keys
from training.card.performance_record import Performance
from training.card.texts import TextModelFacts
from training.fairness import State
from training.frozen import BaselineReference
from training.pages import Kind, Subject

FORMAT_VERSION = 1
Words = dict[Language, str]
Use = Literal["look_first", "see_groups", "compare_groups"]
Misuse = Literal["single_people", "machine_alone", "cause", "other_people", "reach_protected"]
Limit = Literal[
    "association", "sample", "pooled", "drift", "silent", "simulated", "unchecked_groups", "unclear_groups"
]


@dataclass(frozen=True)
class Doubt:
    """Hold a reason against the use of the model: the figure that decided and its limit."""

    problem: str
    found: float | None
    limit: float


@dataclass(frozen=True)
class Verdict:
    """Say whether the figures support the use of the model, and if not, why."""

    is_usable: bool
    doubts: tuple[Doubt, ...]


@dataclass(frozen=True)
class Purpose:
    """Say what the model is for, and what it must not be used for.

    Attributes
    ----------
    event
        What they do who have the event, after "they"; empty where people leave or answers are forecast.
    purpose, owner, own_misuses
        In the words of the use-case file, where it has some.
    """

    usecase: str
    label: Words
    kind: Kind
    event: Words
    subject: Subject
    outcome: OutcomeKind
    horizons: tuple[str, ...]
    primary_horizon: str
    purpose: Words | None
    owner: str | None
    uses: tuple[Use, ...]
    misuses: tuple[Misuse, ...]
    own_misuses: tuple[Words, ...]
    is_simulated: bool


@dataclass(frozen=True)
class SourceLine:
    """Hold what one source gave: features, and rows in the file where that is known."""

    source: str
    features: int
    rows: int | None


@dataclass(frozen=True)
class CompetingExits:
    """Say how many left for another cause, modelled apart, and how well the risk of that is forecast.

    Attributes
    ----------
    is_one_rate
        Whether there were too few of them for more than one rate for everybody.
    """

    exits: int
    causes: tuple[str, ...]
    is_one_rate: bool
    auc: Figure | None
    level_error: Figure | None


@dataclass(frozen=True)
class Data:
    """Say what the model was made from."""

    rows: int
    entities: int
    events: int
    first_snapshot: date | None
    last_snapshot: date | None
    observed_until: date | None
    gap_days: int | None
    features: int
    sources: tuple[SourceLine, ...]
    protected: tuple[str, ...]
    competing: CompetingExits | None


@dataclass(frozen=True)
class Contrast:
    """Hold a group against the largest one in one figure: group minus largest, and their ratio."""

    figure: str
    difference: Figure
    ratio: Figure | None


@dataclass(frozen=True)
class GroupFigures:
    """Hold the figures of one protected group; a figure that rests on too few people is None."""

    group: str
    n_rows: int
    n_entities: int
    figures: dict[str, Figure | None]
    contrasts: tuple[Contrast, ...]


@dataclass(frozen=True)
class Alarm:
    """Name a difference that is large and more than chance."""

    group: str
    figure: str
    difference: Figure
    ratio: Figure | None


@dataclass(frozen=True)
class Carrier:
    """Name a feature that tells the attribute, and what its loss costs the guess in AUC."""

    feature: str
    label: Words
    role: Role | None
    cost: Figure


@dataclass(frozen=True)
class Order:
    """Say how often a member of a group has the higher score in pairs of people with the same outcome."""

    group: str
    share: Figure
    is_clear: bool


@dataclass(frozen=True)
class Proxies:
    """Say how well the features tell an attribute, and how the score follows it beyond the outcome."""

    auc: Figure
    is_clear: bool
    carriers: tuple[Carrier, ...]
    orders: tuple[Order, ...]


@dataclass(frozen=True)
class AttributeFairness:
    """Hold the comparison of the groups of one protected attribute.

    Attributes
    ----------
    state
        ``judged``, ``one_group`` (all others too small), ``no_data`` (nobody's value is known) or
        ``not_checked`` (the bundle was made before groups were compared).
    n_hidden, is_absorbed
        Groups too small to show; whether their people are counted with the largest group.
    """

    attribute: str
    state: State | Literal["not_checked"]
    reference: str | None
    n_hidden: int
    is_absorbed: bool
    groups: tuple[GroupFigures, ...]
    alarms: tuple[Alarm, ...]
    proxies: Proxies | None


@dataclass(frozen=True)
class Fairness:
    """Compare the groups of all protected attributes."""

    selected_share: float
    minimum_group: int
    attributes: tuple[AttributeFairness, ...]


@dataclass(frozen=True)
class Finding:
    """Hold what the leakage audit found, and why it was accepted; the evidence is in English."""

    column: str
    kind: str
    severity: str
    evidence: str
    accepted: str | None


@dataclass(frozen=True)
class Member:
    """Hold one member of the blend and its weight."""

    name: str
    weight: float


@dataclass(frozen=True)
class Making:
    """Say how the model was made, so that it can be made again."""

    model_version: str
    bundle_hash: str
    bundle_format: int
    spec_hash: str
    data_digest: str | None
    seed: int | None
    members: tuple[Member, ...]
    learned_events: int | None
    is_pooled: bool
    is_tuned: bool
    libraries: dict[str, str]


@dataclass(frozen=True)
class Card:
    """Hold the whole card; ``baseline`` is the frozen one that there was when the card was made."""

    made_on: date
    languages: tuple[Language, ...]
    verdict: Verdict
    purpose: Purpose
    data: Data
    performance: Performance
    fairness: Fairness
    texts: tuple[TextModelFacts, ...]
    findings: tuple[Finding, ...]
    limits: tuple[Limit, ...]
    making: Making
    missing: tuple[str, ...]
    baseline: BaselineReference | None

    def to_json(self) -> dict[str, Any]:
        """Return plain values: dates as ISO text, tuples as lists."""
        plain = _ADAPTER.dump_python(self, mode="json")
        return {"format": "xm-predict model card", "format_version": FORMAT_VERSION, **plain}


_ADAPTER = TypeAdapter(Card)


def render_schema() -> str:
    """Return the JSON schema of ``model-card.json`` as text."""
    schema = _ADAPTER.json_schema(mode="serialization") | {"title": "Model card of xm-predict"}
    head = {"format": {"const": "xm-predict model card"}, "format_version": {"const": FORMAT_VERSION}}
    schema["properties"] = head | schema["properties"]
    schema["required"] = [*head, *schema["required"]]
    return json.dumps(describe_keys(schema), indent=2, ensure_ascii=False) + "\n"

"""The whole use-case file as one frozen object, with the checks that need more than one part."""

import hashlib
import json
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import Discriminator, Field, PrivateAttr, Tag, model_validator

from features.usecase.meaning import Driver, Privacy, Value
from features.usecase.outcome import Cohort, EventTarget, FlatTable, Snapshots
from features.usecase.rule import FeatureRule, ResponseRateRule
from features.usecase.source import Source
from features.usecase.vocabulary import Labelled, Name



def _kind_of_rule(found: object) -> str:
    """Tell a response rate (it names answers or invitations) from rules over one source."""
    if isinstance(found, dict):
        return "response_rate" if {"answered", "invited"} & found.keys() else "source"
    return "response_rate" if isinstance(found, ResponseRateRule) else "source"


Rule = Annotated[
    Annotated[FeatureRule, Tag("source")] | Annotated[ResponseRateRule, Tag("response_rate")],
    Discriminator(_kind_of_rule),
]
_SNAPSHOT_PARTS = ("entity", "snapshots", "features", "cohort", "target")


class UseCase(Labelled):
    """Hold everything that one prediction needs: sources, clocks, features, target, drivers, value, privacy.

    Two shapes exist: ``sources`` (events and histories, snapshots are made from them) and ``table`` (one row per
    entity with a label). Load one with :func:`features.usecase.load`.
    """

    version: Literal[1]
    name: Name
    entity: str | None = Field(None, description="column that identifies who is scored")
    snapshots: Snapshots | None = None
    sources: dict[Name, Source] = {}
    features: dict[Name, Rule] = {}
    cohort: Cohort | None = None
    target: EventTarget | None = None
    table: FlatTable | None = None
    drivers: dict[Name, Driver] = {}
    value: Value | None = None
    privacy: Privacy = Privacy()
    accept_leak: dict[str, str] = Field({}, description="column or feature: why it is honest all the same")
    simulated: bool = Field(default=False, description="marks reports as an example with simulated data")

    _folder: Path = PrivateAttr(default=Path())

    @property
    def folder(self) -> Path:
        """Return the folder that relative file names start from."""
        return self._folder

    @property
    def spec_hash(self) -> str:
        """Return the SHA-256 of the canonical spec: equal for equal meaning, whatever the layout of the file."""
        canonical = json.dumps(self.to_json(), sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(canonical.encode()).hexdigest()

    def to_json(self) -> dict[str, Any]:
        """Return the spec as plain values, as a use-case file would hold them."""
        return self.model_dump(mode="json", by_alias=True, exclude_defaults=True)

    def settled(self) -> tuple[str, Snapshots, Cohort, EventTarget]:
        """Return entity, snapshots, cohort and target of a use case made from sources.

        Raises
        ------
        ValueError
            If the use case is a flat table.
        """
        if self.entity is None or self.snapshots is None or self.cohort is None or self.target is None:
            message = f"use case '{self.name}' is a flat table; it has no snapshots"
            raise ValueError(message)
        return self.entity, self.snapshots, self.cohort, self.target

    @model_validator(mode="after")
    def _check_shape(self) -> Self:
        if self.table is None:
            for key in ("sources", *_SNAPSHOT_PARTS):
                if not getattr(self, key):
                    message = f"'{key}' is missing; a use case has either 'table', or 'sources' with {', '.join(_SNAPSHOT_PARTS)}"
                    raise ValueError(message)
        elif self.sources or any(getattr(self, key) for key in ("snapshots", "features", "cohort", "target")):
            message = "'table' stands beside parts of the other shape; keep either 'table' or 'sources'"
            raise ValueError(message)
        return self

    @model_validator(mode="after")
    def _check_references(self) -> Self:
        if self.table is None:
            for key, source in self._referred_sources():
                if source not in self.sources:
                    message = f"{key} names the source '{source}', which is not there; sources are: {', '.join(self.sources)}"
                    raise ValueError(message)
            for name, rule in self.features.items():
                _check_rule(name, rule, self.sources)
        return self

    def _referred_sources(self) -> list[tuple[str, str]]:
        """Return (key in the file, source name) for every mention of a source."""
        mentions: list[tuple[str, str]] = []
        for name, rule in self.features.items():
            if isinstance(rule, ResponseRateRule):
                mentions += [(f"features.{name}.answered", rule.answered), (f"features.{name}.invited", rule.invited)]
            else:
                mentions.append((f"features.{name}", name))
        if self.cohort is not None:
            mentions.append(("cohort.from", self.cohort.starts.partition(".")[0]))
            if self.cohort.ends is not None:
                mentions.append(("cohort.until", self.cohort.ends.partition(".")[0]))
        if self.target is not None:
            mentions.append(("target.event", self.target.event))
        if self.value is not None:
            mentions.append(("value.revenue", self.value.revenue.partition(".")[0]))
        return mentions


def _check_rule(name: str, rule: FeatureRule | ResponseRateRule, sources: dict[str, Source]) -> None:
    """Demand that a rule fits the kind of its source: events have windows, attributes only a last value."""
    if isinstance(rule, ResponseRateRule):
        for source in (rule.answered, rule.invited):
            if not sources[source].is_events:
                message = f"features.{name} needs events, but '{source}' has no 'event_time'; name a source of events"
                raise ValueError(message)
        return
    source = sources[name]
    if source.is_events:
        return
    if rule.windowed or rule.ratio or rule.days_since_last or rule.days_since_first or rule.first:
        message = f"features.{name} uses functions of events, but '{name}' holds attributes; write only last: [...]"
        raise ValueError(message)

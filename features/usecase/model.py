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
from features.usecase.vocabulary import Labelled, Name, propose


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

    Two shapes exist: ``sources`` (events and histories, snapshots are made from them) and ``table`` (one row
    per entity with a label). Load one with :func:`features.usecase.load`.
    """

    version: Literal[1] = Field(description="1, the version of this format")
    name: Name = Field(description="name of the prediction, e.g. churn")
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
    accept_leak: dict[str, Annotated[str, Field(min_length=1)]] = Field(
        {}, description="column or feature: why it is honest all the same"
    )
    simulated: bool = Field(default=False, description="marks reports as an example with simulated data")

    _folder: Path = PrivateAttr(default=Path())

    @property
    def folder(self) -> Path:
        """Return the folder that relative file names start from."""
        return self._folder

    @property
    def spec_hash(self) -> str:
        """Return the SHA-256 of the canonical spec: equal meaning, equal hash, whatever the layout."""
        canonical = json.dumps(self.to_json(), sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(canonical.encode()).hexdigest()

    def to_json(self) -> dict[str, Any]:
        """Return the spec as plain values, as a use-case file would hold them."""
        return self.model_dump(mode="json", by_alias=True, exclude_defaults=True)

    def located(self, folder: Path) -> Self:
        """Return the same use case with relative file names starting from ``folder``."""
        twin = self.model_copy()
        twin._folder = folder.resolve()  # noqa: SLF001 (our own twin)
        return twin

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
    def _check(self) -> Self:
        if self.table is not None:
            self._check_flat()
        else:
            self._check_complete()
            self._check_references()
            for name, rule in self.features.items():
                _check_rule(name, rule, self.sources)
        return self

    def _check_flat(self) -> None:
        """Demand that nothing of the other shape stands beside ``table``."""
        beside = [key for key in ("sources", *_SNAPSHOT_PARTS) if getattr(self, key)]
        if beside:
            message = (
                f"'{beside[0]}' stands beside 'table'; keep one shape: 'table', or 'sources' and its parts"
            )
            raise ValueError(message)

    def _check_complete(self) -> None:
        """Demand all parts of the shape made from sources."""
        for key in ("sources", *_SNAPSHOT_PARTS):
            if not getattr(self, key):
                parts = ", ".join(_SNAPSHOT_PARTS)
                message = f"'{key}' is missing or empty; write either 'table', or 'sources' with {parts}"
                raise ValueError(message)

    def _check_references(self) -> None:
        """Demand that every source that is named exists, and gives events where events are needed."""
        for key, source, needs_events in self._references():
            if source not in self.sources:
                message = (
                    f"{key} names the source '{source}', which is not there; {propose(source, self.sources)}"
                )
                raise ValueError(message)
            if needs_events and not self.sources[source].is_events:
                message = f"{key} needs events, but '{source}' has no 'event_time'; name a source of events"
                raise ValueError(message)

    def _references(self) -> list[tuple[str, str, bool]]:
        """Return (key in the file, source name, whether it needs events) for every mention of a source."""
        found = _references_of_features(self.features)
        for key, column in self._named_columns():
            source, dot, _ = column.partition(".")
            if not dot:
                message = f"{key}: '{column}' is not a column of a source; write 'source.column'"
                raise ValueError(message)
            found.append((key, source, False))
        if self.target is not None:
            found.append(("target.event", self.target.event, True))
        for name, driver in self.drivers.items():
            prefixes = [pattern.partition(".")[0] for pattern in driver.features if "." in pattern]
            found += [
                (f"drivers.{name}.features", prefix, False)
                for prefix in prefixes
                if not set("*?[") & set(prefix)
            ]
        return found

    def _named_columns(self) -> list[tuple[str, str]]:
        """Return (key in the file, source.column) for every column named outside the features."""
        named = [
            ("cohort.from", self.cohort and self.cohort.starts),
            ("cohort.until", self.cohort and self.cohort.ends),
            ("value.revenue", self.value and self.value.revenue),
        ]
        return [(key, column) for key, column in named if column]


def _references_of_features(rules: dict[str, FeatureRule | ResponseRateRule]) -> list[tuple[str, str, bool]]:
    """Return (key in the file, source name, whether it needs events) for the feature rules."""
    found: list[tuple[str, str, bool]] = []
    for name, rule in rules.items():
        if isinstance(rule, ResponseRateRule):
            found.append((f"features.{name}.answered", rule.answered, True))
            found.append((f"features.{name}.invited", rule.invited, True))
        else:
            found.append((f"features.{name}", name, False))
    return found


def _check_rule(name: str, rule: FeatureRule | ResponseRateRule, sources: dict[str, Source]) -> None:
    """Demand that attributes are asked for nothing but their last value."""
    if isinstance(rule, ResponseRateRule) or sources[name].is_events:
        return
    if rule.windowed or rule.ratio or rule.days_since_last or rule.days_since_first or rule.first:
        message = (
            f"features.{name} uses functions of events, but '{name}' holds attributes; write last: [...]"
        )
        raise ValueError(message)

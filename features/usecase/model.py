"""The whole use-case file as one frozen object, with the checks that need more than one part."""

import hashlib
import json
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import Discriminator, Field, PrivateAttr, Tag, model_validator

from features.usecase.belief import Beliefs
from features.usecase.journey import Journey
from features.usecase.meaning import CardWords, Driver, Privacy, Value
from features.usecase.means import Means, speaks_of_leaving
from features.usecase.membership import Cohort, Snapshots
from features.usecase.outcome import OutcomeKind, Target
from features.usecase.references import check_sources
from features.usecase.retraining import Retrain
from features.usecase.rule import FeatureRule, ResponseRateRule
from features.usecase.source import Source
from features.usecase.table import FlatTable
from features.usecase.units import translate_unit
from features.usecase.vocabulary import ColumnPath, Labelled, Language, Name, propose


def _kind_of_rule(found: object) -> str:
    """Tell a response rate (it names answers or invitations) from rules over one source."""
    if isinstance(found, dict):
        return "ResponseRateRule" if {"answered", "invited"} & found.keys() else "FeatureRule"
    return "ResponseRateRule" if isinstance(found, ResponseRateRule) else "FeatureRule"


Rule = Annotated[
    Annotated[FeatureRule, Tag("FeatureRule")] | Annotated[ResponseRateRule, Tag("ResponseRateRule")],
    Discriminator(_kind_of_rule),
]
_SNAPSHOT_PARTS = ("entity", "snapshots", "features", "cohort", "target")
_NOT_FLAT = ("sources", *_SNAPSHOT_PARTS, "units", "journey")
# Single marks, since a sentence may put the whole between double ones.
_OUTCOME: Mapping[Language, str] = {
    "en": "have the outcome \N{LEFT SINGLE QUOTATION MARK}{}\N{RIGHT SINGLE QUOTATION MARK}",
    "de": "haben das Ergebnis \N{SINGLE LOW-9 QUOTATION MARK}{}\N{LEFT SINGLE QUOTATION MARK}",
}


class UseCase(Labelled):
    """Hold everything that one prediction needs: sources, clocks, features, target, drivers, value, privacy.

    Two shapes exist: ``sources`` (events and histories, snapshots are made from them) and ``table`` (one row
    per entity with a label). Load one with :func:`features.usecase.load`.
    """

    version: Literal[1] = Field(description="1, the version of this format")
    name: Name = Field(
        description="name of the prediction, e.g. churn; models and folders are called so. Lower-case "
        "letters, digits and _"
    )
    entity: str | None = Field(
        None,
        description="column that identifies who is scored, e.g. customer_id; it has this name in every "
        "source, unless the source says key. Not for a flat table",
    )
    snapshots: Snapshots | None = Field(
        None,
        description="days on which everybody of the cohort gets a row: {every: month, from: 2025-01-01, "
        "to: 2025-12-01}. Not for a flat table",
    )
    sources: dict[Name, Source] = Field(
        {},
        description="raw tables by a name of your own: events, attributes with a history, links between "
        "keys. Write either sources or table",
    )
    features: dict[Name, Rule] = Field(
        {},
        description="what is computed, by source: {tickets: {windows: [30d, 90d], count: {}}}; or, by a "
        "name of your own, a response rate",
    )
    cohort: Cohort | None = Field(
        None,
        description="who is there to be scored at a snapshot: {from: contracts.start, until: "
        "contracts.end}, or {active: orders, within: 365d}",
    )
    target: Target | None = Field(None, description="event, silence or next: what is predicted")
    table: FlatTable | None = Field(
        None,
        description="one file with one row per entity and the label in a column; stands in the place of "
        "sources, snapshots, features, cohort and target",
    )
    journey: Journey | None = Field(None, description="touchpoints and stages, for the journey map")
    drivers: dict[Name, Driver] = Field(
        {},
        description="features grouped under names that people can speak about, each with its role; a "
        "feature that no driver names is a driver of its own",
    )
    beliefs: Beliefs | None = Field(
        None, description="what managers or leavers say drives the outcome, to be set beside what is measured"
    )
    monotone: dict[str, Literal["rising", "falling"]] = Field(
        {},
        description="feature pattern: rising or falling, how the risk or the expected answer may go with it",
    )
    value: Value | None = Field(
        None,
        description="what an entity is worth and what an action costs, in EUR; what is left out is "
        "taken from the literature, and named",
    )
    retrain: Retrain | None = Field(None, description="when the model is to be trained again")
    privacy: Privacy = Field(
        Privacy(),
        description="whose data it is, which group sizes may be shown, and which attributes never become "
        "features",
    )
    card: CardWords = Field(
        CardWords(),
        description="what the model card says in your own words: purpose, owner, uses that are not allowed",
    )
    units: ColumnPath | None = Field(
        None, description="source.column with the unit (team, branch) of an entity"
    )
    weight: ColumnPath | None = Field(
        None,
        description="source.column with the weight of an entity: how many of the population it stands for",
    )
    cuts: list[str] = Field(
        [], description="groups that may be shown: source.column of attributes, or columns of the flat table"
    )
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

    @property
    def outcome(self) -> OutcomeKind:
        """Return what is predicted: an event, silence, or a label that is binary, ordinal, numeric, NPS."""
        if self.table is not None:
            return self.table.kind
        return self.settled()[3].outcome

    @cached_property
    def means(self) -> Means:
        """Return what the predicted event means: leaving, something good, or another bad event.

        Use cases made from sources forecast that people leave or fall silent. A flat table says it; where it
        does not, it is leaving if its names or a ``value`` speak of it, else a bad event.
        """
        table = self.table
        if table is None:
            return "leaving"
        if table.means is not None:
            return table.means
        names = (self.name, *self.label.values(), table.label, str(table.positive))
        return "leaving" if self.value is not None or speaks_of_leaving(names) else "bad"

    def event_in(self, language: Language) -> str:
        r"""Return what they do who are positive in a flat table, after "they"; nothing where people leave.

        Examples
        --------
        >>> from features.usecase import parse
        >>> table = {"file": "t.csv", "label": "mood", "positive": "up", "means": "good"}
        >>> ascii(parse({"version": 1, "name": "t", "table": table}, "t").event_in("en"))
        "'have the outcome \\u2018mood = up\\u2019'"
        """
        table = self.table
        if table is None or table.kind != "binary" or self.means == "leaving":
            return ""
        said = None if table.event is None else table.event.get(language)
        value = f"{table.positive:g}" if isinstance(table.positive, float) else table.positive
        return said or _OUTCOME[language].format(f"{table.label} = {value}")

    @property
    def is_weighted(self) -> bool:
        """Say whether rows stand for different numbers of people."""
        return (self.weight if self.table is None else self.table.weight) is not None

    def unit_in(self, language: Language, unit: str) -> str:
        """Return the unit of a feature in a language, as its source declares it."""
        declared = (found for source in self.sources.values() for found in source.units.values())
        return translate_unit(unit, declared, language)

    @property
    def protected_columns(self) -> dict[str, str]:
        """Return the protected attributes that are kept apart: name and ``source.column`` (or plain column).

        A name without a source is a column of the source that says which entities there are. Columns of
        events are none of an entity: they are kept out of the features, that is all.
        """
        if self.table is not None:
            return {name: name for name in self.privacy.protected}
        base = self.settled()[2].base
        dotted = [path if "." in path else f"{base}.{path}" for path in self.privacy.protected]
        paths = dict.fromkeys(path for path in dotted if not self.sources[path.partition(".")[0]].is_events)
        names = [path.partition(".")[2] for path in paths]
        return {
            path if names.count(name) > 1 else name: path for name, path in zip(names, paths, strict=True)
        }

    def settled(self) -> tuple[str, Snapshots, Cohort, Target]:
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
            check_sources(self)
        self._check_drivers()
        self._check_beliefs()
        return self

    def _check_flat(self) -> None:
        """Demand that nothing of the other shape stands beside ``table``."""
        beside = [key for key in _NOT_FLAT if getattr(self, key)]
        if self.weight is not None:
            message = "'weight' stands beside 'table'; write table.weight, the column of the flat table"
            raise ValueError(message)
        if beside:
            message = (
                f"'{beside[0]}' stands beside 'table'; keep one shape: 'table', or 'sources' and its parts"
            )
            raise ValueError(message)
        if self.value is not None and self.means != "leaving":
            message = (
                f"'value' counts what is lost when people leave, and table.means is '{self.means}'; "
                "leave one of them out"
            )
            raise ValueError(message)
        shown = [cut for cut in self.cuts if cut in self.privacy.protected]
        if shown:
            message = f"cuts names '{shown[0]}', which stands under privacy.protected; leave one of them out"
            raise ValueError(message)

    def _check_drivers(self) -> None:
        """Demand that drivers name each other rightly, and say when they were measured only where asked."""
        for name, driver in self.drivers.items():
            self._check_dependence(name, driver)
            if driver.window is not None and self.table is None:
                message = (
                    f"drivers.{name}.window: features made from sources have windows of their own; "
                    "leave it out"
                )
                raise ValueError(message)

    def _check_dependence(self, name: str, driver: Driver) -> None:
        """Demand that a driver depends on other drivers alone."""
        if name in driver.depends_on:
            message = f"drivers.{name}.depends_on names '{name}' itself; leave it out"
            raise ValueError(message)
        for other in driver.depends_on:
            if other not in self.drivers:
                others = [known for known in self.drivers if known != name]
                remedy = propose(other, others) if others else "leave it out"
                message = f"drivers.{name}.depends_on names '{other}', which is no driver; {remedy}"
                raise ValueError(message)

    def _check_beliefs(self) -> None:
        """Demand that beliefs speak of declared drivers, and that stated reasons come from a source."""
        if self.beliefs is None:
            return
        for name in self.beliefs.drivers:
            if name not in self.drivers:
                key = "managers" if name in self.beliefs.managers else "stated.means"
                remedy = propose(name, self.drivers) if self.drivers else "declare it under 'drivers'"
                message = f"beliefs.{key} names '{name}', which is no driver; {remedy}"
                raise ValueError(message)
        if self.table is not None and self.beliefs.stated is not None:
            message = "beliefs.stated needs a source, and a flat table has none; leave it out"
            raise ValueError(message)

    def _check_complete(self) -> None:
        """Demand all parts of the shape made from sources."""
        for key in ("sources", *_SNAPSHOT_PARTS):
            if not getattr(self, key):
                parts = ", ".join(_SNAPSHOT_PARTS)
                message = f"'{key}' is missing or empty; write either 'table', or 'sources' with {parts}"
                raise ValueError(message)

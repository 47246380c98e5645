"""A baseline as data: levels, margins, response rates, sources and model figures of one day."""

import math
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date
from typing import Any, Literal, Self

from features.usecase import DataKind
from training.statistics import Estimate, read_day

FORMAT, FORMAT_VERSION = "xm-predict baseline", 1
MetricUnit = Literal["share", "points"]


@dataclass(frozen=True)
class FrozenLevel:
    """Hold a survey metric of one wave.

    Attributes
    ----------
    wave
        Its name, such as ``2026 Q1``.
    detectable
        The change that a later wave of this size would show in four of five cases; None where it has no
        limit.
    good_from, scale_high
        Of a share of good answers: the lowest rating that counts as good, and the best there is.
    survey
        Its name where several ask the same question; None where one does, and in no file then, so that files
        of before keep their ids.
    """

    metric: str
    wave: str
    unit: MetricUnit
    estimate: Estimate
    detectable: float | None
    good_from: float | None = None
    scale_high: float | None = None
    survey: str | None = None

    @property
    def question(self) -> tuple[str, str | None]:
        """Return what was asked: the metric, and at which survey where several ask it."""
        return self.metric, self.survey


@dataclass(frozen=True)
class FrozenRate:
    """Hold a response rate: the mean over people of the share of their invitations that they answered."""

    name: str
    estimate: Estimate


@dataclass(frozen=True)
class FrozenSource:
    """Hold one source: what people said at a touchpoint (X), or what happened (O).

    Attributes
    ----------
    survey, metrics
        Of a source of answers: the name of the survey, and the questions that reports speak of.
    rows
        Rows that were read and belong to somebody.
    """

    name: str
    data: DataKind
    survey: str | None
    metrics: tuple[str, ...]
    rows: int


@dataclass(frozen=True)
class FrozenFigure:
    """Hold one figure of the model at one horizon, on rows that it had not seen."""

    horizon: str
    name: str
    estimate: Estimate


@dataclass(frozen=True)
class FrozenModel:
    """Hold the champion of that day."""

    version: int
    model_version: str
    is_usable: bool
    figures: tuple[FrozenFigure, ...]


@dataclass(frozen=True)
class Window:
    """Say which time the data speak of; all None for a flat table."""

    first_snapshot: date | None
    last_snapshot: date | None
    observed_until: date | None


@dataclass(frozen=True)
class Measured:
    """Hold everything that is frozen, without the day on which it is.

    Attributes
    ----------
    spec_hash, data_digest
        Hash of the use case; digest over the use case and all sources.
    model
        None where there was no champion.
    """

    usecase: str
    spec_hash: str
    data_digest: str
    window: Window
    entities: int
    levels: tuple[FrozenLevel, ...]
    response_rates: tuple[FrozenRate, ...]
    sources: tuple[FrozenSource, ...]
    model: FrozenModel | None

    def to_json(self) -> dict[str, Any]:
        """Return plain values."""
        return {part.name: _plain(getattr(self, part.name)) for part in fields(self)}

    @classmethod
    def from_json(cls, content: Mapping[str, Any]) -> Self:
        """Read what :meth:`to_json` gave.

        Raises
        ------
        KeyError, TypeError, ValueError
            If a key is missing or unknown, or a value is not what was written.
        """
        given = dict(content)
        given["window"] = Window(**{name: read_day(text) for name, text in content["window"].items()})
        given["levels"] = tuple(FrozenLevel(**_read(level)) for level in content["levels"])
        given["response_rates"] = tuple(FrozenRate(**_read(rate)) for rate in content["response_rates"])
        given["sources"] = tuple(
            FrozenSource(**{**source, "metrics": tuple(source["metrics"])}) for source in content["sources"]
        )
        model = content["model"]
        if model is not None:
            figures = tuple(FrozenFigure(**_read(figure)) for figure in model["figures"])
            given["model"] = FrozenModel(**{**model, "figures": figures})
        return cls(**given)


@dataclass(frozen=True)
class BaselineReference:
    """Name the baseline that a later result refers to."""

    id: str
    frozen_on: date

    def to_json(self) -> dict[str, str]:
        """Return plain values."""
        return {"id": self.id, "frozen_on": self.frozen_on.isoformat()}


@dataclass(frozen=True)
class Baseline:
    """Hold a frozen baseline.

    Attributes
    ----------
    id
        The beginning of the SHA-256 of everything else: another content has another id.
    number
        How many baselines of the use case there had been, and this one.
    """

    id: str
    number: int
    frozen_on: date
    measured: Measured

    @property
    def reference(self) -> BaselineReference:
        """Return what later results carry."""
        return BaselineReference(self.id, self.frozen_on)

    def newest_levels(self) -> dict[tuple[str, str | None], FrozenLevel]:
        """Return the newest wave of each question.

        Where a file holds several surveys that ask the same without their names, nobody can say which is
        which: these are left out.
        """
        waves = Counter((level.question, level.wave) for level in self.measured.levels)
        mixed = {question for (question, _), count in waves.items() if count > 1}
        return {level.question: level for level in self.measured.levels if level.question not in mixed}

    def to_json(self) -> dict[str, Any]:
        """Return plain values with the id."""
        head = {"id": self.id, "number": self.number, "frozen_on": self.frozen_on.isoformat()}
        return head | self.measured.to_json()


def _plain(value: object) -> Any:
    """Return plain values of what a baseline is made of."""
    if isinstance(value, Estimate):
        # JSON has no infinity: an end that does not exist is null, as NaN is.
        told = value.to_json()
        return {name: None if found in (math.inf, -math.inf) else found for name, found in told.items()}
    if isinstance(value, tuple):
        return [_plain(entry) for entry in value]
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, FrozenLevel):
        told = {part.name: _plain(getattr(value, part.name)) for part in fields(value)}
        return {name: found for name, found in told.items() if name != "survey" or found is not None}
    if isinstance(value, (FrozenRate, FrozenSource, FrozenFigure, FrozenModel, Window)):
        return {part.name: _plain(getattr(value, part.name)) for part in fields(value)}
    return value


def _read(content: Mapping[str, Any]) -> dict[str, Any]:
    """Return plain values with their estimate."""
    return {**content, "estimate": Estimate.from_json(content["estimate"])}

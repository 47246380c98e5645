"""Journeys: which events are touchpoints, what experience they tell, when a journey begins anew."""

import math
from collections.abc import Mapping
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from features.timeline import Duration
from features.usecase.rule import Comparison, Condition, parse_condition
from features.usecase.source import Source
from features.usecase.vocabulary import Actor, ColumnPath, Days, Labelled, Name, Part, propose

_PROMOTER = ">= 9"
_UPPER_PART = 2 / 3
Stage = Annotated[list[Name], Field(min_length=1)]


class Touchpoint(Labelled):
    """Say which events are one contact point, and which of them were a good experience.

    The experience is a column with an answer (``csat``) or with a fact (``days_late``). Answers on a scale
    are good in its upper third, promoters where NPS was asked; ``good`` says otherwise, and is needed where
    there is no scale. ``bad`` is for what is a bad experience whenever it happens, such as a complaint.
    """

    source: str = Field(alias="from", description="the source whose events they are")
    where: dict[str, Condition] = Field(
        {}, description="column: condition, only events that meet all, for example {kind: '= bag'}"
    )
    experience: str | None = Field(
        None, description="metric or column of the source that tells how it was: csat, days_late"
    )
    good: Condition | None = Field(
        None,
        description="what is a good experience, for example '<= 0'; the upper third of a scale if absent",
    )
    bad: bool = Field(
        default=False, description="true: that it happens at all is a bad experience, such as a complaint"
    )
    actor: Actor | None = Field(
        None, description="who makes it happen: company or person; without it effects are associations"
    )

    @property
    def is_valued(self) -> bool:
        """Tell whether it says anything about experience."""
        return self.bad or self.experience is not None

    @model_validator(mode="after")
    def _check(self) -> Self:
        if self.bad and (self.experience is not None or self.good is not None):
            message = "'bad' stands beside 'experience' or 'good'; keep one way to say how it was"
            raise ValueError(message)
        if self.good is not None and self.experience is None:
            message = "'good' says nothing without 'experience'; name the column that it is a condition on"
            raise ValueError(message)
        return self


class Journey(Part):
    """Say which touchpoints make up the journeys of entities, in which stages, and when a new one begins."""

    touchpoints: dict[Name, Touchpoint] = Field(
        description="at least two, by a name of your own: {booking: {from: bookings}, rating: {from: "
        "surveys, experience: csat}}"
    )
    restart_after: Days = Field(
        Duration(180),
        description="days of silence that end a journey; what comes later begins a new one. 180d by default",
        json_schema_extra={"default": "180d"},
    )
    stages: Literal["auto"] | list[Stage] = Field(
        "auto", description="auto: found from the order of events; or lists of touchpoints in order"
    )
    context: list[ColumnPath] = Field(
        [], description="attributes known when a journey begins that are held equal: source.column"
    )

    @model_validator(mode="after")
    def _check(self) -> Self:
        if len(self.touchpoints) < 2:
            named = "".join(f"'{name}'" for name in self.touchpoints) or "nothing"
            message = f"touchpoints names {named}; a journey needs at least two"
            raise ValueError(message)
        self._check_stages()
        return self

    def _check_stages(self) -> None:
        """Demand that every touchpoint stands in one of at least two stages."""
        if self.stages == "auto":
            return
        if len(self.stages) < 2:
            message = "stages has fewer than two stages; write for example [[order], [delivery, rating]]"
            raise ValueError(message)
        listed = [name for stage in self.stages for name in stage]
        for name in listed:
            if name not in self.touchpoints:
                message = f"stages names '{name}', which is no touchpoint; {propose(name, self.touchpoints)}"
                raise ValueError(message)
            if listed.count(name) > 1:
                message = f"stages names '{name}' twice; keep it in one stage"
                raise ValueError(message)
        missing = [name for name in self.touchpoints if name not in listed]
        if missing:
            message = f"stages leaves '{missing[0]}' out; put it into a stage, or write stages: auto"
            raise ValueError(message)


def column_of(touchpoint: Touchpoint, source: Source) -> str | None:
    """Return the column with the experience: that of the metric of this name, or the one so called."""
    if touchpoint.experience is None:
        return None
    by_metric: Mapping[str, str] = {str(metric): column for metric, column in source.metrics.items()}
    return by_metric.get(touchpoint.experience, touchpoint.experience)


def good_of(touchpoint: Touchpoint, source: Source) -> tuple[Comparison, str] | None:
    """Return the condition of a good experience; None where nothing says what is good.

    Promoters (9 and 10) where NPS was asked, else the upper third of the scale, which is 4 and 5 of five,
    5 to 7 of seven: as in the reports.
    """
    if touchpoint.good is not None:
        return parse_condition(touchpoint.good)
    column = column_of(touchpoint, source)
    if column is None or column not in source.scales:
        return None
    if any(source.metrics.get(metric) == column for metric in ("nps", "enps")):
        return parse_condition(_PROMOTER)
    low, high = source.scales[column]
    return ">=", f"{math.ceil(low + (high - low) * _UPPER_PART - 1e-9)}"

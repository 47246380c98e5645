"""What is predicted from snapshots: an event, silence, or the next answer to a question."""

from typing import Annotated, Literal, Self

from pydantic import Discriminator, Field, Tag, model_validator

from features.timeline import Horizon
from features.usecase.vocabulary import ColumnPath, Day, Days, Gap, Part

OutcomeKind = Literal["event", "silence", "binary", "ordinal", "numeric", "nps_group"]


class _Watched(Part):
    """What all targets have: a gap before the horizon, and an end of observation."""

    gap: Gap = Field(
        "0d",
        description="days between the snapshot and the begin of the horizon, time in which one can still "
        "act, e.g. 7d; none by default",
    )
    observed_until: Day | None = Field(
        None,
        description="first day that the data no longer cover, e.g. 2026-01-01; if absent, the newest known "
        "time of all sources",
    )

    @property
    def gap_days(self) -> int:
        """Return the days between snapshot and start of the horizon."""
        return 0 if isinstance(self.gap, str) else self.gap.days


class Cause(Part):
    """Say which causes of an event are predicted, and which compete with them: they end a row without it."""

    column: str = Field(description="column of the events with the cause, e.g. reason")
    voluntary: list[str] = Field(min_length=1, description="causes that are the predicted event")
    competing: list[str] = Field(
        [], description="other causes: a row that ends so can no longer have the predicted event"
    )

    @model_validator(mode="after")
    def _check(self) -> Self:
        both = [cause for cause in self.voluntary if cause in self.competing]
        if both:
            message = f"'{both[0]}' is both voluntary and competing; keep it in one of the lists"
            raise ValueError(message)
        return self


class EventTarget(_Watched):
    """Predict whether an event of a source happens inside each horizon.

    Rows whose horizon is not over are censored, not negatives. Exits for a competing cause are modelled
    apart: who has left so can no longer have the event.
    """

    event: str = Field(description="the source whose events are predicted")
    horizons: list[Days] = Field(
        min_length=1,
        description="days within which the event is forecast, one or several: [30d, 90d, 180d]",
    )
    cause: Cause | None = Field(None, description="which causes count, where events have several")
    primary_horizon: Days | None = Field(
        None, description="the horizon that reports lead with; the first one if absent"
    )

    @property
    def source(self) -> str:
        """Return the source that is watched."""
        return self.event

    @property
    def outcome(self) -> OutcomeKind:
        """Return what is predicted."""
        return "event"

    @property
    def spans(self) -> tuple[Horizon, ...]:
        """Return the horizons, shortest first."""
        return tuple(Horizon(length, self.gap_days) for length in sorted(self.horizons))

    @property
    def primary(self) -> Horizon:
        """Return the horizon that reports and gates speak of."""
        return Horizon(self.primary_horizon or self.horizons[0], self.gap_days)

    @model_validator(mode="after")
    def _check(self) -> Self:
        if len(set(self.horizons)) < len(self.horizons):
            message = f"'{', '.join(map(str, self.horizons))}' names a horizon twice; write each once"
            raise ValueError(message)
        if self.primary_horizon is not None and self.primary_horizon not in self.horizons:
            message = f"primary_horizon '{self.primary_horizon}' is not among the horizons; write one of them"
            raise ValueError(message)
        return self


class SilenceTarget(_Watched):
    """Predict whether no event of a source happens in the whole horizon; known only once it is over."""

    silence: str = Field(description="the source whose events may stay away")
    length: Days = Field(
        alias="for", description="days without any event that count as silence, for example 180d"
    )

    @property
    def source(self) -> str:
        """Return the source that is watched."""
        return self.silence

    @property
    def outcome(self) -> OutcomeKind:
        """Return what is predicted."""
        return "silence"

    @property
    def spans(self) -> tuple[Horizon, ...]:
        """Return the one horizon."""
        return (self.primary,)

    @property
    def primary(self) -> Horizon:
        """Return the one horizon."""
        return Horizon(self.length, self.gap_days)


class NextTarget(_Watched):
    """Predict the next answer to a question inside the horizon, also of people who never answered.

    Rows without an answer have no label: they are scored, never learned from.
    """

    next: ColumnPath = Field(description="source.column with the answer, e.g. surveys.csat")
    within: Days = Field(description="days after the snapshot within which the answer counts, e.g. 90d")
    kind: Literal["ordinal", "numeric", "nps_group"] = Field(
        description="what the answer is: ordinal (a rating), numeric (an amount) or nps_group (0 to 10, of "
        "which detractor, passive or promoter is predicted)"
    )

    @property
    def source(self) -> str:
        """Return the source that is watched."""
        return self.next.partition(".")[0]

    @property
    def column(self) -> str:
        """Return the column with the answer."""
        return self.next.partition(".")[2]

    @property
    def outcome(self) -> OutcomeKind:
        """Return what is predicted."""
        return self.kind

    @property
    def spans(self) -> tuple[Horizon, ...]:
        """Return the one horizon."""
        return (self.primary,)

    @property
    def primary(self) -> Horizon:
        """Return the one horizon."""
        return Horizon(self.within, self.gap_days)


def _kind_of_target(found: object) -> str:
    """Tell the targets apart by the key that only one of them has; an event where there is none."""
    if isinstance(found, (SilenceTarget, NextTarget)):
        return type(found).__name__
    if isinstance(found, dict):
        return "SilenceTarget" if "silence" in found else "NextTarget" if "next" in found else "EventTarget"
    return "EventTarget"


Target = Annotated[
    Annotated[EventTarget, Tag("EventTarget")]
    | Annotated[SilenceTarget, Tag("SilenceTarget")]
    | Annotated[NextTarget, Tag("NextTarget")],
    Discriminator(_kind_of_target),
]

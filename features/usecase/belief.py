"""What people believe drives the outcome: the ranking of managers, and the reasons that leavers state."""

from collections import Counter
from typing import Annotated, Self

from pydantic import Field, model_validator

from features.usecase.vocabulary import Name, Part

Reason = Annotated[str, Field(min_length=1)]


class StatedReasons(Part):
    """Say where stated reasons stand, and which driver each of them speaks of."""

    source: str = Field(
        alias="from", description="source of events with what people said, e.g. exit_interviews"
    )
    column: str = Field(min_length=1, description="column with the reason; empty where none was given")
    means: dict[Name, Annotated[list[Reason], Field(min_length=1)]] = Field(
        min_length=1, description="driver: the reasons that speak of it, as they stand in the column"
    )

    @model_validator(mode="after")
    def _check(self) -> Self:
        counts = Counter(reason for reasons in self.means.values() for reason in reasons)
        for reason, count in counts.items():
            if count > 1:
                message = f"'{reason}' stands for {count} drivers in 'means'; leave it with one of them"
                raise ValueError(message)
        return self


class Beliefs(Part):
    """Hold what is believed: it is set beside the measured drivers and never enters a model."""

    managers: list[Name] = Field([], description="drivers as managers rank them, the strongest first")
    stated: StatedReasons | None = Field(None, description="reasons that people themselves gave")

    @property
    def drivers(self) -> tuple[str, ...]:
        """Return every driver that some belief names, those of managers first."""
        stated = () if self.stated is None else tuple(self.stated.means)
        return tuple(dict.fromkeys((*self.managers, *stated)))

    @model_validator(mode="after")
    def _check(self) -> Self:
        if not self.managers and self.stated is None:
            message = "is empty; write managers: [...], or stated: {from: ..., column: ..., means: {...}}"
            raise ValueError(message)
        for place, name in enumerate(self.managers):
            if name in self.managers[:place]:
                message = f"managers names '{name}' twice; keep the higher place"
                raise ValueError(message)
        return self

"""When a model is to be trained again: rules that monitoring and ``train --when due`` ask."""

from typing import Literal, Self

from pydantic import Field, model_validator

from features.usecase.vocabulary import Part

AlertKind = Literal[
    "missing",  # a feature is empty more often
    "level",  # the values of a feature moved
    "unseen",  # categories that training never saw
    "unit",  # a column seems to be in another unit
    "feed",  # a source has nothing new, or far less or more than usual
    "cohort",  # far more or fewer people than usual
    "response",  # people answer more or less often
    "answers",  # the mix of answers moved
    "score",  # the forecasts moved, or are all alike
    "estimated",  # how well the model ranks, estimated before outcomes are known
    "realised",  # how well it ranked, outcomes known
    "calibration",  # forecasts and outcomes drift apart
    "fairness",  # groups of protected attributes drift apart
    "baseline",  # a survey metric changed since the frozen baseline
]


class Retrain(Part):
    """Say when a model is to be trained again; one rule that holds is enough."""

    after_days: int | None = Field(
        None, ge=1, description="days by which the data is newer than what the champion learned from"
    )
    new_labels: int | None = Field(
        None, ge=1, description="outcomes that became known since, in rows of the feature table"
    )
    alerts: list[AlertKind] = Field(
        [], description="kinds of alerts of monitoring: realised, calibration, ..."
    )

    @model_validator(mode="after")
    def _check(self) -> Self:
        if self.after_days is None and self.new_labels is None and not self.alerts:
            message = "is empty; write after_days: 100, new_labels: 500, or alerts: [realised, calibration]"
            raise ValueError(message)
        for place, kind in enumerate(self.alerts):
            if kind in self.alerts[:place]:
                message = f"'alerts' names '{kind}' twice; write each kind once"
                raise ValueError(message)
        return self

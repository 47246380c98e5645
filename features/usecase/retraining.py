"""When a model is to be trained again: rules that monitoring and ``train --when due`` ask."""

from typing import Literal, Self

from pydantic import Field, model_validator

from features.usecase.vocabulary import Part

AlertKind = Literal[
    "missing",
    "level",
    "unseen",
    "unit",
    "feed",
    "cohort",
    "response",
    "answers",
    "score",
    "estimated",
    "realised",
    "calibration",
    "fairness",
    "baseline",
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

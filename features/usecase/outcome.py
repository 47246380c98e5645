"""What is predicted, for whom, and when: snapshots, cohort, target, or the label of a flat table."""

from datetime import date
from typing import Literal, Self

from pydantic import Field, model_validator

from features.timeline import Horizon, SnapshotGrid, Step
from features.usecase.source import ReadOptions
from features.usecase.vocabulary import ColumnPath, Days, Part


class Snapshots(Part):
    """Say on which days rows are known and scored."""

    every: Step
    first: date = Field(alias="from")
    last: date = Field(alias="to")

    @property
    def grid(self) -> SnapshotGrid:
        """Return the grid of snapshot dates."""
        return SnapshotGrid(self.every, self.first, self.last)

    @model_validator(mode="after")
    def _check(self) -> Self:
        if self.last < self.first:
            message = f"'to' is {self.last}, before 'from' {self.first}; write the earlier day first"
            raise ValueError(message)
        return self


class Cohort(Part):
    """Name the columns that say from when until when an entity can be scored."""

    starts: ColumnPath = Field(alias="from")
    ends: ColumnPath | None = Field(None, alias="until")


class EventTarget(Part):
    """Predict whether an event of a source happens inside each horizon; rows whose horizon is not over are censored."""

    event: str
    horizons: list[Days] = Field(min_length=1)
    gap: Days | Literal["0d"] = "0d"
    primary_horizon: Days | None = Field(None, description="the horizon that reports lead with; the first one if absent")
    observed_until: date | None = Field(None, description="first day that is not observed; else the newest known time")

    @property
    def gap_days(self) -> int:
        """Return the days between snapshot and start of the horizon."""
        return 0 if isinstance(self.gap, str) else self.gap.days

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


class Join(Part):
    """Add the columns of a second table to a flat one; each row there may match at most one key."""

    file: str
    on: str | dict[str, str] = Field(description="shared key column, or {column here: column there}")
    columns: list[str] | None = Field(None, description="keep only these; all others if absent")
    exclude: list[str] = []
    read: ReadOptions = ReadOptions()

    @property
    def keys(self) -> tuple[str, str]:
        """Return the key column of the table and of the joined file."""
        if isinstance(self.on, str):
            return self.on, self.on
        return next(iter(self.on.items()))

    @model_validator(mode="after")
    def _check(self) -> Self:
        if not isinstance(self.on, str) and len(self.on) != 1:
            message = "'on' names one pair of key columns; write on: {column here: column there}"
            raise ValueError(message)
        return self


class NotApplicable(Part):
    """Say that a value of some columns means 'does not apply', which is not the number it looks like."""

    columns: list[str] = Field(min_length=1)
    value: str | float


class FlatTable(Part):
    """Describe a table with one row per entity and the label in a column."""

    file: str
    label: str
    positive: str | float = Field(description="the value of the label that is predicted, e.g. Yes")
    id: str | None = None
    group: str | None = Field(None, description="rows with the same value never stand on both sides of a split")
    join: list[Join] = []
    exclude: list[str] = []
    experience: list[str] = Field([], description="columns that are X-data: what people said")
    categories: list[str] = Field([], description="columns of numbers that are codes, not amounts")
    not_applicable: NotApplicable | None = None
    weight: str | None = None
    read: ReadOptions = ReadOptions()

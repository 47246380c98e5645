"""What is predicted, for whom, and when: snapshots, cohort, target, or the label of a flat table."""

from datetime import date
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from features.timeline import Horizon, SnapshotGrid, Step
from features.usecase.source import ReadOptions
from features.usecase.vocabulary import ColumnPath, Days, Part


def _check_year(day: date) -> date:
    """Refuse years that are slips of the pen; windows before and horizons after would leave the calendar."""
    if not 1900 <= day.year < 2200:
        message = f"'{day}' is not in the years 1900 to 2199; write the year with four digits"
        raise ValueError(message)
    return day


def _check_zero_gap(found: object) -> object:
    """Ask for the unit of a bare 0, which no duration can be."""
    if str(found) == "0":
        message = "'0' is not a duration; write '0d'"
        raise ValueError(message)
    return found


Day = Annotated[date, AfterValidator(_check_year)]
Gap = Annotated[Days | Literal["0d"], BeforeValidator(_check_zero_gap)]


class Snapshots(Part):
    """Say on which days rows are known and scored."""

    every: Step = Field(description="day, week, month or quarter")
    first: Day = Field(alias="from", description="first snapshot, e.g. 2025-01-01")
    last: Day = Field(alias="to", description="last possible snapshot, e.g. 2025-12-01")

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

    starts: ColumnPath = Field(alias="from", description="source.column with the first day")
    ends: ColumnPath | None = Field(None, alias="until")


class EventTarget(Part):
    """Predict whether an event of a source happens inside each horizon.

    Rows whose horizon is not over are censored, not negatives.
    """

    event: str = Field(description="the source whose events are predicted")
    horizons: list[Days] = Field(min_length=1, description="for example [30d, 90d]")
    gap: Gap = "0d"
    primary_horizon: Days | None = Field(
        None, description="the horizon that reports lead with; the first one if absent"
    )
    observed_until: Day | None = Field(
        None, description="first day that is not observed; else the newest known time"
    )

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
    value: str | float = Field(description="the value that means 'does not apply'")


class FlatTable(Part):
    """Describe a table with one row per entity and the label in a column."""

    file: str = Field(description="CSV, CSV.gz or Parquet, relative to the data folder")
    label: str = Field(description="the column that is predicted")
    positive: str | float = Field(description="the value of the label that is predicted, e.g. Yes")
    id: str | None = None
    group: str | None = Field(
        None, description="rows with the same value never stand on both sides of a split"
    )
    join: list[Join] = []
    exclude: list[str] = []
    experience: list[str] = Field([], description="columns that are X-data: what people said")
    categories: list[str] = Field([], description="columns of numbers that are codes, not amounts")
    not_applicable: NotApplicable | None = None
    weight: str | None = None
    read: ReadOptions = ReadOptions()

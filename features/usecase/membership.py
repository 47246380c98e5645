"""Who is looked at, and when: snapshots and the cohort."""

from datetime import UTC, date, datetime
from typing import Self

from pydantic import Field, PrivateAttr, model_validator

from features.timeline import SnapshotGrid, Step
from features.usecase.vocabulary import ColumnPath, Day, Days, Part


class Snapshots(Part):
    """Say on which days rows are known and scored; what runs on schedule names no last one."""

    every: Step = Field(description="step from one snapshot to the next: day, week, month or quarter")
    first: Day = Field(alias="from", description="first snapshot, e.g. 2025-01-01")
    last: Day | None = Field(
        None, alias="to", description="last possible snapshot, e.g. 2025-12-01; today (UTC) if left out"
    )

    # The day does not change while a run goes on past midnight.
    _today: date = PrivateAttr(default_factory=lambda: datetime.now(UTC).date())

    @property
    def grid(self) -> SnapshotGrid:
        """Return the grid of snapshot dates."""
        return SnapshotGrid(self.every, self.first, self.last or self._today)

    @model_validator(mode="after")
    def _check(self) -> Self:
        if self.last is None and self._today < self.first:
            message = f"'from' is {self.first}, after today; name a day that has been"
            raise ValueError(message)
        if self.last is not None and self.last < self.first:
            message = f"'to' is {self.last}, before 'from' {self.first}; write the earlier day first"
            raise ValueError(message)
        return self


class Cohort(Part):
    """Say from when until when an entity can be scored.

    Either two columns tell it (a contract), or events do: an entity belongs at a snapshot if at least one of
    its events lies in the window before it and was known by then (buyers without a contract).
    """

    starts: ColumnPath | None = Field(
        None,
        alias="from",
        description="source.column with the first day on which an entity belongs, e.g. contracts.start",
    )
    ends: ColumnPath | None = Field(
        None,
        alias="until",
        description="source.column with the day on which an entity no longer belongs, e.g. contracts.end; "
        "an empty value or no column: it still does",
    )
    active: str | None = Field(
        None,
        description="source of events, e.g. orders: who had one recently belongs. Stands in the place of "
        "from and until",
    )
    within: Days | None = Field(
        None, description="days before a snapshot in which that event has to lie, for example 365d"
    )

    @property
    def base(self) -> str:
        """Return the source that says which entities there are."""
        return self.active if self.active is not None else str(self.starts).partition(".")[0]

    @model_validator(mode="after")
    def _check(self) -> Self:
        if self.starts is None and self.active is None:
            message = (
                "has neither 'from' nor 'active'; write from: source.column, or active: orders, within: 365d"
            )
            raise ValueError(message)
        if self.active is not None and (self.starts is not None or self.ends is not None):
            message = "'active' stands beside 'from' or 'until'; keep one way to say who belongs"
            raise ValueError(message)
        if (self.active is None) != (self.within is None):
            message = "'active' and 'within' belong together; write for example active: orders, within: 365d"
            raise ValueError(message)
        return self

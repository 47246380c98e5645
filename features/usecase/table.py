"""A flat table: one row per entity, the label in a column."""

from typing import Literal, Self

from pydantic import Field, model_validator

from features.usecase.source import Duplicates, ReadOptions
from features.usecase.vocabulary import Part


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
    """Describe a table with one row per entity and the label in a column.

    The label is one of two classes (``binary``), a rating (``ordinal``), an amount (``numeric``), or an
    answer from 0 to 10 of which the NPS group is predicted (``nps_group``).
    """

    file: str = Field(description="CSV, CSV.gz or Parquet, relative to the data folder")
    label: str = Field(description="the column that is predicted")
    kind: Literal["binary", "ordinal", "numeric", "nps_group"] = Field(
        "binary", description="what the label is: binary, ordinal, numeric or nps_group"
    )
    positive: str | float | None = Field(
        None, description="the value of a binary label that is predicted, e.g. Yes"
    )
    id: str | None = None
    group: str | None = Field(
        None, description="rows with the same value never stand on both sides of a split"
    )
    join: list[Join] = []
    exclude: list[str] = []
    experience: list[str] = Field([], description="columns that are X-data: what people said")
    categories: list[str] = Field([], description="columns of numbers that are codes, not amounts")
    not_applicable: NotApplicable | None = None
    duplicates: Duplicates = Field(
        "keep", description="remove: rows that equal an earlier one in all but the id are left out"
    )
    weight: str | None = None
    read: ReadOptions = ReadOptions()

    @model_validator(mode="after")
    def _check(self) -> Self:
        if self.kind == "binary" and self.positive is None:
            message = "'positive' is missing; add the key 'positive': the label that is predicted, e.g. Yes"
            raise ValueError(message)
        if self.kind != "binary" and self.positive is not None:
            message = (
                f"'positive' belongs to a binary label, and kind is '{self.kind}'; leave one of them out"
            )
            raise ValueError(message)
        return self
